/* `report`: totals of everything the inputs held, as text for people or JSON for programs. */
#include "report.h"

#include <stdio.h>

#include "base/text.h"
#include "base/tr.h"
#include "calls.h"
#include "connections.h"
#include "findings.h"
#include "headless.h"
#include "left_out.h"
#include "metrics.h"
#include "net/plain.h"

static json_t *json_refused(const struct source_stats *stats)
{
    json_t *object = json_object();
    for (size_t i = 0; stats->refused_names[i]; i++)
        json_put_number(object, stats->refused_names[i], stats->refused[i]);
    return object;
}

static json_t *json_assumed(uint8_t assumed)
{
    static const char *const words[] = { "src", "dst", "transport", "date" };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (assumed >> i & 1)
            json_array_append_new(list, json_string(words[i]));
    return list;
}

static json_t *json_sources(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source *source = inputs_at(session->inputs, i);
        struct pipeline_counts counts = pipeline_counts_of(&session->pipeline, i);
        json_t *one = json_object();
        json_put(one, "name", SPAN(source->name));
        json_put(one, "kind", SPAN(source->ops->kind));
        json_put(one, "state", SPAN(source_state_word(source_state(source))));
        json_put_number(one, "packets", source->stats.packets);
        json_put_number(one, "bytes", counts.bytes);
        json_put_number(one, "messages", counts.sip);
        json_put_number(one, "drops", source_drops(source));
        if (source->stats.refused)
            json_object_set_new(one, "refused", json_refused(&source->stats));
        if (source->format) {
            json_put(one, "format", SPAN(source->format));
            json_object_set_new(one, "assumed", json_assumed(source->assumed));
        }
        if (source->trouble)
            json_put(one, "trouble", SPAN(source->trouble));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *json_methods(const struct store_counts *counts)
{
    json_t *object = json_object();
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        if (counts->methods[i])
            json_put_number(object, sip_method_name((uint8_t)i), counts->methods[i]);
    for (int i = 0; i < STORE_OTHER_METHODS && counts->others[i].count; i++)
        json_put_number(object, counts->others[i].name, counts->others[i].count);
    if (counts->methods[SIP_OTHER])
        json_put_number(object, "(other)", counts->methods[SIP_OTHER]);
    return object;
}

static json_t *json_codes(const struct store_counts *counts)
{
    json_t *object = json_object();
    for (int code = 0; code < 1000; code++) {
        char key[12];
        snprintf(key, sizeof key, "%03d", code);
        if (counts->codes[code])
            json_put_number(object, key, counts->codes[code]);
    }
    return object;
}

/* The word of the protocol, or the number where it has none. */
static const char *alert_name(uint8_t alert, char number[12])
{
    const char *name = tls_alert_name(alert);
    snprintf(number, 12, "%u", alert);
    return *name == '?' ? number : name;
}

static json_t *json_tls(const struct tls_counts *counts)
{
    char name[12];
    json_t *object = json_object();
    json_put_number(object, "connections", counts->connections);
    json_put_number(object, "decrypted", counts->decrypted);
    json_put_number(object, "without_keys", counts->without_keys);
    json_t *alerts = json_object();
    for (int i = 0; i < 256; i++)
        if (counts->alerts[i])
            json_put_number(alerts, alert_name((uint8_t)i, name), counts->alerts[i]);
    json_object_set_new(object, "alerts", alerts);
    return object;
}

static json_t *json_left_out(const struct session *session)
{
    struct left_out rows[LEFT_OUT_MOST];
    size_t count = left_out_list(session, rows);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        json_put_number(object, rows[i].word, rows[i].value);
    return object;
}

static void report_json(const struct session *session)
{
    const struct store_counts *c = store_counts(session->pipeline.store);
    struct calls_total calls = calls_total(session);
    json_t *report = json_object();
    json_object_set_new(report, "sources", json_sources(session));
    json_put_number(report, "packets", pipeline_counts(&session->pipeline).packets);
    json_put_number(report, "messages", c->messages);
    json_put_number(report, "malformed", c->malformed);
    json_put_number(report, "truncated", c->cut);
    json_put_number(report, "retransmissions", c->retransmissions);
    json_put_number(report, "duplicates", c->duplicates);
    json_put_number(report, "transactions", c->transactions);
    json_put_number(report, "dialogs", c->dialogs);
    json_put_number(report, "calls", calls.calls);
    json_put_number(report, "failed_calls", calls.failed);
    json_put_number(report, "joined_calls", calls.joined);
    json_put_number(report, "joined_legs", calls.legs);
    json_put_number(report, "call_ids", c->calls);
    json_object_set_new(report, "tls", json_tls(net_tls_counts(session->pipeline.net)));
    json_object_set_new(report, "connections", connections_json(session));
    json_object_set_new(report, "left_out", json_left_out(session));
    json_object_set_new(report, "methods", json_methods(c));
    json_object_set_new(report, "codes", json_codes(c));
    json_object_set_new(report, "metrics", metrics_json(session));
    json_object_set_new(report, "findings", findings_json(session));
    json_print(report, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
}

static void print_count(const char *label, uint64_t value, const char *note)
{
    printf("  %s%*s %12llu%s%s\n", label, text_pad(SPAN(label), 16), "", (unsigned long long)value,
           *note ? "  " : "", note);
}

static void print_tls(const struct tls_counts *counts)
{
    char note[128], name[12];
    if (counts->connections == 0)
        return;
    snprintf(note, sizeof note, _("decrypted %llu, without keys %llu"),
             (unsigned long long)counts->decrypted, (unsigned long long)counts->without_keys);
    print_count(_("tls connections"), counts->connections, note);
    for (int i = 0; i < 256; i++)
        if (counts->alerts[i])
            print_count(_("tls alerts"), counts->alerts[i], alert_name((uint8_t)i, name));
}

/* What did not become a message, and why; nothing when everything did. */
static void print_left_out(const struct session *session)
{
    struct left_out rows[LEFT_OUT_MOST];
    size_t count = left_out_list(session, rows);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].value == 0)
            continue;
        if (!any)
            printf("%s\n", _("Left out"));
        any = true;
        print_count(tr(rows[i].label), rows[i].value, *rows[i].note ? tr(rows[i].note) : "");
    }
}

static void print_source(const struct source *source)
{
    struct strbuf assumed = STRBUF_INIT;
    printf("%s", source_title(source));
    if (source->format)
        printf("  (%s)", source->format);
    plain_put_assumed(&assumed, source->assumed);
    if (assumed.n)
        printf(_("  assumed: %s"), strbuf_str(&assumed));
    printf("\n");
    strbuf_free(&assumed);
}

/* As `list calls` and the console have them; and how many of them are one across devices. */
static void print_calls(const struct session *session)
{
    char note[256];
    struct calls_total total = calls_total(session);
    int n = snprintf(note, sizeof note, _("%zu failed"), total.failed);
    if (total.joined)
        snprintf(note + n, sizeof note - (size_t)n,
                 tr_n("; %zu of the calls has %zu legs", "; %zu of the calls have %zu legs",
                      total.joined),
                 total.joined, total.legs);
    print_count(_("calls"), total.calls, note);
}

static void report_text(const struct session *session)
{
    static const char *const classes[SIP_CLASSES] = {
        N_("no response yet"), N_("provisional"), N_("success"),    N_("redirected"),
        N_("challenged"),      N_("cancelled"),   N_("4xx failed"), N_("5xx failed"),
        N_("6xx failed"),      N_("timed out"),
    };
    const struct store_counts *c = store_counts(session->pipeline.store);
    for (size_t i = 0; i < inputs_count(session->inputs); i++)
        print_source(inputs_at(session->inputs, i));
    print_count(_("packets"), pipeline_counts(&session->pipeline).packets, "");
    print_count(_("messages"), c->messages, "");
    print_count(_("malformed"), c->malformed, "");
    if (c->cut)
        print_count(_("cut"), c->cut, _("not captured to their end"));
    print_count(_("retransmissions"), c->retransmissions, "");
    print_count(_("duplicates"), c->duplicates, _("packets captured twice"));
    print_count(_("transactions"), c->transactions, "");
    print_count(_("dialogs"), c->dialogs, "");
    print_calls(session);
    print_count(_("Call-IDs"), c->calls, _("those of REGISTER, OPTIONS and the like, too"));
    print_tls(net_tls_counts(session->pipeline.net));
    printf("%s\n", _("Requests"));
    for (int i = SIP_OTHER + 1; i < SIP_METHODS; i++)
        if (c->methods[i])
            print_count(sip_method_name((uint8_t)i), c->methods[i], "");
    for (int i = 0; i < STORE_OTHER_METHODS && c->others[i].count; i++)
        print_count(c->others[i].name, c->others[i].count, "");
    printf("%s\n", _("Responses"));
    for (int code = 0; code < 1000; code++) {
        char label[12];
        snprintf(label, sizeof label, "%d", code);
        if (c->codes[code])
            print_count(label, c->codes[code], "");
    }
    printf("%s\n", _("Transactions by outcome"));
    for (int i = 0; i < SIP_CLASSES; i++)
        if (c->classes[i])
            print_count(tr(classes[i]), c->classes[i], "");
    metrics_print(session);
    connections_print(session);
    print_left_out(session);
    findings_print(session);
}

int report_run(struct session *session)
{
    headless_read(session);
    if (session->settings->json)
        report_json(session);
    else
        report_text(session);
    int status = headless_troubles(session);
    return status ? status : findings_status(session);
}
