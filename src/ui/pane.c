/*
 * The help pane: what is known of the selected transaction, then the page of its
 * code. It follows the selection; a wide label column when there is room.
 */
#include <stdio.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "diagnose/evidence.h"
#include "ui/ui.h"

#define LABEL_WIDTH 17
#define NARROW 56

struct pane {
    struct ui *ui;
    struct styled_text text;
    size_t width;
    size_t indent;
};

static void label(struct pane *pane, const char *text)
{
    if (pane->indent == 2)
        styled_heading(&pane->text, HELP_HEADING, text, NULL, pane->width);
    else
        styled_label(&pane->text, HELP_HEADING, text);
}

static void add_evidence(struct pane *pane, uint32_t transaction)
{
    struct evidence evidence;
    evidence_collect(&evidence, pane->ui->store, transaction);
    if (evidence.count == 0)
        return;
    label(pane, "In this call");
    for (size_t i = 0; i < evidence.count; i++) {
        struct strbuf safe = STRBUF_INIT;
        text_visible(&safe, SPAN(evidence.facts[i].text), pane->text.utf8);
        styled_paragraph(&pane->text, HELP_PLAIN, strbuf_as_span(&safe), pane->width, pane->indent,
                         pane->indent + 2);
        strbuf_free(&safe);
    }
    evidence_free(&evidence);
}

static void add_page(struct pane *pane, const struct help_page *page)
{
    size_t count;
    const struct help_section_title *sections = help_sections(pane->ui->help, &count);
    for (size_t i = 0; i < count; i++) {
        struct span content;
        if (help_section(page, sections[i].id, &content) < 0)
            continue;
        styled_blank(&pane->text);
        label(pane, sections[i].pane);
        styled_markup(&pane->text, content, pane->width, pane->indent);
    }
}

static void add_code(struct pane *pane, uint16_t code)
{
    bool fallback = false;
    const struct help_code *facts = help_code(pane->ui->help, code);
    const struct help_page *page = help_page_for_code(pane->ui->help, code, &fallback);
    if (facts && fallback) {
        styled_blank(&pane->text);
        label(pane, "What it means");
        styled_markup(&pane->text, SPAN(facts->summary), pane->width, pane->indent);
    }
    if (page)
        add_page(pane, page);
}

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

/* "─ 488 Not Acceptable Here ─── Client Error · RFC 3261 §21.4.26 ─" */
static void draw_title(struct ui *ui, struct subject subject, struct rect rect)
{
    const struct help_code *facts = subject.code ? help_code(ui->help, subject.code) : NULL;
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    char left[96] = "No response yet", right[128] = "";
    if (subject.code)
        snprintf(left, sizeof left, "%u %s", subject.code,
                 facts ? facts->phrase : "(not registered)");
    else if (txn && txn->state == TXN_TIMED_OUT)
        snprintf(left, sizeof left, "No response: timed out");
    if (subject.code)
        snprintf(right, sizeof right, "%s%s%s", help_class_name(ui->help, subject.code),
                 facts ? " · " : "", facts ? facts->spec : "");
    enum style style = subject.code ? theme_class((uint8_t)sip_class_of(subject.code))
                       : txn        ? theme_class(txn->class)
                                    : STYLE_TITLE;
    screen_rule(rect.y, rect.x, rect.width);
    int used = 1 + on_rule(rect.y, rect.x + 1, rect.width - 1, style, left);
    on_rule_right(rect, used, right);
}

/* A code that nobody sent is still explained when a request waits too long. */
static uint16_t page_code(struct ui *ui, struct subject subject)
{
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    if (subject.code == 0 && txn && txn->state == TXN_TIMED_OUT)
        return 408;
    return subject.code;
}

static void draw_lines(struct ui *ui, const struct pane *pane, struct rect rect)
{
    int count = (int)pane->text.nlines, most = count > rect.height ? count - rect.height : 0;
    if (ui->pane_scroll > most)
        ui->pane_scroll = most;
    for (int i = 0; i < rect.height; i++) {
        screen_blank(rect.y + i, rect.x, rect.width);
        if (ui->pane_scroll + i < count)
            screen_styled(rect.y + i, rect.x + 1, rect.width - 1, &pane->text,
                          (size_t)(ui->pane_scroll + i));
    }
    if (ui->pane_scroll < most)
        screen_string(rect.y + rect.height - 1, rect.x + rect.width - 1, 1, STYLE_HEADER,
                      screen_utf8() ? "▾" : "v");
}

void pane_draw(struct ui *ui, struct subject subject, struct rect rect)
{
    struct pane pane = { .ui = ui, .text = STYLED_INIT(screen_utf8()) };
    if (rect.height < 2)
        return;
    ui->pane_rect = rect;
    if (memcmp(&subject, &ui->pane_subject, sizeof subject) != 0) {
        ui->pane_subject = subject;
        ui->pane_scroll = 0;
    }
    pane.width = rect.width > 22 ? (size_t)rect.width - 2 : 20;
    pane.indent = rect.width >= NARROW ? LABEL_WIDTH : 2;
    screen_clear(rect);
    if (subject.transaction) {
        draw_title(ui, subject, rect);
        add_evidence(&pane, subject.transaction);
        add_code(&pane, page_code(ui, subject));
    } else {
        screen_rule(rect.y, rect.x, rect.width);
        styled_paragraph(&pane.text, HELP_DIM,
                         SPAN("Select a transaction to see why it ended as it did."), pane.width, 1,
                         1);
    }
    draw_lines(ui, &pane, (struct rect){ rect.y + 1, rect.x, rect.height - 1, rect.width });
    styled_free(&pane.text);
}
