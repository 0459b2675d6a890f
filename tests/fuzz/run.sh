#!/bin/sh
# run.sh TARGET: a fuzz target over its corpus and for a bounded time, as one TAP test. Works with
# libFuzzer's main() and with standalone.c, which understand different options.
#
#   FUZZ_SECONDS   time for mutations (10)
set -u
target=$1
name=$(basename "$target")
here=$(dirname "$0")
seconds=${FUZZ_SECONDS:-10}
corpus=$here/corpus/${name#fuzz_}
dict=$here/${name#fuzz_}.dict
case $name in fuzz_diff | fuzz_scan | fuzz_parse | fuzz_stream | fuzz_tree | fuzz_ledger) dict=$here/sip.dict ;; esac

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
if "$target" -help=1 2>&1 | grep -q libFuzzer; then
    mkdir "$work/new"
    set -- "-max_total_time=$seconds" -timeout=20 -rss_limit_mb=4096 "-artifact_prefix=$work/" \
        -print_final_stats=1 "$work/new" "$corpus"
    [ ! -f "$dict" ] || set -- "-dict=$dict" "$@"
    echo 1..1
    if "$target" "$@" >"$work/log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
        echo "ok 1 - $name: ${runs:-?} inputs in $seconds s"
    else
        echo "not ok 1 - $name"
        tail -n 40 "$work/log" | sed 's/^/# /'
        for found in "$work"/crash-* "$work"/timeout-* "$work"/oom-* "$work"/leak-*; do
            [ -f "$found" ] && echo "# input, base64: $(base64 -w0 <"$found")"
        done
        exit 1
    fi
else
    set -- -s "$seconds" "$corpus"
    [ ! -f "$dict" ] || set -- -d "$dict" "$@"
    case $target in /*) ;; *) target=$PWD/$target ;; esac
    case $here in /*) ;; *) here=$PWD/$here ;; esac
    "$target" "$@"
fi
