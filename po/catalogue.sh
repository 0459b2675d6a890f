#!/bin/sh
# Turns the catalogues into one C source file, so that the program needs no other file.
#
#   po/catalogue.sh PODIR OUT.c
#
# Takes PODIR/*.po. A text that is marked fuzzy or has no translation is left out: it stays English.
# OUT.c is replaced only when all went well.
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: catalogue.sh PODIR OUT.c" >&2
    exit 2
fi
new=$2.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM

# The strings of a PO file are C strings already; they only have to be put in rows.
awk '
    function flush() {
        if (id != "" && id != "\"\"" && text != "" && text != "\"\"" && !fuzzy && !obsolete) {
            print "    { " id ", " text " },"
            count++
        }
        id = text = ""
        part = ""
        fuzzy = obsolete = 0
    }
    function finish() {
        flush()
        if (language != "")
            printf "};\n\n"
        if (language != "")
            rows = rows "    { \"" language "\", entries_" language ", " count " },\n"
    }
    BEGIN {
        print "/* Written by po/catalogue.sh. Do not edit. */"
        print "#include \"base/tr.h\"\n\n#include <stddef.h>\n"
    }
    FNR == 1 {
        finish()
        language = FILENAME
        sub(/.*\//, "", language)
        sub(/\.po$/, "", language)
        count = 0
        print "static const struct tr_entry entries_" language "[] = {"
    }
    /^#~/ { next }
    /^$/ { flush(); next }
    /^#,.*fuzzy/ { fuzzy = 1; next }
    /^#/ { next }
    /^msgid_plural / { part = "plural"; next }
    /^msgid / { if (id != "") flush(); part = "id"; sub(/^msgid /, ""); id = $0; next }
    /^msgstr(\[0\])? / { part = "text"; sub(/^msgstr(\[0\])? /, ""); text = $0; next }
    /^msgstr\[/ { part = "other"; next }
    /^"/ && part == "id" { id = id " " $0; next }
    /^"/ && part == "text" { text = (text == "\"\"" ? "" : text " ") $0; next }
    END {
        finish()
        print "const struct tr_catalogue tr_catalogues[] = {"
        printf "%s", rows
        print "    { NULL, NULL, 0 },\n};"
    }' "$1"/*.po >"$new"
mv -f "$new" "$2"
