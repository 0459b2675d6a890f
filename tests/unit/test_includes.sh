#!/bin/sh
# Who may include whom. Data flows one way, from the wire to the screen, and nothing to the left
# knows anything to its right; each outside library has one home, so that it can be replaced; and
# every header may be included twice. Reads the #include lines of src/, says what breaks a rule.
#
# The rules are the two tables below. A new module, or a new outside library, needs a row here.
set -u
LC_ALL=C
export LC_ALL

tree=${SRCDIR:-$(dirname "$0")/../..}
work=$(mktemp -d "${TMPDIR:-/tmp}/includes.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# A module and what it may include besides itself: a module ("base/"), or one header of it.
# "top" stands for the files of src/ itself, which may include anything; "-" for nothing.
cat >"$work/modules" <<'END'
base      -
net       base/
sip       base/
media     base/
help      base/
input     base/ net/
store     base/ net/packet.h net/addr.h net/event.h net/tls_facts.h sip/ media/
diagnose  base/ sip/ media/ store/
probe     base/ net/packet.h sip/
export    base/ net/packet.h net/addr.h net/hep.h sip/ media/ store/ diagnose/ help/
ui        base/ net/ sip/ media/ store/ diagnose/ help/ export/ input/input.h probe/probe.h
ui        hosts.h options.h session.h pipeline.h left_out.h knowledge.h configfile.h
END

# An outside header, as a regular expression, and where it is at home: files or modules.
cat >"$work/homes" <<'END'
^(ncurses(w/.*|/.*)?|curses|panel|menu|form|term)\.h$   ui/
^readline/               ui/prompt.c
^osip(parser)?2/         sip/parse.c sip/sdp.c probe/
^pcap(/.*)?\.h$          input/live.c export/pcap.c
^pcre2.*\.h$             base/regex.c
^jansson.*\.h$           headless.h findings.c report.c list.c export/page.c sip/tree_markup.c
^(event2/.*|event|evdns|evhttp)\.h$   ui/console.c ui/resolver.c
^xx[h3].*\.h$            base/hash.c
^zlib\.h$                base/unpack.c
^zstd.*\.h$              base/unpack.c
^openssl/                net/tls_crypto.c base/channel_tls.c
^libpq                   input/homer.c
END

# The checker: reads the two tables, then "FILE:LINE:TEXT" lines; prints a line a broken rule.
# Input: -v src=FOLDER only shortens names.
cat >"$work/check.awk" <<'END'
function module_of(path) { return index(path, "/") ? substr(path, 1, index(path, "/") - 1) : "top" }
function fits(path, list,    i, n, part) {
    n = split(list, part, " ")
    for (i = 1; i <= n; i++)
        if (part[i] == path || (part[i] ~ /\/$/ && index(path, part[i]) == 1))
            return 1
    return 0
}
function complain(rule, text) { print rule "\t" file ":" line ": " text }

FILENAME ~ /modules$/ { name = $1; sub(/^[a-z]+ +/, ""); may[name] = may[name] " " $0; next }
FILENAME ~ /homes$/ {
    pattern[++homes] = $1
    home[homes] = $0
    sub(/^[^ ]+ +/, "", home[homes])
    next
}
{
    split($0, part, ":")
    file = part[1]; line = part[2]
    text = substr($0, length(file) + length(line) + 3)
    from = module_of(file)
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", text)
    own = substr(text, 1, 1) == "\""
    header = substr(text, 2)
    sub(/[">].*/, "", header)
}
own {
    to = module_of(header)
    edges++
    if (from != "top" && !(from in may))
        complain("edge", "the module " from " has no row in this test")
    else if (from != "top" && from != to && !fits(header, may[from]))
        complain("edge", from " may not include \"" header "\"")
    if (header ~ /private\.h$/ && from != to)
        complain("private", "\"" header "\" is for the files of " to "/ only")
}
!own {
    for (i = 1; i <= homes; i++)
        if (header ~ pattern[i] && !fits(file, home[i]))
            complain("home", "<" header "> is at home in " home[i])
}
END

# All include lines of a source folder, with names below it.
includes_of()
{
    (cd "$1" && find . -name '*.[ch]' | sort | sed 's|^\./||' |
        xargs grep -n '^[[:space:]]*#[[:space:]]*include' /dev/null)
}

# Headers whose first two directives are not #ifndef X and #define X with the same X.
unguarded()
{
    (cd "$1" && find . -name '*.h' | sort | sed 's|^\./||' | while read -r header; do
        awk -v header="$header" '
            /^[ \t]*#[ \t]*/ { sub(/^[ \t]*#[ \t]*/, ""); n++; directive[n] = $1; name[n] = $2 }
            n == 2 { exit }
            END {
                if (directive[1] != "ifndef" || directive[2] != "define" || name[1] != name[2])
                    print "guard\t" header ": no include guard"
            }' "$header"
    done)
}

broken_rules()
{
    includes_of "$1" | awk -f "$work/check.awk" "$work/modules" "$work/homes" -
    unguarded "$1"
}

count=0 status=0
# tell RULE WHAT: one test; ok when nothing of this rule is in the list.
tell()
{
    count=$((count + 1))
    if grep -q "^$1	" "$work/broken"; then
        echo "not ok $count - $2"
        sed -n "s/^$1	/#   /p" "$work/broken"
        status=1
    else
        echo "ok $count - $2"
    fi
}

# The checker itself: a small tree that breaks each rule once must give one line a rule.
mkdir -p "$work/src/base" "$work/src/store" "$work/src/ui" "$work/src/odd"
echo '#include "store/store.h"' >"$work/src/base/up.c"
printf '#include "base/span.h"\n#include <stdio.h>\n' >"$work/src/store/fine.c"
printf '#ifndef A\n#define A\n#endif\n' >"$work/src/store/store.h"
printf '#ifndef A\n#define B\n#endif\n' >"$work/src/store/bare.h"
printf '  #  include "store/private.h"\n# include <ncurses.h>\n' >"$work/src/ui/view.c"
echo '#include <ncurses.h>' >"$work/src/report.c"
echo '#include "base/span.h"' >"$work/src/odd/new.c"
broken_rules "$work/src" | sort >"$work/broken"
count=1
found=$(cut -f1 "$work/broken" | tr '\n' ' ')
if [ "$found" = "edge edge guard home private " ]; then
    echo "ok 1 - a tree that breaks every rule is found out"
else
    echo "not ok 1 - a tree that breaks every rule is found out"
    sed 's/^/#   /' "$work/broken"
    status=1
fi

lines=$(includes_of "$tree/src" | wc -l)
count=2
if [ "$lines" -gt 100 ]; then
    echo "ok 2 - $((lines)) include lines are read"
else
    echo "not ok 2 - only $((lines)) include lines in $tree/src"
    status=1
fi
broken_rules "$tree/src" >"$work/broken"
tell edge "modules include only what stands to their left"
tell private "nobody includes another module's private header"
tell home "outside libraries are used in their homes only"
tell guard "every header has an include guard"
echo "1..$count"
exit "$status"
