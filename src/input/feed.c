/* See feed.h. */
#include "input/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/follow.h"

#define READ_SIZE 262144

static size_t window_left(const struct window *w)
{
    return w->filled - w->start;
}

/* Makes room for at least READ_SIZE bytes; grows no further than the largest record asks for. */
static void window_room(struct window *w)
{
    if (w->start > 0) {
        memmove(w->p, w->p + w->start, window_left(w));
        w->filled -= w->start;
        w->start = 0;
    }
    if (w->size - w->filled < READ_SIZE) {
        w->size = w->filled + 2 * READ_SIZE;
        w->p = mem_grow(w->p, w->size);
    }
}

static void window_free(struct window *w)
{
    free(w->p);
    *w = (struct window){ 0 };
}

int feed_open(struct feed *feed, int fd, bool follow, const char *name)
{
    struct stat st;
    *feed = (struct feed){ .fd = -1 };
    if (fstat(fd, &st) < 0)
        return -1;
    if (S_ISREG(st.st_mode) && follow) {
        feed->follow = follow_new(name);
    } else if (S_ISREG(st.st_mode) && st.st_size > 0) {
        if (mapping_open(&feed->map, fd, (size_t)st.st_size) < 0)
            return -1;
        feed->mapped = true;
        feed->device = st.st_dev;
        feed->inode = st.st_ino;
        close(fd);
        return 0;
    }
    feed->fd = fd;
    feed->flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, feed->flags | O_NONBLOCK);
    return 0;
}

void feed_close(struct feed *feed)
{
    feed_rewind(feed);
    if (feed->mapped)
        mapping_close(&feed->map);
    follow_free(feed->follow);
    if (feed->fd >= 0) {
        fcntl(feed->fd, F_SETFL, feed->flags);
        close(feed->fd);
    }
}

/* What is there as the file has it. */
static const uint8_t *raw_bytes(const struct feed *feed, size_t *left)
{
    if (feed->mapped) {
        *left = feed->map.size - feed->taken;
        return feed->map.data + feed->taken;
    }
    *left = window_left(&feed->raw);
    return feed->raw.p ? feed->raw.p + feed->raw.start : NULL;
}

static void use_raw(struct feed *feed, size_t n)
{
    if (feed->mapped)
        feed->taken += n;
    else
        feed->raw.start += n;
}

const uint8_t *feed_bytes(const struct feed *feed, size_t *left)
{
    if (!feed->asked) {
        *left = 0;
        return NULL;
    }
    if (!feed->unpack)
        return raw_bytes(feed, left);
    *left = window_left(&feed->plain);
    return feed->plain.p ? feed->plain.p + feed->plain.start : NULL;
}

bool feed_stays(const struct feed *feed)
{
    return feed->mapped && !feed->unpack;
}

void feed_use(struct feed *feed, size_t n)
{
    feed->position += n;
    if (feed->unpack)
        feed->plain.start += n;
    else
        use_raw(feed, n);
    if (feed->mapped)
        mapping_read_ahead(&feed->map, feed->taken);
}

/* All of a file that is followed was read. */
static enum feed_result look_again(struct feed *feed)
{
    return follow_anew(feed->follow, &feed->fd, clock_monotonic()) ? FEED_ANEW : FEED_WAIT;
}

bool feed_is_still(const struct feed *feed)
{
    size_t left;
    feed_bytes(feed, &left);
    int64_t enough = left ? FOLLOW_LATE_NS : FOLLOW_STILL_NS;
    return feed->follow && follow_still(feed->follow, clock_monotonic()) >= enough;
}

/* Reads more of a pipe. */
static enum feed_result read_raw(struct feed *feed)
{
    struct window *w = &feed->raw;
    if (feed->mapped || feed->eof)
        return FEED_END;
    window_room(w);
    ssize_t n = read(feed->fd, w->p + w->filled, w->size - w->filled);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return FEED_WAIT;
    if (n == 0 && feed->follow)
        return look_again(feed);
    feed->eof = n <= 0;
    if (n < 0)
        return FEED_FAILED;
    w->filled += (size_t)n;
    return n ? FEED_GROWN : FEED_END;
}

/* One step of unpacking: reads on only when what was read is used up. */
static enum feed_result unpack_more(struct feed *feed)
{
    struct window *w = &feed->plain;
    size_t made, left;
    const uint8_t *raw = raw_bytes(feed, &left);
    struct reader in = reader_make(raw, left);
    window_room(w);
    enum unpack_result result = unpack_next(feed->unpack, &in, w->p + w->filled,
                                            w->size - w->filled, &made);
    use_raw(feed, left - reader_left(&in));
    w->filled += made;
    if (made)
        return FEED_GROWN;
    if (result == UNPACK_DAMAGED)
        return FEED_DAMAGED;
    if (result == UNPACK_END)
        return FEED_END;
    return reader_left(&in) ? FEED_GROWN : read_raw(feed);
}

/* Finds out by the first bytes whether they are compressed. */
static enum feed_result ask(struct feed *feed)
{
    size_t left;
    const uint8_t *raw = raw_bytes(feed, &left);
    enum unpack_kind kind;
    if (left < UNPACK_MAGIC) {
        enum feed_result result = read_raw(feed);
        if (result != FEED_END)
            return result;
        raw = raw_bytes(feed, &left);
    }
    feed->asked = true;
    if (!unpack_recognise(raw, left, &kind))
        return left ? FEED_GROWN : FEED_END;
    feed->unpack = unpack_new(kind);
    if (feed->unpack)
        return FEED_GROWN;
    errno = ENOMEM;
    return FEED_FAILED;
}

enum feed_result feed_more(struct feed *feed)
{
    if (!feed->asked)
        return ask(feed);
    return feed->unpack ? unpack_more(feed) : read_raw(feed);
}

void feed_rewind(struct feed *feed)
{
    unpack_free(feed->unpack);
    window_free(&feed->raw);
    window_free(&feed->plain);
    feed->unpack = NULL;
    feed->asked = false;
    feed->taken = 0;
    feed->position = 0;
}

/*
 * Whole missing pages are noticed by the mapping; the rest of the last page just reads as zeros.
 * Asked by name, since thousands of files would be too many descriptors to keep.
 */
bool feed_was_cut(const struct feed *feed, const char *path, uint64_t needed)
{
    struct stat st;
    if (!feed->mapped)
        return false;
    if (feed->map.cut)
        return true;
    if (needed > feed->map.size)
        needed = feed->map.size;
    return stat(path, &st) == 0 && st.st_dev == feed->device && st.st_ino == feed->inode &&
           (uint64_t)st.st_size < needed;
}

uint64_t feed_progress(const struct feed *feed)
{
    return feed->mapped ? feed->taken : feed->position;
}

bool feed_is_whole(const struct feed *feed)
{
    size_t left;
    feed_bytes(feed, &left);
    return left == 0 && (!feed->unpack || unpack_is_whole(feed->unpack));
}

const char *feed_error(const struct feed *feed)
{
    return unpack_error(feed->unpack);
}
