#!/bin/sh
# embed.sh FILE OUT.c: the bundled capture as a C array (see src/demo.h).
set -e
{
    printf '/* Made by demo/embed.sh from %s. */\n#include "demo.h"\n\n' "$(basename "$1")"
    printf 'const uint8_t demo_capture[] = {\n'
    od -An -v -tu1 "$1" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
    printf '};\nconst size_t demo_capture_size = sizeof demo_capture;\n'
} >"$2.tmp"
mv "$2.tmp" "$2"
