/* A message as it was on the wire: wrapped, highlighted by element, searchable. */
#include "base/text.h"
#include "ui/ui.h"

struct raw {
    struct ui *ui;
    struct rect rect;
    int scroll;
    int line; /* of the whole text */
};

/* Draws one piece of a line and marks what the search finds in it. */
static int piece(struct raw *raw, int x, enum style style, struct span text)
{
    int y = raw->rect.y + raw->line - raw->scroll;
    bool seen = raw->line >= raw->scroll && raw->line < raw->scroll + raw->rect.height;
    if (!seen || raw->rect.height == 0)
        return x;
    return x + screen_text(y, raw->rect.x + x, raw->rect.width - x, style, text);
}

static void mark_matches(struct raw *raw, struct span line)
{
    size_t from = 0, start, end;
    int y = raw->rect.y + raw->line - raw->scroll;
    if (!raw->ui->search || raw->line < raw->scroll ||
        raw->line >= raw->scroll + raw->rect.height)
        return;
    while (regex_find(raw->ui->search, line, from, &start, &end)) {
        int x = (int)text_width((struct span){ line.p, start });
        screen_text(y, raw->rect.x + x, raw->rect.width - x, STYLE_MATCH,
                    (struct span){ line.p + start, end - start });
        from = end;
    }
}

/* Wraps at the width: what does not fit goes on, two columns in. */
static void rest_of_line(struct raw *raw, int x, enum style style, struct span text)
{
    struct strbuf shown = STRBUF_INIT;
    text_visible(&shown, text, screen_utf8());
    struct span rest = strbuf_as_span(&shown);
    for (;;) {
        int room = raw->rect.width - x > 1 ? raw->rect.width - x : 1;
        struct span fit = text_fit(rest, (size_t)room);
        if (fit.n == 0 && rest.n > 0) /* a wide character in one column */
            break;
        piece(raw, x, style, fit);
        rest = span_make(span_end(fit), span_end(rest));
        if (rest.n == 0)
            break;
        raw->line++;
        x = 2;
    }
    strbuf_free(&shown);
}

static void header_line(struct raw *raw, struct span line)
{
    const char *colon = span_find(line, ':');
    int x = 0;
    if (colon && line.p[0] != ' ' && line.p[0] != '\t') {
        x = piece(raw, 0, STYLE_FIELD, span_make(line.p, colon + 1));
        int width = (int)text_width(span_make(line.p, colon + 1));
        x = width < raw->rect.width ? width : raw->rect.width - 1;
        line = span_make(colon + 1, span_end(line));
    }
    rest_of_line(raw, x, STYLE_NORMAL, line);
}

static void draw_lines(struct raw *raw, struct span all, size_t body_at, enum style first)
{
    const char *p = all.p, *end = span_end(all);
    for (int n = 0; p < end; n++, raw->line++) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        struct span line = span_make(p, lf ? lf : end);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        int before = raw->line;
        if (n == 0)
            rest_of_line(raw, 0, first, line);
        else if ((size_t)(p - all.p) >= body_at)
            rest_of_line(raw, 0, STYLE_CODE, line);
        else
            header_line(raw, line);
        if (raw->line == before)
            mark_matches(raw, line);
        p = lf ? lf + 1 : end;
    }
}

int raw_draw(struct ui *ui, uint32_t id, struct rect rect, int scroll)
{
    struct sip_message m;
    struct raw raw = { ui, rect, scroll, 0 };
    const struct message *message = store_message(ui->store, id);
    screen_clear(rect);
    if (!message || store_scan(ui->store, id, &m) < 0) {
        if (rect.height > 0)
            screen_string(rect.y, rect.x, rect.width, STYLE_DIM, "This message was evicted.");
        return 0;
    }
    struct span all = message_payload(message);
    enum style first = message->code ? theme_class((uint8_t)sip_class_of(message->code))
                                     : STYLE_TITLE;
    size_t body_at = m.body.p ? (size_t)(m.body.p - all.p) : all.n;
    draw_lines(&raw, all, body_at, first);
    if (message->flags & MESSAGE_TRUNCATED) {
        piece(&raw, 0, STYLE_ALERT, SPAN("The capture cut this message here."));
        raw.line++;
    }
    return raw.line;
}

int raw_lines(struct ui *ui, uint32_t id, int width)
{
    return raw_draw(ui, id, (struct rect){ 0, 0, 0, width }, 0);
}
