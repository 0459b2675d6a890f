/*
 * The parameters of ISUP messages, by the tables of ITU-T Q.763 and, where it differs, ANSI T1.113:
 * their names, and those that can be put into words.
 */
#include <stdio.h>

#include "base/reader.h"
#include "sip/tree_isup.h"

static const struct {
    uint8_t code;
    uint8_t dialects;
    const char *name; /* N_() */
} parameters[] = {
    { P_TMR, ISUP_BOTH, N_("transmission medium requirement") },
    { 0x03, ISUP_BOTH, N_("access transport") },
    { P_CALLED, ISUP_BOTH, N_("called party number") },
    { P_SUBSEQUENT, ISUP_BOTH, N_("subsequent number") },
    { P_NATURE, ISUP_BOTH, N_("nature of connection indicators") },
    { P_FORWARD, ISUP_BOTH, N_("forward call indicators") },
    { P_OPTIONAL_FORWARD, ISUP_BOTH, N_("optional forward call indicators") },
    { P_CATEGORY, ISUP_BOTH, N_("calling party's category") },
    { P_CALLING, ISUP_BOTH, N_("calling party number") },
    { P_REDIRECTING, ISUP_BOTH, N_("redirecting number") },
    { P_REDIRECTION_NUMBER, ISUP_BOTH, N_("redirection number") },
    { P_INFORMATION_REQUEST, ISUP_BOTH, N_("information request indicators") },
    { P_INFORMATION, ISUP_BOTH, N_("information indicators") },
    { P_BACKWARD, ISUP_BOTH, N_("backward call indicators") },
    { P_CAUSE, ISUP_BOTH, N_("cause indicators") },
    { P_REDIRECTION, ISUP_BOTH, N_("redirection information") },
    { P_FACILITY, ISUP_BOTH, N_("facility indicator") },
    { P_USER_SERVICE, ISUP_BOTH, N_("user service information") },
    { 0x20, ISUP_BOTH, N_("user-to-user information") },
    { P_CONNECTED, ISUP_BOTH, N_("connected number") },
    { P_SUSPEND, ISUP_BOTH, N_("suspend/resume indicators") },
    { P_EVENT, ISUP_BOTH, N_("event information") },
    { P_ORIGINAL, ISUP_BOTH, N_("original called number") },
    { P_OPTIONAL_BACKWARD, ISUP_BOTH, N_("optional backward call indicators") },
    { 0x2a, ISUP_BOTH, N_("user-to-user indicators") },
    { 0x2c, ISUP_BOTH, N_("generic notification indicator") },
    { 0x31, ISUP_BOTH, N_("propagation delay counter") },
    { 0x34, ISUP_BOTH, N_("user teleservice information") },
    { 0x38, ISUP_BOTH, N_("parameter compatibility information") },
    { 0x39, ISUP_BOTH, N_("parameter compatibility information") },
    { P_HOPS, ISUP_BOTH, N_("hop counter") },
    { P_LOCATION, ISUP_BOTH, N_("location number") },
    { P_CALLED_IN, ISUP_BOTH, N_("called IN number") },
    { P_GENERIC, ISUP_ITU, N_("generic number") },
    { 0xc1, ISUP_BOTH, N_("generic digits") },
    { P_GENERIC, ISUP_ANSI, N_("generic address") },
    { 0xc3, ISUP_ANSI, N_("egress service") },
    { P_JURISDICTION, ISUP_ANSI, N_("jurisdiction") },
    { 0xc5, ISUP_ANSI, N_("carrier identification") },
    { 0xc6, ISUP_ANSI, N_("business group") },
    { P_NAME, ISUP_ANSI, N_("generic name") },
    { 0xe1, ISUP_ANSI, N_("notification indicator") },
    { 0xe2, ISUP_ANSI, N_("service activation") },
    { 0xe7, ISUP_ANSI, N_("outgoing trunk group number") },
    { P_LINE, ISUP_ANSI, N_("originating line information") },
    { P_CHARGE, ISUP_ANSI, N_("charge number") },
    { 0xed, ISUP_ANSI, N_("special processing request") },
    { 0xee, ISUP_ANSI, N_("carrier selection information") },
    { 0xef, ISUP_ANSI, N_("network transport") },
    { 0x23, ISUP_ANSI, N_("transit network selection") },
};

/* What a number stands for: rows of Q.763's lists. */
struct value_name {
    uint8_t value;
    const char *name; /* N_() */
};
enum { CODED_ANSI = 2 }; /* the coding standard of a cause */
#define NAMES(list) list, sizeof list / sizeof list[0]

static const struct value_name natures[] = {
    { 1, N_("subscriber number") },       { 2, N_("unknown") },
    { 3, N_("national number") },         { 4, N_("international number") },
    { 5, N_("network-specific number") },
};
static const struct value_name ansi_natures[] = {
    { 1, N_("subscriber number") },
    { 2, N_("unknown") },
    { 3, N_("national number") },
    { 4, N_("international number") },
    { 113, N_("subscriber number, operator asked for") },
    { 114, N_("national number, operator asked for") },
    { 115, N_("international number, operator asked for") },
    { 116, N_("no number, operator asked for") },
    { 117, N_("no number, through to the carrier") },
    { 118, N_("950 call") },
    { 119, N_("test line") },
};
/* T1.113 §3.8: with the coding standard "ANSI"; the others are Q.850's. */
static const struct value_name ansi_causes[] = {
    { 23, N_("destination number not allocated") },
    { 24, N_("unknown business group") },
    { 25, N_("routing error in an exchange") },
    { 26, N_("misrouted to a ported number") },
    { 27, N_("ported number not found") },
    { 45, N_("pre-empted") },
    { 46, N_("blocked by a call of higher precedence") },
    { 51, N_("kind of call does not fit the service") },
    { 54, N_("blocked by restrictions of the group") },
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
    tree_named(t, "isup", label, tree_format(t, "%u", value), SPAN_NONE)->note = name_of(names, n,
                                                                                         value);
}

static void add_flag(struct tree_maker *t, const char *label, bool set)
{
    tree_named(t, "isup", label, SPAN(set ? "1" : "0"), SPAN_NONE)->note = SPAN(set ? _("yes")
                                                                                    : _("no"));
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
static struct span number(struct tree_maker *t, struct reader *r, uint8_t code,
                          const struct value_name *kinds, size_t nkinds)
{
    if (code == P_GENERIC)
        reader_u8(r); /* the qualifier */
    uint8_t first = code == P_SUBSEQUENT ? (uint8_t)(reader_u8(r) & 0x80) : reader_u8(r);
    if (code != P_SUBSEQUENT) {
        uint8_t second = reader_u8(r);
        add_value(t, N_("nature of address"), first & 0x7f, kinds, nkinds);
        add_value(t, N_("numbering plan"), second >> 4 & 7, NAMES(plans));
        if (code != P_CALLED && code != P_CALLED_IN && code != P_REDIRECTION_NUMBER)
            add_value(t, N_("presentation"), second >> 2 & 3, NAMES(presentations));
        if (code == P_CALLING || code == P_CONNECTED || code == P_LOCATION || code == P_GENERIC)
            add_value(t, N_("screening"), second & 3, NAMES(screenings));
    }
    return digits(t, r, first & 0x80);
}

static struct span put_number(struct tree_maker *t, struct reader *r, uint8_t code)
{
    return number(t, r, code, NAMES(natures));
}

static struct span put_ansi_number(struct tree_maker *t, struct reader *r, uint8_t code)
{
    return number(t, r, code, NAMES(ansi_natures));
}

/* Whose number it is, the plan, the digits (T1.113 §3.10). */
static struct span put_charge(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r);
    (void)code;
    reader_u8(r);
    return digits(t, r, first & 0x80);
}

static struct span put_digits(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)code;
    return digits(t, r, false);
}

/* A byte on its presentation, then letters (T1.113 §3.20B). */
static struct span put_name(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)t;
    (void)code;
    reader_u8(r);
    size_t n = reader_left(r);
    return (struct span){ (const char *)reader_take(r, n), n };
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
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(_("cause")), value, SPAN_NONE);
    if ((first >> 5 & 3) == CODED_ANSI)
        node->note = name_of(NAMES(ansi_causes), cause);
    else
        tree_topic(node, "cause", value);
    add_value(t, N_("location"), first & 15, NAMES(locations));
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
    add_value(t, N_("charge"), first & 3, NAMES(charges));
    add_value(t, N_("called party"), first >> 2 & 3, NAMES(called_states));
    add_flag(t, N_("interworking on the way"), second & 1);
    add_flag(t, N_("ISUP all the way"), second & 4);
    add_flag(t, N_("called side is ISDN"), second & 16);
    return SPAN_NONE;
}

static struct span put_forward(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r), second = reader_u8(r);
    (void)code;
    add_flag(t, N_("international call"), first & 1);
    add_flag(t, N_("interworking on the way"), first & 8);
    add_flag(t, N_("ISUP all the way"), first & 32);
    add_flag(t, N_("calling side is ISDN"), second & 1);
    return SPAN_NONE;
}

static struct span put_redirection(struct tree_maker *t, struct reader *r, uint8_t code)
{
    uint8_t first = reader_u8(r);
    (void)code;
    add_value(t, N_("original reason"), first >> 4, NAMES(reasons));
    if (reader_left(r) > 0) {
        uint8_t second = reader_u8(r);
        add_value(t, N_("reason"), second >> 4, NAMES(reasons));
        tree_named(t, "isup", N_("times redirected"), tree_format(t, "%u", second & 7), SPAN_NONE);
    }
    return SPAN_NONE;
}

static struct span put_byte(struct tree_maker *t, struct reader *r, uint8_t code)
{
    (void)code;
    return tree_format(t, "%u", reader_u8(r));
}

/* Who decodes a parameter: children, and its value in a word. The first row that fits counts. */
static const struct {
    uint8_t code, dialects;
    struct span (*put)(struct tree_maker *t, struct reader *r, uint8_t code);
} decoders[] = {
    { P_CALLED, ISUP_ANSI, put_ansi_number },
    { P_CALLING, ISUP_ANSI, put_ansi_number },
    { P_REDIRECTING, ISUP_ANSI, put_ansi_number },
    { P_ORIGINAL, ISUP_ANSI, put_ansi_number },
    { P_CONNECTED, ISUP_ANSI, put_ansi_number },
    { P_GENERIC, ISUP_ANSI, put_ansi_number },
    { P_CHARGE, ISUP_ANSI, put_charge },
    { P_JURISDICTION, ISUP_ANSI, put_digits },
    { P_NAME, ISUP_ANSI, put_name },
    { P_LINE, ISUP_ANSI, put_byte },
    { P_CALLED, ISUP_ITU, put_number },
    { P_SUBSEQUENT, ISUP_BOTH, put_number },
    { P_CALLING, ISUP_ITU, put_number },
    { P_REDIRECTING, ISUP_ITU, put_number },
    { P_ORIGINAL, ISUP_ITU, put_number },
    { P_LOCATION, ISUP_BOTH, put_number },
    { P_GENERIC, ISUP_ITU, put_number },
    { P_REDIRECTION_NUMBER, ISUP_BOTH, put_number },
    { P_CONNECTED, ISUP_ITU, put_number },
    { P_CALLED_IN, ISUP_BOTH, put_number },
    { P_CAUSE, ISUP_BOTH, put_cause },
    { P_CATEGORY, ISUP_BOTH, put_category },
    { P_TMR, ISUP_ITU, put_medium },
    { P_EVENT, ISUP_BOTH, put_event },
    { P_SUSPEND, ISUP_BOTH, put_suspend },
    { P_BACKWARD, ISUP_BOTH, put_backward },
    { P_FORWARD, ISUP_BOTH, put_forward },
    { P_REDIRECTION, ISUP_BOTH, put_redirection },
    { P_HOPS, ISUP_BOTH, put_byte },
};

/* The English name, or NULL. */
static const char *parameter_name(enum isup_dialect dialect, uint8_t code)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (parameters[i].code == code && parameters[i].dialects & dialect)
            return parameters[i].name;
    return NULL;
}

static struct span hex_of(struct tree_maker *t, const uint8_t *p, size_t n)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < n; i++)
        strbuf_format(&text, "%s%02x", i ? " " : "", p[i]);
    return tree_keep(t, &text);
}

void isup_parameter(struct tree_maker *t, enum isup_dialect dialect, uint8_t code, const uint8_t *p,
                    size_t n)
{
    struct span source = { (const char *)p, n }, hex = hex_of(t, p, n), value = SPAN_NONE;
    const char *name = parameter_name(dialect, code);
    struct sip_node *node = tree_enter(
        t, SIP_NODE_PART, name ? SPAN(tr(name)) : tree_format(t, _("parameter %u"), code), hex,
        source);
    tree_topic(node, "isup", SPAN(name ? name : "parameter"));
    size_t i = 0, count = sizeof decoders / sizeof decoders[0];
    while (i < count && !(decoders[i].code == code && decoders[i].dialects & dialect))
        i++;
    if (i < count && n > 0) {
        struct reader r = reader_make(p, n);
        value = decoders[i].put(t, &r, code);
    }
    if (value.n > 0) {
        node->value = value;
        node->note = hex;
    }
    tree_leave(t, node);
}
