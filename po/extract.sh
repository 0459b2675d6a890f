#!/bin/sh
# Writes the template of all texts that the sources mark with _(), N_() and tr_n().
#
#   po/extract.sh SOURCEDIR OUT.pot
set -eu
out=$(readlink -f -- "$2")
cd "$1"
find src -name '*.c' -o -name '*.h' | LC_ALL=C sort |
    xgettext --files-from=- --from-code=UTF-8 --language=C --keyword --keyword=_ --keyword=N_ \
        --keyword=tr_n:1,2 --add-location=file --package-name=sipwhy --no-wrap --output="$out"
