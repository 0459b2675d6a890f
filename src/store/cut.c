/* See cut.h. */
#include "store/cut.h"

#include "base/tr.h"
#include "sip/sdp.h"

enum cut message_cut(const struct message *m, const struct sip_message *sip)
{
    if (!(m->flags & MESSAGE_TRUNCATED))
        return CUT_NOTHING;
    if (sip->problems & SIP_NO_END)
        return CUT_HEADERS;
    if (sip->content_length >= 0 && (int64_t)sip->body.n >= sip->content_length)
        return CUT_NOTHING;
    bool described = sdp_of(sip).n > 0 || span_starts(sip->content_type, "application/sdp");
    return described ? CUT_SDP : CUT_BODY;
}

/* Who left it out: a snap length shows in the packet, a lost fragment in the datagram. */
static const char *reason(const struct message *m)
{
    if (m->flags & MESSAGE_LOGGED)
        return _("the log has no more");
    if (m->flags & MESSAGE_FRAGMENTED)
        return _("first IP fragments only");
    if (!(m->flags & MESSAGE_APART) && m->caplen < m->origlen)
        return _("snap length of the capture");
    return _("bytes were lost on the way to the capture");
}

void cut_put(struct strbuf *out, const struct store *store, uint32_t message)
{
    struct sip_message sip;
    const struct message *m = store_message(store, message);
    if (!m || store_scan(store, message, &sip) < 0)
        return;
    enum cut cut = message_cut(m, &sip);
    if (cut == CUT_HEADERS)
        strbuf_format(out, _("the headers are cut: %u bytes captured (%s)"), m->payload_len,
                      reason(m));
    else if (cut && sip.content_length >= 0)
        strbuf_format(out, _("the body is cut: %zu of %lld bytes captured (%s)"), sip.body.n,
                      (long long)sip.content_length, reason(m));
    else if (cut)
        strbuf_format(out, _("the body is cut: %zu bytes captured (%s)"), sip.body.n, reason(m));
}

static bool is_cut(const struct store *store, uint32_t message)
{
    struct sip_message sip;
    const struct message *m = store_message(store, message);
    return m && m->flags & MESSAGE_TRUNCATED && store_scan(store, message, &sip) == 0 &&
           message_cut(m, &sip) != CUT_NOTHING;
}

uint32_t transaction_cut(const struct store *store, const struct transaction *txn)
{
    if (is_cut(store, txn->request))
        return txn->request;
    uint32_t answer = txn->final ? txn->final : txn->provisional;
    return is_cut(store, answer) ? answer : 0;
}
