/*
 * XML and JSON bodies as nodes. XML is read tolerantly and without entities of its own: elements,
 * attributes, text; the root element tells what the names within it mean.
 */
#include <jansson.h>
#include <stdlib.h>

#include "sip/tree_private.h"

static bool is_name(char c)
{
    return !ascii_blank(c) && !strchr("<>/=\"'?!", c);
}

static struct span take_name(struct span *rest)
{
    size_t n = 0;
    while (n < rest->n && is_name(rest->p[n]))
        n++;
    struct span name = { rest->p, n };
    *rest = span_behind(*rest, n);
    return name;
}

/* "pos" of "gml:pos" */
static struct span local_name(struct span name)
{
    const char *colon = span_find(name, ':');
    return colon ? span_make(colon + 1, span_end(name)) : name;
}

/* name="value" ... within a tag */
static void add_attributes(struct tree_maker *t, struct span rest)
{
    for (rest = span_trim(rest); rest.n > 0; rest = span_trim(rest)) {
        struct span source = rest, name = take_name(&rest);
        if (name.n == 0) { /* no attribute begins here */
            rest = (struct span){ rest.p + 1, rest.n - 1 };
            continue;
        }
        rest = span_trim(rest);
        struct span value = SPAN_NONE;
        if (rest.n > 1 && rest.p[0] == '=') {
            rest = span_trim((struct span){ rest.p + 1, rest.n - 1 });
            char quote = rest.n ? rest.p[0] : 0;
            const char *close = quote == '"' || quote == '\''
                                    ? memchr(rest.p + 1, quote, rest.n - 1)
                                    : NULL;
            value = close ? span_make(rest.p + 1, close) : span_word(&rest);
            if (close)
                rest = span_make(close + 1, span_end(rest));
        }
        source.n = (size_t)((rest.p ? rest.p : span_end(value)) - source.p);
        struct sip_node *node = tree_add(t, SIP_NODE_PART, name, value, span_trim(source));
        tree_topic_in(node, "xml", local_name(name), t->context);
    }
}

/* Elements that are open, by name: the maker's depth tells how deep the innermost stands. */
struct xml {
    struct tree_maker *t;
    struct sip_node *open[SIP_TREE_DEPTH];
    size_t depth, beyond; /* and how many more are open than fit */
    size_t elements;
};

static void close_element(struct xml *x, struct span name)
{
    size_t at = x->depth;
    if (x->beyond > 0) {
        x->beyond--;
        return;
    }
    while (at > 0 && !span_equal(x->open[at - 1]->label, name))
        at--;
    while (at > 0 && x->depth >= at)
        tree_leave(x->t, x->open[--x->depth]);
}

static void open_element(struct xml *x, struct span tag, struct span source)
{
    struct span rest = tag, name = take_name(&rest);
    bool empty = rest.n > 0 && span_end(rest)[-1] == '/';
    rest.n -= empty;
    struct tree_maker *t = x->t;
    struct sip_node *node = tree_enter(t, SIP_NODE_LINE, name, SPAN_NONE, source);
    if (x->elements++ == 0)
        t->context = local_name(name);
    tree_topic_in(node, "xml", local_name(name), t->context);
    add_attributes(t, rest);
    if (empty)
        tree_leave(t, node);
    else if (x->depth < SIP_TREE_DEPTH)
        x->open[x->depth++] = node;
    else
        x->beyond++;
}

static void add_content(struct xml *x, struct span text)
{
    text = span_trim(text);
    if (text.n == 0)
        return;
    struct sip_node *node = x->depth ? x->open[x->depth - 1] : NULL;
    if (node && node->value.n == 0 && !x->beyond)
        node->value = text;
    else
        tree_add(x->t, SIP_NODE_LINE, SPAN_NONE, text, text);
}

/* The '>' that ends a tag: not one in quotes. */
static const char *find_tag_end(struct span rest)
{
    char quote = 0;
    for (const char *p = rest.p; p < span_end(rest); p++) {
        if (quote)
            quote = *p == quote ? 0 : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else if (*p == '>')
            return p;
    }
    return NULL;
}

/* Behind the end of what begins with the '<' at rest.p: a comment, CDATA, an instruction, a tag. */
static const char *find_end(struct span rest, struct span *inner)
{
    static const struct {
        const char *begin, *end;
    } forms[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" }, { "<", NULL } };
    size_t i = 0;
    while (!span_starts(rest, forms[i].begin))
        i++;
    size_t skip = strlen(forms[i].begin);
    struct span behind = { rest.p + skip, rest.n - skip };
    const char *end = forms[i].end ? span_search(behind, forms[i].end) : find_tag_end(behind);
    if (!end)
        return NULL;
    *inner = span_make(behind.p, end);
    return end + (forms[i].end ? strlen(forms[i].end) : 1);
}

static void take_tag(struct xml *x, struct span whole, struct span inner)
{
    if (span_starts(whole, "<![CDATA["))
        add_content(x, inner);
    else if (inner.n > 0 && inner.p[0] == '/')
        close_element(x, span_trim((struct span){ inner.p + 1, inner.n - 1 }));
    else if (inner.n > 0 && whole.p[1] != '!' && whole.p[1] != '?')
        open_element(x, inner, whole);
}

int tree_xml(struct tree_maker *t, struct span body)
{
    struct xml x = { .t = t };
    struct span rest = body, inner;
    while (rest.n > 0) {
        const char *open = span_find(rest, '<'), *end;
        add_content(&x, span_make(rest.p, open ? open : span_end(rest)));
        rest = open ? span_make(open, span_end(rest)) : SPAN_NONE;
        if (!open)
            break;
        if (!(end = find_end(rest, &inner))) {
            tree_add(t, SIP_NODE_PROBLEM, SPAN(_("malformed")), SPAN(_("a tag does not end")),
                     rest);
            break;
        }
        take_tag(&x, span_make(rest.p, end), inner);
        rest = span_make(end, span_end(rest));
    }
    while (x.depth > 0)
        tree_leave(t, x.open[--x.depth]);
    return x.elements ? 0 : -1;
}

static struct span json_text(struct tree_maker *t, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    struct span kept = tree_format(t, "%s", text ? text : "");
    free(text);
    return kept;
}

static void add_json(struct tree_maker *t, struct span label, json_t *value);

static void add_members(struct tree_maker *t, json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach(value, key, member) add_json(t, tree_format(t, "%s", key), member);
    json_array_foreach(value, i, member) add_json(t, tree_format(t, "%zu", i), member);
}

static void add_json(struct tree_maker *t, struct span label, json_t *value)
{
    if (!json_is_object(value) && !json_is_array(value)) {
        tree_add(t, SIP_NODE_LINE, label, json_text(t, value), SPAN_NONE);
        return;
    }
    if (t->depth == SIP_TREE_DEPTH || t->tree->count == SIP_TREE_NODES) {
        t->tree->cut = true;
        return;
    }
    struct sip_node *node = tree_enter(t, SIP_NODE_LINE, label,
                                       SPAN(json_is_object(value) ? "{}" : "[]"), SPAN_NONE);
    add_members(t, value);
    tree_leave(t, node);
}

int tree_json(struct tree_maker *t, struct span body)
{
    json_t *root = json_loadb(body.p, body.n, JSON_DECODE_ANY, NULL);
    if (!root)
        return -1;
    if (json_is_object(root) || json_is_array(root))
        add_members(t, root);
    else
        add_json(t, SPAN_NONE, root);
    json_decref(root);
    return 0;
}
