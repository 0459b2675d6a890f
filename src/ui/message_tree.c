/* See message_tree.h. */
#include "ui/message_tree.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/signs.h"

#define INDENT 2  /* columns a level */
#define LABELS 18 /* columns that a label takes at least, so that values stand below one another */

static bool has_children(const struct sip_tree *tree, size_t i)
{
    return tree->nodes[i].end > i + 1;
}

/* The nodes whose parents are all open. */
static void lay_out(struct message_tree *mt)
{
    const struct sip_tree *tree = &mt->tree;
    mt->nrows = 0;
    for (size_t i = 0; i < tree->count; i = mt->open[i] ? i + 1 : tree->nodes[i].end)
        mt->rows[mt->nrows++] = (uint32_t)i;
}

/* Bodies and their lines are open at first, values of header fields are not. */
static bool opens_at_first(const struct sip_node *n)
{
    return !n->folded && (n->kind == SIP_NODE_BODY || n->kind == SIP_NODE_LINE);
}

void message_tree_make(struct message_tree *mt, struct span message)
{
    *mt = (struct message_tree){ 0 };
    sip_tree_make(&mt->tree, message);
    mt->open = mem_zero(mt->tree.count + 1);
    mt->rows = mem_zero((mt->tree.count + 1) * sizeof *mt->rows);
    for (size_t i = 0; i < mt->tree.count; i++)
        mt->open[i] = opens_at_first(&mt->tree.nodes[i]);
    lay_out(mt);
}

void message_tree_free(struct message_tree *mt)
{
    sip_tree_free(&mt->tree);
    free(mt->open);
    free(mt->rows);
    *mt = (struct message_tree){ 0 };
}

const struct sip_node *message_tree_node(const struct message_tree *mt)
{
    return mt->selected < mt->tree.count ? &mt->tree.nodes[mt->selected] : NULL;
}

/* The row of the selected node. */
static size_t row_of(const struct message_tree *mt)
{
    size_t row = 0;
    while (row + 1 < mt->nrows && mt->rows[row] < mt->selected)
        row++;
    return row;
}

/* What there is to say of a kind of node when nothing is known of this one. */
static const char *const kind_topics[] = {
    [SIP_NODE_START] = "part/start-line", [SIP_NODE_PROBLEM] = "part/malformed",
    [SIP_NODE_HEADER] = "part/header",    [SIP_NODE_PART] = "part/parameter",
    [SIP_NODE_BODY] = "part/body",        [SIP_NODE_LINE] = "part/body",
    [SIP_NODE_BYTES] = "part/bytes",
};

const char *message_tree_topic(const struct message_tree *mt, const struct help *help)
{
    const struct sip_tree *tree = &mt->tree;
    const char *topic = NULL;
    if (mt->selected >= tree->count)
        return "";
    for (size_t i = mt->selected; i < tree->count && !topic; i = sip_tree_parent(tree, i))
        topic = help_nearest(help, tree->nodes[i].topic);
    return topic ? topic : kind_topics[tree->nodes[mt->selected].kind];
}

void message_tree_select(struct message_tree *mt, size_t node)
{
    mt->selected = node;
    for (size_t at = sip_tree_parent(&mt->tree, node); at < mt->tree.count;
         at = sip_tree_parent(&mt->tree, at))
        mt->open[at] = true;
    lay_out(mt);
}

static const char *fold_mark(const struct message_tree *mt, size_t i)
{
    if (!has_children(&mt->tree, i))
        return " ";
    return sign(mt->open[i] ? SIGN_OPEN : SIGN_CLOSED);
}

static enum style label_style(const struct sip_node *n)
{
    switch (n->kind) {
    case SIP_NODE_START:
        return STYLE_TITLE;
    case SIP_NODE_PROBLEM:
        return STYLE_ALERT;
    case SIP_NODE_BODY:
        return STYLE_HEADING;
    case SIP_NODE_BYTES:
        return STYLE_DIM;
    default:
        return STYLE_FIELD;
    }
}

static enum style value_style(const struct sip_node *n)
{
    uint16_t code = help_topic_code(n->topic);
    if (n->kind == SIP_NODE_PROBLEM)
        return STYLE_ALERT;
    if (n->kind == SIP_NODE_START)
        return code ? theme_class((uint8_t)sip_class_of(code)) : STYLE_TITLE;
    return n->kind == SIP_NODE_LINE || n->kind == SIP_NODE_BYTES ? STYLE_CODE : STYLE_NORMAL;
}

/* What the knowledge base calls it in a few words: a cause, a code, a parameter. */
static struct span name_of(const struct ui *ui, const struct sip_node *n)
{
    const char *topic = help_nearest(ui->help, n->topic);
    bool own = topic && !strstr(topic, "/other@"); /* what holds of any other says nothing */
    if (!own || n->kind == SIP_NODE_HEADER || n->kind == SIP_NODE_START)
        return SPAN_NONE;
    return SPAN(help_value(ui->help, topic, "name"));
}

/* Blanks at both ends of a folded value's lines would look like a long gap. */
static void put_value(struct strbuf *out, struct span value)
{
    for (size_t i = 0; i < value.n; i++) {
        bool end = value.p[i] == '\r' || value.p[i] == '\n';
        if (end && out->n && out->p[out->n - 1] != ' ')
            strbuf_char(out, ' ');
        if (end)
            while (i + 1 < value.n && ascii_blank(value.p[i + 1]))
                i++;
        else
            strbuf_char(out, value.p[i]);
    }
}

static int draw_span(struct rect rect, int x, enum style style, struct span text)
{
    return x < rect.width ? screen_text(rect.y, rect.x + x, rect.width - x, style, text) : 0;
}

/* "▸ Via              SIP/2.0/UDP ...      note" */
static void draw_row(const struct message_tree *mt, const struct ui *ui, struct rect rect, size_t i)
{
    const struct sip_node *n = &mt->tree.nodes[i];
    struct span note = n->note.n ? n->note : name_of(ui, n);
    struct strbuf value = STRBUF_INIT;
    int x = n->depth * INDENT;
    draw_span(rect, x, STYLE_DIM, SPAN(fold_mark(mt, i)));
    x += 2;
    int used = draw_span(rect, x, label_style(n), n->label);
    int width = n->kind == SIP_NODE_LINE || n->kind == SIP_NODE_BYTES ? 0 : LABELS - x;
    if (n->label.n)
        x += used > width ? used + (width > 0 ? 2 : 1) : width + 1;
    put_value(&value, n->value);
    x += draw_span(rect, x, value_style(n), strbuf_as_span(&value));
    strbuf_free(&value);
    if (note.n)
        draw_span(rect, x + (n->value.n > 0 ? 2 : 0), STYLE_DIM, note);
    if (i == mt->selected)
        screen_select(rect.y, rect.x, rect.width);
}

void message_tree_draw(struct message_tree *mt, struct ui *ui, struct rect rect)
{
    size_t height = rect.height > 0 ? (size_t)rect.height : 1, row = row_of(mt);
    mt->rect = rect;
    if (row < mt->top)
        mt->top = row;
    if (row >= mt->top + height)
        mt->top = row + 1 - height;
    if (mt->top + height > mt->nrows)
        mt->top = mt->nrows > height ? mt->nrows - height : 0;
    screen_clear(rect);
    for (int y = 0; y < rect.height && mt->top + (size_t)y < mt->nrows; y++)
        draw_row(mt, ui, (struct rect){ rect.y + y, rect.x, 1, rect.width },
                 mt->rows[mt->top + (size_t)y]);
}

bool message_tree_toggle(struct message_tree *mt)
{
    if (!message_tree_node(mt) || !has_children(&mt->tree, mt->selected))
        return false;
    mt->open[mt->selected] = !mt->open[mt->selected];
    lay_out(mt);
    return true;
}

/* Left closes, then goes up; Right opens, then goes down. */
static void fold(struct message_tree *mt, bool open)
{
    bool can = has_children(&mt->tree, mt->selected);
    size_t parent = sip_tree_parent(&mt->tree, mt->selected);
    if (can && mt->open[mt->selected] != open)
        message_tree_toggle(mt);
    else if (open && can)
        mt->selected++;
    else if (!open && parent < mt->tree.count)
        mt->selected = parent;
}

bool message_tree_act(struct message_tree *mt, enum verb verb)
{
    int row = (int)row_of(mt), last = (int)mt->nrows - 1;
    if (mt->nrows == 0)
        return false;
    if (verb == VERB_LEFT || verb == VERB_RIGHT) {
        fold(mt, verb == VERB_RIGHT);
        return true;
    }
    if (!verb_scroll(verb, &row, mt->rect.height, last))
        return false;
    mt->selected = mt->rows[row < 0 ? 0 : row > last ? last : row];
    return true;
}

static bool fits(const struct ui *ui, const struct sip_node *n)
{
    return ui_search_fits(ui, n->label) || ui_search_fits(ui, n->value) ||
           ui_search_fits(ui, n->note) || ui_search_fits(ui, name_of(ui, n));
}

bool message_tree_search(struct message_tree *mt, struct ui *ui, bool backwards)
{
    size_t count = mt->tree.count;
    for (size_t n = 1; n <= count; n++) {
        size_t i = backwards ? (mt->selected + count - n) % count : (mt->selected + n) % count;
        if (fits(ui, &mt->tree.nodes[i])) {
            message_tree_select(mt, i);
            return true;
        }
    }
    return false;
}

void message_tree_click(struct message_tree *mt, int y, int x)
{
    size_t row = mt->top + (size_t)(y - mt->rect.y);
    if (y < mt->rect.y || row >= mt->nrows)
        return;
    mt->selected = mt->rows[row];
    if (x - mt->rect.x <= mt->tree.nodes[mt->selected].depth * INDENT + 1)
        message_tree_toggle(mt);
}
