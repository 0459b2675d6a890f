/*
 * See textlog.h. Lines go through three steps: what stands around them is taken off, a header in
 * front of a message is remembered, and the lines of a message are gathered until its end. Lines
 * end with CRLF in what is handed on, as SIP has it, whatever the log made of them; where the log
 * kept all bytes the message stays where it is.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "input/textlog_private.h"

#define HEADER_LINES 8 /* between a header and its message */

/* Lines between messages */

/* The header at hand has no message: a keep-alive was logged, or something cut. */
static void note_bare_header(struct textlog *t)
{
    if (t->pending.whole && t->clock.options.bare)
        ++*t->clock.options.bare;
}

void log_complete_header(const struct textlog *t, struct log_header *h, enum log_line kind,
                         struct span line)
{
    if (!h->stamp.found && !h->time_ns)
        log_stamp_find(line, &h->stamp);
    if (kind == LOG_WHOLE && !h->stamp.found)
        h->stamp = t->seen.found ? t->seen : t->around;
    h->part = true;
    h->whole = kind == LOG_WHOLE;
}

void log_take_header(struct textlog *t, struct log_header *h, enum log_line kind, struct span line)
{
    log_complete_header(t, h, kind, line);
    if (h != &t->pending) {
        note_bare_header(t);
        t->pending = *h;
    }
    t->waited = 0;
}

static bool in_block(const struct textlog *t)
{
    return t->format->block && t->pending.part && !t->pending.whole;
}

static bool go_on_with_block(struct textlog *t, struct span line)
{
    enum log_line kind = t->format->header(line, &t->pending);
    if (kind != LOG_NONE)
        log_take_header(t, &t->pending, kind, line);
    return kind != LOG_NONE;
}

/* Whether the line begins a header, or goes on with the one that is pending. */
static bool seek_header(struct textlog *t, struct span line)
{
    if (in_block(t))
        return go_on_with_block(t, line);
    bool begun = t->pending.part && !t->pending.whole;
    struct log_header fresh = { 0 };
    enum log_line kind = t->format->header(line, &fresh);
    if (kind == LOG_NONE && begun) {
        fresh = t->pending;
        kind = t->format->header(line, &fresh);
    }
    if (kind != LOG_NONE)
        log_take_header(t, &fresh, kind, line);
    return kind != LOG_NONE;
}

static bool may_begin(const struct textlog *t)
{
    return t->pending.whole || t->format == &log_format_plain;
}

bool log_may_be_whole(const struct textlog *t)
{
    return may_begin(t) && !t->now.active && !t->ready;
}

int log_start_of(const struct textlog *t, struct span line)
{
    return t->format->start ? t->format->start(line) : log_start(line);
}

/* The rest of a message whose header came again: it was cut anywhere, also behind a line. */
static void resume(struct textlog *t, const struct line *line)
{
    struct gather *g = &t->now;
    g->paused = false;
    log_forget_header(t);
    if (g->body && g->n == g->head) {
        g->body = false;
        g->n -= 2;
    } else if (g->n >= 2 && g->p[g->n - 1] == '\n') {
        g->n -= g->p[g->n - 2] == '\r' ? 2 : 1;
        g->lines -= g->body;
        g->open = true;
    }
    g->start = NULL;
    log_add_line(t, *line);
}

static void note_stamp(struct textlog *t, const struct log_stamp *stamp)
{
    *(t->format == &log_format_plain ? &t->pending.stamp : &t->seen) = *stamp;
}

/* A line of something else: when it was is the best guess for what follows without a time. */
static void pass_over(struct textlog *t, struct span line)
{
    bool plain = t->format == &log_format_plain;
    struct log_stamp stamp;
    log_stamp_find(line, &stamp);
    if (stamp.found && (plain || stamp.month || log_has_stamp(line)))
        note_stamp(t, &stamp);
    if (!plain && t->pending.whole && ++t->waited > HEADER_LINES) {
        note_bare_header(t);
        log_forget_header(t);
    }
}

bool log_only_parts(const struct textlog *t, struct span line)
{
    return !t->now.paused && !t->format->block && (line.n == 0 || log_is_rule(line));
}

static void seek(struct textlog *t, const struct line *line, bool colours)
{
    if (log_only_parts(t, line->text))
        return;
    int offset = may_begin(t) ? log_start_of(t, line->text) : -1;
    if (offset != 0 && seek_header(t, line->text))
        return;
    if (offset >= 0) {
        log_finish(t);
        log_begin(t, *line, (size_t)offset, colours);
    } else if (t->now.paused && t->pending.whole) {
        resume(t, line);
    } else {
        pass_over(t, line->text);
    }
}

/* "Via: ...", "a=...": lines of messages, which no header of a trace looks like. */
static bool is_plainly_sip(struct span line)
{
    size_t i = 0;
    while (i < line.n && line.p[i] == ' ')
        i++;
    size_t start = i;
    while (i < line.n &&
           ((ascii_lower(line.p[i]) >= 'a' && ascii_lower(line.p[i]) <= 'z') || line.p[i] == '-'))
        i++;
    return i > start && i < line.n && line.p[start] != '-' &&
           (line.p[i] == ':' || (line.p[i] == '=' && i == start + 1));
}

/* A new header ends the message at hand, unless it is the same one again. */
static bool interrupts(struct textlog *t, struct span line)
{
    if (is_plainly_sip(log_prefix_strip(&t->now.prefix, line)))
        return false;
    struct log_header fresh = { 0 };
    enum log_line kind = t->format->header(line, &fresh);
    if (kind == LOG_NONE)
        return false;
    struct gather *g = &t->now;
    g->paused = t->format->pieces && !log_is_whole(g) && addr_equal(&fresh.src, &g->header.src) &&
                addr_equal(&fresh.dst, &g->header.dst);
    if (!g->paused)
        log_finish(t);
    log_take_header(t, &fresh, kind, line);
    return true;
}

/* In a log without headers a message begins with its start line, unless that is in a body. */
static bool may_cut_in(const struct textlog *t, struct span line)
{
    return t->format == &log_format_plain && !(t->now.body && t->now.length != LOG_NO_LENGTH) &&
           log_start(line) >= 0;
}

void log_take_line(struct textlog *t, struct line *line)
{
    bool colours = line->odd && span_find(line->text, 0x1b);
    struct span bare = colours ? log_uncolour(line->text, t->bare) : line->text;
    if (t->now.active && !t->now.paused) {
        if (interrupts(t, bare))
            return;
        if (!may_cut_in(t, bare)) {
            if (t->now.colours || !t->now.exact)
                line->text = bare;
            log_add_line(t, *line);
            return;
        }
    }
    line->text = bare;
    seek(t, line, colours);
}

/* Lines as they stand in the file */

static void queue_escaped(struct textlog *t, struct span text, bool open)
{
    t->queue = log_unescape(text, t->made);
    t->queue_open = open;
}

/* The text of a piece: mostly it is a whole message. */
static void take_escaped(struct textlog *t, struct span text)
{
    bool more, open = log_find(text, MARKS_FEED) != NULL;
    const char *next = open && log_may_be_whole(t)
                           ? log_take_whole(t, text.p, span_end(text), true, &more)
                           : NULL;
    if (next)
        text = span_make(next, span_end(text));
    if (text.n > 0)
        queue_escaped(t, text, open);
}

/* Whether a message begins with the text of a piece, which is no header then. */
static bool begins_message(struct span text)
{
    const char *feed = text.n > 0 && text.p[0] >= 'A' && text.p[0] <= 'Z'
                           ? log_find(text, MARKS_FEED)
                           : NULL;
    return feed && log_start(span_make(text.p, feed)) == 0;
}

/* A line of one message among those of others; false when it is none. */
static bool take_piece(struct textlog *t, struct span line)
{
    struct span tag, text;
    if (!t->format->piece(line, &tag, &text))
        return false;
    struct log_header fresh = { 0 };
    if (!begins_message(text) && t->format->header(line, &fresh) != LOG_NONE) {
        log_finish(t);
        log_take_header(t, &fresh, LOG_WHOLE, line);
        span_copy(tag, t->tag, sizeof t->tag);
        text = log_after(text, MARKS_FEED);
    } else if (!span_is(tag, t->tag)) {
        return true;
    }
    take_escaped(t, text);
    return true;
}

/* Whether its control bytes are written out. Users of URIs have "#012", too: that is dialled. */
static bool is_escaped(const struct textlog *t, struct span line)
{
    const char *escape = log_find(line, MARKS_FEED);
    if (!escape || (t->now.active && !t->now.paused))
        return escape && t->now.escaped;
    struct span behind = log_after(line, " SIP/2.0");
    return !behind.p || span_trim(behind).n > 0 || escape > behind.p;
}

static void take_physical(struct textlog *t, struct line *line)
{
    if (t->format->piece && take_piece(t, line->text))
        return;
    if (line->odd && is_escaped(t, line->text))
        queue_escaped(t, line->text, false);
    else
        log_take_line(t, line);
}

/* When the text had not been a line of its own before, its objects are a body's. */
static bool take_object(struct textlog *t, struct span line)
{
    bool inside = t->now.active && !t->now.paused;
    return line.n > 0 && *line.p == '{' && (!inside || t->now.escaped) &&
           log_unwrap(line, t->unwrapped, &t->object, &t->around);
}

static enum capture_result hand_over(struct textlog *t, struct packet *packet)
{
    t->ready = false;
    t->expected = true;
    t->turn = (t->turn + 1) % ROOMS;
    t->packet.linktype = LINK_PLAIN;
    t->packet.plain = &t->plain;
    *packet = t->packet;
    return CAPTURE_PACKET;
}

static void take_queued(struct textlog *t)
{
    if (log_take_whole_queued(t, &t->queue))
        return;
    const char *end = span_end(t->queue), *lf = memchr(t->queue.p, '\n', t->queue.n);
    struct line line = log_cut_line(t->queue.p, end, lf);
    line.at = NULL;
    line.odd = true;
    line.open = !lf && t->queue_open;
    t->queue = span_make(lf ? lf + 1 : end, end);
    log_take_line(t, &line);
}

/* The next line of an object's text, which goes the way of a line in the file. */
static void take_from_object(struct textlog *t)
{
    if (!t->format->piece && log_take_whole_queued(t, &t->object))
        return;
    const char *end = span_end(t->object), *lf = memchr(t->object.p, '\n', t->object.n);
    struct line line = log_cut_line(t->object.p, end, lf);
    line.at = NULL;
    line.odd = true;
    t->object = span_make(lf ? lf + 1 : end, end);
    take_physical(t, &line);
}

/* Whether a message may begin so that has no lines of its own. */
static bool is_flat(struct span line)
{
    bool folded = log_begins(line, "  ");
    return (folded || log_find(line, "SIP/2.0")) &&
           (log_find(line, "..") || (folded && log_start(line) < 0));
}

static void queue_flat(struct textlog *t, size_t n)
{
    t->queue = log_undot(t->made, n);
    t->queue_open = false;
}

/*
 * A message at p without lines of its own, perhaps folded, goes into the queue. NULL: there is none,
 * or *more: its end is not there yet.
 */
static const char *take_flat(struct textlog *t, const char *p, const char *end, bool *more)
{
    size_t n = 0;
    const char *lf;
    while ((lf = log_line_end(p, end)) != NULL) {
        struct span line = log_cut_line(p, end, lf).text;
        bool folded = log_begins(line, "  ");
        if (n + line.n > LOG_LINE_MOST || (n == 0 ? !is_flat(line) : !folded))
            break;
        line = span_behind(line, folded ? 2 : 0);
        memcpy(t->made + n, line.p, line.n);
        n += line.n;
        p = lf + 1;
    }
    *more &= end - p <= (ptrdiff_t)LOG_LINE_MOST && !log_line_end(p, end);
    if (n == 0 || *more)
        return NULL;
    queue_flat(t, n);
    return p;
}

/* The lines from p on that go on with the block of a header as most do: nothing is around them. */
static const char *take_block(struct textlog *t, const char *p, const char *end)
{
    bool odd = false;
    const char *lf;
    while (in_block(t) && (lf = log_line_feed(p, end, &odd)) != NULL && !odd && *p != '{' &&
           lf - p <= (ptrdiff_t)LOG_LINE_MOST && go_on_with_block(t, log_cut_line(p, end, lf).text))
        p = lf + 1;
    return p;
}

void log_take_behind(struct textlog *t, struct span line)
{
    struct span text = t->format->behind(line);
    if (!is_flat(text))
        return;
    memcpy(t->made, text.p, text.n);
    queue_flat(t, text.n);
}

static bool may_be_flat(const struct textlog *t)
{
    return t->format->behind && t->pending.whole && !t->now.active;
}

/* The line at p, and where the next one begins; NULL when its end is not there yet. */
static const char *read_line(const char *p, const char *end, bool last, struct line *line)
{
    bool odd = false;
    const char *lf = log_line_feed(p, end, &odd);
    if ((lf ? lf : end) - p > (ptrdiff_t)LOG_LINE_MOST) {
        lf = NULL;
        end = p + LOG_LINE_MOST;
    } else if (!lf && !last) {
        return NULL;
    }
    *line = log_cut_line(p, end, lf);
    line->odd = odd;
    return lf ? lf + 1 : end;
}

/* The same of a web page's source, whose line is a line or some, as that of an object. */
static const char *take_html(struct textlog *t, const char *p, const char *end, bool last)
{
    struct line line;
    const char *next = read_line(p, end, last, &line);
    if (!next)
        return NULL;
    t->object = log_unhtml(line.text, t->unwrapped);
    if (!line.open)
        t->unwrapped[t->object.n++] = '\n';
    return next;
}

/* The line at p, if it is a piece, in which nothing else has to be looked for; or NULL. */
static const char *take_piece_at(struct textlog *t, const char *p, const char *end)
{
    const char *lf = p < end && *p != '{' ? log_line_end(p, end) : NULL;
    if (!lf)
        return NULL;
    return take_piece(t, log_cut_line(p, end, lf).text) ? lf + 1 : NULL;
}

/* Takes the next line from [p, end); NULL when its end is not there yet. */
static const char *take_next(struct textlog *t, const char *p, const char *end, bool last)
{
    struct line line;
    bool more = !last;
    if (t->html)
        return take_html(t, p, end, last);
    const char *piece = t->format->piece ? take_piece_at(t, p, end) : NULL;
    if (piece)
        return piece;
    const char *next = in_block(t) ? take_block(t, p, end) : log_take_at_once(t, p, end);
    if (next && next != p)
        return next;
    next = may_be_flat(t) ? take_flat(t, p, end, &more) : NULL;
    if (next || (more && may_be_flat(t)))
        return next;
    more = false;
    next = log_may_be_whole(t) && !t->format->piece ? log_take_whole(t, p, end, false, &more)
                                                    : NULL;
    if (next || (more && !last))
        return next;
    next = read_line(p, end, last, &line);
    if (!next)
        return NULL;
    bool blank = line.text.n == 0 && !t->now.active && !t->pending.whole; /* between messages */
    if (!blank && !take_object(t, line.text))
        take_physical(t, &line);
    if (may_be_flat(t) && t->queue.n == 0)
        log_take_behind(t, line.text);
    return next;
}

/* UTF-8's byte order mark, which some editors put first. */
static struct span behind_mark(struct span text)
{
    bool mark = log_begins(text, "\xef\xbb\xbf");
    return (struct span){ text.p + 3 * mark, text.n - 3 * mark };
}

static enum capture_result read_lines(struct textlog *t, const uint8_t *data, size_t n, bool last,
                                      size_t *used, struct packet *packet)
{
    const char *p = (const char *)data, *end = n ? p + n : p;
    t->file = span_make(p, end);
    if (!t->begun && n > 0)
        p = behind_mark((struct span){ p, n }).p;
    t->begun |= n > 0;
    while (!t->ready) {
        const char *next = p;
        if (t->queue.n > 0)
            take_queued(t);
        else if (t->object.n > 0)
            take_from_object(t);
        else if (p == end || !(next = take_next(t, p, end, last)))
            break;
        p = next;
    }
    *used = n ? (size_t)(p - (const char *)data) : 0;
    return t->ready ? hand_over(t, packet) : CAPTURE_MORE;
}

static enum capture_result next_message(struct capture *capture, const uint8_t *data, size_t n,
                                        size_t *used, struct packet *packet)
{
    return read_lines((struct textlog *)capture, data, n, false, used, packet);
}

static enum capture_result last_message(struct capture *capture, const uint8_t *data, size_t n,
                                        size_t *used, struct packet *packet)
{
    struct textlog *t = (struct textlog *)capture;
    enum capture_result result = read_lines(t, data, n, true, used, packet);
    if (result == CAPTURE_PACKET)
        return result;
    log_finish(t);
    return t->ready ? hand_over(t, packet) : CAPTURE_MORE;
}

static void close_textlog(struct capture *capture)
{
    struct textlog *t = (struct textlog *)capture;
    free(t->now.p);
    for (size_t i = 0; i < ROOMS; i++)
        free(t->rooms[i].p);
    free(t->made);
    free(t->bare);
    free(t->unwrapped);
    free(t);
}

const struct capture_format capture_textlog = {
    .close = close_textlog,
    .next = next_message,
    .last = last_message,
};

static struct textlog *make(const struct log_format *format, struct span text,
                            const struct textlog_options *options)
{
    struct textlog *t = mem_zero(sizeof *t);
    t->common.format = &capture_textlog;
    t->common.name = format->name;
    t->format = format;
    t->html = log_is_html(text);
    t->made = mem_alloc(LOG_LINE_MOST);
    t->bare = mem_alloc(LOG_LINE_MOST);
    t->unwrapped = mem_alloc(LOG_LINE_MOST + 1);
    log_clock_init(&t->clock, options);
    return t;
}

struct capture *textlog_open(const uint8_t *data, size_t n, const struct textlog_options *options)
{
    struct textlog_options ahead = *options;
    struct span text = { (const char *)data, n < TEXTLOG_LOOK ? n : TEXTLOG_LOOK };
    const struct log_format *format = log_recognise(behind_mark(text));
    if (!format)
        return NULL;
    ahead.bare = NULL; /* nothing counts twice */
    struct textlog *t = make(format, text, options);
    t->self = log_own_host(&make(format, text, &ahead)->common, data, text.n);
    return &t->common;
}
