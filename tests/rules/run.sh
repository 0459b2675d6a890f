#!/bin/sh
# The proof of the diagnosis: captures written from the scripts beside this file, each with what
# shall be found in it. See talk.py for the language and judge.py for when a case passes.
#
#   tests/rules/run.sh [-k] [-n NAME]     -n: only cases whose names begin so; -k: keep the captures
#
#   RULES_TABLE=FILE  the table is written there, too
#   SIPWHY=PROGRAM    the program under test (sipwhy in the current folder)
#   SRCDIR=FOLDER     the source tree (two folders up from this file)
set -u

SRCDIR=$(cd "${SRCDIR:-$(dirname "$0")/../..}" && pwd) || exit 1
SIPWHY=${SIPWHY:-./sipwhy}
case $SIPWHY in
/*) ;;
*) SIPWHY=$(pwd)/$SIPWHY ;;
esac
export SIPWHY
if ! command -v python3 >/dev/null 2>&1; then
    echo "1..0 # SKIP python3 is not installed"
    exit 0
fi
if [ ! -x "$SIPWHY" ]; then
    echo "Bail out! $SIPWHY is not a program; set SIPWHY"
    exit 1
fi
TZ=UTC LANG=C.UTF-8
export TZ LANG
unset LC_ALL LC_MESSAGES LANGUAGE
exec python3 -B "$SRCDIR/tests/rules/judge.py" -r "$SRCDIR/help/en/finding" "$@" "$SRCDIR"/tests/rules/*.talk
