/* A session description (RFC 8866) as nodes: a line each, those of a medium below its m= line. */
#include <stdlib.h>

#include "sip/fields.h"
#include "sip/sdp.h"
#include "sip/tree_private.h"

/* A word of a line whose words have their meaning from their place. */
static void add_word(struct tree_maker *t, const char *line, const char *name, struct span word)
{
    if (word.n > 0)
        tree_topic_in(tree_add(t, SIP_NODE_PART, SPAN(tr(name)), word, word), "sdp", SPAN(name),
                      SPAN(line));
}

/* A line whose words each have a name, in their order; the last one takes the rest. */
static void add_words(struct tree_maker *t, const char *line, const char *const *names,
                      struct span value)
{
    for (; *names && value.n > 0; names++)
        add_word(t, line, *names, names[1] ? span_word(&value) : value);
}

/* foundation component transport priority address port typ type [raddr .. rport ..] (RFC 8839) */
static struct span put_candidate(struct tree_maker *t, struct span value)
{
    static const char *const names[] = { N_("foundation"), N_("component"), N_("transport"),
                                         N_("priority"),   N_("address"),   N_("port") };
    struct span word[6];
    for (size_t i = 0; i < 6; i++) {
        word[i] = span_word(&value);
        add_word(t, "candidate", names[i], word[i]);
    }
    struct span type = SPAN_NONE;
    while (value.n > 0) {
        struct span name = span_word(&value), one = span_word(&value);
        tree_topic_in(tree_add(t, SIP_NODE_PART, name, one, one), "sdp", name, SPAN("candidate"));
        type = span_is(name, "typ") ? one : type;
    }
    return tree_format(t, _("%.*s candidate %.*s port %.*s, %.*s, component %.*s"), SPAN_ARG(type),
                       SPAN_ARG(word[4]), SPAN_ARG(word[5]), SPAN_ARG(word[2]), SPAN_ARG(word[1]));
}

/* tag suite inline:key[|lifetime|MKI:length] [parameters] (RFC 4568) */
static struct span put_crypto(struct tree_maker *t, struct span value)
{
    static const char *const names[] = { N_("tag"), N_("suite"), N_("key"), N_("parameters"),
                                         NULL };
    add_words(t, "crypto", names, value);
    return SPAN_NONE;
}

/* type name/clock[/channels] (RFC 8866 §6.6) */
static struct span put_rtpmap(struct tree_maker *t, struct span value)
{
    struct span type = span_word(&value), name = value;
    const char *slash = span_find(value, '/');
    add_word(t, "m", N_("payload type"), type);
    if (slash)
        name = span_make(value.p, slash);
    if (name.n > 0)
        tree_topic_in(tree_add(t, SIP_NODE_PART, SPAN(_("codec")), value, value), "sdp", name,
                      SPAN("m"));
    return SPAN_NONE;
}

/* type name=value;... as the codec has it; keys are told as a list without a name (RFC 4733) */
static struct span put_fmtp(struct tree_maker *t, struct span value)
{
    struct span piece;
    add_word(t, "m", N_("payload type"), span_word(&value));
    while (sip_next_piece(&value, ';', &piece)) {
        const char *equals = span_find(piece, '=');
        struct span name = span_trim(equals ? span_make(piece.p, equals) : SPAN_NONE);
        struct span is = span_trim(equals ? span_make(equals + 1, span_end(piece)) : piece);
        if (equals)
            tree_topic_in(tree_add(t, SIP_NODE_PART, name, is, piece), "sdp", name, SPAN("fmtp"));
        else
            add_word(t, "fmtp", N_("events"), is);
    }
    return SPAN_NONE;
}

static void put_origin(struct tree_maker *t, struct span value)
{
    static const char *const names[] = { N_("user"),    N_("session"),      N_("version"),
                                         N_("network"), N_("address type"), N_("address"),
                                         NULL };
    add_words(t, "o", names, value);
}

static const struct {
    const char *name;
    struct span (*put)(struct tree_maker *t, struct span value); /* gives a note, or none */
} structured[] = {
    { "candidate", put_candidate },
    { "crypto", put_crypto },
    { "fmtp", put_fmtp },
    { "rtpmap", put_rtpmap },
};

/* a=name or a=name:value */
static void add_attribute(struct tree_maker *t, struct span line, struct span value)
{
    const char *colon = span_find(value, ':');
    struct span name = colon ? span_make(value.p, colon) : value;
    struct span rest = colon ? span_make(colon + 1, span_end(value)) : SPAN_NONE;
    struct sip_node *node = tree_enter(t, SIP_NODE_LINE, SPAN("a="), value, line);
    tree_topic_in(node, "sdp", name, SPAN("a"));
    for (size_t i = 0; i < sizeof structured / sizeof structured[0]; i++)
        if (span_is(name, structured[i].name) && rest.n > 0) {
            struct span note = structured[i].put(t, rest);
            node->note = note.n ? note : node->note;
            node->folded = true;
        }
    tree_leave(t, node);
}

/* `a=fmtp:TYPE parameters` among the lines of the medium that follow. */
static struct span format_parameters(struct span rest, struct span type)
{
    struct span line;
    while (tree_next_line(&rest, &line) && !span_starts(line, "m="))
        if (span_starts(line, "a=fmtp:")) {
            struct span value = { line.p + 7, line.n - 7 };
            if (span_equal(span_word(&value), type))
                return value;
        }
    return SPAN_NONE;
}

/* "8  PCMA/8000" with what fmtp says, a payload type each */
static void add_formats(struct tree_maker *t, const struct sdp_media *media, struct span rest)
{
    for (int i = 0; i < media->formats; i++) {
        const struct sdp_format *f = &media->format[i];
        bool named = !span_equal(f->codec, f->type);
        struct span value = f->clock ? tree_format(t, "%.*s/%u", SPAN_ARG(f->codec), f->clock)
                            : named  ? f->codec
                                     : SPAN_NONE;
        struct sip_node *node = tree_add(t, SIP_NODE_PART, f->type, value, f->type);
        node->note = format_parameters(rest, f->type);
        tree_topic_in(node, "sdp", f->codec, SPAN("m"));
    }
}

/* RTP/SAVP: how the medium travels */
static void put_protocol(struct tree_maker *t, struct span protocol)
{
    if (protocol.n > 0)
        tree_topic_in(tree_add(t, SIP_NODE_PART, SPAN(_("protocol")), protocol, protocol), "sdp",
                      protocol, SPAN("m"));
}

static struct sip_node *enter_medium(struct tree_maker *t, const struct sdp_media *media,
                                     struct span line, struct span value, struct span rest)
{
    struct sip_node *node = tree_enter(t, SIP_NODE_LINE, SPAN("m="), value, line);
    tree_topic(node, "sdp", SPAN("m"));
    if (media && media->port == 0)
        node->note = SPAN(_("port 0: refused, or switched off"));
    if (media) {
        span_word(&value); /* audio: says itself what it is */
        add_word(t, "m", N_("port"), span_word(&value));
        put_protocol(t, span_word(&value));
        add_formats(t, media, rest);
    }
    return node;
}

void tree_sdp(struct tree_maker *t, struct span body)
{
    struct sdp *sdp = mem_zero(sizeof *sdp);
    struct sip_node *medium = NULL;
    struct span line, rest = body;
    unsigned n = 0;
    sdp_read(sdp, body);
    while (tree_next_line(&rest, &line)) {
        bool known = line.n >= 2 && line.p[1] == '=';
        struct span value = known ? (struct span){ line.p + 2, line.n - 2 } : SPAN_NONE;
        if (known && line.p[0] == 'm') {
            if (medium)
                tree_leave(t, medium);
            medium = enter_medium(t, n < sdp->medias ? &sdp->media[n] : NULL, line, value, rest);
            n++;
        } else if (known && line.p[0] == 'a') {
            add_attribute(t, line, value);
        } else if (line.n > 0) {
            struct sip_node *node = tree_enter(
                t, SIP_NODE_LINE, known ? (struct span){ line.p, 2 } : line, value, line);
            if (known)
                tree_topic(node, "sdp", (struct span){ line.p, 1 });
            else
                node->note = SPAN(_("no line of a session description"));
            if (known && line.p[0] == 'o')
                put_origin(t, value);
            node->folded = true;
            tree_leave(t, node);
        }
    }
    if (medium)
        tree_leave(t, medium);
    free(sdp);
}
