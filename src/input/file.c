/*
 * Capture files by name, mapped; and standard input or any other pipe, read
 * through a window. Everything before a damage is handed over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mapping.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/capture.h"
#include "input/input.h"

#define READ_SIZE 262144
#define AHEAD 512 /* bytes fetched from memory before they are asked for: most headers */

struct file_source {
    struct source source;
    struct capture *capture;
    struct mapping map; /* of a regular file */
    bool mapped;
    dev_t device; /* which file is mapped, to notice that it became shorter */
    ino_t inode;
    uint8_t *window; /* of a pipe */
    size_t start, filled, size;
    bool eof;
    int flags; /* the descriptor's, to be given back: a pipe may be shared */
};

static const uint8_t *bytes_of(const struct file_source *f, size_t *left)
{
    if (f->mapped) {
        *left = f->map.size - f->source.stats.position;
        return f->map.data + f->source.stats.position;
    }
    *left = f->filled - f->start;
    return f->window ? f->window + f->start : NULL;
}

static void consume(struct file_source *f, size_t n)
{
    f->source.stats.position += n;
    if (!f->mapped)
        f->start += n;
}

/* Reads more of a pipe. False when there is nothing now. */
static bool fill_window(struct file_source *f)
{
    if (f->start > 0) {
        memmove(f->window, f->window + f->start, f->filled - f->start);
        f->filled -= f->start;
        f->start = 0;
    }
    if (f->size - f->filled < READ_SIZE) {
        f->size = f->filled + 2 * READ_SIZE; /* bounded by the largest record */
        f->window = mem_grow(f->window, f->size);
    }
    ssize_t n = read(f->source.fd, f->window + f->filled, f->size - f->filled);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n < 0)
        source_trouble(&f->source, _("%s: cannot read on: %s"), source_title(&f->source),
                       strerror(errno));
    f->eof = n <= 0;
    f->filled += n > 0 ? (size_t)n : 0;
    return true;
}

/* For "after packet %u (byte %llu)". */
#define WHERE(f) (f)->capture->frames, (unsigned long long)(f)->source.stats.position

/* The window holds no whole record: read on, wait, or end. */
static enum input_status need_more(struct file_source *f, size_t left, bool *again)
{
    if (!f->mapped && !f->eof) {
        *again = fill_window(f);
        return INPUT_WAIT;
    }
    if (left > 0)
        source_trouble(&f->source,
                       _("%s: ends in the middle of a packet after packet %u (byte %llu); "
                         "everything before it is shown"),
                       source_title(&f->source), WHERE(f));
    return INPUT_END;
}

/*
 * Whether a mapped file is now shorter than it was. Whole missing pages are noticed by the
 * mapping; the rest of the last page just reads as zeros, so what looks like that is asked
 * about. By name, since thousands of files would be too many descriptors to keep.
 */
static bool was_cut(const struct file_source *f, enum capture_result result,
                    const struct packet *packet)
{
    struct stat st;
    uint64_t needed = f->map.size;
    if (!f->mapped)
        return false;
    if (f->map.cut)
        return true;
    if (result == CAPTURE_SKIP)
        return false;
    if (result == CAPTURE_PACKET) {
        if (packet->caplen > 0 && packet->data[packet->caplen - 1] != 0)
            return f->map.cut; /* touching the byte may have told */
        needed = f->source.stats.position;
    }
    return stat(f->source.name, &st) == 0 && st.st_dev == f->device && st.st_ino == f->inode &&
           (uint64_t)st.st_size < needed;
}

/* The capture reader is made as soon as enough bytes for its magic are there. */
static bool recognise(struct file_source *f, const uint8_t *data, size_t left)
{
    if (left < CAPTURE_MAGIC && !f->mapped && !f->eof)
        return true;
    f->capture = capture_open(data, left);
    if (f->capture)
        return true;
    source_trouble(&f->source,
                   left ? _("%s: not a pcap or pcapng file; name a capture file")
                        : _("%s: is empty; name a capture file"),
                   source_title(&f->source));
    return false;
}

/* The next packet comes from memory while this one is worked on. */
static void fetch_ahead(const uint8_t *next, size_t left)
{
    for (size_t i = 0; i < AHEAD && i < left; i += 64)
        __builtin_prefetch(next + i);
}

static enum input_status next_packet(struct source *source, struct packet *packet)
{
    struct file_source *f = (struct file_source *)source;
    for (;;) {
        size_t left, used = 0;
        const uint8_t *data = bytes_of(f, &left);
        if (!f->capture && !recognise(f, data, left))
            return INPUT_END;
        enum capture_result result = f->capture
                                         ? capture_next(f->capture, data, left, &used, packet)
                                         : CAPTURE_MORE;
        consume(f, used);
        if (was_cut(f, result, packet)) {
            source_trouble(source,
                           _("%s: was shortened while it was read, it ends after packet %u (byte "
                             "%llu); everything before it is shown"),
                           source_title(source), WHERE(f));
            return INPUT_END;
        }
        if (result == CAPTURE_PACKET) {
            packet->mapped = f->mapped;
            fetch_ahead(data + used, left - used);
            if (f->mapped)
                mapping_read_ahead(&f->map, (size_t)source->stats.position);
            return INPUT_PACKET;
        }
        if (result == CAPTURE_DAMAGED) {
            source_trouble(source,
                           _("%s: %s after packet %u (byte %llu); everything before it is shown"),
                           source_title(source), tr(capture_error(f->capture)), WHERE(f));
            return INPUT_END;
        }
        bool again = false;
        if (result == CAPTURE_MORE) {
            enum input_status status = need_more(f, left, &again);
            if (!again)
                return status;
        }
    }
}

static void close_file(struct source *source)
{
    struct file_source *f = (struct file_source *)source;
    capture_close(f->capture);
    if (f->mapped)
        mapping_close(&f->map);
    if (source->fd >= 0) {
        fcntl(source->fd, F_SETFL, f->flags);
        close(source->fd);
    }
    free(f->window);
    free(f);
}

static const struct source_ops file_ops = {
    .kind = "file",
    .next = next_packet,
    .close = close_file,
};

static int prepare(struct file_source *f, int fd, const char *path, char **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        *error = mem_format(_("%s: is a directory; name a capture file"), path);
        return -1;
    }
    if (S_ISREG(st.st_mode) && st.st_size > 0) {
        if (mapping_open(&f->map, fd, (size_t)st.st_size) < 0) {
            *error = mem_format(_("%s: cannot map: %s"), path, strerror(errno));
            return -1;
        }
        f->mapped = true;
        f->device = st.st_dev;
        f->inode = st.st_ino;
        f->source.stats.size = f->map.size;
        if (!recognise(f, f->map.data, f->map.size)) {
            *error = f->source.trouble;
            f->source.trouble = NULL;
            mapping_close(&f->map);
            return -1;
        }
        close(fd);
        return 0;
    }
    if (isatty(fd)) {
        *error = mem_format(_("%s: is a terminal; pipe a capture into it or name a file"), path);
        return -1;
    }
    f->source.fd = fd;
    f->flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, f->flags | O_NONBLOCK);
    return 0;
}

struct source *source_open_file(const char *path, char **error)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        *error = mem_format(_("%s: cannot open: %s"), path, strerror(errno));
        return NULL;
    }
    struct file_source *f = mem_zero(sizeof *f);
    f->source.ops = &file_ops;
    f->source.fd = -1;
    f->source.name = mem_text(standard ? N_("standard input") : path);
    if (prepare(f, fd, path, error) == 0)
        return &f->source;
    close(fd);
    free(f->source.name);
    free(f);
    return NULL;
}
