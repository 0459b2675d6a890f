#!/bin/sh
# Turns the knowledge base into one C source file, so that the program needs no other file.
#
#   help/bundle.sh HELPDIR OUT.c
#
# Takes HELPDIR/*.tsv and HELPDIR/LANG/**/*.md in byte order of their paths, each as one string
# literal, which compilers read far faster than lists of numbers. OUT.c is replaced only when all
# went well.
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ]; then
    echo "usage: bundle.sh HELPDIR OUT.c" >&2
    exit 2
fi
source=$1
out=$2
[ -f "$source/codes.tsv" ] || { echo "bundle.sh: $source/codes.tsv is missing" >&2; exit 2; }

new=$out.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM

# '?' is escaped because of trigraphs.
(cd "$source" && find . \( -path './*/*.md' -o -path './*.tsv' ! -path './*/*' \) -type f) |
    sed 's,^\./,,' | sort |
    awk -v dir="$source" '
        function fail(text) {
            print "bundle.sh: " text >"/dev/stderr"
            failed = 1
            exit 1
        }
        BEGIN {
            print "/* Written by help/bundle.sh. Do not edit. */"
            print "#include \"help/bundle.h\"\n"
            print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
            print "const struct help_file help_bundle[] = {"
        }
        {
            if ($0 ~ /["\\?]/)
                fail("odd file name: " $0)
            file = dir "/" $0
            total = 0
            printf "{ \"%s\",\n", $0
            while ((got = (getline line <file)) > 0) {
                total += length(line) + 1
                gsub(/[\\"?]/, "\\\\&", line)
                gsub(/\t/, "\\t", line)
                gsub(/\r/, "\\r", line)
                printf "\"%s\\n\"\n", line
            }
            if (got < 0)
                fail("cannot read " file)
            if (total == 0)
                print "\"\""
            close(file)
            printf ", %d },\n", total
        }
        END {
            if (failed)
                exit 1
            print "};"
            print "const size_t help_bundle_count = sizeof(help_bundle) / sizeof(help_bundle[0]);"
        }' >"$new"
mv -f "$new" "$out"
