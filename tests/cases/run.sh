#!/bin/sh
# Golden cases: runs each row of TESTLIST and compares what the program prints with what it should.
#
#   tests/cases/run.sh [NAME...]       only the cases whose names begin like one of these
#
#   SIPWHY=PROGRAM      the program under test (sipwhy in the current folder)
#   SRCDIR=FOLDER       the source tree (two folders up from this file)
#   CASES_GEN=PROGRAM   gen.c, compiled: also checks that the captures are what it writes
#   UPDATE_CASES=1      writes the expected files anew instead of comparing; read the diff!
#
# See TESTLIST for the form of a row. Each case runs in an empty folder of its own, in UTC and
# C.UTF-8; the path of the captures is taken out of what is printed. Writes TAP.
set -u

SRCDIR=$(cd "${SRCDIR:-$(dirname "$0")/../..}" && pwd) || exit 1
CASES=$SRCDIR/tests/cases
SIPWHY=${SIPWHY:-./sipwhy}
case $SIPWHY in
/*) ;;
*) SIPWHY=$(pwd)/$SIPWHY ;;
esac
if [ ! -x "$SIPWHY" ]; then
    echo "Bail out! $SIPWHY is not a program; set SIPWHY"
    exit 1
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/cases.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
tab=$(printf '\t')
export SRCDIR CASES SIPWHY
TZ=UTC LANG=C.UTF-8 HOME=$work TERM=dumb
export TZ LANG HOME TERM
unset LC_ALL LC_MESSAGES LC_CTYPE LC_TIME LANGUAGE XDG_CONFIG_HOME NO_COLOR

# What rows may call. The program's own exit status is kept, since a pipe would lose it.
sipwhy()
{
    timeout -k 5 20 "$SIPWHY" "$@"
    echo $? >"$work/status"
}
totals()
{
    jq -c '{messages,malformed,retransmissions,duplicates,transactions,dialogs,call_ids}'
}
kinds()
{
    jq -c '[.methods,.codes]'
}
# rows EXPRESSION: the expression for each object of `list --json`, in one line.
rows()
{
    # jq's versions differ in how they write 3000.0
    jq -cs "map($1)" | sed 's/\([0-9]\)\.0\([],}]\)/\1\2/g'
}

# said: a line a message of `list messages --json`: when, who to whom, over what, what it begins with,
# and what is wrong with it.
said()
{
    jq -r '[.time, .src, ">", .dst, .transport, .start_line] + [to_entries[] |
        select(.value == true).key] | join(" ")'
}

# composed A B: what a comparison composes of two topics, in both languages; the pages' own sections,
# which stand between, are left out.
composed()
{
    for language in en ko; do
        sipwhy compare "$1" "$2" --lang $language |
            sed -n -e '1,/^$/p' -e '/^Key differences/,/^Learn more/p' -e '/^주요 차이점/,/^더 알아보기/p' |
            sed '/^Learn more/d; /^더 알아보기/d'
    done
}

# Runs a row's command in a fresh folder; leaves out, err and status in $work.
run_command()
{
    rm -rf "$work/here" "$work/status"
    mkdir "$work/here"
    (
        cd "$work/here" || exit 1
        IFS='
'       # so that paths may hold blanks
        case $1 in
        '!'*) eval "${1#!}" ;;
        *) eval "sipwhy $1" ;;
        esac
    ) >"$work/raw.out" 2>"$work/raw.err" </dev/null
    for stream in out err; do
        sed "s|$CASES/||g; s|$CASES|CASES|g" "$work/raw.$stream" >"$work/$stream"
    done
}

# differs EXPECTED GOT: says how, as TAP comments.
differs()
{
    diff -u --label expected --label printed "$1" "$2" >"$work/diff" && return 1
    sed -n '1,60s/^/# /p' "$work/diff"
}

# The expectation of standard output as a file: written in the row, in a file, or nothing.
expected_output()
{
    case $1 in
    =*) printf '%s\n' "${1#=}" >"$work/want" ;;
    -) : >"$work/want" ;;
    *)
        [ -z "${UPDATE_CASES:-}" ] || cp "$work/out" "$CASES/$1"
        cp "$CASES/$1" "$work/want" || : >"$work/want"
        ;;
    esac
}

# Standard error counts where NAME.err exists; without it a good run must not write there.
compare_errors()
{
    name=$1
    if [ -f "$CASES/expect/$name.err" ]; then
        [ -z "${UPDATE_CASES:-}" ] || cp "$work/err" "$CASES/expect/$name.err"
        differs "$CASES/expect/$name.err" "$work/err"
    elif [ "$2" = 0 ] && [ -s "$work/err" ]; then
        echo "# unexpected on standard error:"
        sed -n '1,20s/^/#   /p' "$work/err"
    fi
}

compare()
{
    name=$1 expected=$2 status=$3
    got=$(cat "$work/status" 2>/dev/null)
    expected_output "$expected"
    differs "$work/want" "$work/out"
    compare_errors "$name" "$status"
    [ "$got" = "$status" ] || echo "# exit status $got instead of $status"
}

count=0 failures=0
tell()
{
    count=$((count + 1))
    if [ -s "$work/complaints" ]; then
        failures=$((failures + 1))
        printf 'not '
    fi
    echo "ok $count - $1"
    cat "$work/complaints"
}

wanted()
{
    name=$1
    shift
    [ $# -gt 0 ] || return 0
    for begin; do
        case $name in
        "$begin"*) return 0 ;;
        esac
    done
    return 1
}

have_jq=yes
command -v jq >/dev/null || have_jq=no
have_tls=yes
"$SIPWHY" report --keylog nothing "$CASES/answered.pcap" >/dev/null 2>&1 || have_tls=no
while IFS=$tab read -r name command expected status rest; do
    case $name in
    '#'* | '') continue ;;
    esac
    wanted "$name" "$@" || continue
    if [ -z "$status" ] || [ -n "$rest" ]; then
        echo "# TESTLIST: the row of '$name' has not four columns" >"$work/complaints"
        tell "$name"
        continue
    fi
    case $have_jq$command in
    no*totals* | no*kinds* | no*rows* | no*jq*)
        count=$((count + 1))
        echo "ok $count - $name # skip jq is not installed"
        continue
        ;;
    esac
    case $have_tls$command in
    no*--keylog* | no*--tls-key* | no*SSLKEYLOGFILE* | no*tls-secrets*)
        count=$((count + 1))
        echo "ok $count - $name # skip built without OpenSSL"
        continue
        ;;
    esac
    run_command "$command"
    compare "$name" "$expected" "$status" >"$work/complaints"
    tell "$name"
done <"$CASES/TESTLIST"

if [ -n "${CASES_GEN:-}" ] && [ $# -eq 0 ]; then
    mkdir "$work/captures"
    "$CASES_GEN" "$work/captures" >"$work/complaints" 2>&1
    for capture in "$work"/captures/*; do
        cmp "$capture" "$CASES/$(basename "$capture")" 2>&1 | sed 's/^/# /'
    done >>"$work/complaints"
    tell "the captures are what gen.c writes"
fi
echo "1..$count"
[ "$failures" -eq 0 ]
