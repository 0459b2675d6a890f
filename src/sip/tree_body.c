/* Bodies: a row of the table says who takes a content type apart; what nobody knows is a hexdump. */
#include <stdio.h>

#include "sip/fields.h"
#include "sip/scan.h"
#include "sip/tree_private.h"

#define HEX_LINE 16
#define HEX_LINES 1024
#define BODIES_DEEP 4 /* multiparts and messages within one another */

void tree_hexdump(struct tree_maker *t, struct span bytes)
{
    struct strbuf hex = STRBUF_INIT, text = STRBUF_INIT;
    for (size_t at = 0; at < bytes.n && at / HEX_LINE < HEX_LINES; at += HEX_LINE) {
        struct span line = { bytes.p + at, bytes.n - at < HEX_LINE ? bytes.n - at : HEX_LINE };
        for (size_t i = 0; i < line.n; i++) {
            unsigned char c = (unsigned char)line.p[i];
            strbuf_format(&hex, "%s%02x", i == 8 ? "  " : i ? " " : "", c);
            strbuf_char(&text, c >= ' ' && c < 0x7f ? (char)c : '.');
        }
        struct sip_node *node = tree_add(t, SIP_NODE_BYTES, tree_format(t, "%04zx", at), SPAN_NONE,
                                         line);
        node->value = tree_keep(t, &hex);
        node->note = tree_keep(t, &text);
    }
    if (bytes.n > HEX_LINE * HEX_LINES)
        t->tree->cut = true;
}

static void put_text(struct tree_maker *t, struct span type, struct span body)
{
    (void)type;
    struct span line;
    while (tree_next_line(&body, &line))
        tree_add(t, SIP_NODE_LINE, SPAN_NONE, line, line);
}

/* Lines `name: value` and `name=value`, as of DTMF relays and message summaries. */
static void put_fields(struct tree_maker *t, struct span type, struct span body)
{
    (void)type;
    struct span line;
    while (tree_next_line(&body, &line)) {
        const char *stop = span_find(line, ':');
        stop = stop ? stop : span_find(line, '=');
        if (stop)
            tree_add(t, SIP_NODE_LINE, span_trim(span_make(line.p, stop)),
                     span_trim(span_make(stop + 1, span_end(line))), line);
        else if (line.n > 0)
            tree_add(t, SIP_NODE_LINE, SPAN_NONE, line, line);
    }
}

static void put_sdp(struct tree_maker *t, struct span type, struct span body)
{
    (void)type;
    tree_sdp(t, body);
}

static void put_message(struct tree_maker *t, struct span type, struct span body)
{
    (void)type;
    tree_message(t, body, true);
}

static void put_xml(struct tree_maker *t, struct span type, struct span body)
{
    if (tree_xml(t, body) < 0)
        put_text(t, type, body);
}

static void put_json(struct tree_maker *t, struct span type, struct span body)
{
    if (tree_json(t, body) < 0)
        put_text(t, type, body);
}

/* How a type ends or begins, and who takes it apart. */
static const struct {
    const char *type; /* "+xml": any that ends so; "text/": any that begins so */
    void (*put)(struct tree_maker *t, struct span type, struct span body);
    const char *note;  /* N_() */
    const char *topic; /* of "part" */
} types[] = {
    { "application/sdp", put_sdp, N_("session description"), "body-sdp" },
    { "application/isup", tree_isup, N_("ISUP message of the telephone network"), "body-isup" },
    { "message/sipfrag", put_message, N_("piece of a SIP message"), "body-sipfrag" },
    { "message/sip", put_message, N_("SIP message"), "body-sipfrag" },
    { "application/pidf+xml", put_xml, N_("presence, or a place (PIDF-LO)"), "body-xml" },
    { "+xml", put_xml, N_("XML"), "body-xml" },
    { "application/xml", put_xml, N_("XML"), "body-xml" },
    { "text/xml", put_xml, N_("XML"), "body-xml" },
    { "+json", put_json, N_("JSON"), "body-json" },
    { "application/json", put_json, N_("JSON"), "body-json" },
    { "application/dtmf-relay", put_fields, N_("a key that was pressed"), "body-dtmf-relay" },
    { "application/dtmf", put_fields, N_("a key that was pressed"), "body-dtmf-relay" },
    { "application/simple-message-summary", put_fields, N_("waiting voice mail"),
      "body-message-summary" },
    { "application/trickle-ice-sdpfrag", put_sdp, N_("piece of a session description"),
      "body-sdp" },
    { "text/", put_text, N_("text"), "body-text" },
};

static bool type_fits(struct span type, const char *row)
{
    size_t n = strlen(row);
    if (row[0] == '+')
        return type.n > n && span_is((struct span){ span_end(type) - n, n }, row);
    return row[n - 1] == '/' ? span_starts(type, row) : span_is(type, row);
}

/* One part of a multipart body: headers, an empty line, the body (RFC 2046 §5.1). */
static void add_part(struct tree_maker *t, struct span part)
{
    struct span rest = part, line, type = SPAN("text/plain"), encoding = SPAN_NONE, name, value;
    struct sip_node *node = tree_enter(t, SIP_NODE_BODY, SPAN(_("part")), SPAN_NONE, part);
    tree_topic(node, "part", SPAN("body-part"));
    while (tree_next_line(&rest, &line) && line.n > 0)
        continue;
    struct span headers = span_make(part.p, rest.n ? rest.p : span_end(part)), at = headers;
    while (sip_next_header(&at, &name, &value)) {
        struct sip_node *header = tree_enter(
            t, SIP_NODE_HEADER, name, value,
            span_make(name.p, value.n ? span_end(value) : span_end(name)));
        tree_value(t, header, name, value);
        header->folded = true;
        tree_leave(t, header);
        type = sip_header_same(name, "Content-Type") ? value : type;
        encoding = sip_header_same(name, "Content-Encoding") ? value : encoding;
    }
    node->value = type;
    tree_body(t, type, encoding, rest);
    tree_leave(t, node);
}

/*
 * The next `--boundary` line in `rest`: what stands before it, all of it where there is none, and
 * *rest moved behind it. `--boundary--` is the *last.
 */
static bool next_boundary(struct span *rest, struct span boundary, struct span *before, bool *last)
{
    struct span line, all = *rest;
    while (tree_next_line(rest, &line))
        if (line.n >= boundary.n + 2 && line.p[0] == '-' && line.p[1] == '-' &&
            memcmp(line.p + 2, boundary.p, boundary.n) == 0) {
            *before = span_make(all.p, line.p);
            *last = span_starts((struct span){ line.p + 2 + boundary.n, line.n - 2 - boundary.n },
                                "--");
            return true;
        }
    *before = all;
    return false;
}

/* The line end before a boundary belongs to the boundary. */
static struct span without_end(struct span part)
{
    if (part.n > 0 && part.p[part.n - 1] == '\n')
        part.n--;
    if (part.n > 0 && part.p[part.n - 1] == '\r')
        part.n--;
    return part;
}

static void put_multipart(struct tree_maker *t, struct span type, struct span body)
{
    struct span boundary = sip_param(type, "boundary"), rest = body, part;
    bool last = false;
    if (boundary.n == 0 || !next_boundary(&rest, boundary, &part, &last)) {
        put_text(t, type, body);
        return;
    }
    while (!last && rest.n > 0) {
        if (next_boundary(&rest, boundary, &part, &last))
            add_part(t, without_end(part));
        else if (part.n > 0) /* its end was cut */
            add_part(t, part);
    }
}

static void put_body(struct tree_maker *t, struct sip_node *node, struct span type,
                     struct span body)
{
    const char *semicolon = span_find(type, ';');
    struct span plain = span_trim(semicolon ? span_make(type.p, semicolon) : type);
    if (type.n == 0 && span_starts(body, "v=0"))
        plain = SPAN("application/sdp");
    if (span_starts(plain, "multipart/")) {
        tree_topic(node, "part", SPAN("body-multipart"));
        put_multipart(t, type, body);
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (type_fits(plain, types[i].type)) {
            node->note = SPAN(tr(types[i].note));
            tree_topic(node, "part", SPAN(types[i].topic));
            types[i].put(t, type, body);
            return;
        }
    tree_hexdump(t, body);
}

void tree_body(struct tree_maker *t, struct span type, struct span encoding, struct span body)
{
    if (body.n == 0)
        return;
    struct sip_node *node = tree_enter(t, SIP_NODE_BODY, SPAN(_("body")), type, body);
    bool plain = encoding.n == 0 || span_is(encoding, "identity");
    if (!plain || t->bodies == BODIES_DEEP) {
        tree_hexdump(t, body);
    } else {
        t->bodies++;
        put_body(t, node, type, body);
        t->bodies--;
    }
    tree_leave(t, node);
}
