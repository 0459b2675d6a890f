/*
 * A file that grows, as `tail -F` has it: it is read to its end and looked at again later; when
 * it was cut, or another file has taken its name, reading begins anew. Who writes a file that was
 * rotated may go on for a while: it is left only when nothing more comes. Asked by name and size
 * at intervals, which works on every file system.
 */
#ifndef SIPWHY_INPUT_FOLLOW_H
#define SIPWHY_INPUT_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FOLLOW_NS INT64_C(100000000)        /* between two looks */
#define FOLLOW_STILL_NS INT64_C(1000000000) /* nothing came for so long: no more is written now */
#define FOLLOW_LATE_NS INT64_C(10000000000) /* the most that a file is read after its rotation */

struct follow;

/* `path` is copied; NULL: whatever happens to the name, it stays with this file. follow_free() takes NULL. */
struct follow *follow_new(const char *path);
void follow_free(struct follow *follow);
/*
 * For a descriptor that was read to its end, at `now_ns` (any clock that goes on): whether there is
 * another beginning to read. Then *fd stands at it, perhaps as a new descriptor; the old one is
 * closed.
 */
bool follow_anew(struct follow *follow, int *fd, int64_t now_ns);
/* For how long the end has stayed where it is, as far as follow_anew() was asked. */
int64_t follow_still(const struct follow *follow, int64_t now_ns);

#endif
