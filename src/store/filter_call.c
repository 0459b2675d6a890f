/*
 * Fields of filter expressions that speak of the transaction's call, all of its legs, and of what was
 * found.
 */
#include "store/filter_private.h"
#include "store/joined.h"

bool filter_read_duration(struct filter_view *v, const struct filter_test *t)
{
    struct joined_sum sum = joined_sum(v->store, v->txn->call);
    return filter_fits_number(t, sum.last_ns - sum.first_ns);
}

/* Ringing is what follows 100 (RFC 3261 §21.1); without it the caller heard the answer first. */
bool filter_read_pdd(struct filter_view *v, const struct filter_test *t)
{
    const struct message *request = store_message(v->store, v->txn->request);
    int64_t first = -1;
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    if (!request || v->txn->method != SIP_INVITE)
        return false;
    for (const struct message *m; (m = filter_next_of_all(v, &id, &left));)
        if (m->code > 100 && m->code < 300)
            first = m->time_ns; /* backwards: the last one seen is the first that came */
    return first >= request->time_ns && filter_fits_number(t, first - request->time_ns);
}

/* "no answer" is written no-answer, since a blank would end the word. */
bool filter_read_outcome(struct filter_view *v, const struct filter_test *t)
{
    char word[32];
    const char *name = store_outcome(v->store, v->txn->call);
    if (!name)
        return false;
    span_copy(SPAN(name), word, sizeof word);
    for (char *p = word; *p; p++)
        if (*p == ' ')
            *p = '-';
    return filter_fits_text(t, SPAN(word));
}

bool filter_read_legs(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, joined_sum(v->store, v->txn->call).dialogs);
}

bool filter_read_call_legs(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, (int64_t)joined_sum(v->store, v->txn->call).legs);
}

bool filter_read_call_messages(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, joined_sum(v->store, v->txn->call).messages);
}

bool filter_read_call_transactions(struct filter_view *v, const struct filter_test *t)
{
    return filter_fits_number(t, joined_sum(v->store, v->txn->call).transactions);
}

/* Finding number `i` about the transaction, which the store knows only by what others tell. */
static bool finding(struct filter_view *v, unsigned i, struct store_found *found)
{
    if (v->focus->finding) {
        *found = *v->focus->finding;
        return i == 0;
    }
    const struct message *m = store_message(v->store, transaction_head(v->txn));
    return m && store_finding(v->store, m->transaction, i, found);
}

bool filter_read_why(struct filter_view *v, const struct filter_test *t)
{
    struct store_found found;
    for (unsigned i = 0; finding(v, i, &found); i++)
        if (filter_fits_text(t, SPAN(found.name)))
            return true;
    return false;
}

bool filter_read_severity(struct filter_view *v, const struct filter_test *t)
{
    struct store_found found;
    for (unsigned i = 0; finding(v, i, &found); i++)
        if (filter_fits_text(t, SPAN(found.severity)))
            return true;
    return false;
}

bool filter_read_confidence(struct filter_view *v, const struct filter_test *t)
{
    struct store_found found;
    for (unsigned i = 0; finding(v, i, &found); i++)
        if (filter_fits_number(t, found.confidence * FILTER_SHARE_UNIT))
            return true;
    return false;
}

bool filter_read_times_found(struct filter_view *v, const struct filter_test *t)
{
    struct store_found found;
    for (unsigned i = 0; finding(v, i, &found); i++)
        if (filter_fits_number(t, (int64_t)found.times))
            return true;
    return false;
}
