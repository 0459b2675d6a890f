#!/bin/sh
# What the diagnosis finds in captures from elsewhere, which are not part of the project: each
# finding was looked at and judged, see judged.tsv. Skipped where the captures are not at hand.
#
#   SIPWHY=PROGRAM SIPWHY_CAPTURES=FOLDER tests/cases/findings.sh
set -u

SRCDIR=$(cd "${SRCDIR:-$(dirname "$0")/../..}" && pwd) || exit 1
SIPWHY=${SIPWHY:-./sipwhy}
captures=${SIPWHY_CAPTURES:-}/captures
judged=$SRCDIR/tests/cases/judged.tsv
if [ ! -d "$captures" ]; then
    echo "1..0 # SKIP SIPWHY_CAPTURES names no folder"
    exit 0
fi
command -v jq >/dev/null || { echo "1..0 # SKIP jq is not installed"; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/findings.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

count=0 failures=0
for capture in "$captures"/*.pcap*; do
    name=$(basename "$capture")
    count=$((count + 1))
    timeout 20 "$SIPWHY" report --json "$capture" 2>/dev/null |
        jq -r '.findings[] | [.rule, .severity, (.messages | map(tostring) | join(","))] | @tsv' |
        sort >"$work/got"
    awk -F'\t' -v name="$name" 'BEGIN { OFS = "\t" } $1 == name { print $2, $3, $4 }' "$judged" |
        sort >"$work/want"
    if diff -u --label judged --label found "$work/want" "$work/got" >"$work/diff"; then
        echo "ok $count - $name"
    else
        failures=$((failures + 1))
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/diff"
    fi
done
echo "1..$count"
[ "$failures" -eq 0 ]
