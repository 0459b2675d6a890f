/*
 * A file mapped for reading. When somebody cuts the file while it is mapped, the
 * missing pages read as zeros instead of ending the program, and `cut`
 * says so.
 */
#ifndef SIPWHY_BASE_MAPPING_H
#define SIPWHY_BASE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
    const uint8_t *data;
    size_t size;
    struct mapping *next;
    volatile bool cut;
    size_t ready; /* what mapping_read_ahead() has brought in */
};

/* Maps `fd` (the caller still closes it) and registers the mapping; -1 with errno. */
int mapping_open(struct mapping *mapping, int fd, size_t size);
void mapping_close(struct mapping *mapping);
/* Brings the pages behind `position` in, a little ahead of a reader that goes forward. */
void mapping_read_ahead(struct mapping *mapping, size_t position);

#endif
