/*
 * XML as bodies of SIP have it, read tolerantly and without entities of its own: pieces in the order
 * of the text, spans into it. Boundary: one piece or attribute at a time; what is nested in what is
 * the reader's matter.
 */
#ifndef SIPWHY_SIP_XML_H
#define SIPWHY_SIP_XML_H

#include "base/span.h"

struct xml_piece {
    enum {
        XML_TEXT,  /* between tags, or CDATA: `inner` */
        XML_OPEN,  /* a tag: `name` and, in `inner`, its attributes */
        XML_EMPTY, /* the same of an element that has nothing in it */
        XML_CLOSE, /* an end tag: `name` */
        XML_OTHER, /* a comment, an instruction, a declaration */
        XML_CUT    /* its end is not there; the last piece */
    } kind;
    struct span source, name, inner;
};

/* Takes the next piece off the text; false at its end. */
bool xml_next(struct span *rest, struct xml_piece *piece);

/* name="value"; the value is empty where there is none, and may lack its quotes. */
struct xml_attribute {
    struct span source, name, value;
    bool quoted;
};

/* Takes the next attribute off those of a tag; false behind the last. */
bool xml_next_attribute(struct span *rest, struct xml_attribute *attribute);

/* "pos" of "gml:pos" */
struct span xml_local_name(struct span name);

#endif
