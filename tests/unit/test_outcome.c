/*
 * What lists say of a call besides its findings: the answer that counts, whether a refusal was put
 * right, how bad what leads is, and which error is the most frequent. On the bundled traffic.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/evidence.h"
#include "diagnose/outcome.h"
#include "input/input.h"
#include "pipeline.h"
#include "tap.h"

static bool read_all(struct pipeline *pipeline, const char *path)
{
    char *error = NULL;
    const struct file_options options = { 0 };
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_file(path, &options, &error);
    struct packet packet;
    bool opened = source && inputs_add(inputs, source) == 0;
    while (opened && inputs_next(inputs, &packet) == INPUT_PACKET) {
        packet.mapped = false; /* the file is closed below */
        pipeline_packet(pipeline, &packet);
    }
    pipeline_finish(pipeline);
    while (diagnosis_run(pipeline->diagnosis, SIZE_MAX, true))
        continue;
    inputs_free(inputs);
    free(error);
    return opened;
}

/* The call whose Call-ID has these words; 0 without one. */
static uint32_t call_of(const struct store *store, const char *words)
{
    for (uint32_t id = 1; id < store_call_end(store); id++) {
        struct sip_message sip;
        const struct call *call = store_call(store, id);
        const struct transaction *t = call ? store_transaction(store, call->first_txn) : NULL;
        if (t && store_scan(store, transaction_head(t), &sip) == 0 &&
            span_search(sip.call_id, words))
            return id;
    }
    return 0;
}

/* Its transaction that was answered with the code. */
static uint32_t with_code(const struct store *store, uint32_t call, uint16_t code)
{
    const struct call *c = store_call(store, call);
    for (uint32_t id = c ? c->first_txn : 0; id; id = store_transaction(store, id)->next_in_call)
        if (store_transaction(store, id)->code == code)
            return id;
    return 0;
}

static void calls(const struct pipeline *pipeline)
{
    static const struct {
        const char *call;
        int severity;
        uint16_t leading;
        enum call_outcome outcome;
    } rows[] = {
        { "862-1-min-se", -1, 200, OUTCOME_ANSWERED },
        { "556-1-reg-brief", -1, 200, OUTCOME_OK },
        { "799-1-proxy-auth", -1, 200, OUTCOME_ANSWERED },
        { "880-1-no-ack", SEVERITY_ERROR, 200, OUTCOME_ANSWERED },
        { "691-1-bye-481", SEVERITY_ERROR, 200, OUTCOME_ANSWERED },
        { "925-1-glare", SEVERITY_NOTICE, 200, OUTCOME_ANSWERED },
        { "583-1-stuck", SEVERITY_WARNING, 100, OUTCOME_OPEN },
        { "538-1-reg-badpw", SEVERITY_ERROR, 403, OUTCOME_FAILED },
        { "853-1-bad-extension", SEVERITY_ERROR, 420, OUTCOME_FAILED },
    };
    const struct store *store = pipeline->store;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t id = call_of(store, rows[i].call);
        const struct call *call = store_call(store, id);
        const struct finding *lead = diagnosis_finding(pipeline->diagnosis,
                                                       diagnosis_lead(pipeline->diagnosis, id));
        const struct transaction *t = call ? store_transaction(store, call_leading(store, call))
                                           : NULL;
        tap_ok(t && t->code == rows[i].leading, "%s: %u counts", rows[i].call, rows[i].leading);
        tap_ok(call && call_outcome(pipeline->diagnosis, store, call, id) == rows[i].outcome &&
                   (lead ? lead->severity : -1) == rows[i].severity,
               "%s: what became of it, and how bad that is", rows[i].call);
    }
}

static void mended(const struct store *store)
{
    static const struct {
        const char *call;
        uint16_t code;
        bool mended;
    } rows[] = {
        { "862-1-min-se", 422, true },     { "556-1-reg-brief", 423, true },
        { "925-1-glare", 491, true },      { "799-1-proxy-auth", 407, true },
        { "808-1-redirected", 302, true }, { "538-1-reg-badpw", 401, false },
        { "853-1-bad-ext", 420, false },   { "700-1-busy", 486, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t id = with_code(store, call_of(store, rows[i].call), rows[i].code);
        uint32_t again = transaction_mended(store, id);
        tap_ok(id && (again != 0) == rows[i].mended, "%u of %s was %s", rows[i].code, rows[i].call,
               rows[i].mended ? "sent again and accepted" : "the end");
        if (again)
            tap_ok(store_transaction(store, again)->code == 200, "and that is where");
    }
}

/* What the list and the pane say of transactions without a finding. */
static void words(const struct store *store)
{
    static const struct {
        const char *call;
        uint16_t code;
        bool rang;
        const char *why, *fact;
    } rows[] = {
        { "745-1-no-answer-408", 408, true, "nobody picked up (rang for 9.3s): 408 from 127.0.0.50",
          "It rang for 9.3s (180), then came 408" },
        { "907-1-not-acceptable", 606, false,
          "Insufficient bandwidth for audio on this link, says 127.0.0.58",
          "Warning: 370 127.0.0.58" },
        { "862-1-min-se", 422, false, "session timer at least 90 s; sent again and accepted",
          "Session-Expires: 90" },
        { "556-1-reg-brief", 423, false, "expiry at least 60 s; sent again and accepted",
          "Expires: 60, and accepted with 200: nothing to do" },
        { "808-1-redirected", 302, false, "to sip:", "Redirected to" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t id = with_code(store, call_of(store, rows[i].call), rows[i].code);
        struct strbuf line = STRBUF_INIT;
        struct evidence evidence;
        bool told = false;
        why_line(&line, NULL, store, id);
        evidence_collect(&evidence, store, id);
        for (size_t f = 0; f < evidence.count; f++)
            told = told || strstr(evidence.facts[f].text, rows[i].fact);
        tap_ok((transaction_rang(store, id) != 0) == rows[i].rang &&
                   strncmp(strbuf_str(&line), rows[i].why, strlen(rows[i].why)) == 0,
               "%s: %s", rows[i].call, strbuf_str(&line));
        tap_ok(told, "%s: the pane says \"%s\"", rows[i].call, rows[i].fact);
        evidence_free(&evidence);
        strbuf_free(&line);
    }
}

static void tells(bool told, struct strbuf *text, const char *begins, const char *call)
{
    tap_ok(told == (*begins != '\0') && strncmp(strbuf_str(text), begins, strlen(begins)) == 0,
           "%s: \"%s\"", call, strbuf_str(text));
    strbuf_free(text);
}

/* Why, and what to do first, of failures without a finding; the code's page tells it of the others. */
static void causes_and_steps(const struct store *store)
{
    static const struct {
        const char *call;
        uint16_t code;
        const char *cause, *step;
    } rows[] = {
        { "745-1-no-answer-408", 408,
          "It rang, so the callee is reached: nobody picked up until 127.0.0.50", "Nothing to do" },
        { "907-1-not-acceptable", 606,
          "127.0.0.58 says itself why: \"Insufficient bandwidth for audio on this link\"",
          "Repair what the Warning names" },
        { "700-1-busy", 486, "", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strbuf cause = STRBUF_INIT, step = STRBUF_INIT;
        uint32_t id = with_code(store, call_of(store, rows[i].call), rows[i].code);
        tells(evidence_cause(&cause, store, id), &cause, rows[i].cause, rows[i].call);
        tells(evidence_first_step(&step, store, id), &step, rows[i].step, rows[i].call);
    }
}

static void most_frequent(struct pipeline *pipeline)
{
    const struct diagnosis *d = pipeline->diagnosis;
    struct finding_top all = diagnosis_top(d, false), lately = diagnosis_top(d, true);
    tap_ok(all.rule && all.findings == diagnosis_count(d, all.rule).findings &&
               finding_rule_severity(all.rule) == SEVERITY_ERROR,
           "the most frequent error");
    tap_ok(lately.rule == all.rule && lately.findings == all.findings,
           "in less than five minutes it is the same lately");
    store_advance(pipeline->store,
                  store_now(pipeline->store) + 2 * FINDING_RECENT_S * 1000000000LL);
    tap_ok(diagnosis_top(d, true).rule == 0 && diagnosis_top(d, false).rule == all.rule,
           "ten minutes later nothing was found lately");
}

int main(void)
{
    const char *source = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
    char *demo = mem_format("%s/demo/demo.pcapng", source);
    struct pipeline pipeline;
    bool read = pipeline_open(&pipeline, store_new(64 << 20)) == 0 && read_all(&pipeline, demo);
    tap_ok(read, "the bundled traffic is read");
    calls(&pipeline);
    mended(pipeline.store);
    words(pipeline.store);
    causes_and_steps(pipeline.store);
    most_frequent(&pipeline);
    pipeline_close(&pipeline);
    free(demo);
    return tap_done();
}
