/* See cells.h. */
#include "ui/cells.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "base/timeread.h"
#include "base/tr.h"
#include "diagnose/evidence.h"
#include "diagnose/outcome.h"
#include "sip/fields.h"
#include "store/cut.h"
#include "store/joined.h"
#include "store/names.h"
#include "ui/signs.h"

#define RELATIVE 8        /* columns of a relative time */
#define MARKS_LOOKED 1000 /* transactions of a call looked at for a mark */

static bool any_marked(const struct store *store, const struct call *call)
{
    uint32_t t = call->first_txn;
    for (int left = MARKS_LOOKED; t && left > 0; left--) {
        const struct transaction *txn = store_transaction(store, t);
        if (txn->marked)
            return true;
        t = txn->next_in_call;
    }
    return false;
}

uint8_t cell_severity(uint8_t rule)
{
    return rule ? (uint8_t)finding_rule_severity(rule) : SEVERITY_NOTICE;
}

bool cell_load_transaction(struct list_row *row)
{
    row->transaction = row->id;
    row->txn = store_transaction(row->ui->store, row->id);
    if (!row->txn)
        return false;
    row->message = transaction_head(row->txn);
    row->class = row->txn->class;
    row->severity = cell_severity(row->txn->why);
    row->marked = row->txn->marked;
    return true;
}

/* What was found in a leg stands for the row if it is worse than in those before. */
static void take_lead(struct list_row *row, uint32_t leg)
{
    const struct diagnosis *d = row->ui->diagnosis;
    const struct finding *lead = diagnosis_finding(d, diagnosis_lead(d, leg));
    if (!lead || (row->lead && cell_severity(lead->rule) <= row->severity))
        return;
    row->lead = diagnosis_lead(d, leg);
    row->severity = cell_severity(lead->rule);
    row->leg = leg;
}

static bool load_legs(struct list_row *row, const uint32_t *legs, size_t n)
{
    const struct store *store = row->ui->store;
    row->call = n ? store_call(store, legs[0]) : NULL;
    if (!row->call)
        return false;
    row->transaction = call_leading(store, row->call);
    row->txn = store_transaction(store, row->transaction);
    row->message = transaction_head(row->txn);
    row->class = call_end_of_legs(row->ui->diagnosis, store, legs, n).class;
    row->leg = legs[0];
    for (size_t i = 0; i < n; i++) {
        take_lead(row, legs[i]);
        row->marked = row->marked || any_marked(store, store_call(store, legs[i]));
    }
    return true;
}

bool cell_load_call(struct list_row *row, uint32_t call)
{
    return load_legs(row, &call, 1);
}

bool cell_load_joined(struct list_row *row, uint32_t call)
{
    uint32_t legs[JOINED_LEGS];
    return load_legs(row, legs, joined_legs(row->ui->store, call, legs));
}

void cell_mark_call(struct ui *ui, uint32_t call, bool marked)
{
    const struct call *c = store_call(ui->store, call);
    for (uint32_t t = c->first_txn; t; t = store_transaction(ui->store, t)->next_in_call)
        store_mark(ui->store, t, marked);
}

void cell_put_quoted(struct strbuf *out, struct span text)
{
    strbuf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            strbuf_char(out, '\\');
        strbuf_char(out, text.p[i]);
    }
    strbuf_char(out, '"');
}

int cell_messages_width(const struct ui *ui)
{
    int title = (int)text_width(SPAN(tr("Msgs")));
    (void)ui;
    return title > 5 ? title : 0;
}

/* When the first transaction came. */
static int64_t beginning(const struct ui *ui)
{
    const struct id_array *all = &lists_at(ui, 0)->rows.all;
    const struct transaction *first = all->count ? store_transaction(ui->store, all->ids[0]) : NULL;
    return first ? first->time_ns : 0;
}

void cell_put_text_condition(const char *condition, struct span text, struct strbuf *out)
{
    strbuf_format(out, "%s ", condition);
    cell_put_quoted(out, text);
}

/* With the day only where there are several. */
void cell_put_since(const struct list_row *row, int64_t time_ns, struct strbuf *out)
{
    char text[TIME_TEXT];
    int64_t end = store_now(row->ui->store), first = beginning(row->ui);
    bool one_day = end - time_of_day(end) == first - time_of_day(first);
    strbuf_format(out, "time >= %s", time_filter(time_ns, !one_day, text));
}

void cell_put_count_condition(const char *field, int64_t count, struct strbuf *out)
{
    strbuf_format(out, "%s %s %lld", field, count ? ">=" : "==", (long long)count);
}

/* No longer than it was, so that the row itself fits. */
void cell_put_duration_condition(const char *field, int64_t ns, struct strbuf *out)
{
    long long us = ns / 1000;
    if (us < 1000)
        strbuf_format(out, "%s >= %lldus", field, us);
    else if (us < 1000000)
        strbuf_format(out, "%s >= %lldms", field, us / 1000);
    else
        strbuf_format(out, "%s >= %lld.%llds", field, us / 1000000, us / 100000 % 10);
}

void cell_put_time(const struct list_row *row, int64_t time_ns, int64_t first_ns,
                   struct strbuf *out)
{
    char text[TIME_TEXT];
    const char *how = row->ui->settings->time;
    if (strcmp(how, "date") == 0)
        strbuf_text(out, time_date(time_ns, text));
    else if (strcmp(how, "relative") == 0)
        strbuf_format(out, "%*s", row->width < RELATIVE ? 0 : RELATIVE,
                      time_seconds(time_ns - first_ns, text)); /* dot under dot */
    else
        strbuf_text(out, time_clock(time_ns, text));
    /* without the milliseconds where there is no room */
    if ((int)out->n > row->width && (int)out->n - 4 <= row->width)
        out->n -= 4;
}

int cell_time_width(const struct ui *ui)
{
    return strcmp(ui->settings->time, "date") == 0 ? 23 : 0;
}

void cell_time(struct list_row *row, struct strbuf *out)
{
    cell_put_time(row, cell_time_number(row), beginning(row->ui), out);
}

void cell_count(struct list_row *row, struct strbuf *out)
{
    int64_t n = row->column->number(row);
    if (n)
        strbuf_format(out, "%lld", (long long)n);
}

void cell_moment(struct list_row *row, struct strbuf *out)
{
    int64_t time_ns = row->column->number(row);
    if (time_ns)
        cell_put_time(row, time_ns, beginning(row->ui), out);
}

void cell_moment_example(struct list_row *row, struct strbuf *out)
{
    if (row->column->number(row))
        cell_put_since(row, row->column->number(row), out);
}

void cell_left(struct list_row *row, int64_t until_ns, struct strbuf *out)
{
    char text[TIME_TEXT];
    int64_t left = until_ns - store_now(row->ui->store);
    if (left > 0)
        strbuf_text(out, time_short(left, text));
}

int64_t cell_time_number(struct list_row *row)
{
    return row->call ? row->call->first_ns : row->txn->time_ns;
}

void cell_time_example(struct list_row *row, struct strbuf *out)
{
    cell_put_since(row, cell_time_number(row), out);
}

void cell_method(struct list_row *row, struct strbuf *out)
{
    if (row->txn->method == SIP_OTHER)
        strbuf_span(out, list_row_sip(row)->method);
    else
        strbuf_text(out, sip_method_name(row->txn->method));
}

static void put_person(struct strbuf *out, struct span value)
{
    struct sip_address a;
    sip_read_address(value, &a);
    strbuf_span(out, a.user.n ? names_number(a.user) : a.host.n ? a.host : a.uri);
}

void cell_put_aor_condition(const char *field, struct span aor, struct strbuf *out)
{
    bool user = span_find(aor, '@');
    strbuf_format(out, user ? "%s == " : "(%s.host == ", field);
    cell_put_quoted(out, aor);
    if (!user)
        strbuf_format(out, " and not %s.user)", field);
}

/* Without a user the host stands in the cell: then others at that host are not its like. */
static void person_example(const char *field, struct span value, struct strbuf *out)
{
    struct sip_address a;
    sip_read_address(value, &a);
    struct span name = names_number(a.user);
    bool number = a.user.n && span_same(names_number_of(name), a.user);
    if (!a.user.n && a.host.n) {
        cell_put_aor_condition(field, a.host, out);
        return;
    }
    strbuf_format(out, a.user.n ? "%s.user == " : "%s == ", field);
    cell_put_quoted(out, number ? name : a.user.n ? a.user : a.uri);
}

void cell_from_example(struct list_row *row, struct strbuf *out)
{
    person_example("from", list_row_sip(row)->from, out);
}

void cell_to_example(struct list_row *row, struct strbuf *out)
{
    person_example("to", list_row_sip(row)->to, out);
}

void cell_from(struct list_row *row, struct strbuf *out)
{
    put_person(out, list_row_sip(row)->from);
}

void cell_to(struct list_row *row, struct strbuf *out)
{
    put_person(out, list_row_sip(row)->to);
}

/* A lone response came the other way. */
static const struct addr *end_of(const struct list_row *row, bool source)
{
    const struct flow *flow = store_flow(row->ui->store, row->head->flow);
    return source == (row->head->code == 0) ? &flow->src : &flow->dst;
}

/* Cut at its end, with a mark there. */
static void put_cut(struct strbuf *out, struct span text, size_t width)
{
    bool whole = text_width(text) <= width;
    strbuf_span(out, whole ? text : text_fit(text, width - 1));
    strbuf_text(out, whole ? "" : sign(SIGN_SHORTENED));
}

void cell_put_hop(const struct list_row *row, const struct addr *from, const struct addr *to,
                  struct strbuf *out)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    struct span src = SPAN(ui_address(from, a)), dst = SPAN(ui_address(to, b));
    size_t arrow = text_width(SPAN(ui_arrow())) + 2;
    size_t room = row->width > 13 ? (size_t)row->width - arrow : 10, half = room / 2;
    size_t m = text_width(src), n = text_width(dst);
    if (m + n > room) {
        m = m <= half ? m : n < room - half ? room - n : half;
        n = n <= room - m ? n : room - m;
    }
    put_cut(out, src, m);
    strbuf_format(out, " %s ", ui_arrow());
    put_cut(out, dst, n);
}

const char *cell_hop_heading(const struct ui *ui)
{
    (void)ui;
    return screen_utf8() ? N_("Source → Destination") : N_("Source -> Destination");
}

void cell_hop(struct list_row *row, struct strbuf *out)
{
    cell_put_hop(row, end_of(row, true), end_of(row, false), out);
}

void cell_hop_example(struct list_row *row, struct strbuf *out)
{
    char a[ADDR_TEXT], b[ADDR_TEXT];
    strbuf_format(out, "(src == %s and dst == %s)", addr_host(end_of(row, true), a),
                  addr_host(end_of(row, false), b));
}

void cell_status(struct list_row *row, struct strbuf *out)
{
    char text[TIME_TEXT];
    const struct transaction *t = row->txn;
    int64_t time_ns = transaction_waited(row->ui->store, t);
    if (t->method == SIP_ACK) {
        strbuf_text(out, sign(SIGN_NO_ANSWER));
        return;
    }
    strbuf_format(out, "%s ", list_row_mark(row));
    if (t->code)
        strbuf_format(out, "%u", t->code);
    else
        strbuf_text(out, "---");
    if (time_ns >= 0)
        strbuf_format(out, " %5s", time_short(time_ns, text));
    if (t->retransmissions)
        strbuf_format(out, " %s%u", sign(SIGN_REPEATED), t->retransmissions);
    if (transaction_cut(row->ui->store, t))
        strbuf_format(out, " %s", sign(SIGN_CUT_OFF));
}

/* No answer at all is worse than any. */
int64_t cell_status_number(struct list_row *row)
{
    return row->txn->code ? row->txn->code : row->txn->state == TXN_TIMED_OUT ? 1000 : 0;
}

void cell_status_example(struct list_row *row, struct strbuf *out)
{
    if (row->txn->code)
        strbuf_format(out, "code == %u", row->txn->code);
    else
        strbuf_format(out, "state == %s", transaction_state_name(row->txn->state));
}

int64_t cell_rtt_number(struct list_row *row)
{
    return transaction_rtt(row->ui->store, row->txn);
}

void cell_rtt(struct list_row *row, struct strbuf *out)
{
    char text[TIME_TEXT];
    if (cell_rtt_number(row) >= 0)
        strbuf_text(out, time_short(cell_rtt_number(row), text));
}

void cell_rtt_example(struct list_row *row, struct strbuf *out)
{
    if (cell_rtt_number(row) >= 0)
        cell_put_duration_condition("rtt", cell_rtt_number(row), out);
    else
        strbuf_text(out, "not rtt");
}

static const struct finding *leading(const struct list_row *row)
{
    const struct diagnosis *d = row->ui->diagnosis;
    return diagnosis_finding(d,
                             row->lead ? row->lead : diagnosis_of_transaction(d, row->transaction));
}

/* Where a sentence may end early: what follows only says where, how long, what came of it. */
static bool ends_clause(struct span rest)
{
    return span_starts(rest, ": ") || span_starts(rest, ", ") || span_starts(rest, "; ") ||
           span_starts(rest, "(") || span_starts(rest, " (");
}

/*
 * The longest beginning of a sentence that ends with a clause and has room; none where that is a
 * single word, which says too little. What stands in brackets or quotes is not divided.
 */
static struct span clauses_that_fit(struct span text, size_t width)
{
    struct span found = SPAN_NONE;
    bool quoted = false;
    int depth = 0;
    for (size_t n = 0; n < text.n; n++) {
        struct span clause = { text.p, n };
        if (depth == 0 && !quoted && ends_clause((struct span){ text.p + n, text.n - n }) &&
            span_find(clause, ' ') && text_width(clause) <= width)
            found = clause;
        quoted ^= text.p[n] == '"';
        depth += (text.p[n] == '(') - (text.p[n] == ')' && depth > 0);
    }
    return found;
}

void cell_fit_sentence(const struct list_row *row, struct strbuf *out)
{
    if (text_width(strbuf_as_span(out)) <= (size_t)row->width)
        return;
    struct span clauses = clauses_that_fit(strbuf_as_span(out), (size_t)row->width);
    if (clauses.n == 0)
        return;
    char *kept = mem_format("%.*s", SPAN_ARG(clauses));
    strbuf_clear(out);
    strbuf_text(out, kept);
    free(kept);
}

void cell_why(struct list_row *row, struct strbuf *out)
{
    const struct ui *ui = row->ui;
    if (row->call)
        why_line_of_call(out, ui->diagnosis, ui->store, row->leg, row->transaction);
    else
        why_line(out, ui->diagnosis, ui->store, row->transaction);
    cell_fit_sentence(row, out);
}

void cell_why_example(struct list_row *row, struct strbuf *out)
{
    const struct finding *f = leading(row);
    if (f)
        strbuf_format(out, "why == %s", finding_rule_id(f->rule));
    else
        cell_status_example(row, out);
}

void cell_seen_by(struct list_row *row, struct strbuf *out)
{
    const struct flow *flow = row->head ? store_flow(row->ui->store, row->head->flow) : NULL;
    if (flow)
        strbuf_span(out, store_agent_name(row->ui->store, flow->agent));
}

void cell_call_id(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, list_row_sip(row)->call_id);
}

void cell_cseq(struct list_row *row, struct strbuf *out)
{
    strbuf_format(out, "%u", row->txn->cseq);
}

int64_t cell_cseq_number(struct list_row *row)
{
    return row->txn->cseq;
}

void cell_transport(struct list_row *row, struct strbuf *out)
{
    strbuf_text(out, transport_name(store_flow(row->ui->store, row->head->flow)->transport));
}

void cell_agent(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, sip_find_header(list_row_sip(row), "User-Agent"));
}
