/* See statistics.h: which slots and groups there are. What is counted stands in census.c. */
#include "diagnose/statistics.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "diagnose/census.h"
#include "store/names.h"

#define MS 1000000LL
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Slots have widths that people count in. */
static const int64_t widths[] = { MS,          2 * MS,     5 * MS,      10 * MS,     20 * MS,
                                  50 * MS,     100 * MS,   200 * MS,    500 * MS,    SECOND,
                                  2 * SECOND,  5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
                                  MINUTE,      2 * MINUTE, 5 * MINUTE,  10 * MINUTE, 15 * MINUTE,
                                  30 * MINUTE, HOUR,       2 * HOUR,    3 * HOUR,    6 * HOUR,
                                  12 * HOUR,   DAY,        2 * DAY,     7 * DAY,     30 * DAY };
#define WIDTHS (sizeof widths / sizeof widths[0])

int64_t statistics_width(int64_t slot_ns, bool longer)
{
    size_t i = 0;
    if (slot_ns > widths[WIDTHS - 1])
        return longer ? slot_ns : widths[WIDTHS - 1];
    while (widths[i] < slot_ns)
        i++;
    if (longer)
        return widths[i < WIDTHS - 1 ? i + 1 : i];
    return widths[i > 0 ? i - 1 : 0];
}

static int64_t floor_to(int64_t ns, int64_t width)
{
    int64_t rest = ns % width;
    return ns - (rest < 0 ? rest + width : rest);
}

static uint64_t slots_until(int64_t from_ns, int64_t to_ns, int64_t width)
{
    return (uint64_t)(to_ns - from_ns) / (uint64_t)width + 1;
}

/* Whether so many slots of this width, on whole multiples of it, hold everything. */
static bool holds_all(const struct statistics *s, int64_t width, uint64_t most)
{
    return slots_until(floor_to(s->first_ns, width), s->last_ns, width) <= most;
}

/* Everything: in slots that people count in, or where these are too short, as long as it takes. */
static void place_all(struct statistics *s, uint64_t most)
{
    size_t i = 0;
    while (i < WIDTHS && !holds_all(s, widths[i], most))
        i++;
    s->slot_ns = i < WIDTHS ? widths[i] : (s->last_ns - s->first_ns) / (int64_t)most + 1;
    s->from_ns = i < WIDTHS ? floor_to(s->first_ns, s->slot_ns) : s->first_ns;
}

static void place_window(struct statistics *s, uint64_t most)
{
    const struct statistics_query *q = &s->query;
    s->slot_ns = q->slot_ns;
    s->from_ns = q->from_ns ? q->from_ns : floor_to(s->first_ns, q->slot_ns);
    if (q->latest && slots_until(s->from_ns, s->last_ns, s->slot_ns) > most)
        s->from_ns = floor_to(s->last_ns, s->slot_ns) - (int64_t)(most - 1) * s->slot_ns;
}

void statistics_place(struct statistics *s)
{
    const struct statistics_query *q = &s->query;
    uint64_t most = q->slots && q->slots < STATISTICS_SLOTS ? q->slots : STATISTICS_SLOTS;
    if (q->slot_ns)
        place_window(s, most);
    else
        place_all(s, most);
    uint64_t needed = s->last_ns < s->from_ns ? 1 : slots_until(s->from_ns, s->last_ns, s->slot_ns);
    s->nslots = (uint32_t)(needed < most ? needed : most);
}

bool statistics_slot_of(const struct statistics *s, int64_t ns, uint32_t *slot)
{
    if (ns < s->from_ns || ns > s->last_ns)
        return false;
    uint64_t n = slots_until(s->from_ns, ns, s->slot_ns) - 1;
    *slot = (uint32_t)n;
    return n < s->nslots;
}

static int64_t span_between(const struct statistics *s, int64_t from_ns, int64_t to_ns)
{
    from_ns = from_ns < s->first_ns ? s->first_ns : from_ns;
    to_ns = to_ns > s->last_ns ? s->last_ns : to_ns;
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

int64_t statistics_span(const struct statistics *s)
{
    return span_between(s, s->from_ns, s->from_ns + (int64_t)s->nslots * s->slot_ns);
}

int64_t statistics_slot_span(const struct statistics *s, uint32_t slot)
{
    int64_t from = s->from_ns + (int64_t)slot * s->slot_ns;
    /* a slot that the capture only touches would have rates without meaning */
    return span_between(s, from, from + s->slot_ns) ? s->slot_ns : 0;
}

/* Groups: how one is called, and how a filter finds its like. */

static void host_label(const struct addr *host, char *out)
{
    char text[ADDR_HOST];
    span_copy(SPAN(names_host(host, text)), out, STATISTICS_LABEL);
}

static void destination_label(const struct census_item *item, char *out)
{
    host_label(&item->dst, out);
}

static void source_label(const struct census_item *item, char *out)
{
    host_label(&item->src, out);
}

static void agent_label(const struct census_item *item, char *out)
{
    struct sip_message sip;
    if (item->txn->request && store_scan(item->store, item->txn->request, &sip) == 0)
        span_copy(sip_find_header(&sip, "User-Agent"), out, STATISTICS_LABEL);
}

static void method_label(const struct census_item *item, char *out)
{
    struct sip_message sip;
    if (item->txn->method != SIP_OTHER)
        span_copy(SPAN(sip_method_name(item->txn->method)), out, STATISTICS_LABEL);
    else if (store_scan(item->store, transaction_head(item->txn), &sip) == 0)
        span_copy(sip.method, out, STATISTICS_LABEL);
}

static void code_label(const struct census_item *item, char *out)
{
    if (item->txn->class == SIP_CLASS_TIMEOUT)
        span_copy(SPAN("timeout"), out, STATISTICS_LABEL);
    else if (item->txn->code)
        snprintf(out, STATISTICS_LABEL, "%u", item->txn->code);
}

static const struct {
    const char *name, *title;
    void (*label)(const struct census_item *item,
                  char *out); /* writes nothing where there is none */
    const char *field;        /* of the filter */
} kinds[STATISTICS_BYS] = {
    [BY_NOTHING] = { "nothing", "", NULL, NULL },
    [BY_DESTINATION] = { "destination", N_("Destination"), destination_label, "dst" },
    [BY_SOURCE] = { "source", N_("Source"), source_label, "src" },
    [BY_AGENT] = { "agent", "User-Agent", agent_label, "ua" },
    [BY_METHOD] = { "method", N_("Method"), method_label, "method" },
    [BY_CODE] = { "code", N_("Code"), code_label, "code" },
};

const char *statistics_by_name(enum statistics_by by)
{
    return kinds[by].name;
}

const char *statistics_by_title(enum statistics_by by)
{
    return kinds[by].title;
}

enum statistics_by statistics_by_find(struct span word)
{
    enum statistics_by by = BY_NOTHING;
    while (by < STATISTICS_BYS && !span_is(word, kinds[by].name))
        by++;
    return by;
}

void statistics_label(enum statistics_by by, const struct census_item *item, char *out)
{
    memset(out, 0, STATISTICS_LABEL);
    kinds[by].label(item, out);
}

static bool plain(const char *label)
{
    while (ascii_digit(*label) || (ascii_lower(*label) >= 'a' && ascii_lower(*label) <= 'z') ||
           (*label && strchr(".:-_", *label)))
        label++;
    return !*label;
}

/* Quoted where it has to be, with what a text may not hold in a filter escaped. */
static void put_label(const char *label, struct strbuf *out)
{
    if (plain(label)) {
        strbuf_span(out, SPAN(label));
        return;
    }
    strbuf_char(out, '"');
    for (const char *p = label; *p; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_char(out, '\\');
        strbuf_char(out, *p);
    }
    strbuf_char(out, '"');
}

/* What timed out may bear the code of a provisional response. */
static struct span code_condition(const char *label, char *buf, size_t size)
{
    if (strcmp(label, "timeout") == 0)
        return SPAN("class == timeout");
    if (!*label)
        return SPAN("class == none");
    snprintf(buf, size, "(code == %s and not class == timeout)", label);
    return SPAN(buf);
}

int statistics_condition(const struct statistics *s, const struct statistics_group *group,
                         struct strbuf *out)
{
    char code[STATISTICS_LABEL + 40];
    struct span field = SPAN(kinds[s->query.by].field);
    bool cut = strlen(group->label) == STATISTICS_LABEL - 1; /* then it is only a part */
    if (group->other)
        return -1;
    if (s->query.by == BY_CODE) {
        strbuf_span(out, code_condition(group->label, code, sizeof code));
    } else if (!*group->label) {
        strbuf_span(out, SPAN("not "));
        strbuf_span(out, field);
    } else {
        strbuf_span(out, field);
        strbuf_span(out, cut ? SPAN(" contains ") : SPAN(" == "));
        put_label(group->label, out);
    }
    return 0;
}
