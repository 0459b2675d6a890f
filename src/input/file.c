/*
 * Capture files by name, mapped; and standard input or any other pipe. Both may be
 * compressed. Everything before a damage is handed over.
 *
 * Of a compressed file only the first packet is kept until its turn comes, since hundreds of
 * them may be merged: it is unpacked anew from its beginning then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "input/capture.h"
#include "input/feed.h"
#include "input/input.h"

#define AHEAD 512 /* bytes fetched from memory before they are asked for: most headers */

struct file_source {
    struct source source;
    struct feed feed;
    struct capture *capture; /* NULL while the format is not known, or the file rests */
    bool complete;           /* no more bytes will come */
    uint32_t handed;         /* packets handed over */
    uint8_t *first;          /* the first packet's bytes, of a file that rests */
};

/* For "after packet %u (byte %llu)". */
#define WHERE(f) (f)->capture ? (f)->capture->frames : 0, (unsigned long long)(f)->feed.position

static void damaged(struct file_source *f, const char *how)
{
    source_trouble(&f->source,
                   _("%s: %s after packet %u (byte %llu); everything before it is shown"),
                   source_title(&f->source), tr(how), WHERE(f));
}

static void shortened(struct file_source *f)
{
    source_trouble(&f->source,
                   _("%s: was shortened while it was read, it ends after packet %u (byte "
                     "%llu); everything before it is shown"),
                   source_title(&f->source), WHERE(f));
}

/* There are no whole records left: read on (*again), wait, or end. */
static enum input_status need_more(struct file_source *f, bool *again)
{
    switch (feed_more(&f->feed)) {
    case FEED_GROWN:
        *again = true;
        break;
    case FEED_WAIT:
        return INPUT_WAIT;
    case FEED_FAILED:
        source_trouble(&f->source, _("%s: cannot read on: %s"), source_title(&f->source),
                       strerror(errno));
        break;
    case FEED_DAMAGED:
        if (feed_was_cut(&f->feed, f->source.name, SIZE_MAX))
            shortened(f);
        else
            damaged(f, feed_error(&f->feed));
        break;
    case FEED_END:
        *again = !f->capture && !f->complete;
        f->complete = true;
        if (f->capture && !feed_is_whole(&f->feed))
            source_trouble(&f->source,
                           _("%s: ends in the middle of a packet after packet %u (byte %llu); "
                             "everything before it is shown"),
                           source_title(&f->source), WHERE(f));
        break;
    }
    return INPUT_END;
}

/* The capture reader is made as soon as enough bytes for its magic are there. */
static enum input_status recognise(struct file_source *f)
{
    size_t left;
    const uint8_t *data = feed_bytes(&f->feed, &left);
    while (left < CAPTURE_MAGIC && !f->complete) {
        bool again = false;
        enum input_status status = need_more(f, &again);
        if (!again)
            return status;
        data = feed_bytes(&f->feed, &left);
    }
    f->capture = capture_open(data, left);
    if (f->capture)
        return INPUT_PACKET;
    source_trouble(&f->source,
                   left ? _("%s: not a pcap, pcapng or snoop file; name a capture file")
                        : _("%s: is empty; name a capture file"),
                   source_title(&f->source));
    return INPUT_END;
}

/* Whether the mapped file became shorter; what looks like zeros is asked about. */
static bool was_cut(const struct file_source *f, enum capture_result result,
                    const struct packet *packet)
{
    if (!feed_stays(&f->feed))
        return false;
    if (f->feed.map.cut)
        return true;
    if (result == CAPTURE_SKIP)
        return false;
    if (result != CAPTURE_PACKET)
        return feed_was_cut(&f->feed, f->source.name, SIZE_MAX);
    if (packet->caplen > 0 && packet->data[packet->caplen - 1] != 0)
        return f->feed.map.cut; /* touching the byte may have told */
    return feed_was_cut(&f->feed, f->source.name, f->feed.position);
}

/* Frees what unpacking needs until the next packet is asked for; *packet is kept. */
static void rest(struct file_source *f, struct packet *packet)
{
    if (packet && packet->caplen > 0) {
        f->first = mem_alloc(packet->caplen);
        memcpy(f->first, packet->data, packet->caplen);
        packet->data = f->first;
    }
    capture_close(f->capture);
    f->capture = NULL;
    f->complete = false;
    feed_rewind(&f->feed);
}

static bool may_rest(const struct file_source *f)
{
    return f->feed.mapped && f->feed.unpack;
}

/* The next packet comes from memory while this one is worked on. */
static void fetch_ahead(const uint8_t *next, size_t left)
{
    for (size_t i = 0; i < AHEAD && i < left; i += 64)
        __builtin_prefetch(next + i);
}

static enum input_status hand_over(struct file_source *f, struct packet *packet)
{
    if (packet_is_frame(packet))
        f->handed = packet->frame;
    packet->mapped = feed_stays(&f->feed);
    f->source.stats.position = feed_progress(&f->feed);
    if (packet->frame == 1 && may_rest(f))
        rest(f, packet);
    return INPUT_PACKET;
}

static enum input_status next_packet(struct source *source, struct packet *packet)
{
    struct file_source *f = (struct file_source *)source;
    free(f->first);
    f->first = NULL;
    for (;;) {
        size_t left, used = 0;
        enum input_status status = f->capture ? INPUT_PACKET : recognise(f);
        if (status != INPUT_PACKET)
            return status;
        const uint8_t *data = feed_bytes(&f->feed, &left);
        enum capture_result result = capture_next(f->capture, data, left, &used, packet);
        feed_use(&f->feed, used);
        if (was_cut(f, result, packet)) {
            shortened(f);
            return INPUT_END;
        }
        if (result == CAPTURE_PACKET && (packet->frame > f->handed || !packet_is_frame(packet))) {
            fetch_ahead(data + used, left - used);
            return hand_over(f, packet);
        }
        if (result == CAPTURE_DAMAGED) {
            damaged(f, capture_error(f->capture));
            return INPUT_END;
        }
        bool again = true;
        if (result == CAPTURE_MORE) {
            again = false;
            status = need_more(f, &again);
        }
        if (!again)
            return status;
    }
}

static void close_file(struct source *source)
{
    struct file_source *f = (struct file_source *)source;
    capture_close(f->capture);
    feed_close(&f->feed);
    free(f->first);
    free(f);
}

static const struct source_ops file_ops = {
    .kind = "file",
    .next = next_packet,
    .close = close_file,
};

/* -1 with *error when the file is none to read; the descriptor is the feed's, else closed. */
static int prepare(struct file_source *f, int fd, const char *path, char **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
        *error = mem_format(_("%s: is a directory; name a capture file"), path);
    else if (isatty(fd))
        *error = mem_format(_("%s: is a terminal; pipe a capture into it or name a file"), path);
    else if (feed_open(&f->feed, fd) < 0)
        *error = mem_format(_("%s: cannot map: %s"), path, strerror(errno));
    if (*error) {
        close(fd);
        return -1;
    }
    f->source.fd = f->feed.fd;
    f->source.stats.size = f->feed.map.size;
    if (!f->feed.mapped || recognise(f) == INPUT_PACKET) {
        if (may_rest(f))
            rest(f, NULL);
        return 0;
    }
    *error = f->source.trouble;
    f->source.trouble = NULL;
    return -1;
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
    f->feed.fd = -1;
    f->source.name = mem_text(standard ? N_("standard input") : path);
    *error = NULL;
    if (prepare(f, fd, path, error) == 0)
        return &f->source;
    free(f->source.name);
    close_file(&f->source);
    return NULL;
}
