/*
 * The list of subscriptions: a row a usage, whoever began it. Enter leads to the flow of its latest
 * request.
 */
#include "store/subscription.h"

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "ui/cells.h"
#include "ui/pane_text.h"

static const struct subscription *subscription_of(const struct list_row *row)
{
    return row->item;
}

static enum subscription_state state_of(const struct list_row *row)
{
    return subscription_state(subscription_of(row), store_now(row->ui->store));
}

static struct subscription_words words_of(const struct list_row *row)
{
    struct subscription_words words;
    subscription_words(row->list->own, subscription_of(row), &words);
    return words;
}

/* What a REFER came to counts, where it is told. */
static uint8_t outcome_class(struct span outcome)
{
    uint64_t code;
    struct span digits = { outcome.p, outcome.n < 3 ? outcome.n : 3 };
    return span_number(digits, 699, &code) && code >= 100 ? (uint8_t)sip_class_of((uint16_t)code)
                                                          : SIP_CLASS_NONE;
}

/* Reasons that are no failure: it ran its time, or is to be made again (RFC 6665 §4.1.3). */
static bool ended_well(struct span reason)
{
    static const char *const words[] = { "", "timeout", "deactivated", "probation" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_is(reason, words[i]))
            return true;
    return false;
}

static uint8_t class_of(const struct list_row *row)
{
    static const uint8_t classes[SUBSCRIPTION_STATES] = {
        SIP_CLASS_PROVISIONAL, SIP_CLASS_SUCCESS, SIP_CLASS_PROVISIONAL, SIP_CLASS_SUCCESS,
        SIP_CLASS_CANCELLED,   SIP_CLASS_CLIENT,  SIP_CLASS_TIMEOUT,     SIP_CLASS_TIMEOUT,
    };
    const struct subscription *s = subscription_of(row);
    enum subscription_state state = state_of(row);
    struct subscription_words words = words_of(row);
    if (words.outcome.n)
        return outcome_class(words.outcome);
    bool coded = state == SUBSCRIPTION_REFUSED || state == SUBSCRIPTION_TERMINATED;
    if (coded && s->code)
        return (uint8_t)sip_class_of(s->code);
    return state == SUBSCRIPTION_TERMINATED && !ended_well(words.reason) ? SIP_CLASS_CLIENT
                                                                         : classes[state];
}

static bool load(struct list_row *row)
{
    if (!list_ledger_load(row))
        return false;
    row->class = class_of(row);
    return true;
}

static void start(struct list *list)
{
    list_ledger_start(list, &subscription_ledger);
}

static void put_subscriber(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).subscriber);
}

static void put_resource(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).resource);
}

static void put_person_condition(struct strbuf *out, struct span who)
{
    strbuf_char(out, '(');
    cell_put_aor_condition("from", who, out);
    strbuf_text(out, " or ");
    cell_put_aor_condition("to", who, out);
    strbuf_char(out, ')');
}

static void subscriber_example(struct list_row *row, struct strbuf *out)
{
    put_person_condition(out, words_of(row).subscriber);
}

static void resource_example(struct list_row *row, struct strbuf *out)
{
    put_person_condition(out, words_of(row).resource);
}

static void put_event(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).event);
}

static void put_state(struct list_row *row, struct strbuf *out)
{
    const struct subscription *s = subscription_of(row);
    enum subscription_state state = state_of(row);
    strbuf_format(out, "%s %s", theme_mark(row->class, screen_utf8()),
                  tr(subscription_state_name(state)));
    if (s->code && (state == SUBSCRIPTION_REFUSED || state == SUBSCRIPTION_TERMINATED))
        strbuf_format(out, " %u", s->code);
}

static int64_t state_number(struct list_row *row)
{
    return state_of(row);
}

static int64_t until(struct list_row *row)
{
    enum subscription_state state = state_of(row);
    bool over = state == SUBSCRIPTION_TERMINATED || state == SUBSCRIPTION_REFUSED;
    return over ? 0 : subscription_of(row)->until_ns;
}

static void put_left(struct list_row *row, struct strbuf *out)
{
    cell_left(row, until(row), out);
}

static int64_t notifies(struct list_row *row)
{
    return subscription_of(row)->notifies;
}

static int64_t last(struct list_row *row)
{
    return subscription_of(row)->notified_ns;
}

static int64_t refreshes(struct list_row *row)
{
    const struct subscription *s = subscription_of(row);
    return s->asked ? s->asked - 1 : 0;
}

/* What became of a REFER, why it ended, else what the latest request shows. */
static void put_why(struct list_row *row, struct strbuf *out)
{
    struct subscription_words words = words_of(row);
    struct sip_address target;
    sip_read_address(words.target, &target);
    if (row->txn->why || (!words.outcome.n && !words.reason.n && !words.target.n))
        cell_why(row, out);
    else if (words.outcome.n)
        strbuf_span(out, words.outcome);
    else if (words.reason.n)
        strbuf_span(out, words.reason);
    else
        strbuf_format(out, _("to %.*s"), SPAN_ARG(target.uri));
}

/* As the latest NOTIFY says it, else as the answer does. */
static void state_example(struct list_row *row, struct strbuf *out)
{
    static const char *const said[SUBSCRIPTION_STATES] = {
        [SUBSCRIPTION_PENDING] = "hdr.Subscription-State contains pending",
        [SUBSCRIPTION_ACTIVE] = "hdr.Subscription-State contains active",
        [SUBSCRIPTION_TERMINATED] = "hdr.Subscription-State contains terminated",
        [SUBSCRIPTION_UNANSWERED] = "class == timeout",
    };
    const struct subscription *s = subscription_of(row);
    enum subscription_state state = state_of(row);
    bool notify = row->txn->method == SIP_NOTIFY;
    if (state == SUBSCRIPTION_REFUSED)
        strbuf_format(out, "code == %u", s->code);
    else if (said[state] && (notify || state == SUBSCRIPTION_UNANSWERED))
        strbuf_text(out, said[state]);
}

static void why_example(struct list_row *row, struct strbuf *out)
{
    struct subscription_words words = words_of(row);
    if (row->txn->why || (!words.outcome.n && !words.reason.n && !words.target.n))
        cell_why_example(row, out);
    else if (words.outcome.n)
        cell_put_text_condition("body contains", words.outcome, out);
    else if (words.reason.n)
        cell_put_text_condition("hdr.Subscription-State contains", words.reason, out);
    else
        cell_put_text_condition("hdr.Refer-To ==", words.target, out);
}

static const struct list_column columns[] = {
    { .name = "last",
      .title = N_("Last NOTIFY"),
      .put = cell_moment,
      .number = last,
      .example = cell_moment_example,
      .least = 140,
      .narrow = 12,
      .wide = 12,
      .measure = cell_time_width },
    { .name = "subscriber",
      .title = N_("Subscriber"),
      .put = put_subscriber,
      .example = subscriber_example,
      .narrow = 16,
      .roomy = 110,
      .wide = 24 },
    { .name = "resource",
      .title = N_("Resource"),
      .put = put_resource,
      .example = resource_example,
      .least = 50,
      .narrow = 16,
      .roomy = 110,
      .wide = 24 },
    { .name = "event",
      .title = N_("Event"),
      .put = put_event,
      .field = "hdr.Event",
      .least = 40,
      .narrow = 10,
      .roomy = 100,
      .wide = 16 },
    { .name = "state",
      .title = N_("State"),
      .put = put_state,
      .number = state_number,
      .example = state_example,
      .refusal = NO_EXAMPLE,
      .narrow = 16,
      .wide = 16,
      .colour = COLOUR_CLASS },
    { .name = "left",
      .title = N_("Left"),
      .put = put_left,
      .number = until,
      .refusal = NO_EXAMPLE,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    COLUMN_COUNT("notifies", "NOTIFY", notifies, 130, 6, .refusal = NO_EXAMPLE),
    COLUMN_COUNT("refreshes", N_("Renewed"), refreshes, 150, 7, .refusal = NO_EXAMPLE),
    { .name = "why",
      .title = N_("Why"),
      .put = put_why,
      .example = why_example,
      .least = 70,
      .colour = COLOUR_CLASS },
    COLUMN_AGENT,
    COLUMN_CALL_ID,
    { 0 },
};

/* ---- the pane ------------------------------------------------------------------------------------ */

static void put_head(struct list_row *row, struct strbuf *out)
{
    put_subscriber(row, out);
    strbuf_format(out, " %s ", ui_arrow());
    put_resource(row, out);
    strbuf_format(out, "  %.*s  ", SPAN_ARG(words_of(row).event));
    put_state(row, out);
}

static void tell_usage(struct list_row *row, struct layout *out)
{
    struct subscription_words words = words_of(row);
    pane_label(out, _("Subscription"));
    pane_line(out, _("%.*s wants to know of %.*s (%.*s)"), SPAN_ARG(words.subscriber),
              SPAN_ARG(words.resource), SPAN_ARG(words.event));
    if (words.target.n)
        pane_line(out, "Refer-To: %.*s", SPAN_ARG(words.target));
    if (words.outcome.n)
        pane_line(out, _("what became of it: %.*s"), SPAN_ARG(words.outcome));
    if (words.reason.n)
        pane_line(out, _("ended: %.*s"), SPAN_ARG(words.reason));
}

static void tell_state(struct list_row *row, struct layout *out)
{
    char when[TIME_TEXT], left[TIME_TEXT];
    const struct subscription *s = subscription_of(row);
    int64_t until_ns = until(row), rest = until_ns - store_now(row->ui->store);
    pane_label(out, _("State"));
    if (until_ns && rest > 0)
        pane_line(out, _("until %s, for another %s"), time_clock(until_ns, when),
                  time_short(rest, left));
    else if (until_ns)
        pane_line(out, _("it ran out at %s, %s ago"), time_clock(until_ns, when),
                  time_short(-rest, left));
    if (refreshes(row))
        pane_line(out, tr_n("renewed %u time", "renewed %u times", (unsigned long)refreshes(row)),
                  (unsigned)refreshes(row));
    if (s->notified_ns)
        pane_line(out, tr_n("%u NOTIFY, at %s", "%u NOTIFYs, the last one at %s", s->notifies),
                  s->notifies, time_clock(s->notified_ns, when));
    else
        pane_line(out, _("no NOTIFY has come"));
}

static void tell(struct list_row *row, struct layout *out)
{
    char topic[HELP_TOPIC_SIZE] = "";
    tell_usage(row, out);
    tell_state(row, out);
    list_ledger_history(row, out);
    if (row->txn->code)
        help_code_topic(row->txn->code, topic);
    pane_transaction(out, row->transaction, topic);
}

const struct list_ops subscriptions_list = {
    .name = "subscriptions",
    .title = N_("Subscriptions"),
    .brief = N_("Subs"),
    .empty = N_("No subscriptions."),
    .columns = columns,
    .cursor = "subscriber",
    .start = start,
    .stop = list_ledger_stop,
    .note = list_ledger_note,
    .work = list_ledger_work,
    .tick = list_ledger_tick,
    .evicted = list_ledger_evicted,
    .alive = list_ledger_alive,
    .load = load,
    .head = put_head,
    .tell = tell,
};
