/* See tree.h: the nodes, and the lines of a message. */
#include "sip/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sip/fields.h"
#include "sip/parse.h"
#include "sip/problems.h"
#include "sip/scan.h"
#include "sip/tree_private.h"

#define TEXT_BLOCK 4096

/* Texts that are not the message's. */
struct sip_tree_text {
    struct sip_tree_text *next;
    size_t used, size;
    char bytes[];
};

struct sip_node *tree_add(struct tree_maker *t, enum sip_node_kind kind, struct span label,
                          struct span value, struct span source)
{
    struct sip_tree *tree = t->tree;
    bool fits = tree->count < SIP_TREE_NODES;
    struct sip_node *node = fits ? &tree->nodes[tree->count++] : &t->beyond;
    tree->cut = tree->cut || !fits;
    *node = (struct sip_node){ .label = label,
                               .value = value,
                               .source = source,
                               .end = (uint32_t)tree->count,
                               .depth = (uint8_t)t->depth,
                               .kind = (uint8_t)kind };
    return node;
}

/* Below the limit of depth, children stand beside their parent. */
struct sip_node *tree_enter(struct tree_maker *t, enum sip_node_kind kind, struct span label,
                            struct span value, struct span source)
{
    struct sip_node *node = tree_add(t, kind, label, value, source);
    if (node->depth == SIP_TREE_DEPTH)
        t->tree->cut = true;
    t->depth += t->depth < SIP_TREE_DEPTH;
    return node;
}

void tree_leave(struct tree_maker *t, struct sip_node *node)
{
    if (node == &t->beyond)
        return;
    t->depth = node->depth;
    node->end = node->depth == SIP_TREE_DEPTH ? node->end : (uint32_t)t->tree->count;
}

struct span tree_keep(struct tree_maker *t, struct strbuf *text)
{
    struct sip_tree_text *block = t->tree->texts;
    size_t n = text->n;
    if (n == 0) {
        strbuf_free(text);
        return SPAN_NONE;
    }
    if (!block || block->size - block->used < n) {
        size_t size = n > TEXT_BLOCK ? n : TEXT_BLOCK;
        block = mem_alloc(sizeof *block + size);
        *block = (struct sip_tree_text){ .next = t->tree->texts, .size = size };
        t->tree->texts = block;
    }
    char *p = block->bytes + block->used;
    memcpy(p, text->p, n);
    block->used += n;
    strbuf_free(text);
    return (struct span){ p, n };
}

struct span tree_format(struct tree_maker *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_format_args(format, args);
    va_end(args);
    struct strbuf copy = STRBUF_INIT;
    strbuf_text(&copy, text);
    free(text);
    return tree_keep(t, &copy);
}

/* Letters of a topic's name; blanks and slashes between words become hyphens, apostrophes go. */
static bool add_name(struct strbuf *out, struct span name)
{
    static const char letters[] = "-_.+!";
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i], low = ascii_lower(c);
        if ((low >= 'a' && low <= 'z') || ascii_digit(c) || (c && strchr(letters, c)))
            strbuf_char(out, c);
        else if (c == ' ' || c == '/')
            strbuf_char(out, '-');
        else if (c != '\'')
            return false;
    }
    return name.n > 0;
}

void tree_topic_in(struct sip_node *node, const char *kind, struct span name, struct span context)
{
    struct strbuf topic = STRBUF_INIT;
    strbuf_format(&topic, "%s/", kind);
    bool good = add_name(&topic, name);
    if (context.n > 0)
        strbuf_char(&topic, '@');
    if (good && (context.n == 0 || add_name(&topic, context)) && topic.n < SIP_TOPIC)
        snprintf(node->topic, SIP_TOPIC, "%s", strbuf_str(&topic));
    strbuf_free(&topic);
}

void tree_topic(struct sip_node *node, const char *kind, struct span name)
{
    tree_topic_in(node, kind, name, SPAN_NONE);
}

struct sip_node *tree_named(struct tree_maker *t, const char *kind, const char *label,
                            struct span value, struct span source)
{
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(tr(label)), value, source);
    tree_topic(node, kind, SPAN(label));
    return node;
}

bool tree_next_line(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    const char *lf = span_find(*rest, '\n'), *end = lf ? lf : span_end(*rest);
    if (lf && end > rest->p && end[-1] == '\r')
        end--;
    *line = span_make(rest->p, end);
    *rest = lf ? span_make(lf + 1, span_end(*rest)) : SPAN_NONE;
    return true;
}

struct span tree_unquoted(struct span s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? (struct span){ s.p + 1, s.n - 2 } : s;
}

/* `INVITE sip:bob@example.net SIP/2.0` or `SIP/2.0 200 OK` (RFC 3261 §7.1, §7.2). */
static void add_start(struct tree_maker *t, struct span line)
{
    struct span rest = line, first = span_word(&rest), second = span_word(&rest);
    bool response = span_starts(first, "SIP/");
    struct sip_node *start = tree_enter(
        t, SIP_NODE_START, response ? SPAN(_("status")) : SPAN(_("request")), line, line);
    struct sip_node *node;
    if (response) {
        tree_named(t, "part", N_("version"), first, first);
        node = tree_add(t, SIP_NODE_PART, SPAN(_("code")), second, second);
        tree_topic(node, "code", second);
        tree_topic(start, "code", second);
        tree_named(t, "part", N_("phrase"), rest, rest);
    } else {
        node = tree_add(t, SIP_NODE_PART, SPAN(_("method")), first, first);
        tree_topic(node, "method", first);
        tree_topic(start, "method", first);
        node = tree_enter(t, SIP_NODE_PART, SPAN("URI"), second, second);
        tree_topic(node, "part", SPAN("Request-URI"));
        tree_uri(t, second);
        tree_leave(t, node);
        tree_named(t, "part", N_("version"), rest, rest);
    }
    tree_leave(t, start);
}

static void add_header(struct tree_maker *t, struct span line, struct span name, struct span value)
{
    struct sip_node *header = tree_enter(t, SIP_NODE_HEADER, name, value, line);
    tree_value(t, header, name, value);
    tree_leave(t, header);
}

/*
 * A header's line with those that go on with it (RFC 3261 §7.3.1); one without a colon is a name
 * alone. False at the empty line that ends the headers.
 */
static bool next_header(struct tree_maker *t, struct span *rest)
{
    struct span line, next, name, value;
    if (!tree_next_line(rest, &line) || line.n == 0)
        return false;
    while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t') && tree_next_line(rest, &next))
        line = span_make(line.p, span_end(next));
    const char *colon = span_find(line, ':');
    name = span_trim(colon ? span_make(line.p, colon) : line);
    value = colon ? span_trim(span_make(colon + 1, span_end(line))) : SPAN_NONE;
    add_header(t, line, name, value);
    return true;
}

static bool is_start(struct span line)
{
    struct span rest = line, first = span_word(&rest);
    const char *version = line.n > 8 ? span_end(line) - 8 : NULL;
    return span_starts(first, "SIP/") || (version && !span_find(first, ':') &&
                                          span_starts(span_make(version, span_end(line)), " SIP/"));
}

static void add_problems(struct tree_maker *t, const struct sip_message *m, struct span message)
{
    struct sip_parsed *parsed = sip_parse(message);
    for (size_t i = 0; sip_problem_words[i].words; i++)
        if (m->problems & sip_problem_words[i].problem)
            tree_add(t, SIP_NODE_PROBLEM, SPAN(_("malformed")),
                     SPAN(tr(sip_problem_words[i].words)), SPAN_NONE)
                ->note = SPAN(sip_problem_words[i].section);
    if (!parsed)
        tree_add(t, SIP_NODE_PROBLEM, SPAN(_("malformed")),
                 SPAN(_("a strict parser refuses this message")), SPAN_NONE);
    sip_parsed_free(parsed);
}

void tree_message(struct tree_maker *t, struct span message, bool fragment)
{
    struct sip_message m;
    struct span rest = message, line, type, encoding;
    while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n')) { /* RFC 3261 §7.5 */
        rest.p++;
        rest.n--;
    }
    struct span whole = rest;
    bool known = sip_scan(&m, message.p, message.n) == 0;
    if (!fragment && known)
        add_problems(t, &m, message);
    if (tree_next_line(&rest, &line) && is_start(line))
        add_start(t, line);
    else
        rest = whole;
    struct span headers = rest;
    while (next_header(t, &rest))
        continue;
    struct sip_message piece = { .headers = span_make(headers.p,
                                                      rest.n ? rest.p : span_end(headers)) };
    if (headers.n == 0)
        return;
    type = sip_find_header(&piece, "Content-Type");
    encoding = sip_find_header(&piece, "Content-Encoding");
    if (rest.n > 0)
        tree_body(t, type, encoding, known && !fragment && m.body.n ? m.body : rest);
}

void sip_tree_make(struct sip_tree *tree, struct span message)
{
    struct tree_maker t = { .tree = tree };
    struct strbuf copy = STRBUF_INIT;
    *tree = (struct sip_tree){ .cut = message.n > SIP_TREE_BYTES };
    message.n = message.n > SIP_TREE_BYTES ? SIP_TREE_BYTES : message.n;
    strbuf_span(&copy, message);
    tree->bytes.n = copy.n;
    tree->bytes.p = strbuf_take(&copy);
    tree->nodes = mem_alloc(SIP_TREE_NODES * sizeof *tree->nodes);
    tree_message(&t, tree->bytes, false);
}

void sip_tree_free(struct sip_tree *tree)
{
    for (struct sip_tree_text *block = tree->texts, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(tree->nodes);
    free((char *)tree->bytes.p);
    *tree = (struct sip_tree){ 0 };
}

size_t sip_tree_parent(const struct sip_tree *tree, size_t i)
{
    for (size_t at = i; at-- > 0;)
        if (tree->nodes[at].depth < tree->nodes[i].depth)
            return at;
    return SIZE_MAX;
}

size_t sip_tree_at(const struct sip_tree *tree, size_t offset)
{
    size_t found = SIZE_MAX;
    const char *p = offset ? tree->bytes.p + offset : tree->bytes.p;
    for (size_t i = 0; i < tree->count; i++) {
        const struct sip_node *node = &tree->nodes[i];
        if (node->source.n > 0 && p >= node->source.p && p < span_end(node->source) &&
            (found == SIZE_MAX || node->source.n <= tree->nodes[found].source.n))
            found = i;
    }
    return found;
}
