#!/bin/sh
# Plays the screen scripts; one TAP stream over all of them.
#
#   SIPWHY=program PLAY=player DEMO=demo.pcapng run.sh [SCRIPT...]
#
# GENCAP, MONKEY: tests/bench/gencap and tests/screen/monkey, by default beside the player; what
# needs them is skipped without. The monkey comes three times, each for MONKEY_SECONDS (3) and with
# the seed MONKEY_SEED (1). Scripts see SIPWHY, DEMO and CAPS, a folder of made captures.
# Those named in `root` capture live and are skipped unless the user is root.
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${SIPWHY:?names the program}" "${PLAY:?names the player}"
[ -x "$PLAY" ] || { echo "1..0 # SKIP no player: built without libvterm"; exit 0; }
DEMO=${DEMO:-$here/../../demo/demo.pcapng}
GENCAP=${GENCAP:-$(dirname "$PLAY")/gencap}
MONKEY=${MONKEY:-$(dirname "$PLAY")/monkey}
CAPS=$(mktemp -d "${TMPDIR:-/tmp}/screen-caps.XXXXXX") || exit 1
trap 'rm -rf "$CAPS"' EXIT
trap 'exit 1' HUP INT TERM
export SIPWHY DEMO CAPS GENCAP
root=' live interface permission '
net=' interface '
large=' large evict slices '

sh "$here/captures.sh" "$CAPS" "$DEMO" || { echo "Bail out! no captures"; exit 1; }
chmod 755 "$CAPS"
if [ -x "$GENCAP" ]; then
    "$GENCAP" -n 200000 "$CAPS/large.pcap" || rm -f "$CAPS/large.pcap"
fi

# Sanitizer builds: readline and ncurses keep what they have to the end.
printf 'leak:libreadline\nleak:libncurses\nleak:libtinfo\n' >"$CAPS/leaks"
export ASAN_OPTIONS="${ASAN_OPTIONS-exitcode=99}" \
    LSAN_OPTIONS="${LSAN_OPTIONS-suppressions=$CAPS/leaks:print_suppressions=0}"

tests=0 bad=0

# Takes one program's TAP over: new numbers, and a failure where it broke off.
take_over() {
    awk -v first="$tests" -v name="$1" -v status="$2" -v sums="$CAPS/sums" '
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
        }' "$CAPS/out"
    read -r n failed <"$CAPS/sums"
    tests=$((tests + n)) bad=$((bad + failed))
}

skip() {
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

play() {
    name=$(basename "$1" .play)
    case $net in *" $name "*)
        unshare -n ip link add sip0 type veth 2>/dev/null ||
            { skip "$name" "needs network namespaces and veth"; return; } ;;
    esac
    case $root in *" $name "*)
        [ "$(id -u)" = 0 ] || { skip "$name" "needs root to capture"; return; } ;;
    esac
    case $large in *" $name "*)
        [ -f "$CAPS/large.pcap" ] || { skip "$name" "no gencap"; return; } ;;
    esac
    began=$(date +%s)
    "$PLAY" "$1" >"$CAPS/out" 2>&1
    take_over "$name" $?
    echo "# $name: $(($(date +%s) - began)) s"
}

if [ $# -gt 0 ]; then
    for script; do play "$script"; done
else
    for script in "$here"/*.play; do play "$script"; done
    sh "$here/selftest.sh" "$PLAY" >"$CAPS/out" 2>&1
    take_over selftest.sh $?
    if [ -x "$MONKEY" ]; then
        for kind in file live old; do
            case $kind in
            file) input=$DEMO resizes=3 term=xterm-256color lang=C.UTF-8 ;;
            live) input=demo resizes=40 term=xterm-256color lang=C.UTF-8 ;;
            old) input=demo resizes=10 term=xterm lang=C ;;
            esac
            MONKEY_RESIZES=$resizes MONKEY_TERM=$term MONKEY_LANG=$lang \
                "$MONKEY" "${MONKEY_SEED:-1}" "${MONKEY_SECONDS:-3}" "$SIPWHY" $input \
                >"$CAPS/out" 2>&1
            take_over "monkey: $kind" $?
        done
    else
        skip monkey "not built"
    fi
fi
echo "1..$tests"
[ "$bad" -eq 0 ]
