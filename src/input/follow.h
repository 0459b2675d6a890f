/*
 * A file that grows, as `tail -F` has it: it is read to its end and looked at again later; when
 * it was cut, or another file has taken its name, reading begins anew. Asked by name and size at
 * intervals, which works on every file system.
 */
#ifndef SIPWHY_INPUT_FOLLOW_H
#define SIPWHY_INPUT_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FOLLOW_NS INT64_C(100000000) /* between two looks */

struct follow;

/* `path` is copied; follow_free() takes NULL. */
struct follow *follow_new(const char *path);
void follow_free(struct follow *follow);
/*
 * For a descriptor that was read to its end: whether there is another beginning to read. Then
 * *fd stands at it, perhaps as a new descriptor; the old one is closed.
 */
bool follow_anew(struct follow *follow, int *fd);

#endif
