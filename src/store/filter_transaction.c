/* Fields of filter expressions that the store keeps in its records: they cost next to nothing. */
#include "store/cut.h"
#include "store/filter_private.h"

bool filter_read_code(struct filter_view *v, const struct filter_test *t)
{
    return v->txn->code != 0 && filter_fits_number(t, v->txn->code);
}

const char *const filter_class_names[] = {
    [SIP_CLASS_NONE] = "none",
    [SIP_CLASS_PROVISIONAL] = "provisional",
    [SIP_CLASS_SUCCESS] = "success",
    [SIP_CLASS_REDIRECT] = "redirect",
    [SIP_CLASS_CHALLENGE] = "challenge",
    [SIP_CLASS_CANCELLED] = "cancelled",
    [SIP_CLASS_CLIENT] = "client",
    [SIP_CLASS_SERVER] = "server",
    [SIP_CLASS_GLOBAL] = "global",
    [SIP_CLASS_TIMEOUT] = "timeout",
    [SIP_CLASSES] = NULL,
};

bool filter_read_class(struct filter_view *v, const struct filter_test *t)
{
    return v->txn->class < SIP_CLASSES &&
           filter_fits_text(t, SPAN(filter_class_names[v->txn->class]));
}

bool filter_read_state(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_text(t, SPAN(transaction_state_name(v->txn->state)));
}

bool filter_read_cseq(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->cseq);
}

bool filter_read_src(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) && filter_fits_address(t, src);
}

bool filter_read_dst(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) && filter_fits_address(t, dst);
}

bool filter_read_addr(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) &&
           (filter_fits_address(t, src) || filter_fits_address(t, dst));
}

bool filter_read_sport(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) && filter_fits_number(t, src->port);
}

bool filter_read_dport(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) && filter_fits_number(t, dst->port);
}

bool filter_read_port(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    return filter_ends(v, &src, &dst) &&
           (filter_fits_number(t, src->port) || filter_fits_number(t, dst->port));
}

static bool has_transport(struct filter_view *v, enum transport transport)
{
    const struct addr *src, *dst;
    const struct flow *flow = filter_ends(v, &src, &dst);
    return flow && flow->transport == transport;
}

bool filter_read_udp_port(struct filter_view *v, const struct filter_test *t)
{
    return has_transport(v, TRANSPORT_UDP) && filter_read_port(v, t);
}

bool filter_read_tcp_port(struct filter_view *v, const struct filter_test *t)
{
    return !has_transport(v, TRANSPORT_UDP) && !has_transport(v, TRANSPORT_SCTP) &&
           filter_read_port(v, t);
}

bool filter_read_transport(struct filter_view *v, const struct filter_test *t)
{
    const struct addr *src, *dst;
    const struct flow *flow = filter_ends(v, &src, &dst);
    return flow && filter_fits_text(t, SPAN(transport_name(flow->transport)));
}

bool filter_read_source(struct filter_view *v, const struct filter_test *t)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    return m && filter_fits_number(t, m->source);
}

bool filter_read_frame(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_number(t, m->frame))
            return true;
    return false;
}

bool filter_read_rtt(struct filter_view *v, const struct filter_test *t)
{
    if (!v->txn->request || !v->txn->final)
        return false;
    int64_t rtt = transaction_rtt(v->store, v->txn);
    return rtt >= 0 && filter_fits_number(t, rtt);
}

bool filter_read_retransmissions(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->retransmissions);
}

bool filter_read_duplicates(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->duplicates);
}

bool filter_read_messages(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->messages);
}

bool filter_read_marked(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->marked);
}

bool filter_read_failed(struct filter_view *v, const struct filter_test *t)
{
    bool failed = v->focus->call ? store_call_failed(v->store, v->txn->call)
                                 : sip_class_failed(v->txn->class);
    return filter_fits_number(t, failed);
}

bool filter_read_retransmitted(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->retransmissions > 0);
}

bool filter_read_malformed(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, filter_any_flag(v, MESSAGE_MALFORMED));
}

/* The bytes that the capture has not may be none of the message's own. */
static bool any_cut(struct filter_view *v)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));) {
        const struct sip_message *sip = m->flags & MESSAGE_TRUNCATED ? filter_scan(v, id) : NULL;
        if (sip && message_cut(m, sip))
            return true;
    }
    return false;
}

bool filter_read_cut(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, any_cut(v));
}

bool filter_read_forked(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, v->txn->forked);
}

bool filter_read_sdp(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, filter_any_flag(v, MESSAGE_SDP));
}

bool filter_read_agent(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_text(t, store_agent_name(v->store, store_flow(v->store, m->flow)->agent)))
            return true;
    return false;
}

bool filter_read_iface(struct filter_view *v, const struct filter_test *t)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    return m && filter_fits_text(t, store_source_name(v->store, m->source));
}

bool filter_read_time(struct filter_view *v, const struct filter_test *t)
{
    const struct message *m = store_message(v->store, v->focus->message);
    return filter_fits_clock(t, m ? m->time_ns : v->txn->time_ns);
}

bool filter_read_response(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (m->code && filter_fits_number(t, m->code))
            return true;
    return false;
}

bool filter_read_size(struct filter_view *v, const struct filter_test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_number(t, m->payload_len))
            return true;
    return false;
}
