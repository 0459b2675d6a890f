/* Memory that is about to be written: its pages at once cost less than a fault for each. */
#ifndef SIPWHY_BASE_HEAP_H
#define SIPWHY_BASE_HEAP_H

#include <stddef.h>

/* Brings in what will be written to its end. A wish: older kernels refuse. */
void heap_bring_in(const void *start, size_t n);
/*
 * Bytes up to `end` were allocated to be kept, with many more to follow: brings in what malloc() has
 * let the heap grow by.
 */
void heap_grows(const void *end);

#endif
