#!/bin/sh
# Builds the program once more in a folder of its own, with what a run over generated traffic has
# shown of its branches: captures and logs are read some 10 % quicker. For gcc.
#
#   GENCAP=... CC=... tests/bench/profiled.sh SOURCE FOLDER
#
#   SOURCE  the source tree, FOLDER where to build: the program is FOLDER/sipwhy
#   GENCAP  the program tests/bench/gencap; CC the compiler (gcc)
set -eu

[ $# = 2 ] || { echo "usage: tests/bench/profiled.sh SOURCE FOLDER" >&2; exit 2; }
: "${GENCAP:?is the program tests/bench/gencap}"
source=$1 folder=$2 messages=100000
case $("${CC:-gcc}" --version 2>/dev/null | head -n 1) in
*clang* | '') echo "profiled.sh: ${CC:-gcc} is no gcc" >&2; exit 2 ;;
esac
jobs=$(nproc 2>/dev/null || echo 1)

# build FLAGS: the program, with these on top of what configure chooses by itself.
build()
{
    "$source/configure" -q --enable-lto=slim CC="${CC:-gcc}" CFLAGS="-g -O3 $1" &&
        make -s -j"$jobs" sipwhy
}

# train ARGUMENTS: reads what gencap makes of them.
train()
{
    "$GENCAP" -n "$messages" "$@" traffic
    ./sipwhy report traffic >/dev/null
    rm -f traffic
}

mkdir -p "$folder"
cd "$folder"
build "-fprofile-update=single -fprofile-generate"
train
train --tcp
train --hep
train --log pjsua
train --log sipdump
make -s clean
build "-fprofile-use -fprofile-partial-training -Wno-missing-profile -Wno-coverage-mismatch"
echo "$(pwd)/sipwhy is the program, trained"
