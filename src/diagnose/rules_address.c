/* Rules about addresses that nobody can reach, and who wrote them. See rule.h. */
#include "diagnose/exchange.h"
#include "diagnose/rule.h"
#include "sip/fields.h"
#include "store/taught.h"
#include "store/names.h"

static struct span contact_host(const struct scene_message *m)
{
    struct sip_address a;
    if (!m || scene_sip(m)->contact.n == 0)
        return SPAN_NONE;
    sip_read_address(scene_sip(m)->contact, &a);
    return a.host;
}

/* A proxy on the way put itself in: then the Contact is not its sender's own. */
static bool passed_by_recorder(const struct scene_message *m)
{
    struct span rest = scene_sip(m)->headers, name, value, one;
    struct sip_address a;
    struct addr route;
    while (sip_next_header(&rest, &name, &value))
        while (sip_header_same(name, "Record-Route") && sip_next_value(&value, &one)) {
            sip_read_address(one, &a);
            if (addr_read(a.host, &route) == 0 && addr_same_host(&route, &m->flow->src))
                return true;
        }
    return false;
}

/* Whether the message comes from who wrote it, as far as can be seen. */
static bool is_own(const struct scene_message *m)
{
    if (m->stored->code == 0)
        return scene_from_sender(m) && !m->txn->upstream;
    return !m->txn->downstream && !passed_by_recorder(m);
}

/* Messages whose Contact says where the sender wants to be reached. */
static bool names_its_place(const struct scene_message *m)
{
    uint8_t method = m->stored->method;
    if (m->stored->code == 0)
        return method != SIP_ACK && method != SIP_CANCEL;
    return m->stored->code < 300 && method != SIP_REGISTER;
}

static bool told_already(const struct judge *j, size_t since, const struct scene_message *m)
{
    for (size_t i = since; i < j->ndrafts; i++)
        if (j->drafts[i].call == m->txn->call &&
            addr_same_host(&j->drafts[i].endpoint, &m->flow->src))
            return true;
    return false;
}

/* A client that learns its public address from `received` writes it the next time (RFC 3581). */
static bool corrected_later(const struct judge *j, const struct scene_message *m)
{
    const struct scene_message *end = j->scene->messages + j->scene->nmessages;
    for (const struct scene_message *o = m + 1; o < end; o++) {
        struct span host = contact_host(o);
        if (o->txn->call == m->txn->call && host.n && names_its_place(o) && is_own(o) &&
            addr_same_host(&o->flow->src, &m->flow->src) &&
            !judge_private_from_public(host, &o->flow->src))
            return true;
    }
    return false;
}

static void contact_private(struct judge *j)
{
    char source[ADDR_TEXT];
    size_t since = j->ndrafts;
    EACH_MESSAGE(j, m) {
        struct span host = contact_host(m);
        if (m->repeated || host.n == 0 || !names_its_place(m) || !is_own(m) ||
            !judge_private_from_public(host, &m->flow->src) || told_already(j, since, m) ||
            corrected_later(j, m))
            continue;
        struct draft *d = judge_find(j, m->txn, 95);
        d->time_ns = m->stored->time_ns;
        draft_endpoint(d, &m->flow->src);
        judge_address(&m->flow->src, source);
        host = judge_quote(host);
        struct span start = judge_quote(scene_sip(m)->start_line);
        draft_say(d, _("private Contact %.*s from public %s"), SPAN_ARG(host), source);
        draft_remedy(d, _("Enable rport, outbound or NAT handling at %s, or on the edge behind it"),
                     source);
        draft_proof(d, m, _("\"%.*s\" from %s, Contact %.*s"), SPAN_ARG(start), source,
                    SPAN_ARG(host));
    }
}

/* Media addresses */

static struct span media_address(const struct sdp *sdp)
{
    const struct sdp_media *m = sdp_place(sdp);
    return m ? m->address : SPAN_NONE;
}

/* Once a sender and call: both sides may do it, and each hop shows it again. */
static bool told_tag(const struct judge *j, size_t since, const struct scene_message *m,
                     struct span tag)
{
    for (size_t i = since; i < j->ndrafts; i++) {
        const struct scene_message *o = j->drafts[i].nproofs ? j->drafts[i].proofs[0].message
                                                             : NULL;
        struct span other = !o ? SPAN_NONE : scene_own_tag(o);
        if (o && j->drafts[i].call == m->txn->call && span_equal(other, tag))
            return true;
    }
    return false;
}

static void sdp_private_address(struct judge *j)
{
    char source[ADDR_TEXT];
    size_t since = j->ndrafts;
    EACH_MESSAGE(j, m) {
        const struct sdp *sdp = m->repeated ? NULL : scene_sdp(m);
        struct span address = sdp && !sdp->ice ? media_address(sdp) : SPAN_NONE;
        struct span tag = scene_own_tag(m);
        if (address.n == 0 || span_is(address, "0.0.0.0") ||
            !judge_private_from_public(address, &m->flow->src) || told_tag(j, since, m, tag))
            continue;
        struct draft *d = judge_find(j, m->txn, scene_cut(m) ? 80 : 90);
        draft_host(d, &m->flow->src);
        d->time_ns = m->stored->time_ns;
        judge_address(&m->flow->src, source);
        address = judge_quote(address);
        struct span start = judge_quote(scene_sip(m)->start_line);
        draft_say(d, _("private media address %.*s from public %s"), SPAN_ARG(address), source);
        draft_proof(d, m, _("\"%.*s\" from %s, c= %.*s"), SPAN_ARG(start), source,
                    SPAN_ARG(address));
        if (scene_cut(m))
            draft_because(d, _("the capture cut the description: its streams may name others"));
        else
            draft_because(d, _("a media relay that learns the real address would repair it"));
    }
}

/* What a request says of its sender: one of the places that a router may rewrite. */
struct claim {
    const char *where;
    struct span host;
    bool source, hidden; /* the packet's source; a private address of a network */
};

static void take_claim(struct claim *c, const char *where, struct span host,
                       const struct addr *source)
{
    struct addr a;
    *c = (struct claim){ .where = where, .host = host };
    if (host.n == 0 || addr_read(host, &a) < 0)
        return;
    c->source = addr_same_host(&a, source);
    c->hidden = addr_private(&a) && !addr_loopback(&a) && !span_is(host, "0.0.0.0");
}

/* Whether the capture has anything that this client got: it may have been taught its address. */
static bool is_answered(const struct judge *j, const struct addr *client)
{
    EACH_MESSAGE(j, m)
        if (addr_same_host(&m->flow->dst, client))
            return true;
    return false;
}

static void sip_alg_suspected(struct judge *j)
{
    char source[ADDR_HOST];
    EACH_MESSAGE(j, m) {
        struct claim claims[3];
        const struct claim *rewritten = NULL, *left = NULL;
        if (m->stored->code || m->repeated || !scene_from_sender(m) || m->txn->upstream ||
            addr_private(&m->flow->src) ||
            store_taught(j->scene->store, &m->flow->src, m->stored->time_ns))
            continue;
        const struct sdp *sdp = scene_sdp(m);
        take_claim(&claims[0], "Via", scene_sip(m)->sent_by, &m->flow->src);
        take_claim(&claims[1], "Contact", contact_host(m), &m->flow->src);
        take_claim(&claims[2], "SDP", sdp ? media_address(sdp) : SPAN_NONE, &m->flow->src);
        for (int i = 0; i < 3; i++) {
            rewritten = claims[i].source ? &claims[i] : rewritten;
            left = claims[i].hidden ? &claims[i] : left;
        }
        if (!rewritten || !left)
            continue;
        struct draft *d = judge_find(j, m->txn, 80);
        draft_host(d, &m->flow->src);
        d->time_ns = m->stored->time_ns;
        names_host(&m->flow->src, source);
        struct span inner = judge_quote(left->host);
        draft_say(d, _("a SIP ALG at %s: %s rewritten, %s not"), source, rewritten->where,
                  left->where);
        draft_proof(d, m, _("%s holds %s, the packet's source; %s holds %.*s"), rewritten->where,
                    source, left->where, SPAN_ARG(inner));
        draft_remedy(d,
                     _("Turn SIP ALG off in the router at %s, or use TLS, which it cannot rewrite"),
                     source);
        draft_because(d, _("the client may know its public address in another way"));
        if (!is_answered(j, &m->flow->src))
            draft_harmless(d, _("of the answering side this capture has nothing"));
        return;
    }
}

const struct rule rules_address[] = {
    { "contact-private", SCOPE_ENDPOINT, SEVERITY_WARNING, CALL_PRIVATE, contact_private,
      N_("A client behind NAT without NAT handling"),
      N_("Enable rport, outbound, or NAT handling on the client or the edge") },
    { "sdp-private-address", SCOPE_CALL, SEVERITY_WARNING, CALL_PRIVATE, sdp_private_address,
      N_("NAT: media will be sent to an address that cannot be reached"),
      N_("Use a media relay, STUN or ICE, or an external address setting") },
    { "sip-alg-suspected", SCOPE_CALL, SEVERITY_WARNING, CALL_PRIVATE, sip_alg_suspected,
      N_("A router's SIP ALG rewrote part of the message"), N_("Turn the ALG off, or use TLS") },
    { 0 },
};
