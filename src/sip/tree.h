/*
 * One SIP message as a tree, for whoever looks into it: lines, values, parameters, bodies, down to
 * the lines of a session description, the parameters of an ISUP message, the elements of XML and
 * JSON. Data only: labels and values as they were sent, notes in the user's language, and for
 * each node the bytes of the message that it stands for and the topic that explains it.
 *
 * It is built from the message's own bytes (sip/scan.h, sip/fields.h), so that what libosip2 refuses
 * is shown, too; that it does refuse is one of the nodes. Bounded in bytes, nodes and depth.
 * Labels, values and notes may quote the network: escape before showing.
 */
#ifndef SIPWHY_SIP_TREE_H
#define SIPWHY_SIP_TREE_H

#include "base/span.h"

#define SIP_TREE_NODES 6000
#define SIP_TREE_DEPTH 12
#define SIP_TREE_BYTES 65535 /* of a message that are looked at */
#define SIP_TOPIC 96

enum sip_node_kind {
    SIP_NODE_START,   /* request or status line */
    SIP_NODE_PROBLEM, /* what is wrong with the message */
    SIP_NODE_HEADER,
    SIP_NODE_PART,  /* a piece of a value: parameter, URI, digits; or one of several values */
    SIP_NODE_BODY,  /* a body, or a part of one */
    SIP_NODE_LINE,  /* a line of a body; an element of XML, a member of JSON */
    SIP_NODE_BYTES, /* a line of a hexdump: offset, bytes, characters */
};

struct sip_node {
    struct span label;
    struct span value;
    struct span note; /* what the value means, in the language */
    struct span
        source;    /* its bytes in the tree's copy of the message; empty: decoded from others */
    uint32_t end;  /* one past its last descendant: its next sibling, if any */
    uint8_t depth; /* 0: a line of the message */
    uint8_t kind;
    bool folded; /* closed unless opened: long, and seldom of interest */
    /* "header/Via", "cause/34", "param/reason@Diversion"; need not exist; "" for none */
    char topic[SIP_TOPIC];
};

struct sip_tree_text;

struct sip_tree {
    struct sip_node *nodes; /* in the order of the message, parents before their children */
    size_t count;
    struct span bytes; /* a copy of the message */
    bool cut;          /* there is more than the limits let in */
    struct sip_tree_text *texts;
};

/* Takes a message apart; any bytes will do. Free with sip_tree_free(). */
void sip_tree_make(struct sip_tree *tree, struct span message);
void sip_tree_free(struct sip_tree *tree);
/* The node that `i` is a direct child of, or SIZE_MAX. */
size_t sip_tree_parent(const struct sip_tree *tree, size_t i);
/*
 * The innermost node whose source holds the byte at `offset` of the message, or SIZE_MAX; so the
 * element under a cursor is found in the message as it was sent.
 */
size_t sip_tree_at(const struct sip_tree *tree, size_t offset);

#endif
