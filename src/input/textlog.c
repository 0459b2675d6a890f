/*
 * See textlog.h. Lines go through three steps: what stands around them is taken off, a header in
 * front of a message is remembered, and the lines of a message are gathered until its end. Lines
 * end with CRLF in what is handed on, as SIP has it, whatever the log made of them; where the log
 * kept all bytes the message stays where it is.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "input/textlog_private.h"

#define LINE_MOST 262144u /* a longer line is cut */
#define HEADER_LINES 8    /* between a header and its message */
#define LOOK_ON 65536     /* bytes behind the first header in which formats are compared */
#define MESSAGE_HEAD 4096 /* bytes in which a message shows its CSeq */
#define NO_LENGTH SIZE_MAX
#define TERMINAL_LEAST 72 /* columns of a terminal that lines are copied from */

/* A line without its end. */
struct line {
    struct span text;
    const char *at; /* where it lies in the file; NULL: it was made */
    bool cr;        /* ended with CRLF */
    bool open;      /* has no end: the next one goes on with it */
    bool odd;       /* may have '#' or escapes */
};

/* Where a message lies after it was handed over. */
struct room {
    char *p;
    size_t size;
};
#define ROOMS (PACKET_LASTS + 1)

/* A message on its way. */
struct gather {
    bool active;
    bool paused;  /* its header came again: the rest follows that one */
    bool exact;   /* the log kept line ends */
    bool open;    /* the last line goes on */
    bool body;    /* the headers are complete */
    bool typed;   /* has a Content-Type */
    bool colours; /* its lines may have */
    bool dots;
    bool escaped; /* its lines came with control bytes written out */
    bool padded;  /* its lines end with blanks that are none of theirs */
    struct log_header header;
    struct log_prefix prefix;
    char *p;
    size_t n, size;
    size_t line;              /* where the last line begins */
    size_t columns;           /* in the last line as it came */
    size_t widest;            /* and the most so far */
    size_t head;              /* bytes until the body */
    size_t lines;             /* of the body */
    size_t length;            /* of the body */
    const char *start, *next; /* in the file, as long as nothing was changed; else NULL */
};

struct textlog {
    struct capture common;
    const struct log_format *format;
    struct log_clock clock;
    struct log_header pending;
    struct log_stamp seen;   /* in front of the latest line between messages */
    struct log_stamp around; /* of the object that the line came in */
    bool begun;              /* the first bytes were looked at */
    unsigned waited;         /* lines since it was whole */
    char tag[64];
    struct gather now;
    char *made, *bare, *unwrapped; /* a line without escapes; without colours; an object's text */
    struct span queue, object;     /* rest of `made` and of `unwrapped` */
    bool queue_open;
    bool ready;
    uint8_t assumed;
    struct room rooms[ROOMS];
    unsigned turn; /* whose is next */
    struct plain plain;
    struct packet packet;
};

/* The message is handed over */

static uint8_t complete_addresses(struct textlog *t, struct log_header *h)
{
    struct addr *own = h->sent ? &h->src : &h->dst;
    if (h->directed && own->family == 0)
        *own = t->clock.options.local;
    uint16_t port = h->transport == TRANSPORT_TLS ? 5061 : 5060;
    if (h->src.family && h->src.port == 0)
        h->src.port = port;
    if (h->dst.family && h->dst.port == 0)
        h->dst.port = port;
    return (h->src.family ? 0 : ASSUMED_SRC) | (h->dst.family ? 0 : ASSUMED_DST) |
           (h->has_transport ? 0 : ASSUMED_TRANSPORT);
}

/* Takes the carriage returns out of the body: its sender had none. */
static void make_bare_body(struct gather *g)
{
    size_t to = g->head;
    for (size_t i = g->head; i < g->n; i++)
        if (g->p[i] != '\r')
            g->p[to++] = g->p[i];
    g->n = to;
    g->lines = 0;
    g->start = NULL;
}

/* Whether all of the body is there. A log that lost the CRs may have lost the last line end, too. */
static bool body_done(struct gather *g)
{
    if (g->length == NO_LENGTH)
        return false;
    size_t n = g->n - g->head, bare = n - g->lines;
    if (n == g->length || (g->exact && n >= g->length) || (!g->exact && n == g->length + 2))
        return true;
    if (g->exact || n < g->length || (bare < g->length))
        return false;
    make_bare_body(g);
    return true;
}

static bool is_whole(struct gather *g)
{
    return g->body && (g->length == NO_LENGTH || body_done(g));
}

static void set_time(struct textlog *t, const struct log_header *h)
{
    bool assumed = false;
    t->packet.time_ns = h->time_ns ? h->time_ns : log_clock_read(&t->clock, &h->stamp, &assumed);
    if (assumed)
        t->plain.assumed |= ASSUMED_TIME;
}

/* What is known of a message, of which all or not all is there. */
static void describe(struct textlog *t, struct log_header *header, bool whole)
{
    t->plain = (struct plain){
        .assumed = complete_addresses(t, header),
        .transport = header->transport,
        .truncated = !whole,
    };
    t->plain.src = header->src;
    t->plain.dst = header->dst;
    set_time(t, header);
    t->assumed |= t->plain.assumed;
}

static void append(struct gather *g, const char *p, size_t n)
{
    if (g->n + n > g->size) {
        g->size = (g->n + n) * 2;
        g->p = mem_grow(g->p, g->size);
    }
    if (n > 0)
        memcpy(g->p + g->n, p, n);
    g->n += n;
}

/* Notes the two headers that tell where the body ends; the last line is complete now. */
static void note_header(struct gather *g)
{
    struct span line = { g->p + g->line, g->n - g->line };
    const char *colon;
    uint64_t length;
    char first = ascii_lower(line.n ? line.p[0] : 0);
    if ((first != 'c' && first != 'l') || !(colon = span_find(line, ':')))
        return;
    struct span name = span_trim(span_make(line.p, colon));
    struct span value = span_trim(span_make(colon + 1, span_end(line)));
    if (span_is(name, "Content-Type") || span_is(name, "c"))
        g->typed = true;
    if ((span_is(name, "Content-Length") || span_is(name, "l")) &&
        span_number(value, CAPTURE_MAX_PACKET, &length))
        g->length = (size_t)length;
}

/* What is known to have no body lacks nothing but the empty line, which copies of texts lose. */
static void complete_head(struct gather *g)
{
    if (g->body)
        return;
    if (g->open)
        note_header(g);
    if (g->length != 0)
        return;
    append(g, "\r\n\r\n", g->open ? 4 : 2);
    g->body = true;
    g->head = g->n;
    g->start = NULL;
}

/* Ends the message at hand, complete or not. */
static void finish(struct textlog *t)
{
    struct gather *g = &t->now;
    if (!g->active)
        return;
    complete_head(g);
    bool whole = is_whole(g);
    if (whole && g->length != NO_LENGTH && g->n > g->head + g->length)
        g->n = g->head + g->length;
    describe(t, &g->header, whole);
    t->plain.in_place = t->clock.options.stays && g->start;
    struct room *room = &t->rooms[t->turn], free_room = *room;
    *room = (struct room){ g->p, g->size };
    g->p = free_room.p;
    g->size = free_room.size;
    t->packet.data = (const uint8_t *)(t->plain.in_place ? g->start : room->p);
    t->packet.caplen = t->packet.origlen = (uint32_t)g->n;
    g->active = false;
    t->ready = true;
}

/* Its lines are gathered */

/* The empty line: what the log says of the whole length stands in for a missing Content-Length. */
static void begin_body(struct textlog *t, struct gather *g)
{
    append(g, "\r\n", 2);
    g->body = true;
    g->head = g->n;
    if (g->length == NO_LENGTH && g->header.length >= g->head)
        g->length = g->header.length - g->head;
    if (g->length == NO_LENGTH ? !g->typed && !t->format->pieces : g->length == 0)
        finish(t);
}

/* "Name:" and a blank, or nothing: a header field, and not the rest of one. */
static bool begins_header(struct span line)
{
    const char *colon = span_find(line, ':');
    struct span name = colon ? span_trim(span_make(line.p, colon)) : SPAN_NONE;
    bool word = name.n > 0;
    for (size_t i = 0; i < name.n; i++)
        word = word && !strchr(" \t\"<>@;,()=/?", name.p[i]);
    return word && (colon + 1 == span_end(line) || ascii_blank(colon[1]));
}

/*
 * Whether it is the rest of the line before, which a terminal's edge had broken: no line was longer,
 * and this one is no header. Logs that kept CRs came from no terminal.
 */
static bool goes_on(const struct gather *g, struct span line)
{
    return !g->exact && g->n >= 2 && g->columns >= TERMINAL_LEAST && g->columns == g->widest &&
           line.n > 0 && !ascii_blank(line.p[0]) && !begins_header(line);
}

static void add_head(struct textlog *t, struct gather *g, const struct line *line)
{
    if (span_trim(line->text).n == 0 && !g->open) {
        begin_body(t, g);
        return;
    }
    if (!g->open && goes_on(g, line->text)) {
        g->n -= 2;
        g->start = NULL;
    } else if (!g->open) {
        g->line = g->n;
    }
    append(g, line->text.p, line->text.n);
    g->open = line->open;
    if (g->open)
        return;
    note_header(g);
    append(g, "\r\n", 2);
}

static void take_line(struct textlog *t, struct line line);

/* A body that ends within the line, where the next message begins: a stream's bytes were saved. */
static bool add_end(struct textlog *t, struct gather *g, const struct line *line)
{
    size_t left = g->length != NO_LENGTH ? g->length - (g->n - g->head) : SIZE_MAX;
    struct line next = *line;
    if (left == 0 || left >= line->text.n)
        return false;
    next.text = span_make(line->text.p + left, span_end(line->text));
    if (log_start(next.text) != 0)
        return false;
    append(g, line->text.p, left);
    g->start = NULL;
    finish(t);
    next.at = line->at ? next.text.p : NULL;
    take_line(t, next);
    return true;
}

static void add_body(struct textlog *t, struct gather *g, const struct line *line)
{
    if (g->length == NO_LENGTH && span_trim(line->text).n == 0) {
        finish(t);
        return;
    }
    if (add_end(t, g, line))
        return;
    append(g, line->text.p, line->text.n);
    g->open = line->open;
    if (!g->open) {
        append(g, "\r\n", 2);
        g->lines++;
    }
    if (g->exact && !line->cr && !g->open) {
        g->p[g->n - 2] = '\n';
        g->n--;
    }
    if (body_done(g))
        finish(t);
}

/* In the file, too, the line follows what was taken before, and needs no change. */
static void check_in_place(struct gather *g, const struct line *line)
{
    bool blanks = !g->body && line->text.n > 0 && span_trim(line->text).n == 0;
    bool same = g->start && line->at == g->next && line->text.p == line->at && !blanks &&
                (line->cr || (g->exact && g->body));
    if (!same)
        g->start = NULL;
    else
        g->next = span_end(line->text) + (line->cr ? 2 : 1);
}

static struct span without_padding(struct span line)
{
    while (line.n > 0 && ascii_blank(line.p[line.n - 1]))
        line.n--;
    return line;
}

/* Copies from terminals and tables fill lines with blanks. A status line may end with one itself. */
static bool is_padded(struct span start_line)
{
    size_t blanks = start_line.n - without_padding(start_line).n;
    return blanks > 1 || (blanks && !log_begins(start_line, "SIP/2.0 "));
}

static void note_columns(struct gather *g, size_t columns)
{
    g->columns = columns;
    g->widest = columns > g->widest ? columns : g->widest;
}

static void add_line(struct textlog *t, struct line line)
{
    struct gather *g = &t->now;
    size_t columns = line.text.n;
    line.text = log_prefix_strip(&g->prefix, line.text);
    if (g->padded)
        line.text = without_padding(line.text);
    if (g->dots && line.text.n > 0 && line.text.p[line.text.n - 1] == '.')
        line.text.n--;
    if (log_is_rule(line.text) && !g->open) {
        finish(t);
        return;
    }
    check_in_place(g, &line);
    if (g->body)
        add_body(t, g, &line);
    else
        add_head(t, g, &line);
    note_columns(g, columns);
    if (g->active && g->n > CAPTURE_MAX_PACKET - LINE_MOST / 2)
        finish(t);
}

static void forget_header(struct textlog *t)
{
    t->pending = (struct log_header){ 0 };
    t->seen.found = false;
    t->waited = 0;
}

/* The time in front of the message's own first line, where no header told it. */
static void take_own_stamp(const struct textlog *t, struct log_header *h, struct span before)
{
    struct log_stamp stamp;
    log_stamp_find(before, &stamp);
    if (stamp.found && (!h->stamp.found || !h->whole))
        h->stamp = stamp;
    if (!h->stamp.found)
        h->stamp = t->around;
}

static void begin(struct textlog *t, struct line line, size_t offset, bool colours)
{
    struct gather *g = &t->now;
    char *p = g->p;
    size_t size = g->size;
    struct span before = { line.text.p, offset };
    *g = (struct gather){ .active = true, .p = p, .size = size, .length = NO_LENGTH };
    g->header = t->pending;
    g->escaped = !line.at;
    take_own_stamp(t, &g->header, before);
    log_prefix_learn(&g->prefix, before);
    g->exact = line.cr;
    g->colours = colours;
    g->start = g->next = line.at;
    forget_header(t);
    size_t columns = line.text.n;
    line.text = (struct span){ line.text.p + offset, line.text.n - offset };
    if (offset)
        g->start = NULL;
    g->padded = is_padded(line.text);
    if (g->padded)
        line.text = without_padding(line.text);
    g->dots = t->format->dots && line.text.n > 0 && line.text.p[line.text.n - 1] == '.';
    if (g->dots)
        line.text.n--;
    check_in_place(g, &line);
    add_head(t, g, &line);
    note_columns(g, columns);
}

/* Lines between messages */

/* The header at hand has no message: a keep-alive was logged, or something cut. */
static void note_bare_header(struct textlog *t)
{
    if (t->pending.whole && t->clock.options.bare)
        ++*t->clock.options.bare;
}

static void take_header(struct textlog *t, struct log_header *h, enum log_line kind,
                        struct span line)
{
    if (!h->stamp.found && !h->time_ns)
        log_stamp_find(line, &h->stamp);
    if (!h->stamp.found)
        h->stamp = t->seen.found ? t->seen : t->around;
    h->part = true;
    h->whole = kind == LOG_WHOLE;
    if (h != &t->pending) {
        note_bare_header(t);
        t->pending = *h;
    }
    t->waited = 0;
}

static bool go_on_with_block(struct textlog *t, struct span line)
{
    enum log_line kind = t->format->header(line, &t->pending);
    if (kind != LOG_NONE)
        take_header(t, &t->pending, kind, line);
    return kind != LOG_NONE;
}

/* Whether the line begins a header, or goes on with the one that is pending. */
static bool seek_header(struct textlog *t, struct span line)
{
    bool begun = t->pending.part && !t->pending.whole;
    if (begun && t->format->block)
        return go_on_with_block(t, line);
    struct log_header fresh = { 0 };
    enum log_line kind = t->format->header(line, &fresh);
    if (kind == LOG_NONE && begun) {
        fresh = t->pending;
        kind = t->format->header(line, &fresh);
    }
    if (kind != LOG_NONE)
        take_header(t, &fresh, kind, line);
    return kind != LOG_NONE;
}

static bool may_begin(const struct textlog *t)
{
    return t->pending.whole || t->format == &log_format_plain;
}

static int start_of(const struct textlog *t, struct span line)
{
    return t->format->start ? t->format->start(line) : log_start(line);
}

/* The rest of a message whose header came again: it was cut anywhere, also behind a line. */
static void resume(struct textlog *t, const struct line *line)
{
    struct gather *g = &t->now;
    g->paused = false;
    forget_header(t);
    if (g->body && g->n == g->head) {
        g->body = false;
        g->n -= 2;
    } else if (g->n >= 2 && g->p[g->n - 1] == '\n') {
        g->n -= g->p[g->n - 2] == '\r' ? 2 : 1;
        g->lines -= g->body;
        g->open = true;
    }
    g->start = NULL;
    add_line(t, *line);
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
        forget_header(t);
    }
}

static void seek(struct textlog *t, const struct line *line, bool colours)
{
    int offset = may_begin(t) ? start_of(t, line->text) : -1;
    if (offset != 0 && seek_header(t, line->text))
        return;
    if (offset >= 0) {
        finish(t);
        begin(t, *line, (size_t)offset, colours);
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
    g->paused = t->format->pieces && !is_whole(g) && addr_equal(&fresh.src, &g->header.src) &&
                addr_equal(&fresh.dst, &g->header.dst);
    if (!g->paused)
        finish(t);
    take_header(t, &fresh, kind, line);
    return true;
}

/* In a log without headers a message begins with its start line, unless that is in a body. */
static bool may_cut_in(const struct textlog *t, struct span line)
{
    return t->format == &log_format_plain && !(t->now.body && t->now.length != NO_LENGTH) &&
           log_start(line) >= 0;
}

static void take_line(struct textlog *t, struct line line)
{
    bool colours = line.odd && span_find(line.text, 0x1b);
    struct span bare = colours ? log_uncolour(line.text, t->bare) : line.text;
    if (t->now.active && !t->now.paused) {
        if (interrupts(t, bare))
            return;
        if (!may_cut_in(t, bare)) {
            if (t->now.colours || !t->now.exact)
                line.text = bare;
            add_line(t, line);
            return;
        }
    }
    line.text = bare;
    seek(t, &line, colours);
}

/* Lines as they stand in the file */

static void queue_escaped(struct textlog *t, struct span text, bool open)
{
    t->queue = log_unescape(text, t->made);
    t->queue_open = open;
}

/* A line of one message among those of others; false when it is none. */
static bool take_piece(struct textlog *t, struct span line)
{
    struct span tag, text;
    struct log_header fresh = { 0 };
    if (!t->format->piece || !t->format->piece(line, &tag, &text))
        return false;
    if (t->format->header(line, &fresh) != LOG_NONE) {
        finish(t);
        take_header(t, &fresh, LOG_WHOLE, line);
        span_copy(tag, t->tag, sizeof t->tag);
        const char *lf = log_find(text, "#012");
        text = lf ? span_make(lf + 4, span_end(text)) : SPAN_NONE;
    } else if (!span_is(tag, t->tag)) {
        return true;
    }
    queue_escaped(t, text, log_find(text, "#012") != NULL);
    return true;
}

/* Whether its control bytes are written out. Users of URIs have "#012", too: that is dialled. */
static bool is_escaped(const struct textlog *t, struct span line)
{
    const char *escape = log_find(line, "#012");
    if (!escape || (t->now.active && !t->now.paused))
        return escape && t->now.escaped;
    struct span behind = log_after(line, " SIP/2.0");
    return !behind.p || span_trim(behind).n > 0 || escape > behind.p;
}

static void take_physical(struct textlog *t, struct line line)
{
    if (take_piece(t, line.text))
        return;
    if (line.odd && is_escaped(t, line.text))
        queue_escaped(t, line.text, false);
    else
        take_line(t, line);
}

/* When the text had not been a line of its own before, its objects are a body's. */
static bool take_object(struct textlog *t, struct span line)
{
    bool inside = t->now.active && !t->now.paused;
    return line.n > 0 && *line.p == '{' && (!inside || t->now.escaped) &&
           log_unwrap(line, t->unwrapped, &t->object, &t->around);
}

static struct line cut_line(const char *p, const char *end, const char *lf)
{
    const char *stop = lf ? lf : end;
    struct line line = { .at = p, .open = !lf };
    line.cr = lf && stop > p && stop[-1] == '\r';
    while (lf && stop > p && stop[-1] == '\r') /* what wrote CRLF as text wrote CR CR LF */
        stop--;
    line.text = span_make(p, stop);
    return line;
}

static enum capture_result hand_over(struct textlog *t, struct packet *packet)
{
    t->ready = false;
    t->turn = (t->turn + 1) % ROOMS;
    t->packet.linktype = LINK_PLAIN;
    t->packet.plain = &t->plain;
    *packet = t->packet;
    return CAPTURE_PACKET;
}

static char *whole_room(struct textlog *t)
{
    struct room *room = &t->rooms[t->turn];
    if (room->size < 2 * LOG_WHOLE_MOST) {
        room->size = 2 * LOG_WHOLE_MOST;
        room->p = mem_grow(room->p, room->size);
    }
    return room->p;
}

/* What begins at p is handed over, or what was made of it. */
static void take_found(struct textlog *t, const char *p, const struct log_whole *whole)
{
    describe(t, &t->pending, true);
    t->plain.in_place = whole->in_place && t->clock.options.stays;
    t->plain.bare = whole->in_place && !whole->exact;
    t->packet.data = (const uint8_t *)(whole->in_place ? p : whole->made);
    t->packet.caplen = (uint32_t)(whole->in_place ? whole->n : whole->made_n);
    t->packet.origlen = t->packet.caplen;
    t->ready = true;
    forget_header(t);
}

/* Whether the line, in front of whose start line so much stands, is nothing but that. */
static bool is_start_alone(struct textlog *t, struct span line, size_t offset)
{
    struct log_header fresh = { 0 };
    return offset == 0 || t->format->header(line, &fresh) == LOG_NONE;
}

/* The next message from [p, end) in one go, if it looks like most; else NULL. */
static const char *take_whole(struct textlog *t, const char *p, const char *end)
{
    if (t->now.active || !may_begin(t))
        return NULL;
    const char *lf = span_line_feed(p, end);
    struct span line = lf ? cut_line(p, end, lf).text : SPAN_NONE;
    int offset = log_start(line);
    if (offset < 0 || !is_start_alone(t, line, (size_t)offset))
        return NULL;
    struct log_prefix prefix;
    log_prefix_learn(&prefix, (struct span){ line.p, (size_t)offset });
    if (prefix.n != (size_t)offset)
        return NULL;
    struct log_whole whole = {
        .prefix = &prefix,
        .dots = t->format->dots && line.p[line.n - 1] == '.',
        .alone = t->format == &log_format_plain,
        .bare_good = t->clock.options.stays && t->queue.n == 0 && t->object.n == 0,
        .made = whole_room(t),
    };
    if (!log_find_whole(p, end, &whole) ||
        (!whole.sized && (t->pending.length || t->format->pieces)))
        return NULL;
    take_own_stamp(t, &t->pending, (struct span){ line.p, (size_t)offset });
    take_found(t, p, &whole);
    return p + whole.n;
}

/* Of a queue, which is used again soon. */
static bool take_whole_queued(struct textlog *t, struct span *queue)
{
    const char *p = queue->p, *end = span_end(*queue), *next = take_whole(t, p, end);
    if (!next)
        return false;
    t->plain.in_place = false;
    if (t->packet.data == (const uint8_t *)p)
        t->packet.data = memcpy(whole_room(t), p, t->packet.caplen);
    *queue = span_make(next, end);
    return true;
}

static void take_queued(struct textlog *t)
{
    if (take_whole_queued(t, &t->queue))
        return;
    const char *end = span_end(t->queue), *lf = memchr(t->queue.p, '\n', t->queue.n);
    struct line line = cut_line(t->queue.p, end, lf);
    line.at = NULL;
    line.odd = true;
    line.open = !lf && t->queue_open;
    t->queue = span_make(lf ? lf + 1 : end, end);
    take_line(t, line);
}

/* The next line of an object's text, which goes the way of a line in the file. */
static void take_from_object(struct textlog *t)
{
    if (!t->format->piece && take_whole_queued(t, &t->object))
        return;
    const char *end = span_end(t->object), *lf = memchr(t->object.p, '\n', t->object.n);
    struct line line = cut_line(t->object.p, end, lf);
    line.at = NULL;
    line.odd = true;
    t->object = span_make(lf ? lf + 1 : end, end);
    take_physical(t, line);
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
    while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        struct span line = cut_line(p, end, lf).text;
        bool folded = log_begins(line, "  ");
        if (n + line.n > LINE_MOST || (n == 0 ? !is_flat(line) : !folded))
            break;
        line = span_behind(line, folded ? 2 : 0);
        memcpy(t->made + n, line.p, line.n);
        n += line.n;
        p = lf + 1;
    }
    *more &= p >= end || !memchr(p, '\n', (size_t)(end - p));
    if (n == 0 || *more)
        return NULL;
    queue_flat(t, n);
    return p;
}

/* The same behind the header, in its line. */
static void take_behind(struct textlog *t, struct span line)
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

/* Takes the next line from [p, end); NULL when its end is not there yet. */
static const char *take_next(struct textlog *t, const char *p, const char *end, bool last)
{
    bool more = !last, odd = false;
    const char *next = may_be_flat(t) ? take_flat(t, p, end, &more) : NULL;
    if (next || (more && may_be_flat(t)))
        return next;
    next = t->format->piece ? NULL : take_whole(t, p, end);
    if (next)
        return next;
    const char *lf = log_line_feed(p, end, &odd);
    if ((lf ? lf : end) - p > (ptrdiff_t)LINE_MOST) {
        lf = NULL;
        end = p + LINE_MOST;
    } else if (!lf && !last) {
        return NULL;
    }
    struct line line = cut_line(p, end, lf);
    line.odd = odd;
    if (!take_object(t, line.text))
        take_physical(t, line);
    if (may_be_flat(t) && t->queue.n == 0)
        take_behind(t, line.text);
    return lf ? lf + 1 : end;
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
    finish(t);
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

/* Which format it is */

struct tally {
    struct log_header *headers; /* one a format */
    unsigned *hits;
    bool plain; /* a line has a whole start line */
    char *room, *unwrapped;
};

/* What merely quotes a start line has no headers behind it. */
static bool has_headers(struct span rest)
{
    if (rest.n > MESSAGE_HEAD)
        rest.n = MESSAGE_HEAD;
    return span_search(rest, "cseq:") || span_search(rest, "cseq :");
}

/* `rest`: the text from the line on. */
static void tally_line(struct tally *tally, struct span line, struct span rest)
{
    line = log_uncolour(line, tally->room);
    for (size_t i = 0; i < log_format_count; i++) {
        struct log_header *h = &tally->headers[i];
        switch (log_formats[i].header(line, h)) {
        case LOG_NONE:
            break;
        case LOG_PART:
            h->part = true;
            break;
        case LOG_WHOLE:
            *h = (struct log_header){ 0 };
            tally->hits[i]++;
            break;
        }
    }
    if (tally->plain || !log_find(line, "SIP/2.0"))
        return;
    const char *escape = log_find(line, "#01");
    tally->plain = log_start(escape ? span_make(line.p, escape) : line) >= 0 && has_headers(rest);
}

/* A line, or those that it was made of. */
static void tally_text(struct tally *tally, struct span line, struct span rest)
{
    struct span text;
    struct log_stamp stamp;
    if (!log_unwrap(line, tally->unwrapped, &text, &stamp)) {
        tally_line(tally, line, rest);
        return;
    }
    for (const char *p = text.p, *end = span_end(text), *lf; p < end; p = lf ? lf + 1 : end) {
        lf = memchr(p, '\n', (size_t)(end - p));
        tally_line(tally, cut_line(p, end, lf).text, rest);
    }
}

/* Reads lines until some way behind the first that tells something. */
static void tally_lines(struct tally *tally, struct span text)
{
    const char *p = text.p, *end = span_end(text), *stop = NULL;
    while (p < end && (!stop || p < stop)) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        struct span line = cut_line(p, end, lf).text;
        if (line.n > LINE_MOST)
            line.n = LINE_MOST;
        tally_text(tally, line, span_make(p, end));
        if (tally->plain && !stop)
            stop = p + LOOK_ON;
        p = lf ? lf + 1 : end;
    }
}

static const struct log_format *best_format(const struct tally *tally)
{
    size_t best = 0;
    for (size_t i = 1; i < log_format_count; i++)
        if (tally->hits[i] > tally->hits[best] && (tally->plain || !log_formats[i].common))
            best = i;
    if (tally->hits[best] > 0)
        return &log_formats[best];
    return tally->plain ? &log_format_plain : NULL;
}

static const struct log_format *recognise(struct span text)
{
    struct tally tally = { 0 };
    if (text.n == 0 || memchr(text.p, 0, text.n) || !log_find(text, "SIP/2.0"))
        return NULL;
    tally.headers = mem_zero(log_format_count * sizeof *tally.headers);
    tally.hits = mem_zero(log_format_count * sizeof *tally.hits);
    tally.room = mem_alloc(LINE_MOST);
    tally.unwrapped = mem_alloc(LINE_MOST);
    tally_lines(&tally, text);
    const struct log_format *format = best_format(&tally);
    free(tally.headers);
    free(tally.hits);
    free(tally.room);
    free(tally.unwrapped);
    return format;
}

struct capture *textlog_open(const uint8_t *data, size_t n, const struct textlog_options *options)
{
    struct span text = { (const char *)data, n < TEXTLOG_LOOK ? n : TEXTLOG_LOOK };
    const struct log_format *format = recognise(behind_mark(text));
    if (!format)
        return NULL;
    struct textlog *t = mem_zero(sizeof *t);
    t->common.format = &capture_textlog;
    t->common.name = format->name;
    t->format = format;
    t->made = mem_alloc(LINE_MOST);
    t->bare = mem_alloc(LINE_MOST);
    t->unwrapped = mem_alloc(LINE_MOST);
    log_clock_init(&t->clock, options);
    return &t->common;
}

uint8_t textlog_assumed(const struct capture *capture)
{
    return capture->format == &capture_textlog ? ((const struct textlog *)capture)->assumed : 0;
}
