/*
 * Where a capture's bytes come from: a mapped file, a pipe read through a window, or
 * either of them unpacked into a window when it is compressed. The reader of a format
 * sees bytes that follow one another and knows nothing of it.
 */
#ifndef SIPWHY_INPUT_FEED_H
#define SIPWHY_INPUT_FEED_H

#include <sys/types.h>

#include "base/mapping.h"
#include "base/unpack.h"

enum feed_result {
    FEED_GROWN,  /* there are more bytes */
    FEED_WAIT,   /* nothing now: wait for the descriptor */
    FEED_END,    /* that was all */
    FEED_FAILED, /* reading failed; errno says how */
    FEED_ANEW,   /* the file that is followed was cut or replaced: feed_rewind() goes over */
    FEED_DAMAGED /* the compressed data; feed_error() says how */
};

/* Bytes read and not yet used: from `start` to `filled`. */
struct window {
    uint8_t *p;
    size_t start, filled, size;
};

struct feed {
    int fd;                /* of a pipe, or -1 */
    int flags;             /* the descriptor's, to be given back: a pipe may be shared */
    struct follow *follow; /* it is read as it grows; NULL: to its end */
    struct mapping map;    /* of a regular file */
    bool mapped;
    dev_t device; /* which file is mapped, to notice that it became shorter */
    ino_t inode;
    size_t taken; /* of the map */
    struct window raw, plain;
    struct unpack *unpack; /* NULL: the bytes are taken as they are */
    bool asked;            /* whether they are compressed is known */
    bool eof;              /* the pipe's end was read */
    uint64_t position;     /* bytes used so far, as the reader counts them */
};

/*
 * Takes the descriptor over, except on failure: -1 with errno. With `follow`, reading does not end
 * with a regular file; it goes over to another one that takes the name (NULL: it does not).
 */
int feed_open(struct feed *feed, int fd, bool follow, const char *name);
void feed_close(struct feed *feed);
/* The bytes not used yet, as far as they are there. They stay when feed_stays() says so. */
const uint8_t *feed_bytes(const struct feed *feed, size_t *left);
bool feed_stays(const struct feed *feed);
void feed_use(struct feed *feed, size_t n);
/* Gets more bytes; what feed_bytes() gave has moved. */
enum feed_result feed_more(struct feed *feed);
/* Begins again at the first byte and frees all memory; for a mapped file, or after FEED_ANEW. */
void feed_rewind(struct feed *feed);
/*
 * Whether the file that is followed has not grown for so long that what is there counts as all for
 * now: longer when it ends where nothing does, in the midst of a line or record.
 */
bool feed_is_still(const struct feed *feed);
/* Whether the mapped file is now shorter than `needed` bytes (SIZE_MAX: than it was). */
bool feed_was_cut(const struct feed *feed, const char *path, uint64_t needed);
/* How far reading is in the file itself, compressed or not. */
uint64_t feed_progress(const struct feed *feed);
/* After FEED_END: whether everything was used, and the compressed data came to their end. */
bool feed_is_whole(const struct feed *feed);
const char *feed_error(const struct feed *feed);

#endif
