/*
 * Memory that is zero, and arrays of it that grow by doubling, the number of an item being its id
 * elsewhere. Large ones come from the system, which clears each page when it is first touched and
 * moves them without copying: no step of growing costs more than the item it is taken for.
 */
#ifndef SIPWHY_BASE_ZEROED_H
#define SIPWHY_BASE_ZEROED_H

#include <stddef.h>

/* NULL when memory is short. */
void *zeroed_new(size_t bytes);
/* As realloc() does; `had` bytes were asked for before. NULL: memory is short, and `p` is as it was. */
void *zeroed_grow(void *p, size_t had, size_t bytes);
/* `bytes` as they were asked for. */
void zeroed_free(void *p, size_t bytes);

/*
 * Makes room for item `at` of an array of `*count` items of `item` bytes each, both NULL and 0 at
 * first; returns where it lies now. Ends the program when memory is short, as mem_grow() does.
 */
void *zeroed_room(void *array, size_t *count, size_t at, size_t item);
/* How many items zeroed_room() makes of `count` for item `at`. */
size_t zeroed_count(size_t count, size_t at);

#endif
