/*
 * The table of filter fields. A row's reader hands the field's values to the test one by one and
 * says whether one of them fits; readers stand in filter_transaction.c, filter_message.c,
 * filter_call.c, filter_endpoint.c and filter_body.c.
 */
#include "base/tr.h"
#include "store/filter_private.h"

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
    VALUES("method", TEXT, method_values, N_("The request's method."), filter_read_method),
    VALUES("code", CODE, code_values,
           N_("The final response code, else the latest provisional one; 4xx stands for the "
              "class."),
           filter_read_code),
    VALUES("class", WORD, filter_class_names,
           N_("How the transaction is coloured: 401, 407 and 494 are challenges, 487 is "
              "cancelled."),
           filter_read_class),
    VALUES("response", CODE, code_values,
           N_("Any response that came, also one that decided nothing: response == 183."),
           filter_read_response),
    FIELD("time", CLOCK,
          N_("When it began: a time of day, a date or both; as in time in 14:02..14:05."),
          filter_read_time),
    VALUES("why", WORD, why_words, N_("What the diagnosis found about it: no-common-codec, ..."),
           filter_read_why),
    VALUES("severity", WORD, severity_values, N_("How bad a finding about it is."),
           filter_read_severity),
    UNIT("finding.confidence", SHARE, "%", N_("How sure a finding about it is, in percent."),
         filter_read_confidence),
    FIELD("finding.count", NUMBER, N_("How often the rule of a finding about it found something."),
          filter_read_times_found),
    VALUES("outcome", WORD, outcome_values, N_("What became of its call."), filter_read_outcome),
    UNIT("duration", TIME, "ms", N_("How long its call lasted, or has lasted until now."),
         filter_read_duration),
    UNIT("pdd", TIME, "ms",
         N_("Post-dial delay: from an INVITE to the first sign of ringing, or the answer."),
         filter_read_pdd),
    FIELD("legs", NUMBER, N_("How many dialogs its call has."), filter_read_legs),
    FIELD("call.legs", NUMBER,
          N_("Over how many legs its call goes: more than 1 where a B2BUA split it."),
          filter_read_call_legs),
    FIELD("call.messages", NUMBER, N_("How many messages its call has."),
          filter_read_call_messages),
    FIELD("call.transactions", NUMBER, N_("How many transactions its call has."),
          filter_read_call_transactions),
    VALUES("state", WORD, state_values, N_("How far the transaction has come."), filter_read_state),
    FIELD("failed", FLAG,
          N_("It timed out, or ended with a 4xx to 6xx that is no challenge and no cancel; in the list of "
             "calls: the call did."),
          filter_read_failed),
    FIELD("reason", TEXT, N_("The reason phrase of the deciding response."), filter_read_reason),
    UNIT("rtt", TIME, "ms", N_("From the request to the final response."), filter_read_rtt),
    FIELD("from", TEXT, N_("The From value; == fits user, user@host, host, display name or URI."),
          filter_read_from),
    FIELD("to", TEXT, N_("The To value; == fits user, user@host, host, display name or URI."),
          filter_read_to),
    FIELD("ruri", TEXT, N_("The Request-URI; == fits user, user@host, host or the whole."),
          filter_read_ruri),
    FIELD("contact", TEXT, N_("A Contact of the request or of the deciding response."),
          filter_read_contact),
    FIELD("from.user", TEXT, N_("The user or number in From."), filter_read_from_user),
    FIELD("from.host", TEXT, N_("The host in From."), filter_read_from_host),
    FIELD("to.user", TEXT, N_("The user or number in To."), filter_read_to_user),
    FIELD("to.host", TEXT, N_("The host in To."), filter_read_to_host),
    FIELD("ruri.user", TEXT, N_("The user or number in the Request-URI."), filter_read_ruri_user),
    FIELD("ruri.host", TEXT, N_("The host in the Request-URI."), filter_read_ruri_host),
    FIELD("call_id", TEXT, N_("The Call-ID."), filter_read_call_id),
    FIELD("branch", TEXT, N_("The branch of the topmost Via."), filter_read_branch),
    FIELD("cseq", NUMBER, N_("The number in CSeq."), filter_read_cseq),
    FIELD("src", ADDRESS, N_("Who sent the request: address, address:port or network."), filter_read_src),
    FIELD("dst", ADDRESS, N_("Who got the request: address, address:port or network."), filter_read_dst),
    FIELD("addr", ADDRESS, N_("Either side: address, address:port or network."), filter_read_addr),
    FIELD("sport", NUMBER, N_("The port that the request came from."), filter_read_sport),
    FIELD("dport", NUMBER, N_("The port that the request went to."), filter_read_dport),
    FIELD("port", NUMBER, N_("The port of either side."), filter_read_port),
    VALUES("transport", WORD, transport_values, N_("What carried the request."), filter_read_transport),
    FIELD("agent", TEXT, N_("The capture agent that saw a message of it: its name, else number."),
          filter_read_agent),
    FIELD("ua", TEXT, N_("User-Agent of the request."), filter_read_ua),
    FIELD("server", TEXT, N_("Server or User-Agent of the deciding response."), filter_read_server),
    FIELD("hdr.", TEXT, N_("Any header of any message, by its name: hdr.X-Trunk."), filter_read_header),
    FIELD("body", TEXT, N_("The body of any message."), filter_read_body),
    VALUES("sdp.codec", TEXT, codec_values, N_("A codec that a session description names."),
           filter_read_codec),
    VALUES("sdp.media", TEXT, media_values, N_("A medium of a session description: audio, video."),
           filter_read_media),
    FIELD("sdp.addr", ADDRESS, N_("Where a session description wants media: address or network."),
          filter_read_media_address),
    FIELD("sdp.port", NUMBER, N_("A port of a session description, 0: refused or off."),
          filter_read_media_port),
    FIELD("text", TEXT, N_("Everything in any message: start line, headers and body."), filter_read_text),
    FIELD("any", TEXT,
          N_("From, To, Call-ID and addresses: what a word that is no field searches."), filter_read_any),
    FIELD("retransmissions", NUMBER, N_("How many messages were sent again on the same hop."),
          filter_read_retransmissions),
    FIELD("retransmitted", FLAG, N_("Something was sent again."), filter_read_retransmitted),
    FIELD("duplicates", NUMBER, N_("How many packets were captured twice."), filter_read_duplicates),
    FIELD("messages", NUMBER, N_("How many messages it has, repetitions included."), filter_read_messages),
    FIELD("size", NUMBER, N_("The bytes of any of its messages."), filter_read_size),
    FIELD("frame", NUMBER, N_("The number of any of its messages in its source."), filter_read_frame),
    FIELD("source", NUMBER, N_("The source it was read from, from 0."), filter_read_source),
    FIELD("iface", TEXT, N_("The interface or file it was read from, by its name."), filter_read_iface),
    FIELD("sdp", FLAG, N_("One of its messages carries a session description."), filter_read_sdp),
    FIELD("malformed", FLAG, N_("One of its messages breaks the rules of SIP."), filter_read_malformed),
    FIELD("cut", FLAG, N_("The capture cut one of its messages."), filter_read_cut),
    FIELD("forked", FLAG, N_("More than one party answered the request."), filter_read_forked),
    FIELD("endpoint", ADDRESS,
          N_("A host that sent or got the request: address or network; in Endpoints the row's own."),
          filter_read_endpoint),
    FIELD("endpoint.name", TEXT, N_("What either host is called, by a file or by DNS."),
          filter_read_endpoint_name),
    FIELD("endpoint.ua", TEXT, N_("What either host calls itself in User-Agent or Server."),
          filter_read_endpoint_ua),
    FIELD("endpoint.requests", NUMBER, N_("How many requests either host sent and received in all."),
          filter_read_endpoint_requests),
    FIELD("endpoint.sent", NUMBER, N_("How many requests either host sent in all."),
          filter_read_endpoint_sent),
    FIELD("endpoint.received", NUMBER, N_("How many requests either host received in all."),
          filter_read_endpoint_received),
    FIELD("endpoint.failed", NUMBER, N_("How many of these failed."), filter_read_endpoint_failed),
    UNIT("endpoint.failed_share", SHARE, "%", N_("How many of these failed, in percent."),
         filter_read_endpoint_share),
    FIELD("endpoint.unanswered", NUMBER, N_("How many of these nobody answered."),
          filter_read_endpoint_unanswered),
    UNIT("endpoint.p50", TIME, "ms",
         N_("Within which either host gave half of its answers, INVITE left out."),
         filter_read_endpoint_half),
    UNIT("endpoint.p95", TIME, "ms",
         N_("Within which either host gave 95 in 100 of its answers, INVITE left out."),
         filter_read_endpoint_most),
    VALUES("endpoint.finding", WORD, why_words, N_("What the diagnosis found about either host."),
           filter_read_endpoint_finding),
    FIELD("marked", FLAG, N_("The user marked it."), filter_read_marked),

    ALIAS("finding", WORD, "why", why_words, N_("The same, by its other name."), filter_read_why),
    ALIAS("finding.rule", WORD, "why", why_words, N_("The same, by its other name."), filter_read_why),
    ALIAS("finding.severity", WORD, "severity", severity_values,
          N_("The same, by its other name."), filter_read_severity),
    ALIAS("sip.Method", TEXT, "method", method_values, N_("As in tshark."), filter_read_method),
    ALIAS("sip.Status-Code", CODE, "code", code_values, N_("As in tshark."), filter_read_code),
    ALIAS("sip.From", TEXT, "from", NULL, N_("As in tshark."), filter_read_from),
    ALIAS("sip.from.user", TEXT, "from.user", NULL, N_("As in tshark."), filter_read_from_user),
    ALIAS("sip.from.host", TEXT, "from.host", NULL, N_("As in tshark."), filter_read_from_host),
    ALIAS("sip.To", TEXT, "to", NULL, N_("As in tshark."), filter_read_to),
    ALIAS("sip.to.user", TEXT, "to.user", NULL, N_("As in tshark."), filter_read_to_user),
    ALIAS("sip.to.host", TEXT, "to.host", NULL, N_("As in tshark."), filter_read_to_host),
    ALIAS("sip.r-uri", TEXT, "ruri", NULL, N_("As in tshark."), filter_read_ruri),
    ALIAS("sip.r-uri.user", TEXT, "ruri.user", NULL, N_("As in tshark."), filter_read_ruri_user),
    ALIAS("sip.r-uri.host", TEXT, "ruri.host", NULL, N_("As in tshark."), filter_read_ruri_host),
    ALIAS("sip.Contact", TEXT, "contact", NULL, N_("As in tshark."), filter_read_contact),
    ALIAS("sip.Call-ID", TEXT, "call_id", NULL, N_("As in tshark."), filter_read_call_id),
    ALIAS("sip.Via.branch", TEXT, "branch", NULL, N_("As in tshark."), filter_read_branch),
    ALIAS("sip.CSeq.seq", NUMBER, "cseq", NULL, N_("As in tshark."), filter_read_cseq),
    ALIAS("sip.User-Agent", TEXT, "ua", NULL, N_("As in tshark."), filter_read_ua),
    ALIAS("sip.Server", TEXT, "server", NULL, N_("As in tshark."), filter_read_server),
    ALIAS("ip.src", ADDRESS, "src", NULL, N_("As in tshark."), filter_read_src),
    ALIAS("ip.dst", ADDRESS, "dst", NULL, N_("As in tshark."), filter_read_dst),
    ALIAS("ip.addr", ADDRESS, "addr", NULL, N_("As in tshark."), filter_read_addr),
    ALIAS("ipv6.src", ADDRESS, "src", NULL, N_("As in tshark."), filter_read_src),
    ALIAS("ipv6.dst", ADDRESS, "dst", NULL, N_("As in tshark."), filter_read_dst),
    ALIAS("ipv6.addr", ADDRESS, "addr", NULL, N_("As in tshark."), filter_read_addr),
    ALIAS("udp.port", NUMBER, "port", NULL, N_("As in tshark: only over UDP."), filter_read_udp_port),
    ALIAS("tcp.port", NUMBER, "port", NULL, N_("As in tshark: only over TCP, TLS included."),
          filter_read_tcp_port),
    ALIAS("frame.number", NUMBER, "frame", NULL, N_("As in tshark."), filter_read_frame),
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
        if (span_is(name, f->name) || (f->read == filter_read_header && span_starts(name, f->name)))
            return f;
    return NULL;
}
