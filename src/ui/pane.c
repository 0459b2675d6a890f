/*
 * The help pane: what is known of the selected transaction, then what the site says,
 * then the page of its code; it follows the selection. Links lead to other pages and
 * back. What it says is put together in pane_text.c.
 */
#include <stdio.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "sip/tree.h"
#include "ui/list.h"
#include "ui/ui.h"

const char pane_keybar[] = "back next-link follow-link return next-code ask-compare assist close";

/* Writes on a rule, with a blank at both sides. Columns used. */
static int on_rule(int y, int x, int width, enum style style, const char *text)
{
    screen_blank(y, x, 1);
    int used = 1 + screen_string(y, x + 1, width - 2, style, text);
    screen_blank(y, x + used, 1);
    return used + 1;
}

/* The same at the right end, unless that would meet what ends at `used`. */
static void on_rule_right(struct rect rect, int used, const char *text)
{
    /* laid out, for the sake of the section sign's stand-in in ASCII */
    struct styled_text line = STYLED_INIT(screen_utf8());
    styled_paragraph(&line, HELP_DIM, SPAN(text), strlen(text) + 64, 0, 0);
    if (line.nruns) {
        struct strbuf shown = STRBUF_INIT;
        strbuf_span(&shown, styled_run_text(&line, &line.runs[0]));
        int width = (int)text_width(strbuf_as_span(&shown)) + 2;
        if (used + width + 2 < rect.width)
            on_rule(rect.y, rect.x + rect.width - width - 1, width, STYLE_DIM, strbuf_str(&shown));
        strbuf_free(&shown);
    }
    styled_free(&line);
}

static enum style topic_style(const char *topic)
{
    uint16_t code = help_topic_code(topic);
    return code ? theme_class((uint8_t)sip_class_of(code)) : STYLE_TITLE;
}

/* "─ 488 Not Acceptable Here ─── Client Error · RFC 3261 §21.4.26 ─" */
static void draw_topic_title(struct ui *ui, const char *topic, struct rect rect)
{
    struct strbuf title = STRBUF_INIT, right = STRBUF_INIT;
    const char *spec = help_value(ui->help, topic, "spec");
    const char *class = help_class_name(ui->help, help_topic_code(topic));
    help_topic_title(ui->help, topic, &title);
    if (help_topic_code(topic) && !help_code_registered(ui->help, help_topic_code(topic)))
        strbuf_text(&title, _(" (not registered)"));
    strbuf_format(&right, "%s%s%s", *class ? class : help_kind_name(ui->help, topic),
                  *spec ? " · " : "", spec);
    screen_rule(rect.y, rect.x, rect.width);
    int used = 1 +
               on_rule(rect.y, rect.x + 1, rect.width - 1, topic_style(topic), strbuf_str(&title));
    on_rule_right(rect, used, strbuf_str(&right));
    strbuf_free(&title);
    strbuf_free(&right);
}

static void draw_waiting_title(struct ui *ui, const struct transaction *txn, struct rect rect)
{
    (void)ui;
    screen_rule(rect.y, rect.x, rect.width);
    on_rule(rect.y, rect.x + 1, rect.width - 1, txn ? theme_class(txn->class) : STYLE_TITLE,
            txn && txn->method == SIP_ACK        ? _("ACK: nothing answers it")
            : txn && txn->state == TXN_TIMED_OUT ? _("No response: timed out")
                                                 : _("No response yet"));
}

/* A code that nobody sent is still explained when a request waits too long. */
static uint16_t page_code(struct ui *ui, struct subject subject)
{
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    if (subject.code == 0 && txn && txn->state == TXN_TIMED_OUT)
        return 408;
    return subject.code;
}

/* What the subject is about: the element under the cursor, a topic, else the code; an ACK gets none. */
static void take_topic(struct ui *ui, struct subject subject)
{
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    char *topic = ui->pane.topic;
    topic[0] = '\0';
    if (subject.node || subject.topic)
        snprintf(topic, HELP_TOPIC_SIZE, "%s", subject.topic);
    else if (page_code(ui, subject))
        help_code_topic(page_code(ui, subject), topic);
    else if (txn && txn->method == SIP_ACK)
        snprintf(topic, HELP_TOPIC_SIZE, "method/ACK");
}

static void draw_node(struct ui *ui, const struct sip_node *node, struct rect rect)
{
    const char *topic = ui->pane.topic;
    struct strbuf title = STRBUF_INIT;
    strbuf_span(&title, node->label);
    screen_rule(rect.y, rect.x, rect.width);
    if (*topic)
        draw_topic_title(ui, topic, rect);
    else if (title.n)
        on_rule(rect.y, rect.x + 1, rect.width - 1, STYLE_TITLE, strbuf_str(&title));
    pane_text_node(ui, node, topic, rect);
    strbuf_free(&title);
}

static void draw_selection(struct ui *ui, struct subject subject, struct rect rect)
{
    const char *topic = ui->pane.topic;
    if (subject.code)
        draw_topic_title(ui, topic, rect);
    else
        draw_waiting_title(ui, store_transaction(ui->store, subject.transaction), rect);
    pane_text_selection(ui, subject, topic, rect);
}

/* False: the row has gone. */
static bool draw_list_row(struct ui *ui, struct subject subject, struct rect rect)
{
    struct list_row row;
    struct strbuf title = STRBUF_INIT;
    if (!subject.list || !list_load(subject.list, subject.row, &row))
        return false;
    row.list->ops->head(&row, &title);
    screen_rule(rect.y, rect.x, rect.width);
    on_rule(rect.y, rect.x + 1, rect.width - 1, theme_class(row.class), strbuf_str(&title));
    pane_text_row(ui, &row, rect);
    strbuf_free(&title);
    return true;
}

void pane_draw(struct ui *ui, struct subject subject, struct rect rect)
{
    struct pane *pane = &ui->pane;
    if (rect.height < 2)
        return;
    pane->rect = rect;
    if (memcmp(&subject, &pane->subject, sizeof subject) != 0) {
        pane->subject = subject;
        reader_reset(&pane->reader);
    }
    take_topic(ui, subject);
    reader_begin(&pane->reader, ui->help);
    if (*pane->reader.now.topic) {
        draw_topic_title(ui, pane->reader.now.topic, rect);
        pane_text_page(ui, pane->reader.now.topic, rect);
    } else if (subject.node) {
        draw_node(ui, subject.node, rect);
    } else if (subject.topic) {
        draw_topic_title(ui, subject.topic, rect);
        pane_text_page(ui, subject.topic, rect);
    } else if (draw_list_row(ui, subject, rect)) {
        /* the list has told all */
    } else if (subject.transaction) {
        draw_selection(ui, subject, rect);
    } else {
        screen_rule(rect.y, rect.x, rect.width);
        pane_text_hint(ui, rect);
    }
    reader_draw(&pane->reader, (struct rect){ rect.y + 1, rect.x, rect.height - 1, rect.width },
                pane->focused);
}

/* The topic that the pane shows now; "" for none. */
static const char *shown_topic(const struct pane *pane)
{
    return *pane->reader.now.topic ? pane->reader.now.topic : pane->topic;
}

static bool return_or_leave(struct ui *ui)
{
    if (reader_return(&ui->pane.reader))
        return true;
    return pane_leave(ui);
}

/* Shows it, or hides it; keys go into it, or no more. Views without a pane know nothing of these. */
static bool show_or_focus(struct ui *ui, enum verb verb)
{
    struct pane *pane = &ui->pane;
    if (!ui_has_pane(ui) || (verb != VERB_PANE && verb != VERB_PANE_FOCUS))
        return false;
    if (verb == VERB_PANE)
        ui->settings->pane = !ui->settings->pane;
    pane->focused = verb == VERB_PANE_FOCUS && !pane->focused;
    ui->settings->pane = ui->settings->pane || pane->focused;
    return true;
}

/* Leafing, scrolling and the way back work in any case, the rest when keys go to the pane. */
bool pane_act(struct ui *ui, enum verb verb)
{
    struct reader *reader = &ui->pane.reader;
    char topic[HELP_TOPIC_SIZE];
    if (show_or_focus(ui, verb))
        return true;
    if (ui->pane.rect.height == 0)
        return false;
    switch (verb) {
    case VERB_PANE_UP:
        return verb_scroll(VERB_UP, &reader->now.scroll, reader->rect.height, 0);
    case VERB_PANE_DOWN:
        return verb_scroll(VERB_DOWN, &reader->now.scroll, reader->rect.height, 0);
    case VERB_RETURN:
        return return_or_leave(ui);
    default:
        if (!ui->pane.focused && ((verb != VERB_NEXT_CODE && verb != VERB_PREVIOUS_CODE) ||
                                  ui_top(ui)->ops->own & VERB_BIT(verb)))
            return false;
        snprintf(topic, sizeof topic, "%s", shown_topic(&ui->pane));
        return reader_act(ui, reader, topic, verb);
    }
}

bool pane_leave(struct ui *ui)
{
    bool was = ui->pane.focused && ui->pane.rect.height > 0;
    ui->pane.focused = false;
    return was;
}

void pane_click(struct ui *ui, int y, int x)
{
    ui->pane.focused = true;
    reader_click(ui, &ui->pane.reader, y, x);
}
