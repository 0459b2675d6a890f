#!/bin/sh
# Every sign on the screen is explained: the page of keys lists the table in src/ui/signs.c, and no
# other file of src/ui may draw a sign of its own. Apart from that only the theme's marks, the chart's
# steps, lines, and the dots and dashes between words are drawn.
set -u
LC_ALL=C
export LC_ALL

tree=${SRCDIR:-$(dirname "$0")/../..}
work=$(mktemp -d "${TMPDIR:-/tmp}/signs.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
tests=0 bad=0

check() {
    tests=$((tests + 1))
    if [ -s "$work/faults" ]; then
        bad=$((bad + 1))
        echo "not ok $tests - $1"
        sed 's/^/#   /' "$work/faults"
    else
        echo "ok $tests - $1"
    fi
}

# What is left of a file without comments and texts that are translated.
drawn() {
    sed -e 's,/\*.*\*/,,g' -e '/^ *\/\*/,/\*\//d' -e 's/N\{0,1\}_("\([^"\\]\|\\.\)*")//g' "$1" |
        sed -e 's/─//g' -e 's/│//g' -e 's/·//g' -e 's/–//g'
}

for file in "$tree"/src/ui/*.[ch]; do
    case $file in */signs.c | */theme.c | */chart.c) continue ;; esac
    drawn "$file" | grep -n "\"[^\"]*[$(printf '\200-\377')]" | sed "s,^,${file##*/}: ,"
done >"$work/faults"
check "signs are drawn from the one table"

# Each row has three parts, or two and NULL where the next one tells; the last one tells.
sed -n '/^} signs\[SIGNS\]/,/^};/p' "$tree/src/ui/signs.c" | tr '\n' ' ' | sed 's/\[SIGN_/\n&/g' |
    grep '^\[' >"$work/rows"
grep -v '", "[^"]*", *\(N_("\|NULL\)' "$work/rows" >"$work/faults"
tail -n 1 "$work/rows" | grep -q 'N_("' || echo "the last row has no meaning" >>"$work/faults"
check "every sign has a stand-in in ASCII and a meaning"

grep -o '\[SIGN_[A-Z_]*\]' "$work/rows" | tr -d '[]' | sort >"$work/explained"
sed -n '/^enum sign {/,/^};/s/^ *\(SIGN_[A-Z_]*\),$/\1/p' "$tree/src/ui/signs.h" | sort |
    comm -23 - "$work/explained" >"$work/faults"
check "no sign is without its row"

for sign in $(cat "$work/explained"); do
    case $sign in SIGN_BARS | SIGN_SHADES) continue ;; esac # drawn by chart.c, step by step
    grep -l "$sign\b" "$tree"/src/ui/*.c | grep -qv '/signs\.c$' || echo "$sign"
done >"$work/faults"
check "every sign that is explained is drawn"

echo "1..$tests"
[ "$bad" -eq 0 ]
