/*
 * The fields of filter expressions: one table, one reader a row. A reader hands
 * the field's values to the test one by one and says whether one of them fits.
 * What the store keeps in its records costs next to nothing; what stands only in
 * a message's bytes is scanned, once a transaction.
 */
#include "base/tr.h"
#include "sip/fields.h"
#include "store/filter_private.h"

typedef struct filter_view view;
typedef const struct filter_test test;

const struct sip_message *filter_scan(view *v, uint32_t id)
{
    if (!id)
        return NULL;
    for (int i = 0; i < v->used; i++)
        if (v->scanned[i] == id)
            return &v->slots[i];
    int slot = v->used < VIEW_SLOTS ? v->used : VIEW_SLOTS - 1;
    v->scanned[slot] = 0;
    if (store_scan(v->store, id, &v->slots[slot]) < 0)
        return NULL;
    v->scanned[slot] = id;
    v->used = slot + 1;
    return &v->slots[slot];
}

static const struct sip_message *head(view *v)
{
    return filter_scan(v, transaction_head(v->txn));
}

static const struct sip_message *request(view *v)
{
    return filter_scan(v, v->txn->request);
}

/* The response that decided it, or the latest that did not. */
static const struct sip_message *response(view *v)
{
    return filter_scan(v, v->txn->final ? v->txn->final : v->txn->provisional);
}

const struct message *filter_next_message(view *v, uint32_t *id, int *left)
{
    const struct message *m = *id ? store_message(v->store, *id) : NULL;
    *id = *id ? (m ? m->previous : 0) : v->txn->last;
    return *id && (*left)-- > 0 ? store_message(v->store, *id) : NULL;
}

static bool any_flag(view *v, uint8_t flag)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (m->flags & flag)
            return true;
    return false;
}

static bool read_method(view *v, test *t)
{
    if (v->txn->method != SIP_OTHER)
        return filter_fits_text(t, SPAN(sip_method_name(v->txn->method)));
    const struct sip_message *m = head(v);
    return m && filter_fits_text(t, m->method);
}

static bool read_code(view *v, test *t)
{
    return v->txn->code != 0 && filter_fits_number(t, v->txn->code);
}

static const char *const class_names[] = {
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

static bool read_class(view *v, test *t)
{
    return v->txn->class < SIP_CLASSES && filter_fits_text(t, SPAN(class_names[v->txn->class]));
}

static bool read_state(view *v, test *t)
{
    return filter_fits_text(t, SPAN(transaction_state_name(v->txn->state)));
}

static bool read_reason(view *v, test *t)
{
    const struct sip_message *m = response(v);
    return m && filter_fits_text(t, m->reason);
}

static struct span without_port(struct span host)
{
    const char *end = span_end(host), *p = end;
    while (p > host.p && ascii_digit(p[-1]))
        p--;
    return p > host.p && p < end && p[-1] == ':' ? span_make(host.p, p - 1) : host;
}

static bool fits_user_at(test *t, struct span user, struct span host)
{
    char text[512];
    if (t->text.n != user.n + 1 + host.n || t->text.n >= sizeof text)
        return false;
    memcpy(text, user.p, user.n);
    text[user.n] = '@';
    memcpy(text + user.n + 1, host.p, host.n);
    return filter_fits_text(t, (struct span){ text, t->text.n });
}

/* A search goes over the whole value; equality is asked of each part that people call it by. */
static bool fits_parts(test *t, struct span value, const struct sip_address *a)
{
    if (filter_fits_text(t, value))
        return true;
    if (t->op != FILTER_EQUAL)
        return false;
    struct span host = a->host.n ? without_port(a->host) : a->host;
    if (filter_fits_text(t, a->user) || filter_fits_text(t, a->uri) ||
        filter_fits_text(t, a->display) || filter_fits_text(t, a->host) ||
        filter_fits_text(t, host))
        return true;
    return a->user.n > 0 && a->host.n > 0 &&
           (fits_user_at(t, a->user, host) || fits_user_at(t, a->user, a->host));
}

static bool fits_address_value(test *t, struct span value)
{
    struct sip_address a;
    if (t->op == FILTER_EQUAL)
        sip_read_address(value, &a);
    return fits_parts(t, value, &a);
}

static bool read_from(view *v, test *t)
{
    const struct sip_message *m = head(v);
    return m && fits_address_value(t, m->from);
}

static bool read_to(view *v, test *t)
{
    const struct sip_message *m = head(v);
    return m && fits_address_value(t, m->to);
}

static bool read_ruri(view *v, test *t)
{
    struct sip_address a = { 0 };
    const struct sip_message *m = request(v);
    if (!m || m->uri.n == 0)
        return false;
    if (t->op == FILTER_EQUAL)
        sip_read_uri(m->uri, &a);
    return fits_parts(t, m->uri, &a);
}

static bool read_call_id(view *v, test *t)
{
    const struct sip_message *m = head(v);
    return m && filter_fits_text(t, m->call_id);
}

static bool read_branch(view *v, test *t)
{
    const struct sip_message *m = head(v);
    return m && filter_fits_text(t, m->branch);
}

static bool read_cseq(view *v, test *t)
{
    return filter_fits_number(t, v->txn->cseq);
}

/* Who sent the request to whom, also where only responses were captured. */
static const struct flow *ends(view *v, const struct addr **src, const struct addr **dst)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    const struct flow *flow = m ? store_flow(v->store, m->flow) : NULL;
    if (!flow)
        return NULL;
    *src = m->code ? &flow->dst : &flow->src;
    *dst = m->code ? &flow->src : &flow->dst;
    return flow;
}

static bool read_src(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) && filter_fits_address(t, src);
}

static bool read_dst(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) && filter_fits_address(t, dst);
}

static bool read_addr(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) && (filter_fits_address(t, src) || filter_fits_address(t, dst));
}

static bool read_sport(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) && filter_fits_number(t, src->port);
}

static bool read_dport(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) && filter_fits_number(t, dst->port);
}

static bool read_port(view *v, test *t)
{
    const struct addr *src, *dst;
    return ends(v, &src, &dst) &&
           (filter_fits_number(t, src->port) || filter_fits_number(t, dst->port));
}

static bool has_transport(view *v, enum transport transport)
{
    const struct addr *src, *dst;
    const struct flow *flow = ends(v, &src, &dst);
    return flow && flow->transport == transport;
}

static bool read_udp_port(view *v, test *t)
{
    return has_transport(v, TRANSPORT_UDP) && read_port(v, t);
}

static bool read_tcp_port(view *v, test *t)
{
    return !has_transport(v, TRANSPORT_UDP) && !has_transport(v, TRANSPORT_SCTP) && read_port(v, t);
}

static bool read_transport(view *v, test *t)
{
    const struct addr *src, *dst;
    const struct flow *flow = ends(v, &src, &dst);
    return flow && filter_fits_text(t, SPAN(transport_name(flow->transport)));
}

static bool read_source(view *v, test *t)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    return m && filter_fits_number(t, m->source);
}

static bool read_frame(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_number(t, m->frame))
            return true;
    return false;
}

static bool read_ua(view *v, test *t)
{
    const struct sip_message *m = request(v);
    return m && filter_fits_text(t, sip_find_header(m, "User-Agent"));
}

static bool read_server(view *v, test *t)
{
    const struct sip_message *m = response(v);
    return m && (filter_fits_text(t, sip_find_header(m, "Server")) ||
                 filter_fits_text(t, sip_find_header(m, "User-Agent")));
}

static bool contacts_fit(const struct sip_message *m, test *t)
{
    struct span rest = m ? m->headers : SPAN_NONE, name, list, value;
    while (sip_next_header(&rest, &name, &list))
        if (sip_header_same(name, "Contact"))
            while (sip_next_value(&list, &value))
                if (fits_address_value(t, value))
                    return true;
    return false;
}

static bool read_contact(view *v, test *t)
{
    return contacts_fit(request(v), t) || contacts_fit(response(v), t);
}

static bool header_fits(const struct sip_message *m, test *t)
{
    struct span rest = m->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        if ((sip_header_same(name, t->header) || span_is(name, t->header)) &&
            filter_fits_text(t, value))
            return true;
    return false;
}

static bool read_header(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));) {
        const struct sip_message *sip = m->flags & REPEATED ? NULL : filter_scan(v, id);
        if (sip && header_fits(sip, t))
            return true;
    }
    return false;
}

static bool read_text(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (!(m->flags & REPEATED) && filter_fits_text(t, message_payload(m)))
            return true;
    return false;
}

/* Addresses take part as text here, so that "10.0.0" finds them as it finds a Call-ID. */
static bool read_any(view *v, test *t)
{
    char text[ADDR_TEXT];
    const struct addr *src, *dst;
    const struct sip_message *m = head(v);
    if (m && (fits_address_value(t, m->from) || fits_address_value(t, m->to) ||
              filter_fits_text(t, m->call_id)))
        return true;
    return ends(v, &src, &dst) && (filter_fits_text(t, SPAN(addr_format(src, text))) ||
                                   filter_fits_text(t, SPAN(addr_format(dst, text))));
}

static bool read_rtt(view *v, test *t)
{
    if (!v->txn->request || !v->txn->final)
        return false;
    int64_t rtt = transaction_rtt(v->store, v->txn);
    return rtt >= 0 && filter_fits_number(t, rtt);
}

static bool read_retransmissions(view *v, test *t)
{
    return filter_fits_number(t, v->txn->retransmissions);
}

static bool read_duplicates(view *v, test *t)
{
    return filter_fits_number(t, v->txn->duplicates);
}

static bool read_messages(view *v, test *t)
{
    return filter_fits_number(t, v->txn->messages);
}

static bool read_marked(view *v, test *t)
{
    return filter_fits_number(t, v->txn->marked);
}

static bool read_failed(view *v, test *t)
{
    return filter_fits_number(t, sip_class_failed(v->txn->class));
}

static bool read_retransmitted(view *v, test *t)
{
    return filter_fits_number(t, v->txn->retransmissions > 0);
}

static bool read_malformed(view *v, test *t)
{
    return filter_fits_number(t, any_flag(v, MESSAGE_MALFORMED));
}

static bool read_forked(view *v, test *t)
{
    return filter_fits_number(t, v->txn->forked);
}

static bool read_sdp(view *v, test *t)
{
    return filter_fits_number(t, any_flag(v, MESSAGE_SDP));
}

static bool read_agent(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_text(t, store_agent_name(v->store, store_flow(v->store, m->flow)->agent)))
            return true;
    return false;
}

static bool read_iface(view *v, test *t)
{
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    return m && filter_fits_text(t, store_source_name(v->store, m->source));
}

static bool read_time(view *v, test *t)
{
    return filter_fits_clock(t, v->txn->time_ns);
}

static bool read_response(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (m->code && filter_fits_number(t, m->code))
            return true;
    return false;
}

static bool read_size(view *v, test *t)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));)
        if (filter_fits_number(t, m->payload_len))
            return true;
    return false;
}

#define WHY_WORDS 255
static const char *why_words[WHY_WORDS + 1];

void filter_name_findings(const char *const *ids)
{
    for (size_t i = 0; i < WHY_WORDS && ids[i]; i++)
        why_words[i] = ids[i];
}

static const char *const method_values[] = {
    "INVITE", "ACK",     "BYE",  "CANCEL", "REGISTER", "OPTIONS", "PRACK", "SUBSCRIBE",
    "NOTIFY", "PUBLISH", "INFO", "REFER",  "MESSAGE",  "UPDATE",  NULL,
};
static const char *const code_values[] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", NULL };
static const char *const state_values[] = {
    "waiting", "proceeding", "completed", "confirmed", "timed-out", "cancelled", NULL,
};
static const char *const outcome_values[] = {
    "open",      "ok",        "answered",   "busy",   "declined",
    "no-answer", "cancelled", "redirected", "failed", NULL,
};
static const char *const severity_values[] = { "error", "warning", "notice", NULL };
static const char *const media_values[] = { "audio", "video", "image", "text", NULL };
static const char *const codec_values[] = {
    "PCMU", "PCMA", "G722", "G729", "opus", "AMR", "AMR-WB", "telephone-event", NULL,
};
static const char *const transport_values[] = { "udp", "tcp", "tls", "ws", "wss", "sctp", NULL };

/* clang-format off */
#define FIELD(name, type, help, read) { name, FILTER_##type, NULL, help, NULL, NULL, read }
#define UNIT(name, type, unit, help, read) { name, FILTER_##type, unit, help, NULL, NULL, read }
#define VALUES(name, type, values, help, read)                                                    \
    { name, FILTER_##type, NULL, help, values, NULL, read }
#define ALIAS(name, type, of, values, help, read)                                                 \
    { name, FILTER_##type, NULL, help, values, of, read }

static const struct filter_field fields[] = {
    VALUES("method", TEXT, method_values, N_("The request's method."), read_method),
    VALUES("code", CODE, code_values,
           N_("The final response code, else the latest provisional one; 4xx stands for the "
              "class."),
           read_code),
    VALUES("class", WORD, class_names,
           N_("How the transaction is coloured: 401, 407 and 494 are challenges, 487 is "
              "cancelled."),
           read_class),
    VALUES("response", CODE, code_values,
           N_("Any response that came, also one that decided nothing: response == 183."),
           read_response),
    FIELD("time", CLOCK,
          N_("When it began: a time of day, a date or both; as in time in 14:02..14:05."),
          read_time),
    VALUES("why", TEXT, why_words, N_("What the diagnosis found about it: no-common-codec, ..."),
           filter_read_why),
    VALUES("severity", WORD, severity_values, N_("How bad a finding about it is."),
           filter_read_severity),
    UNIT("finding.confidence", NUMBER, "%", N_("How sure a finding about it is, in percent."),
         filter_read_confidence),
    VALUES("outcome", WORD, outcome_values, N_("What became of its call."), filter_read_outcome),
    UNIT("duration", TIME, "ms", N_("How long its call lasted, or has lasted until now."),
         filter_read_duration),
    UNIT("pdd", TIME, "ms",
         N_("Post-dial delay: from an INVITE to the first sign of ringing, or the answer."),
         filter_read_pdd),
    FIELD("legs", NUMBER, N_("How many dialogs its call has."), filter_read_legs),
    FIELD("call.messages", NUMBER, N_("How many messages its call has."),
          filter_read_call_messages),
    FIELD("call.transactions", NUMBER, N_("How many transactions its call has."),
          filter_read_call_transactions),
    VALUES("state", WORD, state_values, N_("How far the transaction has come."), read_state),
    FIELD("failed", FLAG,
          N_("It timed out, or ended with a 4xx to 6xx that is no challenge and no cancel."),
          read_failed),
    FIELD("reason", TEXT, N_("The reason phrase of the deciding response."), read_reason),
    UNIT("rtt", TIME, "ms", N_("From the request to the final response."), read_rtt),
    FIELD("from", TEXT, N_("The From value; == fits user, user@host, host, display name or URI."),
          read_from),
    FIELD("to", TEXT, N_("The To value; == fits user, user@host, host, display name or URI."),
          read_to),
    FIELD("ruri", TEXT, N_("The Request-URI; == fits user, user@host, host or the whole."),
          read_ruri),
    FIELD("contact", TEXT, N_("A Contact of the request or of the deciding response."),
          read_contact),
    FIELD("call_id", TEXT, N_("The Call-ID."), read_call_id),
    FIELD("branch", TEXT, N_("The branch of the topmost Via."), read_branch),
    FIELD("cseq", NUMBER, N_("The number in CSeq."), read_cseq),
    FIELD("src", ADDRESS, N_("Who sent the request: address, address:port or network."), read_src),
    FIELD("dst", ADDRESS, N_("Who got the request: address, address:port or network."), read_dst),
    FIELD("addr", ADDRESS, N_("Either side: address, address:port or network."), read_addr),
    FIELD("sport", NUMBER, N_("The port that the request came from."), read_sport),
    FIELD("dport", NUMBER, N_("The port that the request went to."), read_dport),
    FIELD("port", NUMBER, N_("The port of either side."), read_port),
    VALUES("transport", WORD, transport_values, N_("What carried the request."), read_transport),
    FIELD("agent", TEXT, N_("The capture agent that saw a message of it: its name, else number."),
          read_agent),
    FIELD("ua", TEXT, N_("User-Agent of the request."), read_ua),
    FIELD("server", TEXT, N_("Server or User-Agent of the deciding response."), read_server),
    FIELD("hdr.", TEXT, N_("Any header of any message, by its name: hdr.X-Trunk."), read_header),
    FIELD("body", TEXT, N_("The body of any message."), filter_read_body),
    VALUES("sdp.codec", TEXT, codec_values, N_("A codec that a session description names."),
           filter_read_codec),
    VALUES("sdp.media", TEXT, media_values, N_("A medium of a session description: audio, video."),
           filter_read_media),
    FIELD("sdp.addr", ADDRESS, N_("Where a session description wants media: address or network."),
          filter_read_media_address),
    FIELD("sdp.port", NUMBER, N_("A port of a session description, 0: refused or off."),
          filter_read_media_port),
    FIELD("text", TEXT, N_("Everything in any message: start line, headers and body."), read_text),
    FIELD("any", TEXT,
          N_("From, To, Call-ID and addresses: what a word that is no field searches."), read_any),
    FIELD("retransmissions", NUMBER, N_("How many messages were sent again on the same hop."),
          read_retransmissions),
    FIELD("retransmitted", FLAG, N_("Something was sent again."), read_retransmitted),
    FIELD("duplicates", NUMBER, N_("How many packets were captured twice."), read_duplicates),
    FIELD("messages", NUMBER, N_("How many messages it has, repetitions included."), read_messages),
    FIELD("size", NUMBER, N_("The bytes of any of its messages."), read_size),
    FIELD("frame", NUMBER, N_("The number of any of its messages in its source."), read_frame),
    FIELD("source", NUMBER, N_("The source it was read from, from 0."), read_source),
    FIELD("iface", TEXT, N_("The interface or file it was read from, by its name."), read_iface),
    FIELD("sdp", FLAG, N_("One of its messages carries a session description."), read_sdp),
    FIELD("malformed", FLAG, N_("One of its messages breaks the rules of SIP."), read_malformed),
    FIELD("forked", FLAG, N_("More than one party answered the request."), read_forked),
    FIELD("marked", FLAG, N_("The user marked it."), read_marked),

    ALIAS("finding", TEXT, "why", why_words, N_("The same, by its other name."), filter_read_why),
    ALIAS("finding.severity", WORD, "severity", severity_values,
          N_("The same, by its other name."), filter_read_severity),
    ALIAS("sip.Method", TEXT, "method", method_values, N_("As in tshark."), read_method),
    ALIAS("sip.Status-Code", CODE, "code", code_values, N_("As in tshark."), read_code),
    ALIAS("sip.From", TEXT, "from", NULL, N_("As in tshark."), read_from),
    ALIAS("sip.from.user", TEXT, "from", NULL, N_("As in tshark."), read_from),
    ALIAS("sip.To", TEXT, "to", NULL, N_("As in tshark."), read_to),
    ALIAS("sip.to.user", TEXT, "to", NULL, N_("As in tshark."), read_to),
    ALIAS("sip.r-uri", TEXT, "ruri", NULL, N_("As in tshark."), read_ruri),
    ALIAS("sip.Contact", TEXT, "contact", NULL, N_("As in tshark."), read_contact),
    ALIAS("sip.Call-ID", TEXT, "call_id", NULL, N_("As in tshark."), read_call_id),
    ALIAS("sip.Via.branch", TEXT, "branch", NULL, N_("As in tshark."), read_branch),
    ALIAS("sip.CSeq.seq", NUMBER, "cseq", NULL, N_("As in tshark."), read_cseq),
    ALIAS("sip.User-Agent", TEXT, "ua", NULL, N_("As in tshark."), read_ua),
    ALIAS("sip.Server", TEXT, "server", NULL, N_("As in tshark."), read_server),
    ALIAS("ip.src", ADDRESS, "src", NULL, N_("As in tshark."), read_src),
    ALIAS("ip.dst", ADDRESS, "dst", NULL, N_("As in tshark."), read_dst),
    ALIAS("ip.addr", ADDRESS, "addr", NULL, N_("As in tshark."), read_addr),
    ALIAS("ipv6.src", ADDRESS, "src", NULL, N_("As in tshark."), read_src),
    ALIAS("ipv6.dst", ADDRESS, "dst", NULL, N_("As in tshark."), read_dst),
    ALIAS("ipv6.addr", ADDRESS, "addr", NULL, N_("As in tshark."), read_addr),
    ALIAS("udp.port", NUMBER, "port", NULL, N_("As in tshark: only over UDP."), read_udp_port),
    ALIAS("tcp.port", NUMBER, "port", NULL, N_("As in tshark: only over TCP, TLS included."),
          read_tcp_port),
    ALIAS("frame.number", NUMBER, "frame", NULL, N_("As in tshark."), read_frame),
    { 0 },
};
/* clang-format on */

const struct filter_field *filter_fields(void)
{
    return fields;
}

const struct filter_field *filter_field_find(struct span name)
{
    for (const struct filter_field *f = fields; f->name; f++)
        if (span_is(name, f->name) || (f->read == read_header && span_starts(name, f->name)))
            return f;
    return NULL;
}

#define NAME_MAX_NEAR 20

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* How many letters have to be added, dropped, changed or swapped to make `a` from `b`. */
static unsigned distance(struct span a, struct span b)
{
    unsigned d[NAME_MAX_NEAR + 1][NAME_MAX_NEAR + 1];
    for (size_t i = 0; i <= a.n; i++)
        for (size_t j = 0; j <= b.n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            char x = ascii_lower(a.p[i - 1]), y = ascii_lower(b.p[j - 1]);
            d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (x != y));
            if (i > 1 && j > 1 && x == ascii_lower(b.p[j - 2]) && ascii_lower(a.p[i - 2]) == y)
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
        }
    return d[a.n][b.n];
}

const struct filter_field *filter_field_near(struct span name)
{
    const struct filter_field *best = NULL;
    unsigned nearest = name.n > 4 ? 3 : 2; /* must be less */
    if (name.n < 2 || name.n > NAME_MAX_NEAR)
        return NULL;
    for (const struct filter_field *f = fields; f->name; f++) {
        struct span other = SPAN(f->name);
        unsigned d = other.n <= NAME_MAX_NEAR ? distance(name, other) : UINT32_MAX;
        if (d < nearest) {
            nearest = d;
            best = f;
        }
    }
    return best;
}
