/* See scene.h. */
#include "diagnose/scene.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "sip/fields.h"
#include "store/ladder.h"
#include "store/link.h"

#define MESSAGES_OF_ONE 128 /* of a transaction: a flood on one branch stays cheap */

struct making {
    struct scene *scene;
    size_t count;
    size_t transactions;
};

/* Room for `count` things: a scene that is used again mostly has it. */
static void *room(void *old, size_t *have, size_t count, size_t size)
{
    if (count <= *have)
        return old;
    *have = count + count / 2;
    free(old);
    return mem_alloc(*have * size);
}

static void gather_transaction(struct making *m, const struct transaction *t)
{
    const struct store *store = m->scene->store;
    int taken = 0;
    for (uint32_t at = t->last; at && m->count < SCENE_MESSAGES; taken++) {
        const struct message *message = store_message(store, at);
        bool wanted = taken < MESSAGES_OF_ONE || at == t->request || at == t->final;
        if (wanted && !(message->flags & MESSAGE_DUPLICATE))
            m->scene->times[m->count++] = message_time_of(store, at);
        at = message->previous;
    }
    m->transactions++;
}

static void gather_call(struct making *m, struct scene_call *call)
{
    for (uint32_t id = call->stored->window; id;) {
        const struct transaction *t = store_transaction(m->scene->store, id);
        if (m->transactions == SCENE_TRANSACTIONS)
            return;
        store_expect_messages(m->scene->store, t->next_in_call);
        gather_transaction(m, t);
        id = t->next_in_call;
    }
}

static void gather(struct making *m, uint32_t call)
{
    struct scene *scene = m->scene;
    uint32_t ids[SCENE_CALLS];
    size_t n = link_group(scene->store, call, ids, SCENE_CALLS);
    for (size_t i = 0; i < n; i++) {
        struct scene_call *c = &scene->calls[scene->ncalls++];
        *c = (struct scene_call){ ids[i], store_call(scene->store, ids[i]) };
        scene->marks |= c->stored->marks;
        gather_call(m, c);
    }
}

static void place_messages(struct scene *scene, const struct making *m)
{
    scene->messages = room(scene->messages, &scene->message_room, m->count + 1,
                           sizeof *scene->messages);
    for (size_t i = 0; i < m->count; i++) {
        struct scene_message *one = &scene->messages[scene->nmessages++];
        one->id = scene->times[i].message;
        one->store = scene->store;
        one->stored = store_message(scene->store, one->id);
        one->flow = store_flow(scene->store, one->stored->flow);
        one->repeated = one->stored->flags & MESSAGE_RETRANSMISSION;
        one->txn = NULL;
        one->sdp = NULL;
        one->scanned = one->sdp_read = false;
    }
}

static struct scene_call *call_of(struct scene *scene, uint32_t id)
{
    for (size_t i = 0; i < scene->ncalls; i++)
        if (scene->calls[i].id == id)
            return &scene->calls[i];
    return &scene->calls[0];
}

static void learn_hop(struct scene_transaction *t, const struct scene_message *m, bool forwards)
{
    t->client = forwards ? m->flow->src : m->flow->dst;
    t->server = forwards ? m->flow->dst : m->flow->src;
}

/* What one message, in order of time, tells about its transaction. */
static void learn_message(struct scene_transaction *t, struct scene_message *m)
{
    m->txn = t;
    if (!t->first) {
        t->first = m;
        learn_hop(t, m, m->stored->code == 0);
    }
    t->last = m;
    if (m->stored->code == 0) {
        bool is_ack = m->stored->method == SIP_ACK && t->stored->method != SIP_ACK;
        if (is_ack)
            return;
        t->sent++;
        t->request = t->request ? t->request : m;
        return;
    }
    t->responses++;
    if (m->stored->code == 100)
        t->trying = t->trying ? t->trying : m;
    else if (m->stored->code < 200)
        t->early = t->early ? t->early : m;
    if (m->id == t->stored->final)
        t->final = m;
}

/* Copies of the response that decided: an answer of another branch of a fork is not one. */
static void count_answers(struct scene *scene)
{
    for (size_t i = 0; i < scene->nmessages; i++) {
        const struct scene_message *m = &scene->messages[i];
        const struct scene_message *final = m->txn->final;
        bool same = final && m->stored->code == final->stored->code;
        if (same && (m == final || span_equal(scene_sip(m)->to_tag, scene_sip(final)->to_tag)))
            m->txn->answered++;
    }
}

/*
 * An ACK belongs to the INVITEs that the store has it for: on this hop. They are listed first, close
 * together, in the table of places that has done its work.
 */
static void give_acks(struct scene *scene)
{
    size_t wanted = 0;
    for (size_t i = 0; i < scene->ntransactions; i++)
        if (scene->transactions[i].stored->ack)
            scene->places[wanted++] = (struct scene_place){ scene->transactions[i].stored->ack,
                                                            (uint32_t)i };
    for (size_t i = 0; i < scene->nmessages; i++) {
        const struct scene_message *ack = &scene->messages[i];
        if (ack->stored->method != SIP_ACK || ack->stored->code != 0)
            continue;
        for (size_t k = 0; k < wanted; k++)
            if (scene->places[k].id == ack->id)
                scene->transactions[scene->places[k].index].ack = ack;
    }
}

/* The place of a transaction, made when it is first asked for: so they stand in order of time. */
static struct scene_transaction *place(struct scene *scene, size_t mask, uint32_t id)
{
    size_t at = (id * 2654435761u) & mask;
    struct scene_place *places = scene->places;
    while (places[at].id && places[at].id != id)
        at = (at + 1) & mask;
    if (!places[at].id) {
        struct scene_transaction *t = &scene->transactions[scene->ntransactions];
        places[at] = (struct scene_place){ id, (uint32_t)scene->ntransactions++ };
        *t = (struct scene_transaction){ .id = id, .stored = store_transaction(scene->store, id) };
        t->call = call_of(scene, t->stored->call);
    }
    return &scene->transactions[places[at].index];
}

static void place_transactions(struct scene *scene, const struct making *m)
{
    size_t mask = 15; /* a table of twice as many places as there are, at least */
    while (mask < 2 * m->transactions)
        mask = 2 * mask + 1;
    scene->places = room(scene->places, &scene->place_room, mask + 1, sizeof *scene->places);
    memset(scene->places, 0, (mask + 1) * sizeof *scene->places);
    scene->transactions = room(scene->transactions, &scene->transaction_room, m->transactions + 1,
                               sizeof *scene->transactions);
    for (size_t i = 0; i < scene->nmessages; i++) {
        struct scene_message *one = &scene->messages[i];
        learn_message(place(scene, mask, one->stored->transaction), one);
    }
    count_answers(scene);
    give_acks(scene);
}

/* The branch of the second Via: that of the hop before (RFC 3261 §16.6). */
static struct span second_branch(const struct sip_message *m)
{
    struct span rest = m->headers, name, value, one, host, branch;
    int seen = 0;
    while (sip_next_header(&rest, &name, &value))
        while (sip_header_same(name, "Via") && sip_next_value(&value, &one))
            if (++seen == 2) {
                sip_read_via(one, &host, &branch);
                return branch;
            }
    return SPAN_NONE;
}

static bool same_request(const struct scene_transaction *a, const struct scene_transaction *b)
{
    return a->call == b->call && a->stored->method == b->stored->method &&
           a->stored->cseq == b->stored->cseq &&
           span_equal(scene_sip(a->first)->from_tag, scene_sip(b->first)->from_tag);
}

static void join(struct scene_transaction *up, struct scene_transaction *down)
{
    struct scene_transaction **place = &up->downstream;
    for (const struct scene_transaction *u = up; u; u = u->upstream)
        if (u == down)
            return; /* Vias that name each other: no way leads round */
    down->upstream = up;
    while (*place)
        place = &(*place)->branch;
    *place = down;
}

/* A proxy's copies carry its Via above the one that the request came with. */
static void join_hops(struct scene *scene)
{
    for (size_t i = 0; i < scene->ntransactions; i++) {
        struct scene_transaction *down = &scene->transactions[i];
        struct span before = scene_from_sender(down->first) ? SPAN_NONE
                                                            : second_branch(scene_sip(down->first));
        for (size_t k = 0; k < scene->ntransactions && before.n; k++) {
            struct scene_transaction *up = &scene->transactions[k];
            if (up != down && same_request(up, down) &&
                span_equal(scene_sip(up->first)->branch, before)) {
                join(up, down);
                break;
            }
        }
    }
}

static bool begins_call(const struct scene_transaction *t)
{
    return t->stored->method == SIP_INVITE && t->request && !scene_in_dialog(t);
}

static struct scene_transaction *transaction_of(struct scene *scene, uint32_t id)
{
    for (size_t i = 0; i < scene->ntransactions; i++)
        if (scene->transactions[i].id == id)
            return &scene->transactions[i];
    return NULL;
}

/* Across a B2BUA: the INVITE that one was made from, as it came to the B2BUA. */
static void join_legs(struct scene *scene)
{
    for (size_t i = 0; i < scene->ntransactions; i++) {
        struct scene_transaction *down = &scene->transactions[i];
        if (!begins_call(down) || down->upstream)
            continue;
        struct scene_transaction *up = transaction_of(scene,
                                                      link_made_from(scene->store, down->id));
        while (up && up->downstream && up->downstream->call == up->call)
            up = up->downstream;
        if (up && up->call != down->call)
            join(up, down);
    }
}

static void clear(struct scene *scene)
{
    for (size_t i = 0; i < scene->nmessages; i++)
        free(scene->messages[i].sdp);
    scene->ncalls = scene->nmessages = scene->ntransactions = 0;
    scene->marks = 0;
}

void scene_make(struct scene *scene, const struct store *store, uint32_t call, int64_t now_ns)
{
    struct making m = { .scene = scene };
    clear(scene);
    scene->store = store;
    scene->now_ns = now_ns;
    if (!scene->times)
        scene->times = mem_alloc(SCENE_MESSAGES * sizeof *scene->times);
    gather(&m, call);
    message_times_sort(scene->times, m.count);
    place_messages(scene, &m);
    place_transactions(scene, &m);
    join_hops(scene);
    if (scene->ncalls > 1)
        join_legs(scene);
}

void scene_free(struct scene *scene)
{
    clear(scene);
    free(scene->messages);
    free(scene->transactions);
    free(scene->times);
    free(scene->places);
    memset(scene, 0, sizeof *scene);
}

const struct sip_message *scene_sip(const struct scene_message *m)
{
    struct scene_message *own = (struct scene_message *)m;
    if (!m->scanned && message_scan(m->store, m->stored, &own->sip) < 0)
        own->sip = (struct sip_message){ .content_length = -1 };
    own->scanned = true;
    return &m->sip;
}

struct span scene_payload(const struct scene_message *m)
{
    return message_payload(m->store, m->stored);
}

struct span scene_uri(const struct scene_message *m)
{
    struct span bytes = scene_payload(m);
    return m->scanned || scene_cut(m) ? scene_sip(m)->uri : sip_glance_uri(bytes.p, bytes.n);
}

/* Parsed when first asked for; the scene owns it. */
const struct sdp *scene_sdp(const struct scene_message *m)
{
    struct scene_message *own = (struct scene_message *)m;
    if (!m || m->sdp_read)
        return m ? m->sdp : NULL;
    own->sdp_read = true;
    struct span body = sdp_of(scene_sip(m));
    if (body.n == 0)
        return NULL;
    own->sdp = mem_alloc(sizeof *own->sdp);
    if (sdp_read(own->sdp, body) < 0) {
        free(own->sdp);
        own->sdp = NULL;
    }
    return own->sdp;
}

struct span scene_header(const struct scene_message *m, const char *name)
{
    return m ? sip_find_header(scene_sip(m), name) : SPAN_NONE;
}
