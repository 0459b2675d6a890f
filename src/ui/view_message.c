/* One message, as it was sent, over the whole screen. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/ui.h"

struct message_view {
    struct view view;
    struct store_ref transaction;
    uint32_t message;
    int scroll;
    int match; /* the line that the last search stopped at, or -1 */
    int height, width, lines;
};

/* The message while its transaction lives. */
static uint32_t alive(struct ui *ui, const struct message_view *v)
{
    return store_transaction_find(ui->store, v->transaction) ? v->message : 0;
}

static void draw_title(struct ui *ui, struct message_view *v, struct rect rect)
{
    char when[TIME_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
    struct strbuf line = STRBUF_INIT;
    const struct message *m = store_message(ui->store, alive(ui, v));
    screen_blank(rect.y, rect.x, rect.width);
    if (!m)
        return;
    const struct flow *flow = store_flow(ui->store, m->flow);
    strbuf_format(&line, _("frame %u"), m->frame);
    strbuf_format(&line, "  %s  %s %s %s  %s  ", time_clock(m->time_ns, when),
                  addr_format(&flow->src, src), screen_utf8() ? "→" : ">",
                  addr_format(&flow->dst, dst), transport_name(flow->transport));
    strbuf_format(&line, _("%u bytes"), m->payload_len);
    ui_put_agent(ui, m, &line);
    if (m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_MALFORMED))
        strbuf_format(&line, "  %s",
                      m->flags & MESSAGE_RETRANSMISSION ? _("retransmission") : _("malformed"));
    screen_text(rect.y, rect.x + 1, rect.width - 1, STYLE_TITLE, strbuf_as_span(&line));
    strbuf_free(&line);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct message_view *v = (struct message_view *)view;
    screen_clear(rect);
    draw_title(ui, v, rect);
    rect = (struct rect){ rect.y + 1, rect.x + 1, rect.height - 1, rect.width - 1 };
    v->height = rect.height;
    v->width = rect.width;
    v->lines = raw_matches(ui, alive(ui, v), rect.width, NULL, NULL);
    int most = v->lines > v->height ? v->lines - v->height : 0;
    v->scroll = v->scroll > most ? most : v->scroll < 0 ? 0 : v->scroll;
    raw_draw(ui, alive(ui, v), rect, v->scroll);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct message_view *v = (struct message_view *)view;
    (void)ui;
    return verb_scroll(verb, &v->scroll, v->height, v->lines);
}

/* What a search knows after a walk over the matches: the ones around the current line. */
struct matches {
    int current, first, last, before, after;
};

static void note_match(int line, void *arg)
{
    struct matches *m = arg;
    if (m->first < 0)
        m->first = line;
    m->last = line;
    if (line < m->current)
        m->before = line;
    if (line > m->current && m->after < 0)
        m->after = line;
}

/* One line with a match after the other comes into view; behind the last, the first. */
static bool search(struct ui *ui, struct view *view, bool backwards)
{
    struct message_view *v = (struct message_view *)view;
    struct matches m = { v->match, -1, -1, -1, -1 };
    raw_matches(ui, alive(ui, v), v->width, note_match, &m);
    if (m.first < 0)
        return false;
    v->match = backwards ? (m.before >= 0 ? m.before : m.last) : (m.after >= 0 ? m.after : m.first);
    if (v->match < v->scroll || v->match >= v->scroll + v->height)
        v->scroll = v->match - v->height / 3;
    return true;
}

static struct subject subject(struct ui *ui, struct view *view)
{
    struct subject s;
    struct message_view *v = (struct message_view *)view;
    const struct message *m = store_message(ui->store, alive(ui, v));
    memset(&s, 0, sizeof s);
    if (m) {
        s.transaction = m->transaction;
        s.message = v->message;
        s.code = m->code;
    }
    return s;
}

static void close_message(struct view *view)
{
    free(view);
}

static const struct view_ops message_ops = {
    .name = N_("message"),
    .verbs = VERBS_MOVE,
    .keybar = "back up down search next command help",
    .draw = draw,
    .act = act,
    .search = search,
    .subject = subject,
    .close = close_message,
};

struct view *view_message_new(struct ui *ui, uint32_t message)
{
    const struct message *m = store_message(ui->store, message);
    if (!m)
        return NULL;
    struct message_view *v = mem_zero(sizeof *v);
    v->view.ops = &message_ops;
    v->message = message;
    v->match = -1;
    v->transaction = store_transaction_ref(ui->store, m->transaction);
    return &v->view;
}
