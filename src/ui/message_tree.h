/*
 * The tree of a message as lines on the screen: which nodes are open, which one is selected, and
 * where the view begins. Shared state of the two ways in which a message is shown: the selected
 * node is the element under the cursor in the message as it was sent, too.
 */
#ifndef SIPWHY_UI_MESSAGE_TREE_H
#define SIPWHY_UI_MESSAGE_TREE_H

#include "sip/tree.h"
#include "ui/ui.h"

struct message_tree {
    struct sip_tree tree;
    bool *open;
    uint32_t *rows; /* the nodes that are shown */
    size_t nrows;
    size_t selected; /* a node; meaningless when there are none */
    size_t top;      /* the first row on the screen */
    struct rect rect;
};

void message_tree_make(struct message_tree *mt, struct span message);
void message_tree_free(struct message_tree *mt);
/* The selected node, or NULL. */
const struct sip_node *message_tree_node(const struct message_tree *mt);
/* The topic about it, else about what it is part of, else about its kind; "" for no node. */
const char *message_tree_topic(const struct message_tree *mt, const struct help *help);
/* Selects a node and opens those above it. */
void message_tree_select(struct message_tree *mt, size_t node);
void message_tree_draw(struct message_tree *mt, struct ui *ui, struct rect rect);
/* Moving, opening and closing; false for a verb that has no meaning here. */
bool message_tree_act(struct message_tree *mt, enum verb verb);
/* Opens a closed node and closes an open one; false if there is nothing below it. */
bool message_tree_toggle(struct message_tree *mt);
/* Selects the next node, closed ones included, that fits the search. */
bool message_tree_search(struct message_tree *mt, struct ui *ui, bool backwards);
void message_tree_click(struct message_tree *mt, int y, int x);

#endif
