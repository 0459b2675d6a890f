/* Memory for large tables that are looked up all over the place. */
#ifndef SIPWHY_BASE_MEMORY_H
#define SIPWHY_BASE_MEMORY_H

#include <stddef.h>

/*
 * At least `n` bytes of memory as it comes, in large pages where the system has them: look-ups
 * then spare most walks through page tables. Small requests are ordinary memory. NULL when
 * memory is short; release with free().
 */
void *memory_table(size_t n);

#endif
