/* See earlier.h. Walks the chains of INVITEs that a host received and sent (store/store.h). */
#include "diagnose/earlier.h"

#include "sip/fields.h"

#define LOOKS 48 /* INVITEs along a chain */
#define READS 6  /* descriptions of it that are read */

struct search {
    const struct store *store;
    const struct scene_transaction *t;
    const struct addr *host;
    struct span user; /* that is called now */
    earlier_visit *visit;
    void *arg;
    int reads;
    bool done;
};

static bool is_own_media(const struct sdp *sdp, const struct addr *host)
{
    struct addr a;
    return sdp->medias > 0 && addr_read(sdp->media[0].address, &a) == 0 && addr_same_host(&a, host);
}

/* Whether a message of the host is one of the user that is called now. */
static bool is_of_user(const struct search *s, const struct sip_message *sip, bool caller)
{
    struct sip_address party;
    sip_read_address(caller ? sip->from : sip->to, &party);
    return s->user.n > 0 && span_equal(party.user, s->user);
}

static void show(struct search *s, uint32_t id, bool caller)
{
    const struct message *m = store_message(s->store, id);
    struct sip_message sip;
    struct sdp sdp;
    if (!m || !(m->flags & MESSAGE_SDP) || (m->flags & MESSAGE_TRUNCATED))
        return;
    s->reads++;
    if (store_scan(s->store, id, &sip) < 0 || sdp_read(&sdp, sdp_of(&sip)) < 0)
        return;
    const struct flow *flow = store_flow(s->store, m->flow);
    if (addr_same_host(&flow->src, s->host) &&
        (is_own_media(&sdp, s->host) || is_of_user(s, &sip, caller)))
        s->done = !s->visit(&(struct earlier_description){ m, flow, &sdp }, s->arg);
}

/* An INVITE that the host sent has its offer; one that it received its answer, early or final. */
static void look_at(struct search *s, const struct transaction *txn, bool caller)
{
    const struct message *final = store_message(s->store, txn->final);
    if (txn->seq >= s->t->stored->seq || txn->call == s->t->call->id)
        return;
    if (caller)
        show(s, txn->request, true);
    else if (txn->code / 100 == 2)
        show(s, final && (final->flags & MESSAGE_SDP) ? txn->final : txn->provisional, false);
}

static void walk(struct search *s, uint32_t id, bool caller)
{
    s->reads = 0;
    for (int looks = 0; looks < LOOKS && s->reads < READS && !s->done; looks++) {
        const struct transaction *txn = store_transaction(s->store, id);
        if (!txn || txn->method != SIP_INVITE)
            return;
        look_at(s, txn, caller);
        const struct transaction *before = store_transaction(
            s->store, id = caller ? txn->sent_before : txn->received_before);
        if (!before || before->seq >= txn->seq) /* a record that was used again */
            return;
    }
}

void earlier_descriptions(const struct scene_transaction *t, const struct scene *scene,
                          earlier_visit *visit, void *arg)
{
    struct search s = {
        .store = scene->store, .t = t, .host = &t->server, .visit = visit, .arg = arg
    };
    if (!t->request || scene_method(t) != SIP_INVITE || scene_in_dialog(t))
        return;
    struct sip_address called;
    sip_read_address(scene_sip(t->request)->to, &called);
    s.user = called.user;
    const struct host *host = store_host(s.store, t->request->flow->dst_host);
    walk(&s, t->stored->received_before, false);
    if (host)
        walk(&s, host->last_sent, true);
}
