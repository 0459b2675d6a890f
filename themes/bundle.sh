#!/bin/sh
# bundle.sh FOLDER OUT.c: the themes of a folder, files without a dot in their names, as C strings,
# so that the program needs no other file (see src/ui/theme_file.h).
set -eu
LC_ALL=C
export LC_ALL
{
    printf '/* Made by themes/bundle.sh. */\n#include "ui/theme_file.h"\n\n'
    printf 'const struct theme_text theme_bundle[] = {\n'
    for file in "$1"/*; do
        name=${file##*/}
        case $name in *.*) continue ;; esac
        printf '{ "%s",\n' "$name"
        sed 's/[\\"]/\\&/g; s/^/"/; s/$/\\n"/' "$file"
        printf '},\n'
    done
    printf '};\nconst size_t theme_bundle_count = sizeof theme_bundle / sizeof theme_bundle[0];\n'
} >"$2.tmp"
mv "$2.tmp" "$2"
