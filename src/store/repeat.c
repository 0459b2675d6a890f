/*
 * Telling repetitions apart. The same bytes again on the same hop are a
 * retransmission (RFC 3261 §17); the same packet seen on a second interface is a
 * duplicate: it has the same IPv4 identification, or comes sooner than any SIP
 * timer could send it again, or from another capture agent or another place before
 * that time. A log, which may have left out the CRs and parts of a second, and a
 * second capture have seen the same packet if they have seen fewer of its kind so far.
 */
#include <stdlib.h>

#include "store/private.h"

#define DUPLICATE_NS 2000000    /* T1 is 500 ms: nobody retransmits after two */
#define SAME_IP_ID_NS 400000000 /* below T1, for seen by hosts with their own clocks */
#define LOGGED_NS 1500000000    /* a log's time may be in seconds, and written late */
#define LOOK_BACK 64            /* messages compared: a flood on one branch stays cheap */
#define LINK_BYTES 26           /* the longest link header that has surely no IP header in it */

enum linktype { LINK_ETHERNET = 1, LINK_SLL = 113, LINK_SLL2 = 276 };

/* Without the line ends behind the last line, which logs add or leave out. */
static struct span without_end(struct span s)
{
    while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

/* Takes the first line off, without its end. */
static struct span take_line(struct span *rest)
{
    const char *lf = span_find(*rest, '\n'), *end = lf ? lf : span_end(*rest);
    struct span line = span_make(rest->p, end);
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    *rest = span_make(lf ? lf + 1 : end, span_end(*rest));
    return line;
}

/* The same lines, whether they end in CRLF or LF. */
static bool same_lines(struct span a, struct span b)
{
    while (a.n > 0 && b.n > 0)
        if (!span_equal(take_line(&a), take_line(&b)))
            return false;
    return a.n == b.n;
}

static bool same_bytes(const struct store *s, const struct message *a, const struct message *b)
{
    if (a->digest != b->digest || a->code != b->code)
        return false;
    struct span p = message_payload(s, a), q = message_payload(s, b);
    if ((a->flags | b->flags) & MESSAGE_LOGGED) {
        p = without_end(p);
        q = without_end(q);
    }
    return (a->flags ^ b->flags) & MESSAGE_BARE ? same_lines(p, q) : span_equal(p, q);
}

/* Two agents, or one and we, saw the same hop. */
static bool other_agent(struct store *s, const struct message *a, const struct message *b)
{
    return a->flow != b->flow && flow_at(s, a->flow)->agent != flow_at(s, b->flow)->agent;
}

/* Whether the packet of the message, and so its headers, are at hand. */
static bool has_headers(const struct message *m)
{
    return !(m->flags & (MESSAGE_APART | MESSAGE_LOGGED)) && m->linktype < LINK_HEP &&
           m->ip_off + 20u <= m->payload_off;
}

static uint8_t hops_left(const struct message *m)
{
    const uint8_t *ip = m->packet + m->ip_off;
    return ip[0] >> 4 == 6 ? ip[7] : ip[8];
}

static bool has_link_header(const struct message *m)
{
    return (m->linktype == LINK_ETHERNET || m->linktype == LINK_SLL || m->linktype == LINK_SLL2) &&
           m->ip_off <= LINK_BYTES;
}

/*
 * One packet on its way, seen before and behind a router or a bridge: it has made a hop between, or
 * goes from and to other stations, in another VLAN or by another interface.
 */
static bool other_place(const struct message *a, const struct message *b)
{
    if (!has_headers(a) || !has_headers(b))
        return false;
    if (hops_left(a) != hops_left(b))
        return true;
    if (a->linktype != b->linktype || !has_link_header(a) || !has_link_header(b))
        return false;
    return a->ip_off != b->ip_off || memcmp(a->packet, b->packet, a->ip_off) != 0;
}

static bool is_duplicate(struct store *s, const struct message *earlier,
                         const struct message *later)
{
    int64_t apart = llabs(later->time_ns - earlier->time_ns);
    /* A log has each message once, often with a time in seconds. */
    if ((earlier->flags & later->flags & MESSAGE_LOGGED) && earlier->source == later->source)
        return false;
    if (apart <= DUPLICATE_NS)
        return true;
    /* Not against a copy, which may be late: some stacks never change their identification. */
    if (apart > SAME_IP_ID_NS || earlier->flags & MESSAGE_DUPLICATE)
        return false;
    if (other_agent(s, earlier, later))
        return true;
    return later->ip_id == earlier->ip_id && (later->ip_id != 0 || other_place(earlier, later));
}

static bool may_be_host(const struct addr *a, bool a_assumed, const struct addr *b, bool b_assumed)
{
    return a_assumed || b_assumed || addr_same_host(a, b);
}

/* On one hop, as far as a log says on which. */
static bool same_hop(struct store *s, const struct message *a, const struct message *b)
{
    if (a->flow == b->flow)
        return true;
    const struct flow *f = flow_at(s, a->flow), *g = flow_at(s, b->flow);
    return ((a->flags | b->flags) & MESSAGE_LOGGED) &&
           may_be_host(&f->src, f->assumed & ASSUMED_SRC, &g->src, g->assumed & ASSUMED_SRC) &&
           may_be_host(&f->dst, f->assumed & ASSUMED_DST, &g->dst, g->assumed & ASSUMED_DST);
}

/* Whether two sources may have seen one packet, by when they did. */
static bool near_in_time(const struct message *a, const struct message *b)
{
    bool logged = (a->flags ^ b->flags) & MESSAGE_LOGGED;
    return llabs(a->time_ns - b->time_ns) <= (logged ? LOGGED_NS : SAME_IP_ID_NS);
}

/* The packets like one message that were seen before it, by whom. */
struct sightings {
    unsigned packets; /* of all sources, */
    unsigned own;     /* and what of these the message's own source has seen */
    int64_t own_ns;   /* the earliest one of those so far */
    bool near;        /* another source saw one about then, which may be this one */
    bool repeated;    /* one went from the same sender to the same receiver, by the same witness */
};

/* Two captured datagrams have names: what is written in front of them. */
static bool told_apart(struct store *s, const struct message *a, const struct message *b)
{
    return !((a->flags | b->flags) & MESSAGE_LOGGED) && a->ip_id != b->ip_id &&
           !transport_is_stream(flow_at(s, a->flow)->transport);
}

static void note_sighting(struct store *s, struct sightings *seen, const struct message *earlier,
                          const struct message *later)
{
    seen->packets += !(earlier->flags & MESSAGE_DUPLICATE);
    seen->repeated |= earlier->flow == later->flow;
    if (earlier->source != later->source) {
        seen->near |= near_in_time(earlier, later) && !told_apart(s, earlier, later);
    } else if ((later->flags & MESSAGE_LOGGED) || seen->own == 0 ||
               seen->own_ns - earlier->time_ns > DUPLICATE_NS) {
        seen->own++; /* else on two interfaces at once: one packet */
        seen->own_ns = earlier->time_ns;
    }
}

/*
 * A bit that no message of the transaction has set yet means that its bytes are new to
 * it, which spares looking at the others; one that is set may mean anything.
 */
static bool surely_new(struct transaction *txn, const struct message *message)
{
    uint64_t bit = UINT64_C(1) << (message->digest & 63);
    bool is_new = !(txn->seen & bit);
    txn->seen |= bit;
    return is_new;
}

static void count_duplicate(struct store *s, struct transaction *txn, struct message *message)
{
    message->flags |= MESSAGE_DUPLICATE;
    txn->duplicates += txn->duplicates < UINT16_MAX;
    s->counts.duplicates++;
}

static void count_retransmission(struct store *s, struct transaction *txn, struct message *message)
{
    message->flags |= MESSAGE_RETRANSMISSION;
    txn->retransmissions += txn->retransmissions < UINT16_MAX;
    s->counts.retransmissions++;
}

void message_recognise(struct store *s, struct transaction *txn, struct message *message)
{
    struct sightings seen = { 0 };
    if (surely_new(txn, message))
        return;
    uint32_t id = message->previous;
    for (int i = 0; id && i < LOOK_BACK; i++) {
        const struct message *earlier = message_at(s, id);
        id = earlier->previous;
        if (!same_bytes(s, earlier, message))
            continue;
        if (is_duplicate(s, earlier, message)) {
            count_duplicate(s, txn, message);
            return;
        }
        if (same_hop(s, earlier, message))
            note_sighting(s, &seen, earlier, message);
    }
    if (seen.near && seen.own < seen.packets)
        count_duplicate(s, txn, message);
    else if (seen.repeated)
        count_retransmission(s, txn, message);
}
