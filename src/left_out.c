/* See left_out.h. */
#include "left_out.h"

#include <string.h>

#include "base/tr.h"
#include "net/hep.h"

/* What the sources themselves refused for this reason. */
static uint64_t refused(const struct session *session, const char *word)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source_stats *stats = &inputs_at(session->inputs, i)->stats;
        for (size_t k = 0; stats->refused && stats->refused_names[k]; k++)
            if (strcmp(stats->refused_names[k], word) == 0)
                sum += stats->refused[k];
    }
    return sum;
}

/* What agents sent besides SIP. */
static uint64_t other_hep(const struct net_counts *counts)
{
    uint64_t sum = 0;
    for (size_t type = 0; type < sizeof counts->hep_types / sizeof counts->hep_types[0]; type++)
        sum += type == HEP_SIP ? 0 : counts->hep_types[type];
    return sum;
}

/* By the system, before they came to a source. */
struct dropped {
    uint64_t kernel, interface;
};

static struct dropped dropped(const struct session *session)
{
    struct dropped sum = { 0, 0 };
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source_stats *stats = &inputs_at(session->inputs, i)->stats;
        sum.kernel += stats->kernel_drops;
        sum.interface += stats->interface_drops;
    }
    return sum;
}

size_t left_out_list(const struct session *session, struct left_out rows[LEFT_OUT_MOST])
{
    const struct pipeline *pipeline = &session->pipeline;
    const struct pipeline_counts p = pipeline_counts(pipeline);
    const struct net_counts *n = net_counts(pipeline->net);
    const struct tls_counts *t = net_tls_counts(pipeline->net);
    const struct dropped d = dropped(session);
    const struct left_out all[] = {
        { p.keepalives + n->hep_keepalives, "keepalives", N_("keep-alives"), "" },
        { p.not_sip, "not_sip", N_("not SIP"), N_("datagrams of other protocols") },
        { p.others[OTHER_RTP], "not_sip_rtp", N_("RTP"), N_("of what is not SIP: media") },
        { p.others[OTHER_RTCP], "not_sip_rtcp", N_("RTCP"),
          N_("of what is not SIP: media reports") },
        { p.others[OTHER_STUN], "not_sip_stun", N_("STUN"),
          N_("of what is not SIP: NAT traversal") },
        { p.others[OTHER_DTLS], "not_sip_dtls", N_("DTLS"),
          N_("of what is not SIP: keys for media; it is not decrypted") },
        { p.others[OTHER_DNS], "not_sip_dns", N_("DNS"), N_("of what is not SIP: names") },
        { p.other, "other", N_("other packets"), N_("neither UDP, TCP, SCTP nor ICMP errors") },
        { p.broken, "broken", N_("broken packets"), N_("headers cut off or contradictory") },
        { p.unknown_link, "unknown_link", N_("unknown links"),
          N_("packets of a link type that cannot be read") },
        { n->gaps, "gaps", N_("gaps in TCP"), N_("holes in streams that the capture misses") },
        { n->gap_bytes, "gap_bytes", N_("bytes in gaps"), "" },
        { n->refused, "segments_refused", N_("refused segments"),
          N_("TCP that contradicts itself or jumps") },
        { n->unframed, "unframed_bytes", N_("unframed bytes"),
          N_("outside of any message of a SIP stream") },
        { n->fragments_lost, "fragments_lost", N_("lost fragments"),
          N_("IP datagrams that never became whole") },
        { n->fragments_refused, "fragments_refused", N_("refused datagr."),
          N_("IP fragments that overlap") },
        { n->sctp_lost, "sctp_lost", N_("lost SCTP chunks"),
          N_("of messages that never became whole") },
        { n->not_inflated, "not_inflated", N_("not inflated"),
          N_("WebSocket messages compressed with earlier ones that are missing") },
        { n->encrypted, "esp_encrypted", N_("encrypted ESP"),
          N_("packets of IPsec that cannot be read") },
        { t->without_keys, "tls_without_keys", N_("TLS unread"),
          N_("connections whose secrets are not known") },
        { t->foreign_suite, "tls_foreign_suite", N_("TLS suite"),
          N_("connections of a cipher suite that is not decrypted, such as CCM") },
        { t->early_data, "tls_early_data", N_("TLS early data"),
          N_("connections that begin with it (0-RTT): it is not decrypted, the rest is") },
        { n->hep_broken, "hep_broken", N_("broken HEP"), N_("nothing readable in it") },
        { other_hep(n), "hep_other", N_("other HEP"),
          N_("of agents: media reports, logs and the like") },
        { n->over_limit, "over_limit", N_("over limit"),
          N_("streams, messages and datagrams cut short") },
        { refused(session, "no_message"), "no_message", N_("no message"),
          N_("headers in logs with none behind them: keep-alives, or cut") },
        { d.kernel, "kernel_drops", N_("kernel drops"),
          N_("packets that came faster than they were read") },
        { d.interface, "interface_drops", N_("interface drops"),
          N_("packets that the network card lost") },
        { refused(session, "not_hep"), "not_hep", N_("not HEP"), N_("sent to a listener") },
        { refused(session, "broken_hep"), "broken_hep", N_("refused HEP"),
          N_("contradicts itself, sent to a listener") },
        { refused(session, "wrong_key"), "wrong_key", N_("wrong HEP key"),
          N_("packets of agents that do not know it") },
        { refused(session, "refused_connections"), "refused_connections", N_("refused conn."),
          N_("of agents: there were too many") },
        { refused(session, "closed_connections"), "closed_connections", N_("closed conn."),
          N_("of agents: silent, broken off or no HEP") },
    };
    _Static_assert(sizeof all / sizeof all[0] <= LEFT_OUT_MOST, "");
    memcpy(rows, all, sizeof all);
    return sizeof all / sizeof all[0];
}
