/*
 * Any bytes as datagrams of a conversation, read by the scanner, taken into a
 * small store, diagnosed and laid out as ladders. A byte 0xff, which SIP in UTF-8 never has, ends a datagram; the
 * byte behind it chooses direction, hop and the time until the next one.
 */
#include <stdlib.h>

#include "pipeline.h"
#include "sip/fields.h"
#include "sip/reginfo.h"
#include "store/ladder_session.h"

#define BUDGET 98304 /* the least sizes of all tables are 64 KiB */
#define HEADER 28    /* IPv4 and UDP */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool good)
{
    if (!good)
        abort();
}

static void inside(struct span s, struct span whole)
{
    insist(s.n == 0 || (s.p >= whole.p && span_end(s) <= span_end(whole)));
}

static void read_value(struct span value, struct span whole)
{
    struct span rest = value, one, a, b;
    struct sip_address address;
    uint32_t number;
    while (sip_next_value(&rest, &one)) {
        inside(one, value);
        sip_read_address(one, &address);
        inside(address.display, one);
        inside(address.uri, one);
        inside(address.user, one);
        inside(address.host, one);
        inside(address.params, one);
        inside(sip_param(one, "lr"), one);
        sip_read_via(one, &a, &b);
        inside(a, one);
        inside(b, one);
    }
    sip_read_cseq(value, &number, &a);
    inside(a, whole);
    inside(sip_auth_param(value, "realm"), whole);
}

static void check_message(struct span whole)
{
    struct sip_message m;
    struct span name, value;
    if (sip_scan(&m, whole.p, whole.n) < 0)
        return;
    const struct span fields[] = { m.all,      m.start_line,  m.method,  m.uri,     m.reason,
                                   m.via,      m.branch,      m.sent_by, m.from,    m.to,
                                   m.from_tag, m.to_tag,      m.call_id, m.contact, m.body,
                                   m.headers,  m.content_type };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        inside(fields[i], whole);
    insist(m.method_id < SIP_METHODS && m.cseq_method < SIP_METHODS && m.code < 1000);
    struct span rest = m.headers;
    while (sip_next_header(&rest, &name, &value)) {
        inside(name, m.headers);
        inside(value, m.headers);
        read_value(value, whole);
    }
    struct reginfo info = reginfo_make(m.body);
    while (reginfo_next_ended(&info)) {
        inside(info.aor, m.body);
        inside(info.contact, m.body);
    }
    insist(span_same(sip_find_header(&m, "call-id"), m.call_id) || m.problems & SIP_NO_CALL_ID);
}

/* The datagram as a packet of its own, in memory of just its size. */
static void send(struct pipeline *pipeline, struct span text, uint8_t how, int64_t time_ns)
{
    static const uint8_t ip[20] = { 0x45, [8] = 64, 17, [12] = 10, 0, 0, 1, 10, 0, 0, 2 };
    size_t n = text.n + HEADER;
    uint8_t *p = malloc(n);
    memset(p, 0, HEADER);
    memcpy(p, ip, sizeof ip);
    p[how & 1 ? 15 : 19] = (uint8_t)(3 - (how & 1) + (how >> 1 & 1));
    p[5] = how & 4 ? 7 : 0;
    if (how & 128) /* on the public network, where private addresses are a fault */
        p[12] = p[16] = 203;
    p[24] = (uint8_t)((text.n + 8) >> 8);
    p[25] = (uint8_t)(text.n + 8);
    memcpy(p + HEADER, text.p, text.n);
    struct packet packet = { .time_ns = time_ns,
                             .data = p,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .linktype = 101 };
    pipeline_packet(pipeline, &packet);
    pipeline_flush(pipeline);
    free(p);
}

static void check_store(const struct store *store)
{
    const struct store_counts *c = store_counts(store);
    uint64_t live = 0, messages = 0;
    struct sip_message m;
    for (uint32_t id = 1; id < store_transaction_end(store); id++) {
        const struct transaction *t = store_transaction(store, id);
        if (!t)
            continue;
        live++;
        insist(store_call(store, t->call) != NULL);
        for (uint32_t one = t->last; one; one = store_message(store, one)->previous, messages++)
            insist(store_message(store, one)->transaction == id && store_scan(store, one, &m) == 0);
    }
    insist(live == c->live_transactions && messages == c->live_messages);
    insist(store_bytes(store) <= BUDGET);
}

/* Everything that is found can be put into words, and leads to what is stored. */
static void check_findings(struct pipeline *pipeline)
{
    const struct diagnosis *d = pipeline->diagnosis;
    while (diagnosis_run(pipeline->diagnosis, SIZE_MAX, true))
        continue;
    for (uint32_t id = 1; id < diagnosis_end(d); id++) {
        struct finding_text text;
        if (!diagnosis_finding(d, id))
            continue;
        insist(diagnosis_explain(d, id, &text) == 0 && text.summary && text.cause && text.remedy);
        for (size_t i = 0; i < text.nproofs; i++)
            insist(!text.proofs[i].message ||
                   store_message(pipeline->store, text.proofs[i].message));
        finding_text_free(&text);
    }
}

/* Every message of the call has a row, and every row its columns and its time. */
static void check_ladder(const struct store *store, uint32_t call, const struct ladder_options *how)
{
    struct ladder ladder;
    struct session_note note;
    ladder_build(&ladder, store, &call, 1, how);
    insist(ladder.nrows > 0 && ladder.ncolumns <= LADDER_COLUMNS);
    for (size_t i = 0; i < ladder.nrows; i++) {
        const struct ladder_row *row = &ladder.rows[i];
        insist(row->from < ladder.ncolumns && row->to < ladder.ncolumns);
        insist(i == 0 || row->time_ns >= ladder.rows[i - 1].time_ns);
        session_look(&note, &ladder, store, i);
        if (note.role != SESSION_NONE)
            session_agreed(&note);
    }
    for (uint32_t id = store_call(store, call)->first_txn; id;) {
        const struct transaction *t = store_transaction(store, id);
        for (uint32_t one = t->last; one; one = store_message(store, one)->previous)
            insist(ladder_find(&ladder, store, one) < ladder.nrows);
        id = t->next_in_call;
    }
    ladder_free(&ladder);
}

static void check_ladders(const struct store *store)
{
    static const struct ladder_options ways[] = {
        { .columns = LADDER_BY_HOST },
        { .columns = LADDER_BY_PORT, .unfolded = true },
    };
    for (uint32_t call = 1; call < store_call_end(store); call++)
        for (size_t i = 0; store_call(store, call) && i < sizeof ways / sizeof ways[0]; i++)
            check_ladder(store, call, &ways[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pipeline pipeline;
    insist(pipeline_open(&pipeline, store_new(BUDGET)) == 0);
    struct span rest = { (const char *)data, size };
    int64_t time_ns = 0;
    while (rest.n > 0) {
        const char *end = span_find(rest, '\xff');
        struct span text = span_make(rest.p, end ? end : span_end(rest));
        uint8_t how = end && end + 1 < span_end(rest) ? (uint8_t)end[1] : 0;
        char *copy = malloc(text.n ? text.n : 1);
        if (text.n)
            memcpy(copy, text.p, text.n);
        check_message((struct span){ copy, text.n });
        free(copy);
        if (text.n < 60000)
            send(&pipeline, text, how, time_ns);
        time_ns += (int64_t)(how >> 3) * (how >> 3) * 50000000;
        size_t skip = text.n + 2 < rest.n ? text.n + 2 : rest.n;
        rest = (struct span){ rest.p + skip, rest.n - skip };
    }
    check_findings(&pipeline);
    check_store(pipeline.store);
    check_ladders(pipeline.store);
    pipeline_close(&pipeline);
    return 0;
}
