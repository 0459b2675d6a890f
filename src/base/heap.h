/*
 * The memory that malloc() takes for small things, where very many of them come: asked for in large
 * pieces and large pages, which cost a fraction of a fault for every small page.
 */
#ifndef SIPWHY_BASE_HEAP_H
#define SIPWHY_BASE_HEAP_H

/* To be told what malloc() gave last. A wish: where it cannot be had, nothing happens. */
void heap_grown(const void *newest);

#endif
