/* The memory that malloc() grows into. */
#ifndef SIPWHY_BASE_HEAP_H
#define SIPWHY_BASE_HEAP_H

/*
 * Bytes up to `end` were allocated to be kept, with many more to follow: what the heap has grown by is
 * brought in at once, which costs less than a fault for each page. A wish: it may be refused.
 */
void heap_grows(const void *end);

#endif
