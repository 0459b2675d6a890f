#!/bin/sh
# Plays the screen scripts; one TAP stream over all of them.
#
#   SIPWHY=program PLAY=player DEMO=demo.pcapng run.sh [SCRIPT...]
#
# GENCAP, MONKEY: tests/bench/gencap and tests/screen/monkey, by default beside the player; what
# needs them is skipped without. The monkey comes three times, each for MONKEY_SECONDS (3) and with
# the seed MONKEY_SEED (1). Scripts see SIPWHY, DEMO and CAPS, a folder of made captures.
# Those named in `root` capture live and are skipped unless the user is root.
#
# Scripts mostly wait, so SCREEN_JOBS (6) of them are played at a time, each with captures of its own;
# those of `root` would see what others send.
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${SIPWHY:?names the program}" "${PLAY:?names the player}"
[ -x "$PLAY" ] || { echo "1..0 # SKIP no player: built without libvterm"; exit 0; }
DEMO=${DEMO:-$here/../../demo/demo.pcapng}
GENCAP=${GENCAP:-$(dirname "$PLAY")/gencap}
MONKEY=${MONKEY:-$(dirname "$PLAY")/monkey}
CAPS=$(mktemp -d "${TMPDIR:-/tmp}/screen-caps.XXXXXX") || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/screen-work.XXXXXX") || exit 1
trap 'rm -rf "$CAPS" "$work"' EXIT
trap 'exit 1' HUP INT TERM
export SIPWHY PLAY DEMO CAPS GENCAP
root=' live interface permission '
net=' interface '
large=' large evict slices '

sh "$here/captures.sh" "$CAPS" "$DEMO" || { echo "Bail out! no captures"; exit 1; }
chmod 755 "$CAPS"
if [ -x "$GENCAP" ]; then
    "$GENCAP" -n 200000 "$CAPS/large.pcap" || rm -f "$CAPS/large.pcap"
fi

# Sanitizer builds: readline and ncurses keep what they have to the end.
printf 'leak:libreadline\nleak:libncurses\nleak:libtinfo\n' >"$work/leaks"
export ASAN_OPTIONS="${ASAN_OPTIONS-exitcode=99}" \
    LSAN_OPTIONS="${LSAN_OPTIONS-suppressions=$work/leaks:print_suppressions=0}"

tests=0 bad=0

# Takes over the TAP of the program $1, which ended with status $2 and wrote to the file $3: new
# numbers, and a failure where it broke off.
take_over() {
    awk -v first="$tests" -v name="$1" -v status="$2" -v sums="$work/sums" '
        /^1\.\.0/ { n++; sub(/^1\.\.0 *#? */, ""); print "ok " first + n " - " name " # " $0; next }
        /^1\.\.[0-9]/ { planned = substr($1, 4) + 0; next }
        /^(not )?ok / { n++; bad += /^not /; sub(/ok [0-9]+/, "ok " first + n) }
        { print }
        END {
            if (status > 1 || (planned && planned != n) || !n || (status && !bad)) {
                n++; bad++
                print "not ok " first + n " - " name " broke off with status " status
            }
            print n + 0, bad + 0 >sums
        }' "$3"
    read -r n failed <"$work/sums"
    tests=$((tests + n)) bad=$((bad + failed))
}

skip() {
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

# Whether script $1 can be played here; says so if not.
can_play() {
    name=$(basename "$1" .play)
    case $net in *" $name "*)
        unshare -n ip link add sip0 type veth 2>/dev/null ||
            { skip "$name" "needs network namespaces and veth"; return 1; } ;;
    esac
    case $root in *" $name "*)
        [ "$(id -u)" = 0 ] || { skip "$name" "needs root to capture"; return 1; } ;;
    esac
    case $large in *" $name "*)
        [ -f "$CAPS/large.pcap" ] || { skip "$name" "no gencap"; return 1; } ;;
    esac
}

# Plays the scripts in the list $1, so many ($2) at a time.
# shellcheck disable=SC2016 # the inner shell expands them
play_list() {
    export work
    [ -s "$1" ] || return 0
    tr '\n' '\0' <"$1" | xargs -0 -n 1 -P "$2" sh -c '
        name=$(basename "$1" .play)
        shared=$CAPS
        CAPS=$(mktemp -d "${TMPDIR:-/tmp}/screen-caps.XXXXXX") || exit 1
        cp -al "$shared/." "$CAPS/" && chmod 755 "$CAPS"
        began=$(date +%s)
        "$PLAY" "$1" >"$work/$name.out" 2>&1
        echo "$? $(($(date +%s) - began))" >"$work/$name.end"
        rm -rf "$CAPS"' sh
    while read -r script; do
        name=$(basename "$script" .play)
        status=2 seconds=0
        read -r status seconds <"$work/$name.end"
        take_over "$name" "$status" "$work/$name.out"
        echo "# $name: $seconds s"
    done <"$1"
}

play() {
    : >"$work/alone"
    : >"$work/together"
    for script; do
        can_play "$script" || continue
        case $root in
        *" $name "*) echo "$script" >>"$work/alone" ;;
        *) echo "$script" >>"$work/together" ;;
        esac
    done
    play_list "$work/alone" 1
    play_list "$work/together" "${SCREEN_JOBS:-6}"
}

if [ $# -gt 0 ]; then
    play "$@"
else
    play "$here"/*.play
    sh "$here/selftest.sh" "$PLAY" >"$work/out" 2>&1
    take_over selftest.sh $? "$work/out"
    if [ -x "$MONKEY" ]; then
        for kind in file live old; do
            case $kind in
            file) input=$DEMO resizes=3 term=xterm-256color lang=C.UTF-8 ;;
            live) input=demo resizes=40 term=xterm-256color lang=C.UTF-8 ;;
            old) input=demo resizes=10 term=xterm lang=C ;;
            esac
            MONKEY_RESIZES=$resizes MONKEY_TERM=$term MONKEY_LANG=$lang \
                "$MONKEY" "${MONKEY_SEED:-1}" "${MONKEY_SECONDS:-3}" "$SIPWHY" $input \
                >"$work/out" 2>&1
            take_over "monkey: $kind" $? "$work/out"
        done
    else
        skip monkey "not built"
    fi
fi
echo "1..$tests"
[ "$bad" -eq 0 ]
