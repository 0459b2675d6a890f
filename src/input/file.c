/*
 * Capture files and logs by name, mapped; and standard input or any other pipe. All may be
 * compressed. Everything before a damage is handed over. A file that is followed is read like
 * a pipe, and asked for more at intervals.
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

#include "base/clock.h"
#include "base/fetch.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/capture.h"
#include "input/feed.h"
#include "input/follow.h"
#include "input/hexdump.h"
#include "input/input.h"
#include "input/textlog.h"

#define TEXT_LOOK 4096 /* bytes in which a text has no NUL */
#define AHEAD 1024     /* bytes fetched from memory before they are asked for: most messages */

struct file_source {
    struct source source;
    struct feed feed;
    struct capture *capture; /* NULL while the format is not known, or the file rests */
    bool complete;           /* no more bytes will come */
    bool anew;               /* other bytes will, in which everything begins again */
    bool stopped;            /* nothing more is asked for */
    size_t looked;           /* bytes in which no format was recognised */
    uint32_t handed;         /* packets handed over, */
    uint32_t before;         /* and those of files that had this name before, */
    uint64_t passed;         /* and their bytes */
    uint8_t *first;          /* the first packet's bytes, of a file that rests */
    struct plain first_plain;
    struct textlog_options text;
    uint64_t bare[1]; /* headers of a log without a message */
};
static const char *const bare_names[] = { "no_message", NULL };

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
    if (f->stopped || f->anew)
        return INPUT_END;
    switch (feed_more(&f->feed)) {
    case FEED_GROWN:
        *again = true;
        break;
    case FEED_WAIT:
        if (f->feed.follow)
            f->source.due_ns = clock_realtime() + FOLLOW_NS;
        return INPUT_WAIT;
    case FEED_ANEW:
        f->anew = true;
        break;
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
        if (f->capture && !f->capture->format->last && !feed_is_whole(&f->feed))
            source_trouble(&f->source,
                           _("%s: ends in the middle of a packet after packet %u (byte %llu); "
                             "everything before it is shown"),
                           source_title(&f->source), WHERE(f));
        break;
    }
    return INPUT_END;
}

static bool is_text(const uint8_t *data, size_t n)
{
    return n > 0 && !memchr(data, 0, n < TEXT_LOOK ? n : TEXT_LOOK);
}

/* Packets in hex go before messages as text, which some write in front of them. */
static struct capture *open_text(struct file_source *f, const uint8_t *data, size_t n)
{
    f->text.stays = feed_stays(&f->feed);
    struct capture *capture = hexdump_open(data, n, HEXDUMP_FRAMES, &f->text);
    if (!capture)
        capture = textlog_open(data, n, &f->text);
    return capture ? capture : hexdump_open(data, n, HEXDUMP_MESSAGES, &f->text);
}

/* Captures have a magic; what is none may be a text, which takes more bytes to tell. */
static bool open_capture(struct file_source *f, const uint8_t *data, size_t n)
{
    if (n < CAPTURE_MAGIC && !f->complete)
        return false;
    f->capture = capture_open(data, n);
    if (!f->capture && n != f->looked && is_text(data, n))
        f->capture = open_text(f, data, n);
    f->looked = n;
    if (f->capture)
        f->source.format = f->capture->name;
    return f->capture != NULL;
}

static bool seen_enough(const struct file_source *f, const uint8_t *data, size_t n)
{
    return f->complete || n >= TEXTLOG_LOOK || (n >= CAPTURE_MAGIC && !is_text(data, n));
}

static enum input_status unknown(struct file_source *f, const uint8_t *data, size_t n)
{
    const char *text = n == 0 ? N_("%s: is empty; name a capture file")
                       : is_text(data, n)
                           ? N_("%s: not a pcap, pcapng or snoop file, and a text "
                                "without SIP messages; name a capture file or a log")
                           : N_("%s: not a pcap, pcapng or snoop file; name a capture "
                                "file");
    source_trouble(&f->source, tr(text), source_title(&f->source));
    return INPUT_END;
}

/* Another file has taken the place of the one that was followed. */
static void begin_anew(struct file_source *f)
{
    capture_close(f->capture);
    f->passed += feed_progress(&f->feed);
    feed_rewind(&f->feed);
    f->capture = NULL;
    f->anew = false;
    f->looked = 0;
    f->before += f->handed;
    f->handed = 0;
}

/* The reader is made as soon as enough bytes to choose it are there. */
static enum input_status recognise(struct file_source *f)
{
    enum input_status status = INPUT_END;
    size_t left;
    const uint8_t *data;
    for (bool again = true; again;) {
        data = feed_bytes(&f->feed, &left);
        if (seen_enough(f, data, left))
            return open_capture(f, data, left) ? INPUT_PACKET : unknown(f, data, left);
        again = false;
        status = need_more(f, &again);
        again = again || f->anew;
        if (f->anew)
            begin_anew(f);
    }
    /* a slow pipe: what is there may do */
    data = feed_bytes(&f->feed, &left);
    return status == INPUT_WAIT && open_capture(f, data, left) ? INPUT_PACKET : status;
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
    if (packet && packet->plain) {
        f->first_plain = *packet->plain;
        packet->plain = &f->first_plain;
    }
    capture_close(f->capture);
    f->capture = NULL;
    f->complete = false;
    f->looked = 0;
    f->bare[0] = 0;
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
        fetch(next + i);
}

/* Not handed over before the file rested. */
static bool is_new(const struct file_source *f, const struct packet *packet)
{
    return packet->frame > f->handed || !packet_is_frame(packet);
}

static enum input_status hand_over(struct file_source *f, struct packet *packet)
{
    if (packet_is_frame(packet))
        f->handed = packet->frame;
    packet->frame += f->before;
    bool apart = f->capture->apart, stays = feed_stays(&f->feed);
    packet->mapped = stays && !apart && (!packet->plain || packet->plain->in_place);
    packet->lasts = stays && !apart && packet->plain; /* it is not closed while it is read */
    f->source.assumed |= f->capture->assumed;
    f->source.stats.position = f->passed + feed_progress(&f->feed);
    if (packet->frame == 1 && may_rest(f))
        rest(f, packet);
    return INPUT_PACKET;
}

/* What the reader keeps until it knows that nothing more belongs to it; else `nothing`. */
static enum input_status read_last(struct file_source *f, struct packet *packet,
                                   enum input_status nothing)
{
    enum capture_result result;
    do {
        size_t left, used = 0;
        const uint8_t *data = feed_bytes(&f->feed, &left);
        result = f->capture ? capture_last(f->capture, data, left, &used, packet) : CAPTURE_MORE;
        feed_use(&f->feed, used);
    } while (result == CAPTURE_PACKET && !is_new(f, packet));
    return result == CAPTURE_PACKET ? hand_over(f, packet) : nothing;
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
        if (result == CAPTURE_PACKET && is_new(f, packet)) {
            fetch_ahead(data + used, left - used);
            return hand_over(f, packet);
        }
        if (result == CAPTURE_DAMAGED) {
            damaged(f, capture_error(f->capture));
            return INPUT_END;
        }
        if (result == CAPTURE_MORE) {
            bool again = false;
            status = need_more(f, &again);
            if (!again && (status == INPUT_END || feed_is_still(&f->feed)))
                status = read_last(f, packet, status);
            if (f->anew && status != INPUT_PACKET)
                begin_anew(f);
            else if (!again)
                return status;
        }
    }
}

static void stop(struct source *source)
{
    ((struct file_source *)source)->stopped = true;
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
    .kind = N_("file"),
    .next = next_packet,
    .close = close_file,
};

static const struct source_ops followed_ops = {
    .kind = N_("file"),
    .live = true,
    .next = next_packet,
    .stop = stop,
    .close = close_file,
};

/* What the user says about logs; -1 with *error. */
static int take_options(struct file_source *f, const struct file_options *options, char **error)
{
    f->text.written_ns = clock_realtime();
    f->text.bare = f->bare;
    f->source.stats.refused = f->bare;
    f->source.stats.refused_names = bare_names;
    if (!options)
        return 0;
    f->text.tz = options->tz;
    if (options->date && textlog_read_date(&f->text, options->date) < 0)
        *error = mem_format(_("'%s' is no date; --date wants one like 2026-11-23"), options->date);
    else if (options->local && addr_read(SPAN(options->local), &f->text.local) < 0)
        *error = mem_format(_("'%s' is no address; --local wants one like 192.0.2.1:5060"),
                            options->local);
    return *error ? -1 : 0;
}

/* -1 with *error when the file is none to read; the descriptor is the feed's, else closed. */
static int prepare(struct file_source *f, int fd, const char *path,
                   const struct file_options *options, char **error)
{
    struct stat st;
    if (take_options(f, options, error) < 0)
        ;
    else if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
        *error = mem_format(_("%s: is a directory; name a capture file"), path);
    else if (isatty(fd))
        *error = mem_format(_("%s: is a terminal; pipe a capture into it or name a file"), path);
    else if (feed_open(&f->feed, fd, options && options->follow,
                       options && options->stays ? NULL : path) < 0)
        *error = mem_format(_("%s: cannot map: %s"), path, strerror(errno));
    if (*error) {
        close(fd);
        return -1;
    }
    if (S_ISREG(st.st_mode))
        f->text.written_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
    if (f->feed.follow)
        f->source.ops = &followed_ops;
    f->source.backlog = f->feed.follow != NULL;
    f->source.written_ns = f->feed.follow ? f->text.written_ns : 0;
    f->handed = options ? options->skip : 0;
    f->source.fd = f->feed.follow ? -1 : f->feed.fd;
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

struct source *source_open_file(const char *path, const struct file_options *options, char **error)
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
    if (prepare(f, fd, path, options, error) == 0)
        return &f->source;
    free(f->source.name);
    close_file(&f->source);
    return NULL;
}
