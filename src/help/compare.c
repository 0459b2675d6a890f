/*
 * Two topics of one kind side by side. Differences are drawn from the facts, one
 * function a dimension; a dimension in which both are the same goes to the last line.
 * The sentences are in help/phrases.tsv.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "help/block.h"
#include "help/document.h"
#include "help/phrase.h"
#include "help/scope.h"

struct side {
    const char *topic;
    char *name;  /* "100" */
    char *title; /* "100 Trying", "INVITE: set up or change a session" */
    char *brief; /* the title without what explains it: "INVITE" */
    const struct help_page *page;
    uint16_t code; /* 0 for other kinds */
    char digit;    /* of a code's class, or of a class; else 0 */
};

struct comparison {
    const struct help *help;
    struct side sides[2];
    struct strbuf list; /* the numbered differences */
    struct strbuf same; /* what they have in common, separated by "; " */
    size_t count;
};

static const char *value(const struct comparison *c, size_t side, const char *fact)
{
    return help_value(c->help, c->sides[side].topic, fact);
}

/* ---- building ---- */

static void begin_item(struct comparison *c)
{
    strbuf_format(&c->list, "%s%zu. ", c->count ? "\n" : "", c->count + 1);
    c->count++;
}

static void add_sentence(struct comparison *c, const char *id, const struct phrase_part *parts)
{
    if (c->list.n && !ascii_blank(c->list.p[c->list.n - 1]))
        strbuf_char(&c->list, ' ');
    phrase_fill(c->help, id, parts, &c->list);
}

/* A sentence about both, {a}: {x} and {b}: {y}, as an item of its own. */
static void add_item(struct comparison *c, const char *id, const char *label, const char *x,
                     const char *y)
{
    const struct phrase_part parts[] = { { "label", label },
                                         { "a", c->sides[0].name },
                                         { "b", c->sides[1].name },
                                         { "x", x },
                                         { "y", y },
                                         { 0 } };
    begin_item(c);
    add_sentence(c, id, parts);
}

/* A sentence in which side `first` plays {x} and the other one {y}. */
static void add_roles(struct comparison *c, const char *id, size_t first, const char *v)
{
    const struct phrase_part parts[] = {
        { "x", c->sides[first].name }, { "y", c->sides[!first].name }, { "v", v }, { 0 }
    };
    add_sentence(c, id, parts);
}

static void add_same(struct comparison *c, const char *id, const char *label, const char *v)
{
    const struct phrase_part parts[] = { { "label", label }, { "v", v }, { 0 } };
    if (!*phrase_pattern(c->help, id))
        return;
    strbuf_text(&c->same, c->same.n ? "; " : "");
    phrase_fill(c->help, id, parts, &c->same);
}

/* How facts.tsv calls a fact. */
static const char *label_of(const struct comparison *c, const char *fact)
{
    const char *name, *label, *words;
    for (size_t i = 0; help_fact(c->help, c->sides[0].topic, i, &name, &label, &words); i++)
        if (strcmp(name, fact) == 0)
            return label;
    return "";
}

/* "again.never": the row of phrases.tsv for a category, or NULL for a category without one. */
static const char *category_phrase(const struct comparison *c, const char *fact,
                                   const char *category, char id[64])
{
    snprintf(id, 64, "%s.%s", fact, category);
    return *phrase_pattern(c->help, id) ? id : NULL;
}

static bool one_of(const char *word, const char *words)
{
    return *word && span_search(SPAN(words), word) != NULL;
}

/* ---- what the pages say of each other ---- */

static bool links_to(struct span text, const char *topic)
{
    struct token t;
    while (block_token(&text, &t))
        if (t.kind == TOKEN_LINK && span_equal(t.text, SPAN(topic)))
            return true;
    return false;
}

/* The block of a page's look-alikes that speaks of the other topic. */
static bool find_alike(const struct comparison *c, size_t side, struct span *text)
{
    struct span section;
    struct block block;
    if (!c->sides[side].page || help_section(c->sides[side].page, "alike", &section))
        return false;
    while (block_next(&section, &block))
        if (links_to(block.text, c->sides[!side].topic)) {
            *text = block.text;
            return true;
        }
    return false;
}

static size_t count_links(struct span text)
{
    struct token t;
    size_t n = 0;
    while (block_token(&text, &t))
        n += t.kind == TOKEN_LINK;
    return n;
}

/*
 * Both pages may speak of each other: once is enough. One that speaks of this pair alone is better;
 * the choice rests on links, which are the same in every language.
 */
static void compare_alike(struct comparison *c)
{
    struct span texts[2];
    bool there[2] = { find_alike(c, 0, &texts[0]), find_alike(c, 1, &texts[1]) };
    if (!there[0] && !there[1])
        return;
    size_t side = there[0] ? 0 : 1;
    if (there[0] && there[1])
        side = count_links(texts[1]) < count_links(texts[0]);
    char *copy = mem_format("%.*s", SPAN_ARG(texts[side]));
    const struct phrase_part parts[] = { { "text", copy }, { 0 } };
    begin_item(c);
    add_sentence(c, "alike", parts);
    free(copy);
}

/* ---- response codes ---- */

/* Which classes stand against each other, most telling first; the sentence names {x} and {y}. */
static const struct class_pair {
    const char *x, *y; /* first digits */
    const char *id;
} class_pairs[] = {
    { "789", "123456", "local" }, { "1", "23456", "provisional" }, { "2", "3456", "success" },
    { "3", "456", "redirect" },   { "6", "45", "global" },         { "4", "5", "server" },
};

static const struct class_pair *class_pair_of(const struct comparison *c, size_t *first)
{
    const char digits[2] = { c->sides[0].digit, c->sides[1].digit };
    for (size_t i = 0; digits[0] && i < sizeof(class_pairs) / sizeof(class_pairs[0]); i++)
        for (*first = 0; *first < 2; ++*first)
            if (strchr(class_pairs[i].x, digits[*first]) &&
                strchr(class_pairs[i].y, digits[!*first]))
                return &class_pairs[i];
    return NULL;
}

/*
 * "4xx: the request, 5xx: the server" holds for a request that must be changed and for a server that
 * another one can stand in for; for others of these classes less can be said.
 */
static bool clear_fault(const struct comparison *c, size_t client)
{
    return !c->sides[client].code || (one_of(value(c, client, "again"), "changed never repair") &&
                                      one_of(value(c, !client, "again"), "later elsewhere"));
}

/* The phrase for a pair of classes: PREFIX.ID, or PREFIX.server-soft; NULL if there is none. */
static const char *class_phrase(const struct comparison *c, const char *prefix, size_t *first,
                                char id[64])
{
    const struct class_pair *pair = class_pair_of(c, first);
    bool soft = pair && strcmp(pair->id, "server") == 0 && !clear_fault(c, *first);
    snprintf(id, 64, "%s.%s%s", prefix, pair ? pair->id : "", soft ? "-soft" : "");
    return pair && *phrase_pattern(c->help, id) ? id : NULL;
}

static void compare_class(struct comparison *c)
{
    size_t first;
    char id[64], class[64];
    uint16_t code = c->sides[0].code;
    if (class_phrase(c, "class", &first, id)) {
        begin_item(c);
        add_roles(c, id, first, "");
    }
    if (!code || c->sides[0].digit != c->sides[1].digit)
        return;
    snprintf(class, sizeof(class), "%uxx %s", code / 100, help_class_name(c->help, code));
    add_same(c, "same.class", "", class);
}

/* The usual way of an answer is not told, and the reach of a 6xx is told with its class. */
static bool worth_saying(const char *hop, const char *other)
{
    if (strcmp(hop, "best") == 0)
        return false;
    if (strcmp(hop, "stop") == 0)
        return strcmp(other, "best") != 0;
    return strcmp(hop, "end") != 0 || strcmp(other, "next-hop") == 0;
}

/* Who sends it, and how far it goes. */
static void compare_sender(struct comparison *c)
{
    const char *hops[2] = { value(c, 0, "hop"), value(c, 1, "hop") };
    char id[64];
    if (strcmp(value(c, 0, "sender"), value(c, 1, "sender")) != 0 || strcmp(hops[0], hops[1]) != 0)
        add_item(c, "sender", "", value(c, 0, "sender"), value(c, 1, "sender"));
    else
        add_same(c, "same.sender", "", value(c, 0, "sender"));
    if (strcmp(hops[0], hops[1]) == 0)
        return;
    for (size_t side = 0; side < 2; side++)
        if (worth_saying(hops[side], hops[!side]) && category_phrase(c, "hop", hops[side], id))
            add_roles(c, id, side, "");
}

static void compare_values(struct comparison *c, const char *fact)
{
    const char *x = value(c, 0, fact), *y = value(c, 1, fact);
    char same[64];
    snprintf(same, sizeof(same), "same.%s", fact);
    if (strcmp(x, y) == 0)
        add_same(c, same, "", x);
    else
        add_item(c, fact, "", x, y);
}

/*
 * A fact with a category beside it. Told alike, or of one category that has a phrase for both, it is
 * a likeness. Where one category is among `good` and the other among `bad`, a sentence says which
 * one is which.
 */
static void compare_category(struct comparison *c, const char *fact, const char *category,
                             const char *good, const char *bad)
{
    const char *kinds[2] = { value(c, 0, category), value(c, 1, category) };
    const char *x = value(c, 0, fact), *y = value(c, 1, fact);
    char both[64], only[64];
    snprintf(both, sizeof(both), "same.%s.%s", category, kinds[0]);
    bool phrase = strcmp(kinds[0], kinds[1]) == 0 && *phrase_pattern(c->help, both);
    if (phrase || strcmp(x, y) == 0) {
        add_same(c, phrase ? both : "same.value", label_of(c, fact), x);
        return;
    }
    add_item(c, fact, "", x, y);
    snprintf(only, sizeof(only), "%s.only", category);
    for (size_t side = 0; side < 2; side++)
        if (one_of(kinds[side], good) && one_of(kinds[!side], bad))
            add_roles(c, only, side, "");
}

static void compare_headers(struct comparison *c)
{
    const char *x = value(c, 0, "headers"), *y = value(c, 1, "headers");
    if (*x && *y && strcmp(x, y) == 0) {
        add_same(c, "same.headers", "", x);
    } else if (*x && *y) {
        add_item(c, "headers", "", x, y);
    } else if (*x || *y) {
        begin_item(c);
        add_roles(c, "headers.only", *x ? 0 : 1, *x ? x : y);
    }
}

/* "34 (No circuit/channel available)" of the first cause in a cell. */
static char *cause_words(const struct comparison *c, const char *cell)
{
    char topic[HELP_TOPIC_SIZE];
    snprintf(topic, sizeof(topic), "cause/%.*s", (int)strspn(cell, "0123456789"), cell);
    const char *name = help_value(c->help, topic, "name");
    return *name ? mem_format("[[%s]] (%s)", topic, name) : mem_text(cell);
}

static void compare_cause(struct comparison *c)
{
    const char *cells[2] = { value(c, 0, "q850"), value(c, 1, "q850") };
    char *words[2] = { cause_words(c, cells[0]), cause_words(c, cells[1]) };
    if (*cells[0] && *cells[1] && strcmp(cells[0], cells[1]) == 0) {
        add_same(c, "same.q850", "", words[0]);
    } else if (*cells[0] && *cells[1]) {
        add_item(c, "q850", "", words[0], words[1]);
    } else if (*cells[0] || *cells[1]) {
        begin_item(c);
        add_roles(c, "q850.only", *cells[0] ? 0 : 1, words[*cells[0] ? 0 : 1]);
    }
    free(words[0]);
    free(words[1]);
}

static void compare_codes(struct comparison *c)
{
    compare_sender(c);
    compare_values(c, "methods");
    compare_category(c, "retry", "again", "redirect credentials changed later elsewhere",
                     "never repair");
    compare_category(c, "dialog", "impact", "none request", "usage all");
    compare_headers(c);
    compare_cause(c);
    compare_values(c, "action");
}

/* ---- every other kind ---- */

static void compare_fact(struct comparison *c, const char *label, const char *x, const char *y)
{
    if (*x && *y && strcmp(x, y) != 0) {
        add_item(c, "fact", label, x, y);
    } else if (*x && *y) {
        add_same(c, "same.fact", label, x);
    } else if (*x || *y) {
        const struct phrase_part parts[] = {
            { "label", label }, { "x", c->sides[*x ? 0 : 1].name }, { "v", *x ? x : y }, { 0 }
        };
        begin_item(c);
        add_sentence(c, "fact.only", parts);
    }
}

static void compare_facts(struct comparison *c)
{
    const char *fact, *label, *x;
    for (size_t i = 0; help_fact(c->help, c->sides[0].topic, i, &fact, &label, &x); i++)
        if (strcmp(fact, "use") != 0)
            compare_fact(c, label, x, value(c, 1, fact));
}

static void add_differences(struct document *doc, struct comparison *c)
{
    compare_alike(c);
    compare_class(c);
    if (c->sides[0].code)
        compare_codes(c);
    else
        compare_facts(c);
    if (c->same.n) {
        const struct phrase_part parts[] = { { "text", strbuf_str(&c->same) }, { 0 } };
        begin_item(c);
        add_sentence(c, "same", parts);
    }
    document_add(doc, PART_TEXT, "differences", "", phrase_pattern(c->help, "title.differences"),
                 strbuf_as_span(&c->list));
}

/* ---- the rest of the document ---- */

static void add_section(struct document *doc, const char *id, const char *topic, const char *title,
                        struct span markup)
{
    struct strbuf text = STRBUF_INIT;
    scope_text(&text, markup, NULL);
    document_add(doc, PART_TEXT, id, topic, title, strbuf_as_span(&text));
    strbuf_free(&text);
}

static void add_side(struct document *doc, const struct comparison *c, size_t side)
{
    static const char *const shown[] = { "meaning", "when", "fix" };
    const struct side *s = &c->sides[side];
    size_t count;
    const struct help_section_title *titles = help_sections(c->help, &count);
    document_add(doc, PART_TOPIC, "topic", s->topic, s->title,
                 SPAN(help_value(c->help, s->topic, "spec")));
    for (size_t i = 0; i < count; i++) {
        struct span text;
        bool wanted = false;
        for (size_t n = 0; n < 3; n++)
            wanted = wanted || strcmp(shown[n], titles[i].id) == 0;
        if (wanted && s->page && help_section(s->page, titles[i].id, &text) == 0)
            add_section(doc, titles[i].id, s->topic, s->code ? titles[i].page : titles[i].pane,
                        text);
        else if (wanted && i == 0)
            document_add(doc, PART_TEXT, titles[i].id, s->topic, titles[i].page,
                         SPAN(value(c, side, "summary")));
    }
}

static void add_use(struct document *doc, struct comparison *c)
{
    struct strbuf text = STRBUF_INIT;
    char id[64];
    size_t first = 0;
    for (size_t side = 0; side < 2; side++) {
        const char *use = value(c, side, "use");
        const struct phrase_part parts[] = { { "a", c->sides[side].brief },
                                             { "x", *use ? use : value(c, side, "summary") },
                                             { 0 } };
        strbuf_text(&text, side ? "\n- " : "- ");
        phrase_fill(c->help, "use", parts, &text);
    }
    /* nobody chooses an answer that only ends what the caller has cancelled */
    if (class_phrase(c, "use", &first, id) && strcmp(value(c, !first, "again"), "done") != 0) {
        const struct phrase_part parts[] = { { "x", c->sides[first].name },
                                             { "y", c->sides[!first].name },
                                             { 0 } };
        strbuf_text(&text, "\n- ");
        phrase_fill(c->help, id, parts, &text);
    }
    document_add(doc, PART_TEXT, "use", "", phrase_pattern(c->help, "title.use"),
                 strbuf_as_span(&text));
    strbuf_free(&text);
}

static void add_learn(struct document *doc, const struct comparison *c)
{
    struct strbuf text = STRBUF_INIT;
    size_t count;
    const struct help_section_title *titles = help_sections(c->help, &count);
    for (size_t side = 0; side < 2; side++) {
        struct span learn;
        const struct side *s = &c->sides[side];
        const char *spec = value(c, side, "spec");
        strbuf_format(&text, "%s**%s**\n\n", side ? "\n\n" : "", s->title);
        if (s->page && help_section(s->page, "learn", &learn) == 0)
            scope_text(&text, learn, NULL);
        else if (*spec)
            strbuf_format(&text, "- %s", spec);
    }
    document_add(doc, PART_TEXT, "learn", "", titles[count - 1].page, strbuf_as_span(&text));
    strbuf_free(&text);
}

/* What stands behind a name in brackets: "4xx Client Error", "No circuit/channel available". */
static char *nature(const struct comparison *c, size_t side)
{
    uint16_t code = c->sides[side].code;
    const char *class = help_class_name(c->help, code), *name = value(c, side, "name");
    if (*class)
        return mem_format("%uxx %s", code / 100, class);
    bool named = strstr(c->sides[side].brief, name) != NULL;
    return mem_text(!code && *name && !named ? name
                                             : help_kind_name(c->help, c->sides[side].topic));
}

static const char *opening_name(const struct comparison *c, size_t side)
{
    return c->sides[side].brief;
}

static void add_opening(struct document *doc, const struct comparison *c)
{
    struct strbuf lead = STRBUF_INIT;
    char *natures[2] = { nature(c, 0), nature(c, 1) };
    const struct phrase_part parts[] = { { "a", opening_name(c, 0) },
                                         { "b", opening_name(c, 1) },
                                         { "ka", natures[0] },
                                         { "kb", natures[1] },
                                         { "sa", value(c, 0, "summary") },
                                         { "sb", value(c, 1, "summary") },
                                         { 0 } };
    phrase_fill(c->help, "open", parts, &lead);
    doc->lead = strbuf_take(&lead);
    free(natures[0]);
    free(natures[1]);
}

static char *named(const struct help *help, const char *topic,
                   void (*name)(const struct help *, const char *, struct strbuf *))
{
    struct strbuf text = STRBUF_INIT;
    name(help, topic, &text);
    return strbuf_take(&text);
}

static struct side side_of(const struct help *help, const char *topic)
{
    bool fallback;
    struct side side = { .topic = topic,
                         .name = named(help, topic, help_topic_link),
                         .title = named(help, topic, help_topic_title),
                         .page = help_page_or_class(help, topic, &fallback),
                         .code = help_topic_code(topic) };
    const char *colon = strstr(side.title, ": ");
    side.brief = mem_format("%.*s", colon ? (int)(colon - side.title) : INT_MAX, side.title);
    if (side.code || span_is(help_kind(topic), "class"))
        side.digit = strchr(topic, '/')[1];
    return side;
}

void document_compare(struct document *doc, const struct help *help, const char *a, const char *b)
{
    struct comparison c = { .help = help, .sides = { side_of(help, a), side_of(help, b) } };
    const struct phrase_part parts[] = { { "a", c.sides[0].brief },
                                         { "b", c.sides[1].brief },
                                         { 0 } };
    struct strbuf title = STRBUF_INIT;
    phrase_fill(help, "title", parts, &title);
    *doc = (struct document){ .title = strbuf_take(&title),
                              .right = mem_text(help_kind_name(help, a)) };
    add_opening(doc, &c);
    add_side(doc, &c, 0);
    add_side(doc, &c, 1);
    add_differences(doc, &c);
    add_use(doc, &c);
    add_learn(doc, &c);
    for (size_t i = 0; i < 2; i++) {
        free(c.sides[i].name);
        free(c.sides[i].title);
        free(c.sides[i].brief);
    }
    strbuf_free(&c.list);
    strbuf_free(&c.same);
}
