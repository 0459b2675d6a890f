/*
 * What the help pane says: findings, evidence and links of a transaction, the site's notes,
 * and a topic's page. A wide label column when there is room.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "diagnose/media_sides.h"
#include "diagnose/related.h"
#include "help/document.h"
#include "sip/tree.h"
#include "store/link.h"
#include "ui/keymap.h"
#include "ui/ladder.h"
#include "ui/list.h"
#include "ui/pane_text.h"
#include "ui/signs.h"

#define LABEL_WIDTH 17
#define NARROW 56
#define ROOMY 16       /* lines */
#define TABLE_WIDE 100 /* columns from which a table leaves the label column free */
#define OTHERS 8       /* findings told beside the first */
#define NODE_TEXT 2000 /* bytes of an element's value */

struct layout {
    struct ui *ui;
    struct styled_text *text;
    size_t width;
    size_t indent;
    bool dense;      /* no blank lines between parts */
    bool low;        /* a few lines: what matters most must stand in them */
    uint32_t unseen; /* a bit for each of the finding's proofs that the flow does not show, */
    uint32_t call;   /* of this call */
};

static void label(struct layout *out, enum help_style style, const char *text)
{
    if (out->indent == 2 || text_width(SPAN(text)) > LABEL_WIDTH)
        styled_heading(out->text, style, text, NULL, out->width);
    else
        styled_label(out->text, style, text);
}

/* Parts are set apart where there is room for it, or where no label column does it. */
static void set_apart(struct layout *out)
{
    if (out->text->nlines && !out->dense)
        styled_blank(out->text);
}

static void add_line(struct layout *out, enum help_style style, size_t deeper, const char *text)
{
    struct strbuf safe = STRBUF_INIT;
    text_visible(&safe, SPAN(text), out->text->utf8);
    styled_paragraph(out->text, style, strbuf_as_span(&safe), out->width, out->indent + deeper,
                     out->indent + deeper + 2);
    strbuf_free(&safe);
}

static void add_formatted(struct layout *out, size_t deeper, char *text)
{
    add_line(out, HELP_PLAIN, deeper, text);
    free(text);
}

/* Where a proof is that the flow does not show, and the key that leads there; the caller frees. */
static char *where_else(const struct layout *out, uint32_t call, uint32_t message)
{
    const struct store *store = out->ui->store;
    const struct message *m = store_message(store, message);
    const struct transaction *t = m ? store_transaction(store, m->transaction) : NULL;
    uint32_t legs[LADDER_LEGS];
    char key[KEY_HINT];
    size_t n = t && t->call != call ? link_group(store, call, legs, LADDER_LEGS) : 0;
    for (size_t i = 0; i < n; i++)
        if (legs[i] == t->call)
            return mem_format(_("on another leg: %s shows it"), keymap_hint("legs", key));
    if (t && t->call != call)
        return mem_text(_("in another call: see :list messages"));
    return t ? mem_text(_("further on in this long call")) : NULL;
}

/* The messages that prove it. */
static void add_proofs(struct layout *out, uint32_t call, const struct finding_text *text)
{
    const char *mark = sign_text(SIGN_EVIDENCE, out->text->utf8);
    for (size_t i = 0; i < text->nproofs; i++) {
        const struct finding_proof *p = &text->proofs[i];
        char *where = out->unseen >> i & 1 ? where_else(out, call, p->message) : NULL;
        add_formatted(out, 2,
                      where ? mem_format(_("%s frame %u: %s (%s)"), mark, p->frame, p->text, where)
                            : mem_format(_("%s frame %u: %s"), mark, p->frame, p->text));
        free(where);
    }
}

/* One line of the table: what it is of, the mark between the sides. */
static void add_media_row(struct layout *out, enum help_style style, const char *what,
                          const char *a, const char *mark, const char *b)
{
    size_t indent = out->width < NARROW ? 0 : out->width < TABLE_WIDE ? 4 : out->indent + 2;
    size_t room = out->width > indent + 20 ? out->width - indent : 20;
    size_t first = 9, half = (room - first - 4) / 2;
    struct strbuf safe[3] = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT };
    const char *texts[3] = { what, a, b };
    for (int i = 0; i < 3; i++)
        text_visible(&safe[i], SPAN(texts[i]), out->text->utf8);
    struct styled_cell cells[4] = { { HELP_DIM, strbuf_as_span(&safe[0]), first },
                                    { style, strbuf_as_span(&safe[1]), half },
                                    { HELP_MARK, SPAN(mark), 1 },
                                    { style, strbuf_as_span(&safe[2]), half } };
    styled_cells(out->text, cells, 4, indent);
    for (int i = 0; i < 3; i++)
        strbuf_free(&safe[i]);
}

/* Both sides' media beside each other, what they have in common marked. */
static void add_media(struct layout *out, const struct finding *f, const struct finding_text *text)
{
    static const enum sign marks[] = {
        [MEDIA_SAME] = SIGN_SAME,
        [MEDIA_DIFFERS] = SIGN_DIFFERS,
        [MEDIA_UNKNOWN] = SIGN_UNKNOWN,
    };
    static const enum help_style styles[] = {
        [MEDIA_SAME] = HELP_PLAIN,
        [MEDIA_DIFFERS] = HELP_NOTE,
        [MEDIA_UNKNOWN] = HELP_PLAIN,
        [MEDIA_APART] = HELP_PLAIN,
    };
    struct media_sides sides;
    if (media_sides_collect(&sides, out->ui->store, f, text, out->low) < 0)
        return;
    add_media_row(out, HELP_BOLD, "", sides.who[0], "", sides.who[1]);
    for (size_t i = 0; i < sides.count; i++) {
        const struct media_line *line = &sides.lines[i];
        add_media_row(
            out, styles[line->matches], line->what, sides.known[0] ? line->side[0] : _("not seen"),
            line->matches == MEDIA_APART ? " " : sign_text(marks[line->matches], out->text->utf8),
            sides.known[1] ? line->side[1] : _("not seen"));
    }
    media_sides_free(&sides);
}

/*
 * What was found, why, what to do first; then what proves it, and why one may doubt it. Where media do
 * not meet, what each side has comes before the proof: it shows the same at a glance.
 */
static void add_finding(struct layout *out, uint32_t id)
{
    const struct finding *f = diagnosis_finding(out->ui->diagnosis, id);
    struct finding_text text;
    if (diagnosis_explain(out->ui->diagnosis, id, &text) < 0)
        return;
    add_formatted(out, 0,
                  mem_format("%s: %s", tr(finding_severity_name(f->severity)), text.summary));
    add_formatted(out, 2, mem_format(_("Cause: %s."), text.cause));
    add_formatted(out, 2, mem_format(_("First: %s."), text.remedy));
    add_media(out, f, &text);
    add_proofs(out, out->call, &text);
    if (text.because && f->severity < finding_rule_severity(f->rule))
        add_formatted(out, 2, mem_format(_("Only a notice: %s."), text.because));
    else if (text.because)
        add_formatted(out, 2, mem_format(_("%u%% sure: %s."), f->confidence, text.because));
    finding_text_free(&text);
}

/* One that is told beside it, in a line; false when there is nothing to tell. */
static bool add_other(struct layout *out, uint32_t id)
{
    const struct finding *f = diagnosis_finding(out->ui->diagnosis, id);
    struct finding_text text;
    if (f->hidden || diagnosis_explain(out->ui->diagnosis, id, &text) < 0)
        return false;
    add_formatted(
        out, 0, mem_format(_("also %s: %s"), tr(finding_severity_name(f->severity)), text.summary));
    finding_text_free(&text);
    return true;
}

/* What a subject's findings are told by: its own, else what explains its transaction or its call. */
static uint32_t best_finding(const struct ui *ui, struct subject subject)
{
    const struct transaction *t = store_transaction(ui->store, subject.transaction);
    if (!t || diagnosis_finding(ui->diagnosis, subject.finding))
        return t ? subject.finding : 0;
    uint32_t own = diagnosis_of_transaction(ui->diagnosis, subject.transaction);
    return own ? own : diagnosis_lead(ui->diagnosis, t->call);
}

/* That one, then others of its call, and of the subject's where what explains it lies on another leg:
 * a long one has hundreds. */
static void add_findings(struct layout *out, uint32_t best)
{
    const struct diagnosis *d = out->ui->diagnosis;
    uint32_t calls[] = { diagnosis_finding(d, best)->call, out->call };
    if (!out->low || out->indent == LABEL_WIDTH) /* a line that says what is seen all the same */
        label(out, HELP_HEADING, _("Finding"));
    add_finding(out, best);
    int told = 0;
    for (size_t i = 0; i < 2; i++)
        for (uint32_t id = i && calls[0] == calls[1] ? 0 : diagnosis_of_call(d, calls[i]);
             id && told < OTHERS; id = diagnosis_finding(d, id)->next)
            told += id != best && add_other(out, id);
    set_apart(out);
}

/* Whether there is a page of this very name, whatever its case. */
static bool find_topic(const struct help *help, const char *words, struct help_match *match)
{
    return help_resolve(help, words, NULL, match) == 0 &&
           span_same(SPAN(match->topic), SPAN(words)) && help_knows(help, match->topic);
}

/* To the page of what was found, or where that is shown, of the code. */
static void add_finding_link(struct layout *out, struct subject subject, const char *topic,
                             uint32_t best, struct strbuf *links)
{
    const struct finding *f = diagnosis_finding(out->ui->diagnosis, best);
    char page[HELP_TOPIC_SIZE] = "", code[HELP_TOPIC_SIZE] = "";
    if (f)
        snprintf(page, sizeof page, "finding/%s", finding_rule_id(f->rule));
    if (subject.code)
        help_code_topic(subject.code, code);
    const char *other = strcmp(page, topic) == 0 ? code : page;
    if (*other && help_knows(out->ui->help, other))
        strbuf_format(links, "[[%s]]", other);
}

/* Links to what the answer names: a cause, a warning, an extension. */
static void add_related(struct layout *out, struct subject subject, const char *topic,
                        uint32_t best)
{
    struct related related;
    struct strbuf links = STRBUF_INIT;
    related_collect(&related, out->ui->store, subject.transaction);
    add_finding_link(out, subject, topic, best, &links);
    for (size_t i = 0; i < related.count; i++) {
        struct help_match match;
        if (find_topic(out->ui->help, related.topics[i], &match))
            strbuf_format(&links, "%s[[%s]]", links.n ? " · " : "", match.topic);
    }
    if (links.n) {
        label(out, HELP_HEADING, _("Look up"));
        styled_markup(out->text, strbuf_as_span(&links), out->width, out->indent);
    }
    strbuf_free(&links);
}

void pane_take_notes(struct ui *ui)
{
    struct pane *pane = &ui->pane;
    const struct help_note *note;
    struct filter_error error;
    for (size_t i = 0; i < pane->nconditions; i++)
        filter_free(pane->conditions[i]);
    pane->nconditions = 0;
    for (size_t i = 0; ui->help && (note = help_note_at(ui->help, i)); i++) {
        pane->conditions = mem_grow(pane->conditions, (i + 1) * sizeof *pane->conditions);
        pane->conditions[i] = note->condition ? filter_parse(note->condition, &error) : NULL;
        pane->nconditions = i + 1;
    }
    if (ui->help)
        return;
    free(pane->conditions);
    pane->conditions = NULL;
}

/* Whether note number `i` speaks of what is shown: its topic is, and its condition holds. */
static bool note_fits(struct layout *out, size_t i, const char *topic, uint32_t transaction)
{
    const struct help_note *note = help_note_at(out->ui->help, i);
    const struct filter *condition = out->ui->pane.conditions[i];
    if (note->topic && strcmp(note->topic, topic) != 0)
        return false;
    return !condition || (transaction && filter_match(condition, out->ui->store, transaction));
}

static void add_notes(struct layout *out, const char *topic, uint32_t transaction)
{
    const struct help_note *note;
    for (size_t i = 0; (note = help_note_at(out->ui->help, i)); i++) {
        const char *slash = strrchr(note->file, '/');
        if (!note_fits(out, i, topic, transaction))
            continue;
        set_apart(out);
        label(out, HELP_NOTE, slash ? slash + 1 : note->file);
        styled_markup(out->text, note->text, out->width, out->indent);
    }
}

/* In the pane a section has its short title. */
static const char *part_title(struct layout *out, const struct document_part *part)
{
    size_t count;
    const struct help_section_title *sections = help_sections(out->ui->help, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(sections[i].id, part->id) == 0)
            return sections[i].pane;
    return part->title;
}

/* The method whose requests a page is asked about; NULL: any. */
static const char *method_of(const struct ui *ui, uint32_t transaction)
{
    const struct transaction *t = store_transaction(ui->store, transaction);
    return t ? sip_method_name(t->method) : NULL;
}

/* A line each, under its own title. */
static void add_facts(struct layout *out, struct span facts)
{
    struct span title, value;
    while (document_next_fact(&facts, &title, &value)) {
        char *words = mem_format("%.*s", SPAN_ARG(title));
        set_apart(out);
        label(out, HELP_HEADING, words);
        styled_markup(out->text, value, out->width, out->indent);
        free(words);
    }
}

/*
 * The page's parts, as far as they speak of the method (NULL: of any), or the facts of what has none;
 * with `notes` also those of the site whose condition nobody can tell.
 */
static void add_page(struct layout *out, const char *topic, const char *method, bool notes)
{
    struct document doc;
    bool page = help_page(out->ui->help, topic);
    document_topic_of(&doc, out->ui->help, topic, method);
    if (*doc.lead && (notes || !page)) {
        set_apart(out);
        styled_markup(out->text, SPAN(doc.lead), out->width, out->indent);
    }
    for (size_t i = 0; i < doc.nparts; i++) {
        const struct document_part *part = &doc.parts[i];
        if (part->kind == PART_FACTS && !page)
            add_facts(out, SPAN(part->text));
        if (part->kind == PART_FACTS || (part->kind == PART_NOTE && !notes))
            continue;
        set_apart(out);
        label(out, part->kind == PART_NOTE ? HELP_NOTE : HELP_HEADING, part_title(out, part));
        styled_markup(out->text, SPAN(part->text), out->width, out->indent);
    }
    document_free(&doc);
}

/*
 * A failure about which nothing was found: why it failed as far as its messages say, and what they or
 * its page tell to do first. Nothing where the client did what the answer asked for, or ended the call
 * itself.
 */
static void add_first_step(struct layout *out, uint32_t transaction, const char *topic)
{
    struct document doc;
    struct strbuf text = STRBUF_INIT;
    const struct transaction *t = store_transaction(out->ui->store, transaction);
    if (!t || !sip_class_failed(t->class) || !*topic)
        return;
    if (evidence_cause(&text, out->ui->store, transaction))
        add_formatted(out, 0, mem_format(_("Cause: %s."), strbuf_str(&text)));
    strbuf_clear(&text);
    if (evidence_first_step(&text, out->ui->store, transaction)) {
        add_formatted(out, 0, mem_format(_("First: %s."), strbuf_str(&text)));
        strbuf_free(&text);
        return;
    }
    document_topic_of(&doc, out->ui->help, topic, method_of(out->ui, transaction));
    struct span step = document_first_step(&doc);
    if (step.n) {
        strbuf_format(&text, _("First: %.*s"), SPAN_ARG(step));
        styled_markup(out->text, strbuf_as_span(&text), out->width, out->indent);
    }
    strbuf_free(&text);
    document_free(&doc);
}

/* What the messages tell; of a failure without a finding `first` why it failed and what to do. */
static void add_evidence(struct layout *out, uint32_t transaction, const char *topic, bool first)
{
    struct evidence evidence;
    evidence_collect(&evidence, out->ui->store, transaction);
    if (evidence.count)
        label(out, HELP_HEADING, _("In this call"));
    if (evidence.count && first)
        add_first_step(out, transaction, topic);
    for (size_t i = 0; i < evidence.count; i++)
        add_line(out, HELP_PLAIN, 0, evidence.facts[i].text);
    evidence_free(&evidence);
}

static struct layout layout_for(struct ui *ui, struct rect rect)
{
    struct layout out = { .ui = ui, .text = &ui->pane.reader.text };
    out.width = rect.width > 22 ? (size_t)rect.width - 2 : 20;
    out.indent = rect.width >= NARROW ? LABEL_WIDTH : 2;
    out.low = rect.height < ROOMY;
    out.dense = out.indent == LABEL_WIDTH && out.low;
    return out;
}

void pane_label(struct layout *out, const char *title)
{
    set_apart(out);
    label(out, HELP_HEADING, title);
}

void pane_line(struct layout *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_formatted(out, 0, mem_format_args(format, args));
    va_end(args);
}

void pane_finding(struct layout *out, uint32_t finding)
{
    if (diagnosis_finding(out->ui->diagnosis, finding))
        add_finding(out, finding);
}

void pane_page(struct layout *out, const char *topic)
{
    add_page(out, topic, NULL, false);
}

void pane_subject(struct layout *out, struct subject subject, const char *topic)
{
    uint32_t best = best_finding(out->ui, subject);
    set_apart(out);
    const struct transaction *t = store_transaction(out->ui->store, subject.transaction);
    out->unseen = subject.unseen;
    out->call = t ? t->call : 0;
    if (best)
        add_findings(out, best);
    add_evidence(out, subject.transaction, topic, !best);
    add_related(out, subject, topic, best);
    add_notes(out, topic, subject.transaction);
    if (*topic)
        add_page(out, topic, method_of(out->ui, subject.transaction), false);
}

void pane_transaction(struct layout *out, uint32_t transaction, const char *topic)
{
    pane_subject(out, (struct subject){ .transaction = transaction }, topic);
}

void pane_text_selection(struct ui *ui, struct subject subject, const char *topic, struct rect rect)
{
    struct layout out = layout_for(ui, rect);
    const struct connection *c = subject.frame
                                     ? store_connection_of(ui->store, subject.frame, subject.source)
                                     : NULL;
    if (c)
        pane_connection(ui, &out, c);
    pane_subject(&out, subject, topic);
}

void pane_text_row(struct ui *ui, struct list_row *row, struct rect rect)
{
    struct layout out = layout_for(ui, rect);
    row->list->ops->tell(row, &out);
}

void pane_text_page(struct ui *ui, const char *topic, struct rect rect)
{
    struct layout out = layout_for(ui, rect);
    add_page(&out, topic, NULL, true);
}

void pane_text_node(struct ui *ui, const struct sip_node *node, const char *topic, struct rect rect)
{
    struct layout out = layout_for(ui, rect);
    char *name = mem_format("%.*s", SPAN_ARG(node->label));
    char *value = mem_format("%.*s", SPAN_ARG(text_head(node->value, NODE_TEXT)));
    char *note = mem_format("%.*s", SPAN_ARG(node->note));
    struct strbuf safe = STRBUF_INIT;
    text_visible(&safe, SPAN(*name ? name : _("value")), out.text->utf8);
    label(&out, HELP_HEADING, strbuf_str(&safe));
    add_line(&out, HELP_CODE, 0, value);
    if (*note)
        add_line(&out, HELP_PLAIN, 0, note);
    if (*topic)
        add_page(&out, topic, NULL, true);
    strbuf_free(&safe);
    free(name);
    free(value);
    free(note);
}

void pane_text_hint(struct ui *ui, struct rect rect)
{
    struct layout out = layout_for(ui, rect);
    styled_paragraph(out.text, HELP_DIM, SPAN(_("What is selected is explained here.")), out.width,
                     1, 1);
}
