/*
 * The knowledge base as it is compiled into the program: every file of help/ as
 * text. help/bundle.sh writes the one source file that defines it.
 */
#ifndef SIPWHY_HELP_BUNDLE_H
#define SIPWHY_HELP_BUNDLE_H

#include <stddef.h>

/* One file: `path` is relative to help/ ("en/code/488.md"), `length` counts bytes of `text`. */
struct help_file {
    const char *path;
    const char *text;
    size_t length;
};

/* Sorted by path, byte by byte. */
extern const struct help_file help_bundle[];
extern const size_t help_bundle_count;

#endif
