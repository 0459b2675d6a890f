/*
 * Headless runs: read the inputs to their end, then print totals (`report`) or a
 * row each (`list`), as text for people or JSON for programs.
 */
#include "report.h"

#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "diagnose/evidence.h"
#include "sip/fields.h"
#include "store/filter.h"

#define SLICE_NS 100000000LL
#define TICK_MS 200

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void wait_for_input(const struct session *session)
{
    struct pollfd fds[64];
    nfds_t n = 0;
    int wait = TICK_MS;
    for (size_t i = 0; i < inputs_count(session->inputs) && n < 64; i++) {
        const struct source *source = inputs_at(session->inputs, i);
        if (source->ended)
            continue;
        if (source->fd >= 0)
            fds[n++] = (struct pollfd){ source->fd, POLLIN, 0 };
        else
            wait = 10;
    }
    poll(fds, n, wait);
}

/* Reads until every input has ended, the duration is over or somebody interrupts. */
static void read_all(struct session *session)
{
    struct sigaction action = { .sa_handler = on_interrupt };
    int64_t end = session->settings->duration
                      ? session_clock() + session->settings->duration * 1000000000LL
                      : INT64_MAX;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    bool bounded = inputs_live(session->inputs);
    while (!interrupted && session_clock() < end) {
        enum input_status status = session_feed(session, bounded ? SLICE_NS : 0);
        if (status == INPUT_END)
            break;
        if (status == INPUT_WAIT) {
            wait_for_input(session);
            session_tick(session);
        }
    }
    inputs_refresh(session->inputs);
}

/* Troubles of the inputs: one line each on standard error; whether any input gave nothing at all. */
static int print_troubles(const struct session *session)
{
    int status = 0;
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source *source = inputs_at(session->inputs, i);
        if (!source->trouble)
            continue;
        struct strbuf line = STRBUF_INIT;
        text_visible(&line, SPAN(source->trouble), true);
        fprintf(stderr, "sipwhy: %s\n", strbuf_str(&line));
        strbuf_free(&line);
        if (source->stats.packets == 0)
            status = 2;
    }
    if (session->pipeline.counts.unknown_link)
        fprintf(stderr, "sipwhy: %llu packets of link type %u cannot be decoded\n",
                (unsigned long long)session->pipeline.counts.unknown_link,
                session->pipeline.counts.link);
    return status;
}

/* A JSON string from network bytes: invalid UTF-8 is replaced, NUL kept as it is. */
static json_t *json_text(struct span s)
{
    struct strbuf text = STRBUF_INIT;
    text_valid(&text, s);
    json_t *value = json_stringn(strbuf_str(&text), text.n);
    strbuf_free(&text);
    return value;
}

static void put(json_t *object, const char *key, struct span value)
{
    json_object_set_new(object, key, json_text(value));
}

static void put_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *json_sources(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source *source = inputs_at(session->inputs, i);
        json_t *one = json_object();
        put(one, "name", SPAN(source->name));
        put(one, "kind", SPAN(source->ops->kind));
        put_number(one, "packets", source->stats.packets);
        put_number(one, "drops", source->stats.kernel_drops + source->stats.interface_drops);
        if (source->trouble)
            put(one, "trouble", SPAN(source->trouble));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *json_methods(const struct store_counts *counts)
{
    json_t *object = json_object();
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        if (counts->methods[i])
            put_number(object, sip_method_name((uint8_t)i), counts->methods[i]);
    for (int i = 0; i < STORE_OTHER_METHODS && counts->others[i].count; i++)
        put_number(object, counts->others[i].name, counts->others[i].count);
    if (counts->methods[SIP_OTHER])
        put_number(object, "(other)", counts->methods[SIP_OTHER]);
    return object;
}

static json_t *json_codes(const struct store_counts *counts)
{
    json_t *object = json_object();
    for (int code = 0; code < 1000; code++) {
        char key[8];
        snprintf(key, sizeof key, "%03d", code);
        if (counts->codes[code])
            put_number(object, key, counts->codes[code]);
    }
    return object;
}

static void print_json(json_t *value, size_t flags)
{
    json_dumpf(value, stdout, flags | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(value);
}

static void report_json(const struct session *session)
{
    const struct store_counts *c = store_counts(session->pipeline.store);
    json_t *report = json_object();
    json_object_set_new(report, "sources", json_sources(session));
    put_number(report, "packets", session->pipeline.counts.packets);
    put_number(report, "messages", c->messages);
    put_number(report, "malformed", c->malformed);
    put_number(report, "retransmissions", c->retransmissions);
    put_number(report, "duplicates", c->duplicates);
    put_number(report, "transactions", c->transactions);
    put_number(report, "dialogs", c->dialogs);
    put_number(report, "calls", c->calls);
    json_object_set_new(report, "methods", json_methods(c));
    json_object_set_new(report, "codes", json_codes(c));
    json_object_set_new(report, "findings", json_array());
    print_json(report, JSON_INDENT(1));
}

static void print_count(const char *label, uint64_t value, const char *note)
{
    printf("  %-16s %12llu%s%s\n", label, (unsigned long long)value, *note ? "  " : "", note);
}

static void report_text(const struct session *session)
{
    static const char *const classes[SIP_CLASSES] = {
        "no response yet", "provisional", "success", "redirected", "challenged",
        "cancelled", "4xx failed", "5xx failed", "6xx failed", "timed out",
    };
    const struct store_counts *c = store_counts(session->pipeline.store);
    const struct pipeline_counts *p = &session->pipeline.counts;
    for (size_t i = 0; i < inputs_count(session->inputs); i++)
        printf("%s\n", inputs_at(session->inputs, i)->name);
    print_count("packets", p->packets, "");
    print_count("messages", c->messages, "");
    print_count("malformed", c->malformed, "");
    print_count("retransmissions", c->retransmissions, "");
    print_count("duplicates", c->duplicates, "packets captured twice");
    print_count("transactions", c->transactions, "");
    print_count("dialogs", c->dialogs, "");
    print_count("calls", c->calls, "");
    printf("Requests\n");
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        if (c->methods[i])
            print_count(sip_method_name((uint8_t)i), c->methods[i], "");
    for (int i = 0; i < STORE_OTHER_METHODS && c->others[i].count; i++)
        print_count(c->others[i].name, c->others[i].count, "");
    printf("Responses\n");
    for (int code = 0; code < 1000; code++) {
        char label[8];
        snprintf(label, sizeof label, "%d", code);
        if (c->codes[code])
            print_count(label, c->codes[code], "");
    }
    printf("Transactions by outcome\n");
    for (int i = 0; i < SIP_CLASSES; i++)
        if (c->classes[i])
            print_count(classes[i], c->classes[i], "");
}

int report_run(struct session *session)
{
    if (session->settings->filter) {
        fputs("sipwhy: report counts everything; --filter belongs to 'sipwhy list'\n", stderr);
        return 2;
    }
    read_all(session);
    if (session->settings->json)
        report_json(session);
    else
        report_text(session);
    return print_troubles(session);
}

/* One row of `list`: columns of text, or one JSON object. */
struct row {
    const struct session *session;
    const struct store *store;
    struct sip_message head;
};

static const char *address_text(const struct row *row, uint32_t message, bool source, char *buf)
{
    const struct message *m = store_message(row->store, message);
    const struct flow *flow = store_flow(row->store, m->flow);
    /* seen from the request: a lone response came the other way */
    return addr_format((m->code != 0) != source ? &flow->src : &flow->dst, buf);
}

static struct span method_text(const struct row *row, const struct transaction *t)
{
    return t->method == SIP_OTHER ? row->head.method : SPAN(sip_method_name(t->method));
}

static struct span reason_of(const struct row *row, const struct transaction *t,
                             struct sip_message *m)
{
    uint32_t id = t->final ? t->final : t->provisional;
    return store_scan(row->store, id, m) == 0 ? m->reason : SPAN_NONE;
}

static void transaction_json(struct row *row, uint32_t id, const struct transaction *t)
{
    char text[ADDR_TEXT], when[TIME_TEXT];
    struct sip_message deciding;
    struct strbuf why = STRBUF_INIT;
    uint32_t head = transaction_head(t);
    json_t *o = json_object();
    int64_t rtt = transaction_rtt(row->store, t);
    put(o, "time", SPAN(time_iso(t->time_ns, when)));
    put(o, "method", method_text(row, t));
    put(o, "call_id", row->head.call_id);
    put(o, "branch", row->head.branch);
    put_number(o, "cseq", t->cseq);
    put(o, "from", row->head.from);
    put(o, "to", row->head.to);
    put(o, "src", SPAN(address_text(row, head, true, text)));
    put(o, "dst", SPAN(address_text(row, head, false, text)));
    put(o, "transport",
        SPAN(transport_name(store_flow(row->store, store_message(row->store, head)->flow)->transport)));
    json_object_set_new(o, "code", t->code ? json_integer(t->code) : json_null());
    put(o, "reason", reason_of(row, t, &deciding));
    put(o, "state", SPAN(transaction_state_name(t->state)));
    json_object_set_new(o, "rtt_ms", rtt < 0 ? json_null() : json_real((double)rtt / 1e6));
    put_number(o, "retransmissions", t->retransmissions);
    put_number(o, "duplicates", t->duplicates);
    put_number(o, "messages", t->messages);
    why_line(&why, row->store, id);
    put(o, "why", strbuf_as_span(&why));
    strbuf_free(&why);
    print_json(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

static void print_visible(struct span s, int width)
{
    struct strbuf text = STRBUF_INIT;
    text_visible(&text, s, true);
    struct span fit = width ? text_fit(strbuf_as_span(&text), (size_t)width) : strbuf_as_span(&text);
    printf("%.*s%*s ", SPAN_ARG(fit), width > 0 ? width - (int)text_width(fit) : 0, "");
    strbuf_free(&text);
}

static void transaction_text(struct row *row, uint32_t id, const struct transaction *t)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT], when[TIME_TEXT], code[16] = "-";
    struct strbuf why = STRBUF_INIT;
    struct sip_address from, to;
    uint32_t head = transaction_head(t);
    sip_read_address(row->head.from, &from);
    sip_read_address(row->head.to, &to);
    if (t->code)
        snprintf(code, sizeof code, "%u", t->code);
    printf("%s ", time_date(t->time_ns, when));
    print_visible(method_text(row, t), 9);
    print_visible(from.user.n ? from.user : from.host, 16);
    print_visible(to.user.n ? to.user : to.host, 16);
    printf("%s > %s  %s %s ", address_text(row, head, true, src),
           address_text(row, head, false, dst), code, transaction_state_name(t->state));
    why_line(&why, row->store, id);
    print_visible(strbuf_as_span(&why), 0);
    printf("\n");
    strbuf_free(&why);
}

static void list_transactions(struct row *row, const struct filter *filter)
{
    for (uint32_t id = 1; id < store_transaction_end(row->store); id++) {
        const struct transaction *t = store_transaction(row->store, id);
        if (!t || (filter && !filter_match(filter, row->store, id)) ||
            store_scan(row->store, transaction_head(t), &row->head) < 0)
            continue;
        if (row->session->settings->json)
            transaction_json(row, id, t);
        else
            transaction_text(row, id, t);
    }
}

static void message_json(const struct row *row, const struct message *m,
                         const struct sip_message *sip)
{
    char text[ADDR_TEXT], when[TIME_TEXT];
    const struct flow *flow = store_flow(row->store, m->flow);
    json_t *o = json_object();
    put(o, "time", SPAN(time_iso(m->time_ns, when)));
    put_number(o, "frame", m->frame);
    put_number(o, "source", m->source);
    put(o, "src", SPAN(addr_format(&flow->src, text)));
    put(o, "dst", SPAN(addr_format(&flow->dst, text)));
    put(o, "transport", SPAN(transport_name(flow->transport)));
    put(o, "start_line", sip->start_line);
    put(o, "call_id", sip->call_id);
    put(o, "branch", sip->branch);
    put_number(o, "cseq", sip->cseq);
    put(o, "method", m->method == SIP_OTHER ? sip->method : SPAN(sip_method_name(m->method)));
    json_object_set_new(o, "code", m->code ? json_integer(m->code) : json_null());
    json_object_set_new(o, "retransmission", json_boolean(m->flags & MESSAGE_RETRANSMISSION));
    json_object_set_new(o, "duplicate", json_boolean(m->flags & MESSAGE_DUPLICATE));
    json_object_set_new(o, "malformed", json_boolean(m->flags & MESSAGE_MALFORMED));
    json_object_set_new(o, "truncated", json_boolean(m->flags & MESSAGE_TRUNCATED));
    print_json(o, JSON_COMPACT);
}

static void message_row(const struct row *row, uint32_t id)
{
    char when[TIME_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
    struct sip_message sip;
    const struct message *m = store_message(row->store, id);
    if (store_scan(row->store, id, &sip) < 0)
        return;
    if (row->session->settings->json) {
        message_json(row, m, &sip);
        return;
    }
    const struct flow *flow = store_flow(row->store, m->flow);
    printf("%6u %s %s > %s  ", m->frame, time_date(m->time_ns, when),
           addr_format(&flow->src, src), addr_format(&flow->dst, dst));
    print_visible(sip.start_line, 0);
    printf("%s\n", m->flags & MESSAGE_RETRANSMISSION ? " (retransmission)"
                   : m->flags & MESSAGE_DUPLICATE    ? " (duplicate)"
                                                     : "");
}

struct ordered {
    int64_t time_ns;
    uint64_t order;
    uint32_t id;
};

static int by_time(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* All messages of the chosen transactions, in order of time. */
static void list_messages(struct row *row, const struct filter *filter)
{
    const struct store_counts *c = store_counts(row->store);
    struct ordered *all = mem_alloc((c->live_messages + 1) * sizeof *all);
    size_t n = 0;
    for (uint32_t id = 1; id < store_transaction_end(row->store); id++) {
        const struct transaction *t = store_transaction(row->store, id);
        if (!t || (filter && !filter_match(filter, row->store, id)))
            continue;
        for (uint32_t m = t->first; m && n < c->live_messages;) {
            const struct message *message = store_message(row->store, m);
            all[n++] = (struct ordered){ message->time_ns,
                                         (uint64_t)message->source << 32 | message->frame, m };
            m = message->next;
        }
    }
    qsort(all, n, sizeof *all, by_time);
    for (size_t i = 0; i < n; i++)
        message_row(row, all[i].id);
    free(all);
}

/* The request that began a call, and how it stands now. */
static const struct transaction *leading(const struct store *store, const struct call *call)
{
    const struct transaction *first = store_transaction(store, call->first_txn);
    const struct transaction *best = first;
    int looked = 0;
    for (const struct transaction *t = first; t && looked < 1000; looked++) {
        if (t->method == first->method && t->cseq >= best->cseq)
            best = t;
        t = store_transaction(store, t->next_in_call);
    }
    return best;
}

static void call_row(struct row *row, const struct call *call, const struct transaction *t)
{
    char when[TIME_TEXT], lasted[TIME_TEXT];
    if (row->session->settings->json) {
        json_t *o = json_object();
        put(o, "time", SPAN(time_iso(call->first_ns, when)));
        put(o, "call_id", row->head.call_id);
        put(o, "method", method_text(row, t));
        put(o, "from", row->head.from);
        put(o, "to", row->head.to);
        json_object_set_new(o, "code", t->code ? json_integer(t->code) : json_null());
        put_number(o, "transactions", call->transactions);
        put_number(o, "messages", call->messages);
        put_number(o, "duration_ms", (uint64_t)(call->last_ns - call->first_ns) / 1000000);
        json_object_set_new(o, "finished", json_boolean(call->finished));
        print_json(o, JSON_COMPACT);
        return;
    }
    printf("%s %8s ", time_date(call->first_ns, when),
           time_short(call->last_ns - call->first_ns, lasted));
    print_visible(method_text(row, t), 9);
    printf("%3u %4u messages ", t->code, call->messages);
    print_visible(row->head.call_id, 0);
    printf("\n");
}

static bool call_matches(const struct store *store, const struct call *call,
                         const struct filter *filter)
{
    for (uint32_t id = call->first_txn; filter && id;) {
        if (filter_match(filter, store, id))
            return true;
        id = store_transaction(store, id)->next_in_call;
    }
    return !filter;
}

static void list_calls(struct row *row, const struct filter *filter)
{
    for (uint32_t id = 1; id < store_call_end(row->store); id++) {
        const struct call *call = store_call(row->store, id);
        if (!call || !call_matches(row->store, call, filter))
            continue;
        const struct transaction *t = leading(row->store, call);
        if (t && store_scan(row->store, transaction_head(t), &row->head) == 0)
            call_row(row, call, t);
    }
}

static const struct {
    const char *name;
    void (*list)(struct row *row, const struct filter *filter);
} lists[] = {
    { "transactions", list_transactions },
    { "calls", list_calls },
    { "messages", list_messages },
};

int list_run(struct session *session, const char *what)
{
    struct row row = { .session = session, .store = session->pipeline.store };
    struct filter *filter = NULL;
    struct filter_error error;
    if (session->settings->filter) {
        filter = filter_parse(session->settings->filter, &error);
        if (!filter) {
            fprintf(stderr, "sipwhy: filter, at character %zu: %s\n", error.offset + 1,
                    error.message);
            return 2;
        }
    }
    read_all(session);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(lists[i].name, what) == 0)
            lists[i].list(&row, filter);
    filter_free(filter);
    return print_troubles(session);
}
