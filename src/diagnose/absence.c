/*
 * Findings that stand on what was not seen. In a capture that kept only the beginning of each packet
 * what is missing may have been there, in a message whose headers were cut off: such a finding is not
 * made where a host that should have sent it has sent such messages. In one that has lost packets it
 * may be among those: then it is no more than a notice.
 */
#include "diagnose/misses.h"
#include "diagnose/private.h"
#include "store/event.h"
#include "store/names.h"

enum { BY_CLIENT = 1, BY_SERVER = 2 };

static const struct {
    const char *rule;
    uint8_t by;  /* whose message is missed */
    uint8_t cut; /* enum host_cut: what of it would have told */
} missed[] = {
    { "no-response", BY_SERVER, HOST_CUT_PLACE },
    { "large-request-lost", BY_SERVER, HOST_CUT_PLACE },
    { "stuck-after-trying", BY_SERVER, HOST_CUT_PLACE },
    { "cancel-unanswered", BY_SERVER, HOST_CUT_PLACE },
    { "notify-missing", BY_SERVER, HOST_CUT_PLACE },
    { "ack-missing", BY_CLIENT, HOST_CUT_PLACE },
    { "ack-missing-failure", BY_CLIENT, HOST_CUT_PLACE },
    { "ack-cseq-mismatch", BY_CLIENT, HOST_CUT_PLACE },
    { "prack-missing", BY_CLIENT, HOST_CUT_HEADERS },
    { "auth-not-attempted", BY_CLIENT, HOST_CUT_HEADERS },
    { "session-interval-too-small", BY_CLIENT, HOST_CUT_HEADERS },
    { "register-interval-too-brief", BY_CLIENT, HOST_CUT_HEADERS },
    { "registration-lapsed", BY_CLIENT, HOST_CUT_HEADERS },
    { "session-expired", BY_CLIENT | BY_SERVER, HOST_CUT_HEADERS },
    { "contact-missing", BY_CLIENT | BY_SERVER, HOST_CUT_HEADERS },
};

/* Of those above and others, which the loss of a packet or two may make up. */
static const char *const lost[] = {
    "stuck-after-trying",
    "cancel-unanswered",
    "notify-missing",
    "ack-cseq-mismatch",
    "auth-not-attempted",
    "auth-stale-loop",
    "session-interval-too-small",
    "register-interval-too-brief",
    "registration-lapsed",
    "user-not-registered",
    "session-expired",
    "session-refresh-failed",
    "connection-refused",
    "contact-transport-mismatch",
};
#define LOST_CONFIDENCE 50

static uint8_t cut_of(const struct store *store, const struct addr *address)
{
    const struct host *host = store_find_host(store, address);
    return host ? host->cut : 0;
}

/* Whether the transaction's own messages are taken for one only because nobody can tell. */
static bool unplaced(const struct scene_transaction *t)
{
    const struct sip_message *sip = scene_sip(t->first);
    return scene_cut(t->first) &&
           (sip->vias == 0 || sip->call_id.n == 0 || (sip->problems & SIP_NO_CSEQ));
}

bool absence_doubtful(const struct judge *j, const struct draft *d)
{
    for (size_t i = 0; i < sizeof missed / sizeof missed[0]; i++) {
        if (d->rule != finding_rule(SPAN(missed[i].rule)))
            continue;
        uint8_t by_client = missed[i].by & BY_CLIENT ? cut_of(j->scene->store, &d->txn->client) : 0;
        uint8_t by_server = missed[i].by & BY_SERVER ? cut_of(j->scene->store, &d->txn->server) : 0;
        return ((by_client | by_server) & missed[i].cut) || unplaced(d->txn);
    }
    return false;
}

static bool may_be_lost(uint8_t rule)
{
    static bool known, may[UINT8_MAX + 1];
    for (size_t i = 0; !known && i < sizeof lost / sizeof lost[0]; i++)
        may[finding_rule(SPAN(lost[i]))] = true;
    known = true;
    return may[rule];
}

/* Over a stream nothing is sent twice: one lost packet is enough, or a server that is not captured. */
static bool may_be_unheard(const struct scene_transaction *t, uint8_t rule)
{
    return rule == finding_rule(SPAN("no-response")) && !scene_unreliable(t) && t->request;
}

/* Neither a message of the server came over that connection, nor was its beginning seen. */
static bool one_way(const struct judge *j, const struct scene_transaction *t)
{
    const struct connection *c = NULL;
    while ((c = store_connection(j->scene->store, &t->client, &t->server, c)) != NULL)
        if (c->client.port == t->client.port)
            return false;
    return !store_has_stream_from(j->scene->store, &t->server, &t->client);
}

void absence_doubt(struct judge *j, struct draft *d)
{
    const struct scene *scene = j->scene;
    bool stream = may_be_unheard(d->txn, d->rule);
    if (!stream && !may_be_lost(d->rule))
        return;
    if (stream && one_way(j, d->txn))
        draft_because(d, _("of the answering side this capture has nothing"));
    else if (misses_of_call(scene, d->txn) || misses_packets(j->misses, scene->store, scene->ended))
        draft_because(d, _("packets are missing in this capture: what it needs may be among them"));
    else
        return;
    d->severity = SEVERITY_NOTICE;
    if (d->confidence > LOST_CONFIDENCE)
        d->confidence = LOST_CONFIDENCE;
}
