/*
 * Statistics: spreads of times, and what must hold of any traffic: slots and groups add up to the
 * whole, slices count like one pass, a group's condition finds what was counted in it, and a window
 * counts what began in it. The numbers themselves are tested by the golden cases.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/statistics.h"
#include "input/input.h"
#include "pipeline.h"
#include "tap.h"

#define MS 1000000LL

static void test_spread(void)
{
    struct spread s = { 0 };
    tap_ok(spread_mean(&s) == -1 && spread_percentile(&s, 50) == -1, "nothing has no mean");
    for (int i = 1; i <= 100; i++)
        spread_add(&s, i * MS);
    int64_t half = spread_percentile(&s, 50), most = spread_percentile(&s, 95);
    tap_ok(spread_mean(&s) == 50500000 && s.least_ns == MS && s.most_ns == 100 * MS,
           "mean, least and most of 1 to 100 ms are exact");
    tap_ok(half >= 50 * MS && half <= 57 * MS, "half are within 50 ms, told an eighth too long at "
                                               "most");
    tap_ok(most >= 95 * MS && most <= 100 * MS && spread_percentile(&s, 100) == 100 * MS,
           "a percentile is never beyond the longest");
    struct spread two = { 0 }, both = { 0 };
    spread_add(&two, 200 * MS);
    spread_merge(&both, &two);
    spread_merge(&both, &s);
    tap_ok(both.count == 101 && both.least_ns == MS && both.most_ns == 200 * MS &&
               spread_percentile(&both, 50) == half,
           "two are put together as if they had been one");
    spread_add(&s, -5);
    spread_add(&s, INT64_MAX);
    tap_ok(s.least_ns == 0 && s.most_ns == INT64_MAX && spread_mean(&s) > 0,
           "a time that ran backwards is 0, and the longest of all is taken");
}

/* The first packet may have another time than its own: a clock that was not set. */
static bool read_all(struct pipeline *pipeline, const char *path, int64_t first_ns)
{
    char *error = NULL;
    struct packet packet;
    const struct file_options options = { 0 };
    struct inputs *inputs = inputs_new();
    struct source *source = source_open_file(path, &options, &error);
    free(error);
    if (!source || inputs_add(inputs, source) < 0 ||
        pipeline_open(pipeline, store_new(64 << 20)) < 0)
        return false;
    while (inputs_next(inputs, &packet) == INPUT_PACKET) {
        packet.time_ns = first_ns >= 0 ? first_ns : packet.time_ns;
        first_ns = -1;
        packet.mapped = false; /* the file goes before the store */
        pipeline_packet(pipeline, &packet);
    }
    pipeline_finish(pipeline);
    inputs_free(inputs);
    return true;
}

/* A pass in slices of `most`. */
static const struct statistics *count(struct census *c, const struct statistics_query *query,
                                      size_t most)
{
    census_begin(c, query);
    while (census_work(c, most))
        continue;
    return census_result(c);
}

static void test_sums(struct census *c)
{
    const struct statistics *s = count(
        c, &(struct statistics_query){ .slots = 60, .by = BY_DESTINATION }, SIZE_MAX);
    uint64_t messages = 0, attempts = 0, up_ns = 0, classes = 0, grouped = 0;
    for (uint32_t i = 0; i < s->nslots; i++) {
        messages += s->slots[i].messages;
        attempts += s->slots[i].attempts;
        up_ns += s->slots[i].up_ns;
    }
    for (int i = 0; i < SIP_CLASSES; i++)
        classes += s->total.classes[i];
    for (uint32_t i = 0; i < s->ngroups; i++)
        grouped += s->groups[i].measures.transactions;
    tap_ok(s->nslots > 30 && s->nslots <= 60, "the slots are as many as fit");
    tap_ok(messages == s->total.messages && messages == 615, "they hold all messages");
    tap_ok(attempts == s->total.attempts && attempts > 0 && up_ns == s->total.up_ns,
           "all attempts, and for how long calls were up");
    tap_ok(classes == s->total.transactions && grouped == classes,
           "the groups hold all transactions, and so do the classes");
}

static void test_slices(struct census *c)
{
    static struct statistics whole;
    for (int by = BY_NOTHING; by < STATISTICS_BYS; by++) {
        const struct statistics_query query = { .slots = 40, .by = (enum statistics_by)by };
        whole = *count(c, &query, SIZE_MAX);
        const struct statistics *s = count(c, &query, 1);
        tap_ok(memcmp(&whole.total, &s->total, sizeof s->total) == 0 &&
                   memcmp(whole.groups, s->groups, sizeof s->groups) == 0,
               "by %s: slices count like one pass", statistics_by_name((enum statistics_by)by));
    }
}

/* What its condition finds is what was counted. */
static bool condition_holds(struct census *c, const struct statistics *all, uint32_t group)
{
    struct filter_error error;
    struct strbuf text = STRBUF_INIT;
    if (statistics_condition(all, &all->groups[group], &text) < 0)
        return false;
    struct filter *filter = filter_parse(strbuf_str(&text), &error);
    const struct statistics_query query = { .slots = 1, .filter = filter };
    uint64_t found = filter ? count(c, &query, SIZE_MAX)->total.transactions : 0;
    if (found != all->groups[group].measures.transactions)
        tap_note("%s: %llu", strbuf_str(&text), (unsigned long long)found);
    filter_free(filter);
    bool holds = found == all->groups[group].measures.transactions;
    strbuf_free(&text);
    return holds;
}

static void test_conditions(struct census *c)
{
    static struct statistics all;
    for (int by = BY_DESTINATION; by < STATISTICS_BYS; by++) {
        all = *count(c, &(struct statistics_query){ .slots = 1, .by = (enum statistics_by)by },
                     SIZE_MAX);
        uint32_t right = 0;
        for (uint32_t i = 0; i < all.ngroups; i++)
            right += condition_holds(c, &all, i);
        tap_ok(right == all.ngroups && right > 1, "by %s: each group's condition finds it",
               statistics_by_name((enum statistics_by)by));
    }
}

static void test_window(struct census *c)
{
    const struct statistics_query all = { .slots = 40 };
    static struct statistics whole;
    whole = *count(c, &all, SIZE_MAX);
    int64_t from = whole.from_ns + 10 * whole.slot_ns;
    const struct statistics *s = count(
        c, &(struct statistics_query){ .from_ns = from, .slot_ns = whole.slot_ns, .slots = 5 },
        SIZE_MAX);
    uint64_t transactions = 0;
    for (int i = 10; i < 15; i++)
        transactions += whole.slots[i].transactions;
    tap_ok(s->nslots == 5 && s->total.transactions == transactions && transactions > 0,
           "a window counts what began in it");
    s = count(c,
              &(struct statistics_query){
                  .from_ns = from, .slot_ns = whole.slot_ns, .slots = 5, .latest = true },
              SIZE_MAX);
    tap_ok(s->from_ns + 5 * s->slot_ns > s->last_ns && s->from_ns + 4 * s->slot_ns <= s->last_ns,
           "the latest one ends with the newest message");
    tap_ok(statistics_width(7 * 1000 * MS, true) == 15000 * MS &&
               statistics_width(10 * 1000 * MS, false) == 5000 * MS,
           "widths are those that people count in");
}

/* The store lets calls go while they are counted. */
static void test_eviction(struct pipeline *pipeline, struct census *c)
{
    const struct statistics_query query = { .slots = 10, .by = BY_AGENT };
    census_begin(c, &query);
    for (int i = 0; i < 150; i++)
        census_work(c, 1);
    store_clear(pipeline->store);
    while (census_work(c, 1))
        continue;
    tap_ok(census_result(c)->total.transactions < 189, "calls that go in a pass are left out");
    const struct statistics *s = count(c, &query, SIZE_MAX);
    tap_ok(s->total.messages == 0 && s->ngroups == 0 && statistics_span(s) == 0,
           "an empty store has no statistics");
}

static void test_ages(const char *path)
{
    static const int64_t times[] = { 0, STATISTICS_LATEST };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        static struct pipeline pipeline;
        if (!read_all(&pipeline, path, times[i]))
            continue;
        struct census *c = census_new(pipeline.store);
        uint64_t one =
            count(c, &(struct statistics_query){ .slots = 1 }, SIZE_MAX)->total.transactions;
        const struct statistics *s = count(c, &(struct statistics_query){ .slots = 99 }, SIZE_MAX);
        tap_ok(one == 189 && s->total.transactions == 189 && s->nslots <= 99,
               "a clock that is wrong by ages leaves nothing out");
        census_free(c);
        pipeline_close(&pipeline);
    }
}

int main(void)
{
    static struct pipeline pipeline;
    const char *source = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
    char path[4096];
    snprintf(path, sizeof path, "%s/demo/demo.pcapng", source);
    test_spread();
    if (!tap_ok(read_all(&pipeline, path, -1), "the bundled traffic is read"))
        return tap_done();
    test_ages(path);
    struct census *c = census_new(pipeline.store);
    test_sums(c);
    test_slices(c);
    test_conditions(c);
    test_window(c);
    test_eviction(&pipeline, c);
    census_free(c);
    pipeline_close(&pipeline);
    return tap_done();
}
