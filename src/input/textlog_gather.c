/* See textlog_private.h: the lines of a message are gathered until its end, and it is handed over. */
#include "base/strbuf.h"
#include "input/textlog_private.h"

#define TERMINAL_LEAST 72 /* columns of a terminal that lines are copied from */

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

static uint8_t logger_of(const struct log_header *h)
{
    if (!h->directed)
        return LOGGER_UNSAID;
    return h->sent ? LOGGER_SENDER : LOGGER_RECEIVER;
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

/* Whether Content-Length is reached. A log that lost the CRs may have lost the last line end, too. */
static bool length_reached(struct gather *g)
{
    size_t n = g->n - g->head, bare = n - g->lines;
    if (n == g->length || (g->exact && n >= g->length) || (!g->exact && n == g->length + 2))
        return true;
    if (g->exact || n < g->length || (bare < g->length))
        return false;
    make_bare_body(g);
    return true;
}

/* Whether the body is as long as the log says. */
static bool is_as_said(const struct gather *g)
{
    return g->said && g->n - g->head == g->said;
}

/* Whether all of the body is there; what the log says of it comes first. */
static bool body_done(struct gather *g)
{
    if (g->length == LOG_NO_LENGTH || g->n - g->head < g->said)
        return false;
    return is_as_said(g) || length_reached(g);
}

bool log_is_whole(struct gather *g)
{
    return g->body && (g->length == LOG_NO_LENGTH || is_as_said(g) || length_reached(g));
}

static void set_time(struct textlog *t, const struct log_header *h)
{
    bool assumed = false;
    t->packet.time_ns = h->time_ns ? h->time_ns : log_clock_read(&t->clock, &h->stamp, &assumed);
    if (assumed)
        t->plain.assumed |= ASSUMED_TIME;
}

/* What is known of a message, of which all or not all is there. */
void log_describe(struct textlog *t, struct log_header *header, bool whole)
{
    t->plain = (struct plain){
        .assumed = complete_addresses(t, header),
        .logger = logger_of(header),
        .transport = header->transport,
        .truncated = !whole,
    };
    t->plain.src = header->src;
    t->plain.dst = header->dst;
    t->plain.self = t->self;
    set_time(t, header);
    t->common.assumed |= t->plain.assumed;
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
void log_finish(struct textlog *t)
{
    struct gather *g = &t->now;
    if (!g->active)
        return;
    complete_head(g);
    bool whole = log_is_whole(g);
    if (whole && g->length != LOG_NO_LENGTH && g->n > g->head + g->length && !is_as_said(g))
        g->n = g->head + g->length;
    log_describe(t, &g->header, whole);
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
    size_t said = g->header.length >= g->head ? g->header.length - g->head : 0;
    if (g->length == LOG_NO_LENGTH && g->header.length >= g->head)
        g->length = said;
    if (t->format->end)
        g->said = said;
    if (g->length == LOG_NO_LENGTH ? !g->typed && !t->format->pieces : g->length == 0 && !g->said)
        log_finish(t);
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

/* A body that ends within the line, where the next message begins: a stream's bytes were saved. */
static bool add_end(struct textlog *t, struct gather *g, const struct line *line)
{
    size_t left = g->length != LOG_NO_LENGTH ? g->length - (g->n - g->head) : SIZE_MAX;
    struct line next = *line;
    if (left == 0 || left >= line->text.n)
        return false;
    next.text = span_make(line->text.p + left, span_end(line->text));
    if (log_start(next.text) != 0)
        return false;
    append(g, line->text.p, left);
    g->start = NULL;
    log_finish(t);
    next.at = line->at ? next.text.p : NULL;
    log_take_line(t, &next);
    return true;
}

static void add_body(struct textlog *t, struct gather *g, const struct line *line)
{
    if (g->length == LOG_NO_LENGTH && span_trim(line->text).n == 0) {
        log_finish(t);
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
        log_finish(t);
}

/* Whether CR and LF, or LF, follow its text in the file: padding, or a second CR, may be between. */
static bool ends_there(const struct line *line)
{
    const char *end = span_end(line->text);
    return line->open || (line->cr ? memcmp(end, "\r\n", 2) == 0 : *end == '\n');
}

/* In the file, too, the line follows what was taken before, and needs no change. */
static void check_in_place(struct gather *g, const struct line *line)
{
    bool blanks = !g->body && line->text.n > 0 && span_trim(line->text).n == 0;
    bool same = g->start && line->at == g->next && line->text.p == line->at && !blanks &&
                (line->cr || (g->exact && g->body)) && ends_there(line);
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

bool log_is_padded(struct span start_line)
{
    size_t blanks = start_line.n - without_padding(start_line).n;
    return blanks > 1 || (blanks && !log_begins(start_line, "SIP/2.0 "));
}

static void note_columns(struct gather *g, size_t columns)
{
    g->columns = columns;
    g->widest = columns > g->widest ? columns : g->widest;
}

void log_add_line(struct textlog *t, struct line line)
{
    struct gather *g = &t->now;
    size_t columns = line.text.n;
    line.text = log_prefix_strip(&g->prefix, line.text);
    if (g->padded)
        line.text = without_padding(line.text);
    if (g->dots && line.text.n > 0 && line.text.p[line.text.n - 1] == '.')
        line.text.n--;
    if (log_is_rule(line.text) && !g->open) {
        log_finish(t);
        return;
    }
    check_in_place(g, &line);
    if (g->body)
        add_body(t, g, &line);
    else
        add_head(t, g, &line);
    note_columns(g, columns);
    if (g->active && g->n > CAPTURE_MAX_PACKET - LOG_LINE_MOST / 2)
        log_finish(t);
}

void log_forget_header(struct textlog *t)
{
    t->pending = (struct log_header){ 0 };
    t->seen.found = false;
    t->waited = 0;
}

/* The time in front of the message's own first line, where no header told it. */
void log_own_stamp(const struct textlog *t, struct log_header *h, struct span before)
{
    struct log_stamp stamp;
    log_stamp_find(before, &stamp);
    if (stamp.found && (!h->stamp.found || !h->whole))
        h->stamp = stamp;
    if (!h->stamp.found)
        h->stamp = t->around;
}

void log_begin(struct textlog *t, struct line line, size_t offset, bool colours)
{
    struct gather *g = &t->now;
    char *p = g->p;
    size_t size = g->size;
    struct span before = { line.text.p, offset };
    *g = (struct gather){ .active = true, .p = p, .size = size, .length = LOG_NO_LENGTH };
    g->header = t->pending;
    g->escaped = !line.at;
    log_own_stamp(t, &g->header, before);
    log_prefix_learn(&g->prefix, before);
    g->exact = line.cr;
    g->colours = colours;
    g->start = g->next = line.at;
    log_forget_header(t);
    size_t columns = line.text.n;
    line.text = (struct span){ line.text.p + offset, line.text.n - offset };
    if (offset)
        g->start = NULL;
    g->padded = log_is_padded(line.text);
    if (g->padded)
        line.text = without_padding(line.text);
    g->dots = t->format->dots && line.text.n > 0 && line.text.p[line.text.n - 1] == '.';
    if (g->dots)
        line.text.n--;
    check_in_place(g, &line);
    add_head(t, g, &line);
    note_columns(g, columns);
}
