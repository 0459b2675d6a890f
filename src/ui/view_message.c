/*
 * One message over the whole screen: as it was sent, or as a tree. The cursor is on an element of
 * the tree in either: in the message as sent it moves by lines and by the elements of a line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "store/names.h"
#include "store/ladder.h"
#include "ui/message_tree.h"
#include "ui/ui.h"

struct message_view {
    struct view view;
    struct store_ref transaction;
    uint32_t message;
    struct message_tree tree; /* of the message that `laid` names */
    uint32_t laid;
    unsigned generation; /* of the language that its notes are in */
    size_t at;           /* the byte that the cursor's line begins with */
    int scroll;
    int match;   /* the screen line that the last search stopped at; -1: the cursor has moved */
    bool follow; /* the cursor has moved: it comes into view */
    int height, width, lines;
    struct raw_mark mark; /* where the cursor was drawn */
    struct rect rect;
};

/* The message while its transaction lives. */
static uint32_t alive(struct ui *ui, const struct message_view *v)
{
    return store_transaction_find(ui->store, v->transaction) ? v->message : 0;
}

/* The message as it was sent; nothing when it has gone. */
static struct span sent(struct ui *ui, const struct message_view *v, struct strbuf *room)
{
    struct sip_message sip;
    const struct message *m = store_message(ui->store, alive(ui, v));
    return m && store_scan(ui->store, v->message, &sip) == 0 ? message_sent(m, room) : SPAN_NONE;
}

/* The line of the message that holds the byte at `at`. */
static struct span line_at(const struct message_view *v, size_t at)
{
    struct span all = v->tree.tree.bytes;
    if (at >= all.n)
        return SPAN_NONE;
    const char *p = all.p + at, *end = span_end(all);
    const char *before = memrchr(all.p, '\n', at), *lf = memchr(p, '\n', (size_t)(end - p));
    end = lf ? lf : end;
    before = before ? before + 1 : all.p;
    return span_make(before, end > before && end[-1] == '\r' ? end - 1 : end);
}

/* The innermost element that holds the whole line. */
static size_t element_of(const struct message_view *v, struct span line)
{
    const struct sip_tree *tree = &v->tree.tree;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < tree->count; i++) {
        const struct span *source = &tree->nodes[i].source;
        if (source->n > 0 && source->p <= line.p && span_end(*source) >= span_end(line) &&
            (found == SIZE_MAX || source->n < tree->nodes[found].source.n))
            found = i;
    }
    return found;
}

static void go_to(struct message_view *v, size_t at)
{
    struct span line = line_at(v, at);
    size_t element = line.p ? element_of(v, line) : SIZE_MAX;
    if (!line.p)
        return;
    v->at = (size_t)(line.p - v->tree.tree.bytes.p);
    v->follow = true;
    v->match = -1;
    if (element != SIZE_MAX)
        message_tree_select(&v->tree, element);
}

/* In the tree the cursor has moved: the line follows it. */
static void follow_tree(struct message_view *v)
{
    const struct sip_node *node = message_tree_node(&v->tree);
    if (node && node->source.n > 0)
        v->at = (size_t)(line_at(v, (size_t)(node->source.p - v->tree.tree.bytes.p)).p -
                         v->tree.tree.bytes.p);
    v->follow = true;
}

/* The tree of the message, made anew for another message or language. */
static void take_tree(struct ui *ui, struct message_view *v)
{
    if (v->laid == v->message && v->generation == ui->help_generation)
        return;
    size_t selected = v->laid == v->message ? v->tree.selected : 0;
    struct strbuf room = STRBUF_INIT;
    message_tree_free(&v->tree);
    message_tree_make(&v->tree, sent(ui, v, &room));
    strbuf_free(&room);
    v->laid = v->message;
    v->generation = ui->help_generation;
    if (selected)
        message_tree_select(&v->tree, selected);
    else
        go_to(v, 0);
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
                  names_format(&flow->src, src), ui_arrow(), names_format(&flow->dst, dst),
                  transport_name(flow->transport));
    strbuf_format(&line, tr_n("%u byte", "%u bytes", m->payload_len), m->payload_len);
    ui_put_agent(ui, m, &line);
    if (m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_MALFORMED))
        strbuf_format(&line, "  %s",
                      m->flags & MESSAGE_RETRANSMISSION ? _("retransmission") : _("malformed"));
    if (ui->message_tree && v->tree.tree.cut)
        strbuf_format(&line, "  %s", _("cut"));
    screen_text(rect.y, rect.x + 1, rect.width - 1, STYLE_TITLE, strbuf_as_span(&line));
    strbuf_free(&line);
}

/* What the cursor covers: the element, as far as it stands in the cursor's line. */
static struct raw_mark cursor(const struct message_view *v)
{
    const struct sip_node *node = message_tree_node(&v->tree);
    struct span line = line_at(v, v->at);
    size_t from = v->at, to = v->at + (line.n ? line.n : 1);
    if (node && node->source.n > 0) {
        size_t start = (size_t)(node->source.p - v->tree.tree.bytes.p);
        size_t end = start + node->source.n;
        bool element = start >= from && start < to;
        from = element && start > from ? start : from;
        to = element && end > from ? end : to;
    }
    return (struct raw_mark){ from, to, -1, -1 };
}

/* Scrolls so that the cursor is in view, its beginning if it is longer than that. */
static void show_cursor(struct message_view *v)
{
    if (v->follow && v->mark.first >= 0) {
        int last = v->mark.last < v->mark.first + v->height ? v->mark.last
                                                            : v->mark.first + v->height - 1;
        if (v->mark.first < v->scroll)
            v->scroll = v->mark.first;
        if (last >= v->scroll + v->height)
            v->scroll = last - v->height + 1;
    }
    v->follow = false;
    int most = v->lines > v->height ? v->lines - v->height : 0;
    v->scroll = v->scroll > most ? most : v->scroll < 0 ? 0 : v->scroll;
}

static void draw_raw(struct ui *ui, struct message_view *v, struct rect rect)
{
    v->height = rect.height;
    v->width = rect.width;
    v->mark = cursor(v);
    v->lines = raw_measure(ui, alive(ui, v), rect.width, &v->mark);
    show_cursor(v);
    raw_draw(ui, alive(ui, v), rect, v->scroll, &v->mark);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct message_view *v = (struct message_view *)view;
    take_tree(ui, v);
    screen_clear(rect);
    draw_title(ui, v, rect);
    rect = (struct rect){ rect.y + 1, rect.x + 1, rect.height - 1, rect.width - 1 };
    v->rect = rect;
    if (ui->message_tree && alive(ui, v))
        message_tree_draw(&v->tree, ui, rect);
    else
        draw_raw(ui, v, rect);
}

/* The byte that the next line with something in it begins with, or the line before; else `at`. */
static size_t beside(const struct message_view *v, size_t at, bool down)
{
    struct span all = v->tree.tree.bytes;
    for (size_t i = at;;) {
        const char *lf = down ? memchr(all.p + i, '\n', all.n - i) : NULL;
        if (down ? !lf || lf + 1 == span_end(all) : i == 0)
            return at;
        i = down ? (size_t)(lf + 1 - all.p) : i - 1;
        struct span line = line_at(v, i);
        i = (size_t)(line.p - all.p);
        if (line.n > 0)
            return i;
    }
}

/* Up and down by lines; within one that is longer than the screen, by its rows. */
static void move_line(struct message_view *v, bool down)
{
    struct span line = line_at(v, v->at);
    if (down && v->mark.last >= v->scroll + v->height) {
        v->scroll++;
    } else if (!down && v->mark.first >= 0 && v->mark.first < v->scroll) {
        v->scroll--;
    } else if (line.p) {
        go_to(v, beside(v, v->at, down));
    }
}

/* The next element of the line, behind the last the first; or the one before. */
static void move_element(struct message_view *v, bool forwards)
{
    const struct sip_tree *tree = &v->tree.tree;
    struct span line = line_at(v, v->at);
    size_t whole = line.p ? element_of(v, line) : SIZE_MAX, n = tree->count;
    for (size_t i = 1; line.n > 0 && i <= n; i++) {
        size_t at = forwards ? (v->tree.selected + i) % n : (v->tree.selected + n - i) % n;
        struct span source = tree->nodes[at].source;
        if (source.n > 0 && source.p >= line.p && span_end(source) <= span_end(line) &&
            at != whole && at != v->tree.selected) {
            message_tree_select(&v->tree, at);
            return;
        }
    }
}

static bool move_raw(struct message_view *v, enum verb verb)
{
    int steps = verb == VERB_PAGE_UP || verb == VERB_PAGE_DOWN ? v->height - 1 : 1;
    switch (verb) {
    case VERB_UP:
    case VERB_PAGE_UP:
    case VERB_DOWN:
    case VERB_PAGE_DOWN:
        for (int i = 0; i < steps; i++)
            move_line(v, verb == VERB_DOWN || verb == VERB_PAGE_DOWN);
        return true;
    case VERB_TOP:
        go_to(v, 0);
        return true;
    case VERB_LEFT:
    case VERB_RIGHT:
        move_element(v, verb == VERB_RIGHT);
        return true;
    case VERB_BOTTOM:
        go_to(v, beside(v, v->tree.tree.bytes.n, false));
        return true;
    default:
        return false;
    }
}

/* The message in the ladder's row before or after that of `message`; 0: there is none. */
static uint32_t beside_in(const struct ladder *ladder, uint32_t message, bool next)
{
    uint32_t before = 0;
    bool passed = false;
    for (size_t i = 0; i < ladder->nrows; i++) {
        const struct ladder_row *row = &ladder->rows[i];
        if (row->kind != LADDER_MESSAGE)
            continue;
        if (passed)
            return row->message;
        passed = row->message == message;
        if (passed && !next)
            return before;
        before = row->message;
    }
    return 0;
}

/* The message of the call before or after this one; the call is laid out anew each time. */
static void turn(struct ui *ui, struct message_view *v, bool next)
{
    const struct message *m = store_message(ui->store, alive(ui, v));
    const struct transaction *txn = m ? store_transaction(ui->store, m->transaction) : NULL;
    struct ladder ladder;
    if (!txn)
        return;
    struct ladder_options options = { .unfolded = true, .around = m->transaction };
    ladder_build(&ladder, ui->store, &txn->call, 1, &options);
    uint32_t to = beside_in(&ladder, v->message, next);
    ladder_free(&ladder);
    if (to) {
        v->message = to;
        v->transaction = store_transaction_ref(ui->store,
                                               store_message(ui->store, to)->transaction);
        v->scroll = 0;
    } else {
        ui_notice(ui, false,
                  next ? _("That was the call's last message")
                       : _("That was the call's first message"));
    }
}

static void open_page(struct ui *ui, const struct message_view *v)
{
    const char *topic = message_tree_topic(&v->tree, ui->help);
    if (*topic)
        ui_push(ui, view_page_new(ui, topic));
    else
        ui_notice(ui, false, _("There is no page about this"));
}

static void toggle_tree(struct ui *ui, struct message_view *v)
{
    ui->message_tree = !ui->message_tree;
    v->follow = true;
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct message_view *v = (struct message_view *)view;
    switch (verb) {
    case VERB_TREE:
        toggle_tree(ui, v);
        return true;
    case VERB_NEXT_CODE:
    case VERB_PREVIOUS_CODE:
        turn(ui, v, verb == VERB_NEXT_CODE);
        return true;
    case VERB_OPEN:
        if (!ui->message_tree || !message_tree_toggle(&v->tree))
            open_page(ui, v);
        return true;
    case VERB_NEXT_LINK:
    case VERB_PREVIOUS_LINK:
        move_element(v, verb == VERB_NEXT_LINK);
        return true;
    default:
        if (!ui->message_tree)
            return move_raw(v, verb);
        if (!message_tree_act(&v->tree, verb))
            return false;
        follow_tree(v);
        return true;
    }
}

/* A match: the screen line of the text, and the byte that its line begins with; line -1: none. */
struct match {
    int line;
    size_t at;
};

/* What a search knows after a walk over the matches: the ones around the current line. */
struct matches {
    int current;
    struct match first, last, before, after;
};

static void note_match(int line, size_t at, void *arg)
{
    struct matches *m = arg;
    struct match match = { line, at };
    if (m->first.line < 0)
        m->first = match;
    m->last = match;
    if (line < m->current)
        m->before = match;
    if (line > m->current && m->after.line < 0)
        m->after = match;
}

/* One line with a match after the other comes into view; behind the last, the first. */
static bool search(struct ui *ui, struct view *view, bool backwards)
{
    static const struct match none = { -1, 0 };
    struct message_view *v = (struct message_view *)view;
    struct matches m = { v->match >= 0 ? v->match : v->mark.first, none, none, none, none };
    if (ui->message_tree) {
        bool found = message_tree_search(&v->tree, ui, backwards);
        follow_tree(v);
        return found;
    }
    raw_matches(ui, alive(ui, v), v->width, note_match, &m);
    if (m.first.line < 0)
        return false;
    struct match to = backwards ? (m.before.line >= 0 ? m.before : m.last)
                                : (m.after.line >= 0 ? m.after : m.first);
    go_to(v, to.at);
    v->match = to.line;
    v->follow = false; /* the match matters, not where its line begins */
    if (to.line < v->scroll || to.line >= v->scroll + v->height)
        v->scroll = to.line - v->height / 3;
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
        s.node = message_tree_node(&v->tree);
        s.topic = message_tree_topic(&v->tree, ui->help);
    }
    return s;
}

/* The element's value, else all of it. */
static bool copy(struct ui *ui, struct view *view, struct strbuf *out)
{
    const struct message_view *v = (struct message_view *)view;
    const struct sip_node *node = message_tree_node(&v->tree);
    (void)ui;
    if (node)
        strbuf_span(out, node->value.n ? node->value : node->source.n ? node->source : node->label);
    return out->n > 0;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct message_view *v = (struct message_view *)view;
    if (ui->message_tree) {
        message_tree_click(&v->tree, y, x);
        follow_tree(v);
    } else if (y >= v->rect.y && y - v->rect.y + v->scroll < v->lines) {
        go_to(v, raw_line_at(ui, alive(ui, v), v->width, y - v->rect.y + v->scroll));
    }
}

static void close_message(struct view *view)
{
    message_tree_free(&((struct message_view *)view)->tree);
    free(view);
}

static const char *keys(const struct ui *ui, const struct view *view)
{
    (void)view;
    return ui->message_tree ? "back as-sent fold copy next-message search assist pane focus command"
                            : "back tree open-element next-element copy next-message search assist "
                              "pane focus command";
}

static const struct view_ops message_ops = {
    .name = N_("message"),
    .verbs = VERBS_MOVE | VERBS_PANE | VERBS_LINKS | VERB_BIT(VERB_TREE) | VERB_BIT(VERB_LEFT) |
             VERB_BIT(VERB_RIGHT),
    .keys = keys,
    .draw = draw,
    .act = act,
    .search = search,
    .subject = subject,
    .click = click,
    .copy = copy,
    .close = close_message,
    .own = VERB_BIT(VERB_NEXT_CODE) | VERB_BIT(VERB_PREVIOUS_CODE),
    .has_pane = true,
    .pane_below = SPLIT_MESSAGE_PANE_BELOW,
};

struct view *view_message_new(struct ui *ui, uint32_t message)
{
    const struct message *m = store_message(ui->store, message);
    if (!m)
        return NULL;
    struct message_view *v = mem_zero(sizeof *v);
    v->view.ops = &message_ops;
    v->message = message;
    v->transaction = store_transaction_ref(ui->store, m->transaction);
    return &v->view;
}
