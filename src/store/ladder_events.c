/*
 * What happens in a call besides messages, as rows of its ladder: timers that run out, ICMP errors,
 * TCP connections. A call that bears no mark of the kind costs nothing; of a very long call timers
 * are looked for in its latest transactions.
 */
#include "sip/fields.h"
#include "sip/timers.h"
#include "store/event.h"
#include "store/ladder_private.h"

#define SECOND_NS 1000000000LL
#define TIMEOUT_S (SIP_TIMEOUT_NS / SECOND_NS)
#define BEFORE_NS (5 * SECOND_NS) /* a connection is a call's so long before it */
#define AFTER_NS (64 * SECOND_NS) /* and after */
#define SLACK_NS (5 * SECOND_NS)  /* how exactly a BYE meets the end of a session */
#define LONGEST_S (400 * 86400)
#define STREAMS 64  /* hops in streams whose connections are shown */
#define EVENTS 1000 /* rows that are made at most */

struct scenery {
    struct ladder *ladder;
    struct ladder_extra *extra;
    const struct store *store;
    const struct call *call;
    uint8_t leg;
    bool unfolded;
};

/* The same error about the same transaction, again: as its packets are. */
static bool count_again(struct scenery *s, const struct ladder_row *row)
{
    for (size_t i = s->extra->n; i-- > 0;) {
        struct ladder_row *before = &s->extra->rows[i];
        if (before->kind != row->kind || before->transaction != row->transaction ||
            before->detail != row->detail || before->to != row->to)
            continue;
        before->repeats += before->repeats < UINT16_MAX;
        before->last_ns = row->time_ns;
        return true;
    }
    return false;
}

static void add(struct scenery *s, struct ladder_row row, const struct addr *from,
                const struct addr *to)
{
    if (s->extra->n >= EVENTS)
        return;
    row.leg = s->leg;
    row.last_ns = row.time_ns;
    row.from = ladder_column_of(s->ladder, from);
    row.to = ladder_column_of(s->ladder, to);
    if (row.kind == LADDER_ICMP && !s->unfolded && count_again(s, &row))
        return;
    ladder_add(s->extra, &row);
}

/* Between the ends of a transaction's hop, the client first. */
static void add_on_hop(struct scenery *s, uint32_t txn, struct ladder_row row)
{
    const struct transaction *t = store_transaction(s->store, txn);
    const struct message *head = store_message(s->store, transaction_head(t));
    const struct flow *flow = store_flow(s->store, head->flow);
    row.message = transaction_head(t);
    row.transaction = txn;
    add(s, row, head->code ? &flow->dst : &flow->src, head->code ? &flow->src : &flow->dst);
}

static int64_t now_of(const struct scenery *s)
{
    return store_now(s->store);
}

/* A timer's row if it has run out by then; else the ladder changes when it does. */
static void add_timer(struct scenery *s, uint32_t txn, enum ladder_kind kind, int64_t from_ns,
                      uint64_t seconds)
{
    int64_t at = from_ns + (int64_t)seconds * SECOND_NS;
    if (at <= now_of(s))
        add_on_hop(s, txn,
                   (struct ladder_row){
                       .time_ns = at, .kind = (uint8_t)kind, .detail = (uint32_t)seconds });
    else if (at < s->ladder->next_ns)
        s->ladder->next_ns = at;
}

/* The seconds that a header of a message begins with; 0: none. */
static uint64_t seconds_of(const struct scenery *s, uint32_t message, const char *header)
{
    struct sip_message sip;
    uint64_t seconds = 0;
    if (store_scan(s->store, message, &sip) < 0)
        return 0;
    struct span value = sip_find_header(&sip, header);
    size_t digits = 0;
    while (digits < value.n && ascii_digit(value.p[digits]))
        digits++;
    span_number((struct span){ value.p, digits }, LONGEST_S, &seconds);
    return seconds;
}

/* What the registrar granted: a parameter of its Contact, or Expires (RFC 3261 §10.3). */
static uint64_t granted(const struct scenery *s, uint32_t message)
{
    struct sip_message sip;
    uint64_t seconds = 0;
    if (store_scan(s->store, message, &sip) < 0)
        return 0;
    struct span value = sip_param(sip.contact, "expires");
    if (value.n == 0)
        value = span_trim(sip_find_header(&sip, "Expires"));
    span_number(value, LONGEST_S, &seconds);
    return seconds;
}

/* ---- timers -------------------------------------------------------------------------------- */

static int64_t time_of(const struct scenery *s, uint32_t message)
{
    const struct message *m = store_message(s->store, message);
    return m ? m->time_ns : INT64_MIN;
}

/* An INVITE that asks for an answer within so many seconds (§13.2.1), and gets none. */
static void add_invite_expiry(struct scenery *s, uint32_t id, const struct transaction *t)
{
    int64_t end = t->final ? time_of(s, t->final) : INT64_MAX;
    if (!t->request || end - t->time_ns < SECOND_NS)
        return;
    uint64_t seconds = seconds_of(s, t->request, "Expires");
    if (seconds > 0 && t->time_ns + (int64_t)seconds * SECOND_NS < end)
        add_timer(s, id, LADDER_EXPIRED, t->time_ns, seconds);
}

/* The latest transaction of these methods in the window whose 2xx counts; 0: none. */
static uint32_t latest_granted(const struct scenery *s, uint8_t method, uint8_t other)
{
    uint32_t found = 0;
    int64_t best = INT64_MIN;
    for (uint32_t id = s->call->window; id;) {
        const struct transaction *t = store_transaction(s->store, id);
        if ((t->method == method || t->method == other) && t->final && t->code / 100 == 2 &&
            time_of(s, t->final) > best) {
            best = time_of(s, t->final);
            found = id;
        }
        id = t->next_in_call;
    }
    return found;
}

/* The first request of a method after a time; its time, INT64_MAX: none. */
static int64_t first_after(const struct scenery *s, uint8_t method, int64_t after_ns)
{
    int64_t found = INT64_MAX;
    for (uint32_t id = s->call->window; id;) {
        const struct transaction *t = store_transaction(s->store, id);
        if (t->method == method && t->time_ns > after_ns && t->time_ns < found)
            found = t->time_ns;
        id = t->next_in_call;
    }
    return found;
}

/*
 * The session ends when nobody refreshed it (RFC 4028 §10): its BYE may come as early as 32 seconds
 * or a third of the interval before.
 */
static void add_session(struct scenery *s)
{
    uint32_t id = latest_granted(s, SIP_INVITE, SIP_UPDATE);
    const struct transaction *t = store_transaction(s->store, id);
    uint64_t seconds = t ? seconds_of(s, t->final, "Session-Expires") : 0;
    if (seconds == 0)
        return;
    int64_t begun = time_of(s, t->final), full = (int64_t)seconds * SECOND_NS;
    int64_t early = sip_session_early(full);
    int64_t bye = first_after(s, SIP_BYE, begun);
    if (bye > begun + full)
        add_timer(s, id, LADDER_SESSION_OVER, begun, seconds);
    else if (bye >= begun + full - early - SLACK_NS)
        add_on_hop(s, id,
                   (struct ladder_row){ .time_ns = bye - 1,
                                        .kind = LADDER_SESSION_OVER,
                                        .detail = (uint32_t)seconds });
}

static void add_registration(struct scenery *s)
{
    uint32_t id = latest_granted(s, SIP_REGISTER, SIP_REGISTER);
    const struct transaction *t = store_transaction(s->store, id);
    uint64_t seconds = t ? granted(s, t->final) : 0;
    if (seconds > 0 && first_after(s, SIP_REGISTER, time_of(s, t->final)) == INT64_MAX)
        add_timer(s, id, LADDER_EXPIRED, time_of(s, t->final), seconds);
}

/* A subscription runs out unless it was refreshed, or ended by a NOTIFY (RFC 6665 §4.4.1). */
static void add_subscription(struct scenery *s)
{
    struct sip_message sip;
    uint32_t id = latest_granted(s, SIP_SUBSCRIBE, SIP_SUBSCRIBE);
    const struct transaction *t = store_transaction(s->store, id);
    uint64_t seconds = t ? seconds_of(s, t->final, "Expires") : 0;
    if (seconds == 0)
        return;
    for (uint32_t at = s->call->window; at;) {
        const struct transaction *n = store_transaction(s->store, at);
        if (n->method == SIP_NOTIFY && store_scan(s->store, n->request, &sip) == 0 &&
            span_starts(sip_find_header(&sip, "Subscription-State"), "terminated"))
            return;
        at = n->next_in_call;
    }
    add_timer(s, id, LADDER_EXPIRED, time_of(s, t->final), seconds);
}

static void add_timers(struct scenery *s)
{
    for (uint32_t id = s->call->window; id;) {
        const struct transaction *t = store_transaction(s->store, id);
        if (t->state == TXN_TIMED_OUT)
            add_timer(s, id, LADDER_TIMEOUT, t->time_ns, TIMEOUT_S);
        if (t->method == SIP_INVITE)
            add_invite_expiry(s, id, t);
        id = t->next_in_call;
    }
    if (s->call->timer_s > 0)
        add_session(s);
    if (s->call->marks & CALL_LAPSED)
        add_registration(s);
    if (s->call->marks & CALL_SUBSCRIBED)
        add_subscription(s);
}

/* ---- ICMP ---------------------------------------------------------------------------------- */

static uint32_t icmp_detail(uint8_t family, uint8_t type, uint8_t code)
{
    return (uint32_t)family << 16 | (uint32_t)type << 8 | code;
}

/* From where the packet should have arrived, back to its sender. */
static void add_icmp(struct scenery *s)
{
    const struct icmp_error *e;
    for (uint32_t id = s->call->first_txn; id;) {
        for (size_t i = 0; (e = store_transaction_icmp(s->store, id, i)) != NULL; i++) {
            const struct message *m = store_message(s->store, e->message);
            const struct flow *flow = m ? store_flow(s->store, m->flow) : NULL;
            if (flow)
                add(s,
                    (struct ladder_row){ .time_ns = e->time_ns,
                                         .message = e->message,
                                         .transaction = id,
                                         .detail = icmp_detail(e->from.family, e->type, e->code),
                                         .frame = e->frame,
                                         .source = e->source,
                                         .kind = LADDER_ICMP },
                    &flow->dst, &flow->src);
        }
        id = store_transaction(s->store, id)->next_in_call;
    }
}

/* ---- connections ---------------------------------------------------------------------------- */

static bool is_there(const struct ladder_extra *extra, uint32_t frame, uint16_t source)
{
    for (size_t i = 0; i < extra->n; i++)
        if (extra->rows[i].frame == frame && extra->rows[i].source == source)
            return true;
    return false;
}

static void add_part(struct scenery *s, const struct connection *c, enum ladder_kind kind,
                     bool by_client, int64_t time_ns, uint32_t frame, uint32_t detail)
{
    if (time_ns < s->call->first_ns - BEFORE_NS || time_ns > s->call->last_ns + AFTER_NS ||
        is_there(s->extra, frame, c->source))
        return;
    add(s,
        (struct ladder_row){ .time_ns = time_ns,
                             .detail = detail,
                             .frame = frame,
                             .source = c->source,
                             .kind = (uint8_t)kind },
        by_client ? &c->client : &c->server, by_client ? &c->server : &c->client);
}

static void add_tls(struct scenery *s, const struct connection *c)
{
    const struct connection_tls *tls = store_connection_tls(s->store, c);
    if (tls)
        add_part(s, c, LADDER_TLS, true, c->tls_ns, c->tls_frame,
                 connection_tls_expired(tls, c->tls_ns));
    if (c->tls_alerted)
        add_part(s, c, LADDER_ALERT, c->tls_alert_by_client, c->tls_alert_ns, c->tls_alert_frame,
                 c->tls_alert);
}

static void add_connection(struct scenery *s, const struct connection *c)
{
    bool silent = c->answer == CONNECTION_SILENT;
    if (c->syns > 0)
        add_part(s, c, silent ? LADDER_UNANSWERED : LADDER_CONNECT, true, c->syn_ns, c->syn_frame,
                 c->syns);
    if (c->answer == CONNECTION_REFUSED)
        add_part(s, c, LADDER_REFUSED, false, c->answer_ns, c->answer_frame, 0);
    if (c->answer == CONNECTION_UNREACHABLE)
        add_part(s, c, LADDER_ICMP, false, c->answer_ns, c->answer_frame,
                 icmp_detail(c->client.family, c->icmp_type, c->icmp_code));
    add_tls(s, c);
    if (c->end != CONNECTION_LASTS)
        add_part(s, c, c->end == CONNECTION_BROKEN ? LADDER_RESET : LADDER_CLOSED,
                 c->ended_by_client, c->end_ns, c->end_frame, 0);
}

/*
 * Whether it is this stream's, or was to become it: the same host asked in vain while the call lasted,
 * or it broke off before it carried anything. One that carried the messages of others is theirs.
 */
static bool belongs(const struct scenery *s, const struct connection *c, const struct addr *client)
{
    int64_t end = s->call->last_ns + (call_finished(s->call) ? 0 : AFTER_NS);
    if (c->client.port == client->port)
        return true;
    if (c->syn_ns > end)
        return false;
    bool vain = c->answer != CONNECTION_ACCEPTED || c->tls_alerted || c->end == CONNECTION_BROKEN;
    return vain && !store_has_stream(s->store, &c->client, &c->server);
}

static void add_connections_between(struct scenery *s, const struct addr *client,
                                    const struct addr *server)
{
    const struct connection *c = NULL;
    while (s->extra->n < EVENTS && (c = store_connection(s->store, client, server, c)) != NULL)
        if (belongs(s, c, client))
            add_connection(s, c);
}

/* The connections of the streams that the leg's messages came in, and those tried for them. */
static void add_connections(struct scenery *s)
{
    uint32_t seen[STREAMS];
    size_t n = 0;
    for (size_t i = 0; i < s->ladder->nrows && n < STREAMS; i++) {
        const struct message *m = store_message(s->store, s->ladder->rows[i].message);
        const struct flow *flow = store_flow(s->store, m->flow);
        size_t k = 0;
        if (s->ladder->rows[i].leg != s->leg || !transport_is_stream(flow->transport))
            continue;
        while (k < n && seen[k] != m->flow)
            k++;
        if (k < n)
            continue;
        seen[n++] = m->flow;
        add_connections_between(s, &flow->src, &flow->dst);
        add_connections_between(s, &flow->dst, &flow->src);
    }
}

/* ---- both ----------------------------------------------------------------------------------- */

void ladder_add_events(struct ladder *ladder, struct ladder_extra *extra, const struct store *store,
                       uint32_t call, uint8_t leg, const struct ladder_options *options)
{
    struct scenery s = { ladder, extra, store, store_call(store, call), leg, options->unfolded };
    if (!options->transactions)
        add_timers(&s);
    if (s.call->marks & CALL_NETWORK)
        add_icmp(&s);
    if (store_has_connections(store))
        add_connections(&s);
}

void ladder_add_frames(struct ladder *ladder, struct ladder_extra *extra, const struct store *store,
                       const struct ladder_options *options)
{
    if (ladder->nrows == 0)
        return;
    const struct transaction *t = store_transaction(store, ladder->rows[0].transaction);
    struct scenery s = { ladder, extra, store, store_call(store, t->call), 0, options->unfolded };
    for (size_t i = 0; i < options->nframes; i++) {
        const struct ladder_frame *f = &options->frames[i];
        const struct connection *c = store_connection_of(store, f->frame, f->source);
        if (c)
            add_connection(&s, c);
    }
}
