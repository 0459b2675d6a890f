/*
 * A file that appears whole or not at all: written beside its target, whose name it takes when
 * every byte has arrived. A full disk or a crash leaves the old file as it was.
 */
#ifndef SIPWHY_EXPORT_FILE_H
#define SIPWHY_EXPORT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct export_file {
    FILE *file; /* NULL: not open */
    char *path, *part;
    bool overwrite;
    long pushed; /* bytes that the disk was told to begin with */
    int trouble; /* errno of a write that failed before the end, else 0 */
};

/* 0, or -1 with *error, one line that the caller frees, also where a file is there already. */
int export_file_open(struct export_file *f, const char *path, bool overwrite, char **error);
/* Lets the disk begin with what was written, so that the end need not wait for all of it. */
void export_file_push(struct export_file *f);
/* Puts it in its place. In any case it is closed. */
int export_file_finish(struct export_file *f, char **error);
/* Closes and forgets it; nothing is left. */
void export_file_drop(struct export_file *f);

#endif
