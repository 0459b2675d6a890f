/*
 * An ISUP message as SIP-I and SIP-T carry it (ITU-T Q.763, Q.1912.5; RFC 3204): message type,
 * mandatory parameters of fixed length, then pointers to those of variable length and to the
 * optional ones. The circuit's number is not carried.
 */
#include <stdio.h>

#include "base/reader.h"
#include "sip/tree_private.h"

#define ISUP_FIXED 4
#define ISUP_VARIABLE 2
#define ISUP_PARAMETERS 128 /* optional ones that are shown */

enum { /* Q.763 table 5 */
       P_END = 0x00,
       P_TMR = 0x02,
       P_CALLED = 0x04,
       P_SUBSEQUENT = 0x05,
       P_NATURE = 0x06,
       P_FORWARD = 0x07,
       P_OPTIONAL_FORWARD = 0x08,
       P_CATEGORY = 0x09,
       P_CALLING = 0x0a,
       P_REDIRECTING = 0x0b,
       P_BACKWARD = 0x11,
       P_CAUSE = 0x12,
       P_REDIRECTION = 0x13,
       P_RANGE = 0x16,
       P_FACILITY = 0x18,
       P_USER_SERVICE = 0x1d,
       P_SUSPEND = 0x22,
       P_EVENT = 0x24,
       P_ORIGINAL = 0x28,
       P_OPTIONAL_BACKWARD = 0x29,
       P_INFORMATION_REQUEST = 0x0e,
       P_INFORMATION = 0x0f,
       P_HOPS = 0x3d,
       P_LOCATION = 0x3f,
       P_GENERIC = 0xc0,
       P_REDIRECTION_NUMBER = 0x0c,
       P_CONNECTED = 0x21,
       P_CALLED_IN = 0x6f,
};

/* Q.763 table 4, with the parameters that a message must have: fixed ones by code, then variable. */
static const struct message {
    uint8_t type;
    const char *name;
    const char *words; /* N_() */
    uint8_t fixed[ISUP_FIXED], variable[ISUP_VARIABLE];
    bool optional; /* there may be more */
} messages[] = {
    { 0x01,
      "IAM",
      N_("a call begins"),
      { P_NATURE, P_FORWARD, P_CATEGORY, P_TMR },
      { P_CALLED },
      true },
    { 0x02, "SAM", N_("more digits"), { 0 }, { P_SUBSEQUENT }, true },
    { 0x03, "INR", N_("information is asked for"), { P_INFORMATION_REQUEST }, { 0 }, true },
    { 0x04, "INF", N_("information"), { P_INFORMATION }, { 0 }, true },
    { 0x05, "COT", N_("continuity was checked"), { 0 }, { 0 }, false },
    { 0x06, "ACM", N_("the number is complete"), { P_BACKWARD }, { 0 }, true },
    { 0x07, "CON", N_("answered at once"), { P_BACKWARD }, { 0 }, true },
    { 0x08, "FOT", N_("operator calls in"), { 0 }, { 0 }, true },
    { 0x09, "ANM", N_("answered"), { 0 }, { 0 }, true },
    { 0x0c, "REL", N_("the call ends"), { 0 }, { P_CAUSE }, true },
    { 0x0d, "SUS", N_("suspended"), { P_SUSPEND }, { 0 }, true },
    { 0x0e, "RES", N_("resumed"), { P_SUSPEND }, { 0 }, true },
    { 0x10, "RLC", N_("the end is confirmed"), { 0 }, { 0 }, true },
    { 0x1f, "FAR", N_("a facility is asked for"), { P_FACILITY }, { 0 }, true },
    { 0x20, "FAA", N_("a facility is granted"), { P_FACILITY }, { 0 }, true },
    { 0x21, "FRJ", N_("a facility is refused"), { P_FACILITY }, { P_CAUSE }, true },
    { 0x2c, "CPG", N_("progress of the call"), { P_EVENT }, { 0 }, true },
    { 0x2d, "USR", N_("user-to-user information"), { 0 }, { 0x20 }, true },
    { 0x2f, "CFN", N_("not understood"), { 0 }, { P_CAUSE }, true },
    { 0x32, "IDR", N_("identification is asked for"), { 0 }, { 0 }, true },
    { 0x33, "FAC", N_("facility"), { 0 }, { 0 }, true },
};

static const struct {
    uint8_t code;
    const char *name; /* N_() */
} parameters[] = {
    { P_TMR, N_("transmission medium requirement") },
    { 0x03, N_("access transport") },
    { P_CALLED, N_("called party number") },
    { P_SUBSEQUENT, N_("subsequent number") },
    { P_NATURE, N_("nature of connection indicators") },
    { P_FORWARD, N_("forward call indicators") },
    { P_OPTIONAL_FORWARD, N_("optional forward call indicators") },
    { P_CATEGORY, N_("calling party's category") },
    { P_CALLING, N_("calling party number") },
    { P_REDIRECTING, N_("redirecting number") },
    { P_REDIRECTION_NUMBER, N_("redirection number") },
    { P_INFORMATION_REQUEST, N_("information request indicators") },
    { P_INFORMATION, N_("information indicators") },
    { P_BACKWARD, N_("backward call indicators") },
    { P_CAUSE, N_("cause indicators") },
    { P_REDIRECTION, N_("redirection information") },
    { P_FACILITY, N_("facility indicator") },
    { P_USER_SERVICE, N_("user service information") },
    { 0x20, N_("user-to-user information") },
    { P_CONNECTED, N_("connected number") },
    { P_SUSPEND, N_("suspend/resume indicators") },
    { P_EVENT, N_("event information") },
    { P_ORIGINAL, N_("original called number") },
    { P_OPTIONAL_BACKWARD, N_("optional backward call indicators") },
    { 0x2a, N_("user-to-user indicators") },
    { 0x2c, N_("generic notification indicator") },
    { 0x31, N_("propagation delay counter") },
    { 0x34, N_("user teleservice information") },
    { 0x38, N_("parameter compatibility information") },
    { 0x39, N_("parameter compatibility information") },
    { P_HOPS, N_("hop counter") },
    { P_LOCATION, N_("location number") },
    { P_CALLED_IN, N_("called IN number") },
    { P_GENERIC, N_("generic number") },
    { 0xc1, N_("generic digits") },
};

/* What a number stands for: rows of Q.763's lists. */
struct value_name {
    uint8_t value;
    const char *name; /* N_() */
};
#define NAMES(list) list, sizeof list / sizeof list[0]

static const struct value_name natures[] = {
    { 1, N_("subscriber number") },       { 2, N_("unknown") },
    { 3, N_("national number") },         { 4, N_("international number") },
    { 5, N_("network-specific number") },
};
static const struct value_name plans[] = {
    { 1, "E.164" },
    { 3, "X.121" },
    { 4, "F.69" },
    { 5, N_("private") },
};
static const struct value_name presentations[] = {
    { 0, N_("presentation allowed") },
    { 1, N_("presentation restricted") },
    { 2, N_("number not available") },
};
static const struct value_name screenings[] = {
    { 0, N_("given by the user, not verified") },
    { 1, N_("given by the user, verified") },
    { 2, N_("given by the user, verified and wrong") },
    { 3, N_("given by the network") },
};
static const struct value_name categories[] = {
    { 0, N_("unknown") },
    { 1, N_("operator, French") },
    { 2, N_("operator, English") },
    { 3, N_("operator, German") },
    { 9, N_("national operator") },
    { 10, N_("ordinary subscriber") },
    { 11, N_("subscriber with priority") },
    { 12, N_("data call") },
    { 13, N_("test call") },
    { 15, N_("payphone") },
};
static const struct value_name media[] = {
    { 0, N_("speech") },        { 2, N_("64 kbit/s unrestricted") },
    { 3, N_("3.1 kHz audio") }, { 6, N_("64 kbit/s preferred") },
    { 7, N_("2x64 kbit/s") },   { 8, N_("384 kbit/s") },
    { 9, N_("1536 kbit/s") },   { 10, N_("1920 kbit/s") },
};
static const struct value_name locations[] = {
    { 0, N_("user") },
    { 1, N_("private network of the local user") },
    { 2, N_("public network of the local user") },
    { 3, N_("transit network") },
    { 4, N_("public network of the remote user") },
    { 5, N_("private network of the remote user") },
    { 7, N_("international network") },
    { 10, N_("network beyond an interworking point") },
};
static const struct value_name events[] = {
    { 1, N_("alerting") },
    { 2, N_("progress") },
    { 3, N_("in-band information or a pattern is there") },
    { 4, N_("forwarded, busy") },
    { 5, N_("forwarded, no reply") },
    { 6, N_("forwarded, always") },
};
static const struct value_name called_states[] = {
    { 0, N_("no indication") },
    { 1, N_("subscriber free") },
    { 2, N_("connect when free") },
};
static const struct value_name charges[] = {
    { 0, N_("no indication") },
    { 1, N_("no charge") },
    { 2, N_("charge") },
};
static const struct value_name reasons[] = {
    { 0, N_("unknown") },
    { 1, N_("user busy") },
    { 2, N_("no reply") },
    { 3, N_("unconditional") },
    { 4, N_("deflected while ringing") },
    { 5, N_("deflected at once") },
    { 6, N_("mobile not reachable") },
};

static struct span name_of(const struct value_name *names, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].value == value)
            return SPAN(tr(names[i].name));
    return SPAN(_("reserved"));
}

/* A number with what it stands for. */
static void add_value(struct tree_maker *t, const char *label, uint8_t value,
                      const struct value_name *names, size_t n)
{
    tree_add(t, SIP_NODE_PART, SPAN(label), tree_format(t, "%u", value), SPAN_NONE)->note = name_of(
        names, n, value);
}

static void add_flag(struct tree_maker *t, const char *label, bool set)
{
    tree_add(t, SIP_NODE_PART, SPAN(label), SPAN(set ? "1" : "0"), SPAN_NONE)->note = SPAN(
        set ? _("yes") : _("no"));
}

/* Digits, two a byte, the low half first; 15 ends a called number (Q.763 §3.9). */
static struct span digits(struct tree_maker *t, struct reader *r, bool odd)
{
    static const char letters[] = "0123456789ABCDEF";
    struct strbuf text = STRBUF_INIT;
    while (reader_left(r) > 0) {
        uint8_t pair = reader_u8(r);
        strbuf_char(&text, letters[pair & 15]);
        if (reader_left(r) > 0 || !odd)
            strbuf_char(&text, letters[pair >> 4]);
    }
    return tree_keep(t, &text);
}

/* Called, calling and other numbers (Q.763 §3.9, §3.10): they differ in the second byte's low half. */
static struct span put_number(struct tree_maker *t, struct reader *r, uint8_t code)
{
    if (code == P_GENERIC)
        reader_u8(r); /* the qualifier */
    uint8_t first = code == P_SUBSEQUENT ? (uint8_t)(reader_u8(r) & 0x80) : reader_u8(r);
    if (code != P_SUBSEQUENT) {
        uint8_t second = reader_u8(r);
        add_value(t, _("nature of address"), first & 0x7f, NAMES(natures));
        add_value(t, _("numbering plan"), second >> 4 & 7, NAMES(plans));
        if (code != P_CALLED && code != P_CALLED_IN && code != P_REDIRECTION_NUMBER)
            add_value(t, _("presentation"), second >> 2 & 3, NAMES(presentations));
        if (code == P_CALLING || code == P_CONNECTED || code == P_LOCATION || code == P_GENERIC)
            add_value(t, _("screening"), second & 3, NAMES(screenings));
    }
    return digits(t, r, first & 0x80);
}

/* Location and cause value; a first byte without the extension bit is followed by another (Q.850). */
static struct span put_cause(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r);
    (void)code;
    if (!(first & 0x80))
        reader_u8(r);
    uint8_t cause = reader_u8(r) & 0x7f;
    struct span value = tree_format(t, "%u", cause);
    tree_topic(tree_add(t, SIP_NODE_PART, SPAN(_("cause")), value, SPAN_NONE), "cause", value);
    add_value(t, _("location"), first & 15, NAMES(locations));
    return value;
}

static struct span put_category(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)code;
    (void)t;
    return name_of(NAMES(categories), reader_u8(r));
}

static struct span put_medium(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)t;
    (void)code;
    return name_of(NAMES(media), reader_u8(r));
}

static struct span put_event(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)t;
    (void)code;
    return name_of(NAMES(events), reader_u8(r) & 0x7f);
}

static struct span put_suspend(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)t;
    (void)code;
    return SPAN(reader_u8(r) & 1 ? _("by the network") : _("by the subscriber"));
}

static struct span put_backward(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r), second = reader_u8(r);
    (void)code;
    add_value(t, _("charge"), first & 3, NAMES(charges));
    add_value(t, _("called party"), first >> 2 & 3, NAMES(called_states));
    add_flag(t, _("interworking on the way"), second & 1);
    add_flag(t, _("ISUP all the way"), second & 4);
    add_flag(t, _("called side is ISDN"), second & 16);
    return SPAN_NONE;
}

static struct span put_forward(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r), second = reader_u8(r);
    (void)code;
    add_flag(t, _("international call"), first & 1);
    add_flag(t, _("interworking on the way"), first & 8);
    add_flag(t, _("ISUP all the way"), first & 32);
    add_flag(t, _("calling side is ISDN"), second & 1);
    return SPAN_NONE;
}

static struct span put_redirection(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r);
    (void)code;
    add_value(t, _("original reason"), first >> 4, NAMES(reasons));
    if (reader_left(r) > 0) {
        uint8_t second = reader_u8(r);
        add_value(t, _("reason"), second >> 4, NAMES(reasons));
        tree_add(t, SIP_NODE_PART, SPAN(_("times redirected")), tree_format(t, "%u", second & 7),
                 SPAN_NONE);
    }
    return SPAN_NONE;
}

static struct span put_byte(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)code;
    return tree_format(t, "%u", reader_u8(r));
}

/* Who decodes a parameter: children, and its value in a word. */
static const struct {
    uint8_t code;
    struct span (*put)(struct tree_maker *t, struct reader *r, uint8_t code);
} decoders[] = {
    { P_CALLED, put_number },    { P_SUBSEQUENT, put_number },
    { P_CALLING, put_number },   { P_REDIRECTING, put_number },
    { P_ORIGINAL, put_number },  { P_LOCATION, put_number },
    { P_GENERIC, put_number },   { P_REDIRECTION_NUMBER, put_number },
    { P_CONNECTED, put_number }, { P_CALLED_IN, put_number },
    { P_CAUSE, put_cause },      { P_CATEGORY, put_category },
    { P_TMR, put_medium },       { P_EVENT, put_event },
    { P_SUSPEND, put_suspend },  { P_BACKWARD, put_backward },
    { P_FORWARD, put_forward },  { P_REDIRECTION, put_redirection },
    { P_HOPS, put_byte },
};

static struct span parameter_name(struct tree_maker *t, uint8_t code)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (parameters[i].code == code)
            return SPAN(tr(parameters[i].name));
    return tree_format(t, _("parameter %u"), code);
}

static struct span hex_of(struct tree_maker *t, const uint8_t *p, size_t n)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < n; i++)
        strbuf_format(&text, "%s%02x", i ? " " : "", p[i]);
    return tree_keep(t, &text);
}

/* Its decoded value with the bytes as the note; the bytes alone where nobody decodes it. */
static void add_parameter(struct tree_maker *t, uint8_t code, const uint8_t *p, size_t n)
{
    struct span source = { (const char *)p, n }, hex = hex_of(t, p, n), value = SPAN_NONE;
    struct sip_node *node = tree_enter(t, SIP_NODE_PART, parameter_name(t, code), hex, source);
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++)
        if (decoders[i].code == code && n > 0) {
            struct reader r = reader_make(p, n);
            value = decoders[i].put(t, &r, code);
        }
    if (value.n > 0) {
        node->value = value;
        node->note = hex;
    }
    tree_leave(t, node);
}

/* Bytes of a mandatory parameter of fixed length. */
static size_t fixed_length(uint8_t code)
{
    return code == P_FORWARD || code == P_BACKWARD || code == P_INFORMATION ||
                   code == P_INFORMATION_REQUEST
               ? 2
               : 1;
}

/* What a pointer at the reader's place leads to: the distance counts from the pointer itself. */
static struct reader follow(struct reader *r)
{
    const uint8_t *at = r->p;
    uint8_t distance = reader_u8(r);
    struct reader there = reader_make(at, (size_t)(r->end - at));
    if (distance == 0 || !reader_skip(&there, distance))
        there = reader_make(NULL, 0);
    return there;
}

static void add_optional(struct tree_maker *t, struct reader r)
{
    for (int i = 0; i < ISUP_PARAMETERS && reader_left(&r) > 0; i++) {
        uint8_t code = reader_u8(&r), n = code ? reader_u8(&r) : 0;
        const uint8_t *p = code ? reader_take(&r, n) : NULL;
        if (!p)
            return;
        add_parameter(t, code, p, n);
    }
}

static void add_parts(struct tree_maker *t, const struct message *m, struct reader *r)
{
    for (size_t i = 0; i < ISUP_FIXED && m->fixed[i]; i++) {
        size_t n = fixed_length(m->fixed[i]);
        const uint8_t *p = reader_take(r, n);
        if (p)
            add_parameter(t, m->fixed[i], p, n);
    }
    for (size_t i = 0; i < ISUP_VARIABLE && m->variable[i]; i++) {
        struct reader there = follow(r);
        uint8_t n = reader_u8(&there);
        const uint8_t *p = reader_take(&there, n);
        if (p && n > 0)
            add_parameter(t, m->variable[i], p, n);
    }
    if (m->optional)
        add_optional(t, follow(r));
}

void tree_isup(struct tree_maker *t, struct span body)
{
    struct reader r = reader_make(body.p, body.n);
    uint8_t type = reader_u8(&r);
    const struct message *m = NULL;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        if (messages[i].type == type)
            m = &messages[i];
    struct span source = { body.p, body.n ? 1 : 0 };
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(_("message type")),
                                     m ? SPAN(m->name) : tree_format(t, "%u", type), source);
    node->note = m ? SPAN(tr(m->words)) : SPAN_NONE;
    if (m)
        add_parts(t, m, &r);
    if (m && r.overrun)
        tree_add(t, SIP_NODE_PROBLEM, SPAN(_("malformed")), SPAN(_("the message ends too early")),
                 SPAN_NONE);
    struct sip_node *bytes = tree_enter(t, SIP_NODE_PART, SPAN(_("bytes")),
                                        tree_format(t, "%zu", body.n), body);
    tree_hexdump(t, body);
    bytes->folded = true;
    tree_leave(t, bytes);
}
