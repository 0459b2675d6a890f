/*
 * What of a log is taken in one go, where it looks as most of it does: a message, and what stands between
 * two. Boundary: textlog_whole.c knows where a message ends; whatever is doubtful goes line by line
 * through textlog.c, with the same result.
 */
#include "base/strbuf.h"
#include "input/textlog_private.h"

/* A message */

static char *whole_room(struct textlog *t)
{
    struct room *room = &t->rooms[t->turn];
    if (room->size < LOG_WHOLE_ROOM) {
        room->size = LOG_WHOLE_ROOM;
        room->p = mem_grow(room->p, room->size);
    }
    return room->p;
}

static struct marked marked_of(const struct log_whole *whole, const char *p)
{
    size_t marks = whole->prefix->n;
    if (whole->dots)
        marks |= MARKS_DOT;
    if (whole->hashes)
        marks |= MARKS_ESCAPED;
    return (struct marked){ (const uint8_t *)p, (uint32_t)whole->n, (uint16_t)marks };
}

/* Whether it stays where it is, in the file itself. */
static bool stays(const struct textlog *t, const char *p)
{
    return t->clock.options.stays && p >= t->file.p && p < span_end(t->file);
}

/* What begins at p is handed over, or what is made of it. */
static void take_found(struct textlog *t, const char *p, const struct log_whole *whole)
{
    log_describe(t, &t->pending, true);
    t->plain.in_place = whole->in_place && t->clock.options.stays;
    t->plain.bare = whole->in_place && !whole->exact;
    t->packet.data = (const uint8_t *)p;
    t->packet.caplen = (uint32_t)whole->n;
    if (!whole->in_place) {
        struct marked marked = marked_of(whole, p);
        size_t n = whole->made_n ? whole->made_n
                                 : marks_undo(&marked, whole->made, LOG_WHOLE_ROOM - MARKS_SLACK);
        t->packet.data = (const uint8_t *)whole->made;
        t->packet.caplen = (uint32_t)n;
        if (stays(t, p))
            t->plain.marked = marked;
    }
    t->packet.origlen = t->packet.caplen;
    t->ready = true;
    log_forget_header(t);
}

/* Whether the line, in front of whose start line so much stands, is nothing but that. */
static bool is_start_alone(struct textlog *t, struct span line, size_t offset)
{
    struct log_header fresh = { 0 };
    return offset == 0 || t->format->header(line, &fresh) == LOG_NONE;
}

/* The line at p, and in *lf where it ends: at a line feed, or an escaped one; NULL: nowhere. */
static struct span take_first_line(const char *p, const char *end, bool hashes, const char **lf)
{
    *lf = hashes ? log_find(span_make(p, end), MARKS_FEED)
                 : span_line_feed(p, log_line_most(p, end));
    if (!*lf)
        return SPAN_NONE;
    return hashes ? span_make(p, *lf) : log_cut_line(p, end, *lf).text;
}

const char *log_take_whole(struct textlog *t, const char *p, const char *end, bool hashes,
                           bool *more)
{
    const char *lf;
    struct span line = take_first_line(p, end, hashes, &lf);
    int offset = log_start_of(t, line);
    *more = false;
    if (offset < 0 || log_is_padded(line) || !is_start_alone(t, line, (size_t)offset))
        return NULL;
    static const struct log_prefix no_prefix = { .kind = LOG_PREFIX_NONE };
    struct log_prefix prefix;
    if (offset > 0)
        log_prefix_learn(&prefix, (struct span){ line.p, (size_t)offset });
    if (offset > 0 && prefix.n != (size_t)offset)
        return NULL;
    struct log_whole whole = {
        .format = t->format,
        .prefix = offset > 0 ? &prefix : &no_prefix,
        .said = t->pending.length,
        .dots = t->format->dots && line.p[line.n - 1] == '.',
        .alone = t->format == &log_format_plain,
        .hashes = hashes,
        .bare_good = t->clock.options.stays && t->queue.n == 0 && t->object.n == 0,
        .made = whole_room(t),
    };
    enum log_found found = log_find_whole(p, end, lf, &whole);
    *more = found == LOG_UNDECIDED;
    if (found != LOG_FOUND)
        return NULL;
    log_own_stamp(t, &t->pending, (struct span){ line.p, (size_t)offset });
    take_found(t, p, &whole);
    return whole.next;
}

bool log_take_whole_queued(struct textlog *t, struct span *queue)
{
    const char *p = queue->p, *end = span_end(*queue), *next;
    bool more;
    if (!log_may_be_whole(t) || !(next = log_take_whole(t, p, end, false, &more)))
        return false;
    t->plain.in_place = false;
    if (t->packet.data == (const uint8_t *)p)
        t->packet.data = memcpy(whole_room(t), p, t->packet.caplen);
    *queue = span_make(next, end);
    return true;
}

/* What stands between two */

/* A line at p with nothing to undo, and what is behind it; NULL: it is not there, or there may be. */
static const char *take_plain_line(const char *p, const char *end, struct span *line)
{
    bool odd = false;
    const char *lf = log_line_feed(p, end, &odd);
    if (!lf || *p == '{' || lf - p > (ptrdiff_t)LOG_LINE_MOST)
        return NULL;
    *line = log_cut_line(p, end, lf).text;
    return odd && (span_find(*line, 0x1b) || log_find(*line, MARKS_FEED)) ? NULL : lf + 1;
}

/* Of those that begin with a letter, or a bracket, only "[Time:" parts others. */
static bool may_part(const char *p, const char *end)
{
    return p < end && ((uint8_t)*p < 'A' || (*p == '[' && end - p > 1 && p[1] == 'T'));
}

/* Behind the line at p, if it only parts others. */
static const char *take_rule(struct textlog *t, const char *p, const char *end)
{
    struct span line;
    if ((size_t)(end - p) >= t->rule_n && t->rule_n > 0 && memcmp(p, t->rule, t->rule_n) == 0)
        return p + t->rule_n;
    if (!may_part(p, end))
        return NULL;
    const char *next = take_plain_line(p, end, &line);
    if (!next || !log_only_parts(t, line))
        return NULL;
    size_t n = (size_t)(next - p);
    if (line.n > 0 && n <= sizeof t->rule) {
        memcpy(t->rule, p, n);
        t->rule_n = n;
    }
    return next;
}

static const char *skip_parting(struct textlog *t, const char *p, const char *end)
{
    for (const char *next; (next = take_rule(t, p, end)) != NULL;)
        p = next;
    return p;
}

/* A header of a line, or of two that need each other. Those of `pieces` may, but need not. */
static const char *take_header_lines(struct textlog *t, const char *p, const char *end)
{
    struct log_header fresh = { 0 };
    struct span line;
    p = take_plain_line(p, end, &line);
    enum log_line kind = p ? t->format->header(line, &fresh) : LOG_NONE;
    if (kind == LOG_PART && !t->format->pieces) {
        log_complete_header(t, &fresh, kind, line);
        p = take_plain_line(p, end, &line);
        kind = p ? t->format->header(line, &fresh) : LOG_NONE;
    }
    if (kind != LOG_WHOLE)
        return NULL;
    log_take_header(t, &fresh, kind, line);
    if (t->format->behind)
        log_take_behind(t, line);
    return p;
}

/* What most have between two messages: what parts them, and the header of the next. */
static const char *take_between(struct textlog *t, const char *p, const char *end)
{
    p = skip_parting(t, p, end);
    const char *next = take_header_lines(t, p, end);
    if (!next)
        return p;
    return t->queue.n == 0 ? skip_parting(t, next, end) : next;
}

static const char *take_block_header(struct textlog *t, const char *p, const char *end)
{
    struct log_header fresh = { 0 };
    const char *next = t->format->at_once(p, end, &fresh);
    if (next)
        log_take_header(t, &fresh, LOG_WHOLE, SPAN_NONE);
    return next;
}

const char *log_take_at_once(struct textlog *t, const char *p, const char *end)
{
    if (t->now.active || t->pending.part)
        return NULL;
    if (t->format->at_once)
        return take_block_header(t, p, end);
    bool expected = t->expected && !t->format->piece && !t->format->block;
    t->expected = false;
    return expected ? take_between(t, p, end) : NULL;
}
