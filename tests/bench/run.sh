#!/bin/sh
# Measures sipwhy against its budgets and against its peers, tshark and sngrep, in one run.
#
#   SIPWHY=... GENCAP=... KEYS=... MEASURE=... tests/bench/run.sh [-n MESSAGES] [-p MESSAGES]
#                                                                 [-r ROUNDS] [-k]
#
#   -n  messages of the large captures (1000000: about 3.7 GB in $TMPDIR, removed at the end)
#   -p  messages of the capture that the peers read too (200000; with few, starting is all they do)
#   -r  rounds; the programs take turns in each (3)
#   -k  leave the key measurements out
#
# Builds nothing. MEASURE, PRICE and LOAD are looked for beside KEYS when they are not set. Each
# figure stands beside its budget with PASS or "over"; being slow is never a failure here, not
# working is: exit status 1, and 2 for a wrong call.
#
# Speed is messages a second of wall time, the ratios are of processor time on the same file:
# sngrep only looks every half second whether it is done, and that wait is not its reading. All
# files are in the page cache, where writing them has left them.
set -u
LC_ALL=C
export LC_ALL

usage()
{
    echo "usage: tests/bench/run.sh [-n MESSAGES] [-p MESSAGES] [-r ROUNDS] [-k]" >&2
    exit 2
}

messages=1000000 peer_messages=200000 rounds=3 with_keys=1
while getopts n:p:r:k letter; do
    case $letter in
    n) messages=$OPTARG ;;
    p) peer_messages=$OPTARG ;;
    r) rounds=$OPTARG ;;
    k) with_keys=0 ;;
    *) usage ;;
    esac
done
for number in "$messages" "$peer_messages" "$rounds"; do
    case $number in
    '' | *[!0-9]* | 0*) usage ;;
    esac
done
: "${SIPWHY:?is the program to be measured}" "${GENCAP:?is the program tests/bench/gencap}"
: "${KEYS:?is the program tests/bench/keys}"
MEASURE=${MEASURE:-$(dirname "$KEYS")/measure}
PRICE=${PRICE:-$(dirname "$KEYS")/price}
LOAD=${LOAD:-$(dirname "$KEYS")/load}
for program in "$SIPWHY" "$GENCAP" "$MEASURE" "$PRICE"; do
    [ -x "$program" ] || { echo "run.sh: $program is not built" >&2; exit 2; }
done
if [ "$with_keys" = 1 ] && ! { [ -x "$KEYS" ] && [ -x "$LOAD" ]; }; then
    echo "run.sh: $KEYS or $LOAD is not built (it needs libvterm): the console is not measured" >&2
    with_keys=0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/sipwhy-bench.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

failed=0
trouble()
{
    echo "not working: $*" >&2
    failed=1
}

# The kilobytes that a run needs at most: 620 to 770 bytes a message, five times, 420 in the flood.
needed=$(((messages * 3700 + peer_messages * 620) / 1000))
free=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt "$needed" ]; then
    echo "run.sh: $work has room for $free kB, $needed are needed; set TMPDIR or -n" >&2
    exit 2
fi

# One core, so that nothing is faster by threads; measure itself stays outside.
pin=
taskset -c 0 true 2>/dev/null && pin="taskset -c 0"

# How many messages the program whose output is $work/out says it read; nothing if it says none.
counted()
{
    awk '/^ *messages / { print $2 } /^Number of SIP messages/ { print $NF }' "$work/out"
}

# timed NAME MESSAGES COMMAND...: appends "SECONDS CPU ANON PEAK STATUS" to $work/NAME, unless the
# command did not work: what has not read everything has no speed. MESSAGES "-": it tells none.
timed()
{
    name=$1 wanted=$2
    shift 2
    # shellcheck disable=SC2086 # nothing or three words
    "$MEASURE" "$work/one" $pin "$@" >"$work/out" 2>"$work/err" </dev/null ||
        { trouble "$*"; return; }
    keep "$name" "$wanted" "$*"
}

# Adds $work/one to the figures of NAME if the run counts.
keep()
{
    if [ "$(cut -d' ' -f5 "$work/one")" != 0 ]; then
        trouble "$3: $(tail -n 1 "$work/err")"
    elif [ "$2" != - ] && [ "$(counted)" != "$2" ]; then
        trouble "$3: read $(counted) of $2 messages"
    else
        cat "$work/one" >>"$work/$1"
    fi
}

# column NAME N: the median of a column; span NAME N: its least and greatest value.
column()
{
    [ -s "$work/$1" ] || return
    cut -d' ' -f"$2" "$work/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

span()
{
    [ -s "$work/$1" ] || return
    cut -d' ' -f"$2" "$work/$1" | sort -n | awk 'NR == 1 { a = $1 } { b = $1 } END { print a, b }'
}

# figure WHAT VALUE UNIT BUDGET at-least|at-most [NOTE]; no value, no verdict.
figure()
{
    [ -n "$2" ] || { printf '%-42s not measured\n' "$1"; return; }
    awk -v what="$1" -v value="$2" -v unit="$3" -v budget="$4" -v way="$5" -v note="${6:-}" 'BEGIN {
        good = way == "at-least" ? value >= budget : value <= budget
        places = value < 100 ? 2 : 0
        printf "%-42s %9.*f %-6s budget %s %s   %s   %s\n", what, places, value, unit,
            way == "at-least" ? ">=" : "<=", budget, good ? "PASS" : "over", note
    }'
}

generate()
{
    "$GENCAP" "$@" || { echo "run.sh: gencap $* failed" >&2; exit 1; }
}

echo "machine: $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores," \
    "Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg)"
generate -n 100 "$work/small.pcap"
generate -n "$messages" "$work/calls.pcap"
generate -n "$messages" --tcp "$work/tcp.pcap"
generate -n "$messages" --hep "$work/hep.pcap"
generate -n "$messages" --log sipdump "$work/sipdump.log"
generate -n "$messages" --log pjsua "$work/pjsua.log"
generate -n "$peer_messages" "$work/peers.pcap"

have()
{
    command -v "$1" >/dev/null 2>&1
}

round=1
while [ "$round" -le "$rounds" ]; do
    timed sipwhy "$messages" "$SIPWHY" report --memory 4096 "$work/calls.pcap"
    timed tcp "$messages" "$SIPWHY" report --memory 4096 "$work/tcp.pcap"
    timed hep "$messages" "$SIPWHY" report --memory 4096 "$work/hep.pcap"
    timed sipdump "$messages" "$SIPWHY" report --memory 4096 "$work/sipdump.log"
    timed pjsua "$messages" "$SIPWHY" report --memory 4096 --local 10.0.0.5:5060 \
        "$work/pjsua.log"
    timed sipwhy_peers "$peer_messages" "$SIPWHY" report --memory 4096 "$work/peers.pcap"
    ! have tshark || timed tshark "$peer_messages" tshark -q -z sip,stat -r "$work/peers.pcap"
    # Its default limit of 20000 dialogs would leave most of the file unread; it tells no count.
    ! have sngrep || timed sngrep - sngrep -N -q -F -l "$peer_messages" -I "$work/peers.pcap"
    round=$((round + 1))
done

# quotient A B; nothing when either is missing.
quotient()
{
    awk -v a="$1" -v b="$2" 'BEGIN {
        if (a != "" && b > 0)
            printf "%.*f", (a / b < 1000 ? 2 : 0), a / b
    }'
}

# reading WHAT NAME MESSAGES CAPTURE: a capture is to be read at a million a second, and this at half of
# that: on a slower machine the ratio still tells whether it is as quick as it should be.
reading()
{
    figure "$1" "$(quotient "$3" "$(column "$2" 1)")" msg/s 500000 at-least \
        "$(column "$2" 1) s ($(span "$2" 1 | tr ' ' -))"
    figure "  processor time against the capture" \
        "$(quotient "$(column "$2" 2)" "$(column "$4" 2)")" times 2 at-most
}

echo
echo "reading, $messages messages (median of $rounds rounds, one core)"
wall=$(column sipwhy 1)
figure "sipwhy report" "$(quotient "$messages" "$wall")" msg/s 1000000 at-least \
    "$wall s ($(span sipwhy 1 | tr ' ' -))"
anon=$(column sipwhy 3)
bytes=$(quotient "${anon:+$((anon * 1024))}" "$messages")
figure "memory beyond the mapped file, a message" "$bytes" bytes 300 at-most \
    "$(quotient "$anon" 1024) MiB in all"
figure "over TCP, processor time against UDP" "$(quotient "$(column tcp 2)" "$(column sipwhy 2)")" \
    times 1.5 at-most "$(column tcp 1) s"
for form in hep sipdump pjsua; do
    case $form in hep) what="in HEP" ;; *) what="in a log as $form has it" ;; esac
    reading "$what" "$form" "$messages" sipwhy
done

echo
echo "other logs, $peer_messages messages each, beside a capture of the same"
for form in asterisk chan_sip sofia cube cucm audiocodes oracle ribbon baresip sipp ngrep; do
    generate -n "$peer_messages" --log "$form" "$work/$form.log"
    round=1
    while [ "$round" -le "$rounds" ]; do
        timed "$form" "$peer_messages" "$SIPWHY" report --memory 4096 "$work/$form.log"
        timed "beside_$form" "$peer_messages" "$SIPWHY" report --memory 4096 "$work/peers.pcap"
        round=$((round + 1))
    done
    rm -f "$work/$form.log"
    reading "in a log as $form has it" "$form" "$peer_messages" "beside_$form"
done

echo
echo "the price of the rules, $messages messages, processor time in one process"
# shellcheck disable=SC2086 # nothing or three words
$pin "$PRICE" "$work/calls.pcap" "$rounds" >"$work/price" || trouble "price"
without=$(column price 1)
with=$(column price 2)
[ -z "$without" ] || echo "-- no diagnosis: $(quotient "$messages" "$without") msg/s ($without s)"
figure "read to store and findings" "$(quotient "$messages" "$with")" msg/s 1000000 at-least \
    "$with s ($(span price 2 | tr ' ' -)), $(column price 4) findings"
figure "with all rules, against none" "$(quotient "$with" "$without")" times 1.25 at-most

echo
echo "the peers, $peer_messages messages of the same kind, all on the same file"
own=$(column sipwhy_peers 2)
[ -z "$own" ] || echo "sipwhy: $(quotient "$peer_messages" "$own") msg/s of processor time"
for peer in tshark sngrep; do
    have "$peer" || { echo "$peer: not installed, not compared"; continue; }
    cpu=$(column "$peer" 2)
    figure "$peer takes as many times as long" "$(quotient "$cpu" "$own")" times 20 at-least \
        "$(quotient "$peer_messages" "$cpu") msg/s, $(quotient "$(column "$peer" 3)" 1024) MiB"
done

echo
echo "live budget: a flood of $messages Call-IDs through a pipe, --memory 256"
if "$GENCAP" --flood -n "$messages" |
    "$MEASURE" "$work/one" "$SIPWHY" report --memory 256 - >"$work/out" 2>"$work/err"; then
    keep flood "$messages" "report on a pipe"
else
    trouble "report on a pipe"
fi
figure "resident size at its highest" "$(quotient "$(column flood 4)" 1024)" MiB 281.6 at-most \
    "256 MiB and a tenth; $(column flood 1) s"

if [ "$with_keys" = 1 ]; then
    echo
    echo "console, 200x50"
    generate --flood -s 1767200000 -n "$messages" "$work/rows.pcap"
    "$KEYS" "$SIPWHY" "$work/small.pcap" "$work/calls.pcap" "$work/rows.pcap" ||
        trouble "the console"
    "$LOAD" "$SIPWHY" "$work/rows.pcap" "$work/hep.pcap" || trouble "the console under load"
fi
exit "$failed"
