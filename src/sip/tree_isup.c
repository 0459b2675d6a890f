/*
 * An ISUP message as SIP-I and SIP-T carry it (ITU-T Q.763, Q.1912.5, ANSI T1.113; RFC 3204): message type,
 * mandatory parameters of fixed length, then pointers to those of variable length and to the
 * optional ones. The circuit's number is not carried.
 */
#include "base/reader.h"
#include "sip/fields.h"
#include "sip/tree_isup.h"

#define ISUP_FIXED 4
#define ISUP_VARIABLE 2
#define ISUP_PARAMETERS 128 /* optional ones that are shown */

/* Q.763 table 4 and T1.113 table 4, with the parameters that a message must have: fixed ones by code, then variable. */
static const struct message {
    uint8_t type, dialects;
    const char *name;
    uint8_t fixed[ISUP_FIXED], variable[ISUP_VARIABLE];
    bool optional; /* there may be more */
} messages[] = {
    { 0x01, ISUP_ITU, "IAM", { P_NATURE, P_FORWARD, P_CATEGORY, P_TMR }, { P_CALLED }, true },
    { 0x01,
      ISUP_ANSI,
      "IAM",
      { P_NATURE, P_FORWARD, P_CATEGORY },
      { P_USER_SERVICE, P_CALLED },
      true },
    { 0x02, ISUP_BOTH, "SAM", { 0 }, { P_SUBSEQUENT }, true },
    { 0x03, ISUP_BOTH, "INR", { P_INFORMATION_REQUEST }, { 0 }, true },
    { 0x04, ISUP_BOTH, "INF", { P_INFORMATION }, { 0 }, true },
    { 0x05, ISUP_BOTH, "COT", { 0 }, { 0 }, false },
    { 0x06, ISUP_BOTH, "ACM", { P_BACKWARD }, { 0 }, true },
    { 0x07, ISUP_BOTH, "CON", { P_BACKWARD }, { 0 }, true },
    { 0x08, ISUP_BOTH, "FOT", { 0 }, { 0 }, true },
    { 0x09, ISUP_BOTH, "ANM", { 0 }, { 0 }, true },
    { 0x0c, ISUP_BOTH, "REL", { 0 }, { P_CAUSE }, true },
    { 0x0d, ISUP_BOTH, "SUS", { P_SUSPEND }, { 0 }, true },
    { 0x0e, ISUP_BOTH, "RES", { P_SUSPEND }, { 0 }, true },
    { 0x10, ISUP_ITU, "RLC", { 0 }, { 0 }, true },
    { 0x10, ISUP_ANSI, "RLC", { 0 }, { 0 }, false },
    { 0x1f, ISUP_BOTH, "FAR", { P_FACILITY }, { 0 }, true },
    { 0x20, ISUP_BOTH, "FAA", { P_FACILITY }, { 0 }, true },
    { 0x21, ISUP_BOTH, "FRJ", { P_FACILITY }, { P_CAUSE }, true },
    { 0x2c, ISUP_BOTH, "CPG", { P_EVENT }, { 0 }, true },
    { 0x2d, ISUP_BOTH, "USR", { 0 }, { 0x20 }, true },
    { 0x2f, ISUP_BOTH, "CFN", { 0 }, { P_CAUSE }, true },
    { 0xed, ISUP_ANSI, "EXM", { 0 }, { 0 }, true },
    { 0x32, ISUP_BOTH, "IDR", { 0 }, { 0 }, true },
    { 0x33, ISUP_BOTH, "FAC", { 0 }, { 0 }, true },
};

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

static void add_optional(struct tree_maker *t, enum isup_dialect dialect, struct reader r)
{
    for (int i = 0; i < ISUP_PARAMETERS && reader_left(&r) > 0; i++) {
        uint8_t code = reader_u8(&r), n = code ? reader_u8(&r) : 0;
        const uint8_t *p = code ? reader_take(&r, n) : NULL;
        if (!p)
            return;
        isup_parameter(t, dialect, code, p, n);
    }
}

static void add_parts(struct tree_maker *t, enum isup_dialect dialect, const struct message *m,
                      struct reader *r)
{
    for (size_t i = 0; i < ISUP_FIXED && m->fixed[i]; i++) {
        size_t n = fixed_length(m->fixed[i]);
        const uint8_t *p = reader_take(r, n);
        if (p)
            isup_parameter(t, dialect, m->fixed[i], p, n);
    }
    for (size_t i = 0; i < ISUP_VARIABLE && m->variable[i]; i++) {
        struct reader there = follow(r);
        uint8_t n = reader_u8(&there);
        const uint8_t *p = reader_take(&there, n);
        if (p && n > 0)
            isup_parameter(t, dialect, m->variable[i], p, n);
    }
    if (m->optional)
        add_optional(t, dialect, follow(r));
}

/* The values that RFC 3204 §3.1 and its registry know; GR-317 is the ANSI family's. */
static enum isup_dialect dialect_of(struct tree_maker *t, struct span type)
{
    struct span base = sip_param(type, "base"), version = sip_param(type, "version");
    base = base.n ? base : version;
    bool ansi = span_starts(base, "ansi") || span_starts(base, "gr"),
         itu = span_starts(base, "itu") || span_starts(base, "etsi");
    if (base.n == 0)
        return ISUP_ITU;
    struct sip_node *node = tree_named(t, "isup", N_("base"), base, base);
    node->note = SPAN(ansi  ? "ANSI T1.113"
                      : itu ? "ITU-T Q.763"
                            : _("not known, read as ITU-T Q.763"));
    return ansi ? ISUP_ANSI : ISUP_ITU;
}

void tree_isup(struct tree_maker *t, struct span type, struct span body)
{
    enum isup_dialect dialect = dialect_of(t, type);
    struct reader r = reader_make(body.p, body.n);
    uint8_t kind = reader_u8(&r);
    const struct message *m = NULL;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        if (messages[i].type == kind && messages[i].dialects & dialect)
            m = &messages[i];
    struct span source = { body.p, body.n ? 1 : 0 };
    struct sip_node *node = tree_add(t, SIP_NODE_PART, SPAN(_("message type")),
                                     m ? SPAN(m->name) : tree_format(t, "%u", kind), source);
    if (m)
        tree_topic(node, "isup", SPAN(m->name));
    if (m)
        add_parts(t, dialect, m, &r);
    if (m && r.overrun)
        tree_add(t, SIP_NODE_PROBLEM, SPAN(_("malformed")), SPAN(_("the message ends too early")),
                 SPAN_NONE);
    struct sip_node *bytes = tree_enter(t, SIP_NODE_PART, SPAN(_("bytes")),
                                        tree_format(t, "%zu", body.n), body);
    tree_topic(bytes, "part", SPAN("bytes"));
    tree_hexdump(t, body);
    bytes->folded = true;
    tree_leave(t, bytes);
}
