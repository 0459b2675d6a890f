/*
 * The value of a header field as nodes: a row of the table says how a field is written; a field
 * that has none is text, with parameters if it has a ';'.
 */
#include <stdlib.h>

#include "sip/fields.h"
#include "sip/names.h"
#include "sip/tree_private.h"

/* A part of a value that has no name of its own there. */
static void add_word(struct tree_maker *t, const char *label, struct span value)
{
    if (value.n > 0)
        tree_named(t, "part", label, value, value);
}

/* `name` or `name=value`; the source is both. */
static struct sip_node *add_param(struct tree_maker *t, struct span piece)
{
    const char *equals = span_find(piece, '=');
    struct span name = span_trim(equals ? span_make(piece.p, equals) : piece);
    struct span value = equals ? tree_unquoted(span_trim(span_make(equals + 1, span_end(piece))))
                               : SPAN_NONE;
    struct sip_node *node = tree_add(t, SIP_NODE_PART, name, value, piece);
    tree_topic_in(node, "param", name, t->context);
    return node;
}

void tree_params(struct tree_maker *t, struct span params)
{
    struct span piece;
    while (sip_next_piece(&params, ';', &piece))
        if (piece.n > 0)
            add_param(t, piece);
}

/* host[:port]; with brackets around IPv6 */
static void add_host(struct tree_maker *t, struct span host)
{
    struct span name = sip_host_name(host);
    add_word(t, N_("host"), name);
    if (name.n + 1 < host.n)
        add_word(t, N_("port"), span_make(name.p + name.n + 1, span_end(host)));
}

/* `?name=value&...` of a URI (RFC 3261 §19.1.1). */
static void add_uri_headers(struct tree_maker *t, struct span headers)
{
    struct span piece;
    while (sip_next_piece(&headers, '&', &piece))
        if (piece.n > 0)
            add_param(t, piece);
}

/* user[:password]@ and what a tel number carries behind ';' within it */
static void add_user(struct tree_maker *t, struct span user)
{
    const char *colon = span_find(user, ':'), *semicolon = span_find(user, ';');
    const char *stop = semicolon ? semicolon : colon ? colon : span_end(user);
    add_word(t, N_("user"), span_make(user.p, stop));
    if (semicolon)
        tree_params(t, span_make(semicolon + 1, span_end(user)));
    else if (colon)
        add_word(t, N_("password"), span_make(colon + 1, span_end(user)));
}

/* scheme:[user[:password]@]host[:port];parameters?headers (RFC 3261 §19.1.1), tel (RFC 3966) */
static void put_uri(struct tree_maker *t, struct span uri)
{
    const char *colon = span_find(uri, ':'), *end = span_end(uri);
    if (!colon)
        return;
    struct span scheme = span_make(uri.p, colon), rest = span_make(colon + 1, end);
    add_word(t, N_("scheme"), scheme);
    bool sip = span_is(scheme, "sip") || span_is(scheme, "sips");
    if (!sip && !span_is(scheme, "tel")) {
        add_word(t, N_("name"), rest);
        return;
    }
    const char *question = sip ? span_find(rest, '?') : NULL;
    struct span headers = question ? span_make(question + 1, end) : SPAN_NONE;
    rest = span_make(rest.p, question ? question : end);
    const char *at = rest.n ? memrchr(rest.p, '@', rest.n) : NULL;
    if (at)
        add_user(t, span_make(rest.p, at));
    rest = at ? span_make(at + 1, span_end(rest)) : rest;
    const char *semicolon = span_find(rest, ';');
    struct span host = span_make(rest.p, semicolon ? semicolon : span_end(rest));
    if (sip)
        add_host(t, host);
    else
        add_word(t, N_("number"), host);
    if (semicolon)
        tree_params(t, span_make(semicolon + 1, span_end(rest)));
    add_uri_headers(t, headers);
}

void tree_uri(struct tree_maker *t, struct span uri)
{
    struct span outer = t->context;
    t->context = SPAN("uri");
    put_uri(t, uri);
    t->context = outer;
}

/* name-addr or addr-spec with header parameters (RFC 3261 §20.10) */
static void put_address(struct tree_maker *t, struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    add_word(t, N_("display name"), a.display);
    if (a.uri.n > 0) {
        struct sip_node *uri = tree_enter(t, SIP_NODE_PART, SPAN("URI"), a.uri, a.uri);
        tree_topic(uri, "part", SPAN("URI"));
        tree_uri(t, a.uri);
        tree_leave(t, uri);
    }
    tree_params(t, a.params);
}

/* SIP/2.0/UDP host:port;parameters (§20.42) */
static void put_via(struct tree_maker *t, struct span value)
{
    struct span sent_by, branch;
    const char *semicolon = span_find(value, ';');
    sip_read_via(value, &sent_by, &branch);
    add_word(t, N_("transport"), sip_via_transport(value));
    add_host(t, sent_by);
    if (semicolon)
        tree_params(t, span_make(semicolon + 1, span_end(value)));
}

/* Digest realm="...", nonce="..." (§20.7, §20.44) */
static void put_digest(struct tree_maker *t, struct span value)
{
    struct span rest = value, scheme = span_word(&rest), piece;
    if (span_find(scheme, '=')) /* Authentication-Info has none */
        rest = value;
    else
        add_word(t, N_("scheme"), scheme);
    while (sip_next_piece(&rest, ',', &piece))
        if (piece.n > 0)
            add_param(t, piece);
}

/* Q.850;cause=34;text="..." (RFC 3326) */
static void put_reason(struct tree_maker *t, struct span value)
{
    struct span protocol, piece;
    if (!sip_next_piece(&value, ';', &protocol))
        return;
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(_("protocol")), protocol, protocol);
    tree_topic(node, "reason", protocol);
    while (sip_next_piece(&value, ';', &piece)) {
        node = add_param(t, piece);
        if (!span_is(node->label, "cause"))
            continue;
        if (span_is(protocol, "Q.850"))
            tree_topic(node, "cause", node->value);
        else if (span_is(protocol, "SIP") || span_is(protocol, "STIR"))
            tree_topic(node, "code", node->value);
    }
}

/* 305 host "text" (§20.43) */
static void put_warning(struct tree_maker *t, struct span value)
{
    struct span code = span_word(&value), agent = span_word(&value);
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(_("code")), code, code);
    tree_topic(node, "warning", code);
    add_word(t, N_("said by"), agent);
    add_word(t, N_("text"), tree_unquoted(value));
}

static void put_cseq(struct tree_maker *t, struct span value)
{
    struct span number = span_word(&value);
    if (number.n > 0)
        tree_add(t, SIP_NODE_PART, SPAN(_("number")), number, number);
    if (value.n > 0)
        tree_topic(tree_add(t, SIP_NODE_PART, SPAN(_("method")), value, value), "method", value);
}

/* response-num CSeq-num method (RFC 3262 §7.2) */
static void put_rack(struct tree_maker *t, struct span value)
{
    add_word(t, "RSeq", span_word(&value));
    put_cseq(t, value);
}

/* seconds;parameters, or any first word with parameters */
static void put_params(struct tree_maker *t, struct span value)
{
    struct span first;
    if (!sip_next_piece(&value, ';', &first) || first.n == 0)
        return;
    if (span_find(first, '=') && !span_find(first, '/'))
        add_param(t, first);
    else
        add_word(t, N_("value"), first);
    tree_params(t, value);
}

/* token;info=<URI>;alg=...;ppt=... (RFC 8224 §4) */
static void put_identity(struct tree_maker *t, struct span value)
{
    struct span token;
    if (!sip_next_piece(&value, ';', &token))
        return;
    tree_token(t, token);
    tree_params(t, value);
}

static void put_named(struct tree_maker *t, struct span value, const char *kind, const char *label)
{
    struct span first;
    if (!sip_next_piece(&value, ';', &first) || first.n == 0)
        return;
    tree_topic(tree_add(t, SIP_NODE_PART, SPAN(label), first, first), kind, first);
    tree_params(t, value);
}

static void put_option(struct tree_maker *t, struct span value)
{
    put_named(t, value, "option", _("extension"));
}

static void put_method(struct tree_maker *t, struct span value)
{
    put_named(t, value, "method", _("method"));
}

static void put_event(struct tree_maker *t, struct span value)
{
    put_named(t, value, "event", _("package"));
}

enum { ONE, LIST, /* values are set apart by commas */ WORDS /* and each is a word */ };

static const struct syntax {
    const char *header;
    void (*put)(struct tree_maker *t, struct span value); /* NULL: the value is all there is */
    uint8_t values;
} syntaxes[] = {
    { "Via", put_via, LIST },
    { "From", put_address, ONE },
    { "To", put_address, ONE },
    { "Contact", put_address, LIST },
    { "Route", put_address, LIST },
    { "Record-Route", put_address, LIST },
    { "Path", put_address, LIST },
    { "Service-Route", put_address, LIST },
    { "Refer-To", put_address, ONE },
    { "Referred-By", put_address, ONE },
    { "Reply-To", put_address, ONE },
    { "P-Asserted-Identity", put_address, LIST },
    { "P-Preferred-Identity", put_address, LIST },
    { "P-Associated-URI", put_address, LIST },
    { "P-Called-Party-ID", put_address, ONE },
    { "P-Served-User", put_address, ONE },
    { "Remote-Party-ID", put_address, LIST },
    { "Diversion", put_address, LIST },
    { "History-Info", put_address, LIST },
    { "Alert-Info", put_address, LIST },
    { "Call-Info", put_address, LIST },
    { "Error-Info", put_address, LIST },
    { "Geolocation", put_address, LIST },
    { "WWW-Authenticate", put_digest, ONE },
    { "Proxy-Authenticate", put_digest, ONE },
    { "Authorization", put_digest, ONE },
    { "Proxy-Authorization", put_digest, ONE },
    { "Authentication-Info", put_digest, ONE },
    { "Proxy-Authentication-Info", put_digest, ONE },
    { "Reason", put_reason, LIST },
    { "Warning", put_warning, LIST },
    { "CSeq", put_cseq, ONE },
    { "RAck", put_rack, ONE },
    { "Supported", put_option, WORDS },
    { "Require", put_option, WORDS },
    { "Proxy-Require", put_option, WORDS },
    { "Unsupported", put_option, WORDS },
    { "Allow", put_method, WORDS },
    { "Event", put_event, ONE },
    { "Allow-Events", put_event, WORDS },
    { "Identity", put_identity, LIST },
    { "Accept", put_params, LIST },
    { "Security-Client", put_params, LIST },
    { "Security-Server", put_params, LIST },
    { "Security-Verify", put_params, LIST },
    { "User-Agent", NULL, ONE },
    { "Server", NULL, ONE },
    { "Subject", NULL, ONE },
    { "Call-ID", NULL, ONE },
    { "Date", NULL, ONE },
    { "Organization", NULL, ONE },
};

static const struct syntax *syntax_of(struct span name)
{
    static const struct syntax params = { "", put_params, ONE }, text = { "", NULL, ONE };
    for (size_t i = 0; i < sizeof syntaxes / sizeof syntaxes[0]; i++)
        if (span_is(name, syntaxes[i].header))
            return &syntaxes[i];
    return span_starts(name, "X-") ? &text : &params;
}

static void put_values(struct tree_maker *t, const struct syntax *syntax, struct span value)
{
    struct span rest = value, one;
    bool several = syntax->values == LIST && sip_next_value(&rest, &one) && span_trim(rest).n > 0;
    if (syntax->values == ONE || !(several || syntax->values == WORDS)) {
        syntax->put(t, value);
        return;
    }
    while (sip_next_value(&value, &one)) {
        if (one.n == 0)
            continue;
        struct sip_node *node = several ? tree_enter(t, SIP_NODE_PART, SPAN(_("value")), one, one)
                                        : NULL;
        syntax->put(t, one);
        if (node)
            tree_leave(t, node);
    }
}

void tree_value(struct tree_maker *t, struct sip_node *header, struct span name, struct span value)
{
    struct span full = sip_header_full(name);
    const struct syntax *syntax = syntax_of(full);
    tree_topic(header, "header", full);
    if (full.p != name.p)
        header->note = full;
    t->context = full;
    if (syntax->put && (syntax->put != put_params || syntax->values == LIST ||
                        span_find(value, ';') || span_find(value, '=')))
        put_values(t, syntax, value);
}
