/* See related.h. A header of the deciding response is a row of a table. */
#include "diagnose/related.h"

#include <stdio.h>

#include "sip/fields.h"

/* Letters that stand in a topic's name; anything else from the wire makes none. */
static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (!((c >= 'a' && c <= 'z') || ascii_digit(c) || c == '-' || c == '_' || c == '.'))
            return false;
    }
    return s.n > 0;
}

static void add(struct related *related, const char *kind, struct span name)
{
    char topic[RELATED_SIZE];
    if (related->count == RELATED_TOPICS || !is_name(name) ||
        strlen(kind) + 1 + name.n >= sizeof topic)
        return;
    snprintf(topic, sizeof topic, "%s/%.*s", kind, SPAN_ARG(name));
    for (size_t i = 0; i < related->count; i++)
        if (strcmp(related->topics[i], topic) == 0)
            return;
    memcpy(related->topics[related->count++], topic, sizeof topic);
}

/* `Q.850;cause=34`, `SIP;cause=200`, `STIR;cause=437` (RFC 3326) */
static void from_reason(struct related *related, const char *topic, struct span value)
{
    struct span cause = sip_param(value, "cause");
    const char *semicolon = span_find(value, ';');
    struct span protocol = span_trim(semicolon ? span_make(value.p, semicolon) : value);
    (void)topic;
    if (span_is(protocol, "Q.850"))
        add(related, "cause", cause);
    else if (span_is(protocol, "SIP"))
        add(related, "code", cause);
    else
        add(related, "reason", protocol);
}

/* `305 host "text"` (RFC 3261 §20.43) */
static void from_warning(struct related *related, const char *topic, struct span value)
{
    (void)topic;
    add(related, "warning", (struct span){ value.p, value.n < 3 ? value.n : 3 });
}

/* `100rel, timer` */
static void from_tags(struct related *related, const char *topic, struct span value)
{
    (void)topic;
    while (value.n > 0) {
        const char *comma = span_find(value, ',');
        add(related, "option", span_trim(comma ? span_make(value.p, comma) : value));
        value = comma ? span_make(comma + 1, span_end(value)) : SPAN_NONE;
    }
}

/* The row's own topic, whatever the value is. */
static void from_row(struct related *related, const char *topic, struct span value)
{
    const char *slash = strchr(topic, '/');
    char kind[16];
    (void)value;
    snprintf(kind, sizeof kind, "%.*s", (int)(slash - topic), topic);
    add(related, kind, SPAN(slash + 1));
}

static const struct {
    const char *header;
    uint16_t from, to; /* codes of responses in which it matters */
    void (*take)(struct related *related, const char *topic, struct span value);
    const char *topic;
} rows[] = {
    { "Reason", 100, 699, from_reason, NULL },
    { "Warning", 300, 699, from_warning, NULL },
    { "Unsupported", 420, 420, from_tags, NULL },
    { "Require", 421, 421, from_tags, NULL },
    { "WWW-Authenticate", 401, 407, from_row, "flow/digest" },
    { "Proxy-Authenticate", 401, 407, from_row, "flow/digest" },
    { "Min-SE", 422, 422, from_row, "flow/session-timer" },
    { "Min-Expires", 423, 423, from_row, "header/Min-Expires" },
    { "Retry-After", 300, 699, from_row, "header/Retry-After" },
    { "Contact", 300, 399, from_row, "header/Contact" },
    { "Allow", 405, 405, from_row, "header/Allow" },
    { "Allow-Events", 489, 489, from_row, "header/Allow-Events" },
    { "Accept", 406, 415, from_row, "header/Accept" },
    { "Error-Info", 300, 699, from_row, "header/Error-Info" },
    { "Security-Server", 494, 494, from_row, "header/Security-Server" },
};

static void collect_headers(struct related *related, const struct sip_message *response)
{
    struct span rest = response->headers, name, value;
    while (sip_next_header(&rest, &name, &value))
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (response->code >= rows[i].from && response->code <= rows[i].to &&
                sip_header_same(name, rows[i].header))
                rows[i].take(related, rows[i].topic, value);
}

void related_collect(struct related *related, const struct store *store, uint32_t transaction)
{
    const struct transaction *txn = store_transaction(store, transaction);
    struct sip_message response;
    *related = (struct related){ .count = 0 };
    if (!txn)
        return;
    uint32_t id = txn->final ? txn->final : txn->provisional;
    if (id && store_scan(store, id, &response) == 0)
        collect_headers(related, &response);
    /* the request's timers are the ones that ran out (RFC 3261 §17.1.1.2, §17.1.2.2) */
    if (txn->state == TXN_TIMED_OUT)
        add(related, "timer", SPAN(txn->method == SIP_INVITE ? "B" : "F"));
}
