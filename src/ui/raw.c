/*
 * A message as it was on the wire: made visible line by line, wrapped, coloured by
 * element, matches of the search marked. Matches are sought in what is shown.
 */
#include "base/text.h"
#include "base/tr.h"
#include "net/plain.h"
#include "ui/ui.h"

#define CONTINUED 2 /* columns that the rest of a wrapped line stands in */
#define REACH 512   /* bytes before a screen line in which a match may begin that reaches into it */

struct raw {
    struct ui *ui;
    struct rect rect;
    int scroll;
    int line; /* of the whole text, wrapped */
    struct raw_mark *mark;
    const char *start; /* of the message */
    size_t line_at;    /* the byte that the line being shown begins with */
    size_t from, to;   /* what is marked in the line being shown */
    int wanted;        /* the line that raw_line_at() asks for */
    size_t wanted_at;
    raw_match_fn *on_match;
    void *arg;
};

static bool in_view(const struct raw *raw)
{
    return raw->line >= raw->scroll && raw->line < raw->scroll + raw->rect.height;
}

/* Draws `part` of `shown`, which begins `x` columns in; bytes from `from` to `to`. */
static void draw_part(struct raw *raw, int x, struct span part, size_t from, size_t to,
                      enum style style)
{
    if (from >= to || !in_view(raw))
        return;
    x += (int)text_width((struct span){ part.p, from });
    screen_text(raw->rect.y + raw->line - raw->scroll, raw->rect.x + x, raw->rect.width - x, style,
                (struct span){ part.p + from, to - from });
}

static size_t clamp(size_t at, size_t start, size_t n)
{
    return at < start ? 0 : at - start > n ? n : at - start;
}

/* Shows what of the mark lies in a part of `shown` as selected, and notes the screen lines. */
static void show_mark(struct raw *raw, int x, struct span part, size_t start)
{
    size_t from = clamp(raw->from, start, part.n), to = clamp(raw->to, start, part.n);
    if (raw->from >= raw->to || raw->from >= start + part.n || raw->to <= start)
        return;
    raw->mark->first = raw->mark->first < 0 ? raw->line : raw->mark->first;
    raw->mark->last = raw->line;
    if (!in_view(raw))
        return;
    x += (int)text_width((struct span){ part.p, from });
    screen_select(raw->rect.y + raw->line - raw->scroll, raw->rect.x + x,
                  (int)text_width((struct span){ part.p + from, to - from }));
}

/* One screen line of `shown`: the bytes [start, start + n), `named` of all are a header's name. */
static void show_part(struct raw *raw, int x, struct span shown, size_t start, size_t n,
                      size_t named, enum style style)
{
    struct span part = { shown.p + start, n };
    size_t from = start > REACH ? start - REACH : 0, match, end, name = clamp(named, start, n);
    draw_part(raw, x, part, 0, name, STYLE_FIELD);
    draw_part(raw, x, part, name, n, style);
    show_mark(raw, x, part, start);
    if (!raw->ui->search || (!raw->on_match && !in_view(raw)))
        return;
    while (regex_find(raw->ui->search, shown, from, &match, &end) && match < start + n) {
        if (raw->on_match && match >= start)
            raw->on_match(raw->line, raw->line_at, raw->arg);
        draw_part(raw, x, part, clamp(match, start, n), clamp(end, start, n), STYLE_MATCH);
        from = end;
    }
}

/* Where the bytes of the message that the mark holds stand in the line as it is shown. */
static void place_mark(struct raw *raw, struct span line)
{
    struct strbuf before = STRBUF_INIT;
    raw->from = raw->to = 0;
    if (!raw->mark || line.p < raw->start)
        return;
    size_t at = (size_t)(line.p - raw->start), end = at + line.n;
    if (raw->mark->to <= at || raw->mark->from >= end)
        return;
    size_t from = clamp(raw->mark->from, at, line.n), to = clamp(raw->mark->to, at, line.n);
    text_visible(&before, (struct span){ line.p, from }, screen_utf8());
    raw->from = before.n;
    text_visible(&before, (struct span){ line.p + from, to - from }, screen_utf8());
    raw->to = before.n;
    strbuf_free(&before);
}

/* Wraps at the width: what does not fit goes on, a little further in. */
static void show_line(struct raw *raw, struct span line, size_t named, enum style style)
{
    struct strbuf text = STRBUF_INIT;
    text_visible(&text, line, screen_utf8());
    struct span shown = strbuf_as_span(&text), rest = shown;
    raw->line_at = line.p >= raw->start ? (size_t)(line.p - raw->start) : 0;
    place_mark(raw, line);
    for (int x = 0;; x = CONTINUED) {
        if (raw->line == raw->wanted)
            raw->wanted_at = raw->line_at;
        int room = raw->rect.width - x > 1 ? raw->rect.width - x : 1;
        struct span fit = text_fit(rest, (size_t)room);
        show_part(raw, x, shown, (size_t)(fit.p - shown.p), fit.n, named, style);
        rest = span_make(span_end(fit), span_end(rest));
        raw->line++;
        if (rest.n == 0 || fit.n == 0) /* a wide character does not fit in one column */
            break;
    }
    strbuf_free(&text);
}

/* The bytes of a header's name with its colon; 0 for a line that goes on with the one before. */
static size_t name_length(struct span line)
{
    const char *colon = span_find(line, ':');
    if (!colon || line.p[0] == ' ' || line.p[0] == '\t')
        return 0;
    for (const char *p = line.p; p < colon; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return 0;
    return (size_t)(colon + 1 - line.p);
}

static void show_message(struct raw *raw, struct span all, size_t body_at, enum style first)
{
    const char *p = all.p, *end = span_end(all);
    for (int n = 0; p < end; n++) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        struct span line = span_make(p, lf ? lf : end);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        if (n == 0)
            show_line(raw, line, 0, first);
        else if ((size_t)(p - all.p) >= body_at)
            show_line(raw, line, 0, STYLE_CODE);
        else
            show_line(raw, line, name_length(line), STYLE_NORMAL);
        p = lf ? lf + 1 : end;
    }
}

static void show_assumed(struct raw *raw, const struct message *m)
{
    struct strbuf text = STRBUF_INIT, what = STRBUF_INIT;
    uint8_t assumed = store_flow(raw->ui->store, m->flow)->assumed;
    plain_put_assumed(&what, assumed | (m->flags & MESSAGE_TIME_ASSUMED ? ASSUMED_TIME : 0));
    if (what.n) {
        strbuf_format(&text, _("Not in the log, but assumed: %s."), strbuf_str(&what));
        show_line(raw, SPAN_NONE, 0, STYLE_NORMAL);
        show_line(raw, strbuf_as_span(&text), 0, STYLE_DIM);
    }
    strbuf_free(&text);
    strbuf_free(&what);
}

static void run(struct raw *raw, uint32_t id)
{
    struct sip_message m;
    const struct message *message = store_message(raw->ui->store, id);
    if (!message || store_scan(raw->ui->store, id, &m) < 0)
        return;
    struct strbuf room = STRBUF_INIT;
    struct span all = message_sent(message, &room);
    if (message->flags & MESSAGE_BARE)
        sip_scan(&m, all.p, all.n);
    raw->start = all.p;
    enum style first = message->code ? theme_class((uint8_t)sip_class_of(message->code))
                                     : STYLE_TITLE;
    show_message(raw, all, m.body.p ? (size_t)(m.body.p - all.p) : all.n, first);
    if (message->flags & MESSAGE_TRUNCATED)
        show_line(raw, SPAN(_("The capture cut this message here.")), 0, STYLE_ALERT);
    show_assumed(raw, message);
    strbuf_free(&room);
}

int raw_draw(struct ui *ui, uint32_t id, struct rect rect, int scroll, struct raw_mark *mark)
{
    struct raw raw = { .ui = ui, .rect = rect, .scroll = scroll, .mark = mark };
    screen_clear(rect);
    if (mark)
        mark->first = mark->last = -1;
    run(&raw, id);
    if (raw.line == 0 && rect.height > 0)
        screen_string(rect.y, rect.x, rect.width, STYLE_DIM,
                      id ? _("This message was evicted.")
                         : _("No message: a packet of the network."));
    return raw.line;
}

int raw_measure(struct ui *ui, uint32_t id, int width, struct raw_mark *mark)
{
    struct raw raw = { .ui = ui, .rect = { .width = width }, .mark = mark };
    mark->first = mark->last = -1;
    run(&raw, id);
    return raw.line;
}

void raw_matches(struct ui *ui, uint32_t id, int width, raw_match_fn *fn, void *arg)
{
    struct raw raw = { .ui = ui, .rect = { .width = width }, .on_match = fn, .arg = arg };
    run(&raw, id);
}

size_t raw_line_at(struct ui *ui, uint32_t id, int width, int line)
{
    struct raw raw = { .ui = ui, .rect = { .width = width }, .wanted = line };
    run(&raw, id);
    return raw.wanted_at;
}
