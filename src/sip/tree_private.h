/* What the files of the tree share: the nodes are made here, in order, and never move. */
#ifndef SIPWHY_SIP_TREE_PRIVATE_H
#define SIPWHY_SIP_TREE_PRIVATE_H

#include "base/strbuf.h"
#include "base/tr.h"
#include "sip/tree.h"

struct tree_maker {
    struct sip_tree *tree;
    unsigned depth;
    unsigned bodies;        /* bodies within bodies */
    struct span context;    /* whose parts are added: a header field, a URI, a kind of XML */
    struct sip_node beyond; /* what does not fit goes here */
};

/* A node without children, at the current depth; never NULL. `source` may be SPAN_NONE. */
struct sip_node *tree_add(struct tree_maker *t, enum sip_node_kind kind, struct span label,
                          struct span value, struct span source);
/* The same; what is added before tree_leave() becomes its children. */
struct sip_node *tree_enter(struct tree_maker *t, enum sip_node_kind kind, struct span label,
                            struct span value, struct span source);
void tree_leave(struct tree_maker *t, struct sip_node *node);
/* Text of our own that lives as long as the tree. The buffer is empty again. */
struct span tree_keep(struct tree_maker *t, struct strbuf *text);
struct span tree_format(struct tree_maker *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "KIND/NAME" where the name is one that a topic can have; "called party number" has hyphens there. */
void tree_topic(struct sip_node *node, const char *kind, struct span name);
/* "KIND/NAME@CONTEXT": what the name means in this place, if it means something of its own there. */
void tree_topic_in(struct sip_node *node, const char *kind, struct span name, struct span context);
/* A node without children whose label is ours: the English word N_(), which makes its topic, too. */
struct sip_node *tree_named(struct tree_maker *t, const char *kind, const char *label,
                            struct span value, struct span source);

/* One line of `rest`, without its end. False at the end. */
bool tree_next_line(struct span *rest, struct span *line);
/* Without quotes at both ends. */
struct span tree_unquoted(struct span s);

/* tree_value.c: the value of a header field, as children of its node. */
void tree_value(struct tree_maker *t, struct sip_node *header, struct span name, struct span value);
/* The children of a URI. */
void tree_uri(struct tree_maker *t, struct span uri);
/* `;name=value` pieces. */
void tree_params(struct tree_maker *t, struct span params);

/* tree_token.c: the parts of a signed token. */
void tree_token(struct tree_maker *t, struct span token);

/* tree.c: start line, headers and body of a message, or of a piece of one (message/sipfrag). */
void tree_message(struct tree_maker *t, struct span message, bool fragment);
/* tree_body.c: a body of a type, as one node. */
void tree_body(struct tree_maker *t, struct span type, struct span encoding, struct span body);
/* Lines of 16 bytes. */
void tree_hexdump(struct tree_maker *t, struct span bytes);
/* tree_sdp.c, tree_isup.c, tree_markup.c: children of the body's node. -1: it is none. */
void tree_sdp(struct tree_maker *t, struct span body);
/* By its Content-Type: `base` and `version` tell the dialect. */
void tree_isup(struct tree_maker *t, struct span type, struct span body);
int tree_xml(struct tree_maker *t, struct span body);
int tree_json(struct tree_maker *t, struct span body);

#endif
