/*
 * XML and JSON bodies as nodes. Of XML elements, attributes, text; the root element tells what the
 * names within it mean.
 */
#include <jansson.h>
#include <stdlib.h>

#include "sip/tree_private.h"
#include "sip/xml.h"

/* name="value" ... within a tag */
static void add_attributes(struct tree_maker *t, struct span rest)
{
    struct xml_attribute a;
    while (xml_next_attribute(&rest, &a)) {
        struct sip_node *node = tree_add(t, SIP_NODE_PART, a.name, a.value, a.source);
        tree_topic_in(node, "xml", xml_local_name(a.name), t->context);
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

static void open_element(struct xml *x, const struct xml_piece *tag)
{
    struct tree_maker *t = x->t;
    struct sip_node *node = tree_enter(t, SIP_NODE_LINE, tag->name, SPAN_NONE, tag->source);
    if (x->elements++ == 0)
        t->context = xml_local_name(tag->name);
    tree_topic_in(node, "xml", xml_local_name(tag->name), t->context);
    add_attributes(t, tag->inner);
    if (tag->kind == XML_EMPTY)
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

static void take_piece(struct xml *x, const struct xml_piece *piece)
{
    switch (piece->kind) {
    case XML_TEXT:
        add_content(x, piece->inner);
        break;
    case XML_OPEN:
    case XML_EMPTY:
        open_element(x, piece);
        break;
    case XML_CLOSE:
        close_element(x, piece->name);
        break;
    case XML_OTHER:
        break;
    case XML_CUT:
        tree_add(x->t, SIP_NODE_PROBLEM, SPAN(_("malformed")), SPAN(_("a tag does not end")),
                 piece->source);
        break;
    }
}

int tree_xml(struct tree_maker *t, struct span body)
{
    struct xml x = { .t = t };
    struct xml_piece piece;
    while (xml_next(&body, &piece))
        take_piece(&x, &piece);
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
