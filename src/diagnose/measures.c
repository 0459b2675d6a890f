/* See measures.h: a table, one formula a row. */
#include "diagnose/measures.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "base/tr.h"

typedef const struct measures counted;

static double share(uint64_t part, uint64_t all)
{
    return all ? (double)part / (double)all : -1;
}

static double rate(uint64_t n, int64_t span_ns)
{
    return span_ns > 0 ? (double)n * 1e9 / (double)span_ns : -1;
}

static uint64_t decided(counted *m)
{
    return m->attempts - m->open;
}

static double messages(counted *m, int64_t span_ns)
{
    return rate(m->messages, span_ns);
}

static double transactions(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return (double)m->transactions;
}

static double failed(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return sip_failed_share(m->classes);
}

static double attempts(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return (double)m->attempts;
}

static double attempt_rate(counted *m, int64_t span_ns)
{
    return rate(m->attempts, span_ns);
}

static double concurrent(counted *m, int64_t span_ns)
{
    return span_ns > 0 ? (double)m->up_ns / (double)span_ns : -1;
}

static double answered(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return (double)m->answered;
}

static double asr(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->answered, decided(m));
}

static double ner(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->delivered, decided(m));
}

static double ser(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->answered, decided(m) - m->redirected);
}

static double seer(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->effective, decided(m) - m->redirected);
}

static double isa(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->ineffective, decided(m));
}

static double scr(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->completed, decided(m) - m->up);
}

static double ira(counted *m, int64_t span_ns)
{
    (void)span_ns;
    return share(m->ineffective_registers, m->registers);
}

#define MEAN(name, member)                          \
    static double name(counted *m, int64_t span_ns) \
    {                                               \
        (void)span_ns;                              \
        return (double)spread_mean(&m->member);     \
    }
#define PERCENTILE(name, member, percent)                      \
    static double name(counted *m, int64_t span_ns)            \
    {                                                          \
        (void)span_ns;                                         \
        return (double)spread_percentile(&m->member, percent); \
    }

MEAN(srd, setup)
PERCENTILE(srd_p95, setup, 95)
MEAN(srd_failed, setup_failed)
MEAN(sdd, disconnect)
MEAN(sdt, duration)
MEAN(rrd, registration)
PERCENTILE(p50, response, 50)
PERCENTILE(p90, response, 90)
PERCENTILE(p95, response, 95)
PERCENTILE(p99, response, 99)

/* clang-format off */
const struct metric metrics[] = {
    { "messages", N_("Msg/s"), N_("messages a second, repetitions included"), "metric/rate",
      METRIC_RATE, METRIC_PLAIN, messages },
    { "transactions", N_("Trans"), N_("requests with their responses"), "metric/transactions",
      METRIC_COUNT, METRIC_PLAIN, transactions },
    { "failed", N_("Failed"), N_("transactions that failed, of those that ended"),
      "metric/failed", METRIC_SHARE, METRIC_BAD, failed },
    { "attempts", N_("Calls"), N_("call attempts: INVITEs for a new call"), "metric/attempts",
      METRIC_COUNT, METRIC_PLAIN, attempts },
    { "call-rate", N_("Calls/s"), N_("call attempts a second"), "metric/attempts",
      METRIC_RATE, METRIC_PLAIN, attempt_rate },
    { "concurrent", N_("Up"), N_("calls that are up at a time, on average"),
      "metric/concurrent", METRIC_LEVEL, METRIC_PLAIN, concurrent },
    { "answered", N_("Answ."), N_("call attempts that were answered"), "metric/ASR",
      METRIC_COUNT, METRIC_GOOD, answered },
    { "asr", "ASR", N_("attempts that were answered"), "metric/ASR", METRIC_SHARE, METRIC_GOOD, asr },
    { "ner", "NER", N_("attempts that reached the called user, answered or not"), "metric/NER",
      METRIC_SHARE, METRIC_GOOD, ner },
    { "ser", "SER", N_("attempts that were answered, redirected ones left out"), "metric/SER",
      METRIC_SHARE, METRIC_GOOD, ser },
    { "seer", "SEER", N_("attempts that were answered or that the called user refused"),
      "metric/SEER", METRIC_SHARE, METRIC_GOOD, seer },
    { "isa", "ISA", N_("attempts that a server or the network failed"), "metric/ISA",
      METRIC_SHARE, METRIC_BAD, isa },
    { "scr", "SCR", N_("attempts that became calls and ended properly"), "metric/SCR",
      METRIC_SHARE, METRIC_GOOD, scr },
    { "srd", "SRD", N_("INVITE to ringing, of answered calls, on average"), "metric/SRD",
      METRIC_TIME, METRIC_PLAIN, srd },
    { "srd-p95", "SRD 95", N_("within which 95 in 100 answered calls rang"), "metric/SRD",
      METRIC_TIME, METRIC_PLAIN, srd_p95 },
    { "srd-failed", "SRD fail", N_("INVITE to ringing or failure, of failed attempts"),
      "metric/SRD", METRIC_TIME, METRIC_PLAIN, srd_failed },
    { "sdt", "SDT", N_("how long calls last, on average"), "metric/SDT", METRIC_TIME, METRIC_PLAIN, sdt },
    { "sdd", "SDD", N_("BYE to its 2xx, on average"), "metric/SDD", METRIC_TIME, METRIC_PLAIN, sdd },
    { "rrd", "RRD", N_("REGISTER to its 200, challenges included, on average"), "metric/RRD",
      METRIC_TIME, METRIC_PLAIN, rrd },
    { "ira", "IRA", N_("REGISTER requests that failed"), "metric/IRA", METRIC_SHARE, METRIC_BAD, ira },
    { "p50", "p50", N_("within which half of the requests but INVITE were answered"),
      "metric/response-time", METRIC_TIME, METRIC_PLAIN, p50 },
    { "p90", "p90", N_("within which 90 in 100 of them were answered"), "metric/response-time",
      METRIC_TIME, METRIC_PLAIN, p90 },
    { "p95", "p95", N_("within which 95 in 100 of them were answered"), "metric/response-time",
      METRIC_TIME, METRIC_PLAIN, p95 },
    { "p99", "p99", N_("within which 99 in 100 of them were answered"), "metric/response-time",
      METRIC_TIME, METRIC_PLAIN, p99 },
    { 0 },
};
/* clang-format on */

const struct metric *metric_find(struct span name)
{
    for (const struct metric *m = metrics; m->name; m++)
        if (span_is(name, m->name))
            return m;
    return NULL;
}

char *metric_text(const struct metric *metric, double value, char *buf)
{
    *buf = '\0';
    if (value < 0)
        return buf;
    switch (metric->unit) {
    case METRIC_TIME:
        return time_short((int64_t)value, buf);
    case METRIC_SHARE:
        snprintf(buf, METRIC_TEXT, "%.1f%%", 100 * value);
        break;
    case METRIC_COUNT:
        snprintf(buf, METRIC_TEXT, "%.0f", value);
        break;
    case METRIC_RATE:
    case METRIC_LEVEL:
        snprintf(buf, METRIC_TEXT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
        break;
    }
    return buf;
}
