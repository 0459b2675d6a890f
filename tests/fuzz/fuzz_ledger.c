/*
 * Any messages, one behind the other with a line "--" between them, as registrations and
 * subscriptions: what is told of them lies in the messages. The hops alternate, so that what
 * begins like a response answers the request before it.
 */
#include <stdlib.h>
#include <string.h>

#include "store/registration.h"
#include "store/subscription.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned sum; /* so that every byte is read */

static void read_all(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        sum += (unsigned char)s.p[i];
}

static void add(struct store *store, struct span text, uint32_t number)
{
    struct sip_message sip;
    bool up = text.n == 0 || *text.p != 'S';
    struct packet packet = { .time_ns = 1000000000LL * (1 + number),
                             .data = (const uint8_t *)text.p,
                             .caplen = (uint32_t)text.n,
                             .origlen = (uint32_t)text.n,
                             .frame = number,
                             .linktype = 101 };
    struct payload payload = { .data = packet.data, .len = packet.caplen };
    payload.src = (struct addr){ .ip = { 192, 0, 2, up ? 1 : 2 }, .port = 5060, .family = 4 };
    payload.dst = (struct addr){ .ip = { 192, 0, 2, up ? 2 : 1 }, .port = 5060, .family = 4 };
    if (sip_scan(&sip, text.p, text.n) == 0)
        store_add(store, &packet, &payload, &sip, NULL);
}

static void changed(uint32_t record, void *arg)
{
    if (!ledger_at(arg, record))
        abort();
}

static void look(struct ledger *ledger, const struct store *store, const struct ledger_ops *ops)
{
    ledger_init(ledger, ops, store);
    for (uint32_t id = 1; id < store_transaction_end(store); id++)
        ledger_note(ledger, id);
    ledger_work(ledger, SIZE_MAX, changed, ledger);
}

static void read_registrations(const struct store *store)
{
    struct ledger ledger;
    struct registration_words words;
    struct addr client, registrar;
    look(&ledger, store, &registration_ledger);
    for (uint32_t id = 1; id < ledger.records.next; id++) {
        const struct registration *r = ledger_at(&ledger, id);
        registration_words(&ledger, r, &words);
        read_all(words.aor);
        read_all(words.contact);
        read_all(words.instance);
        read_all(words.reg_id);
        read_all(words.agent);
        registration_ends(&ledger, r, &client, &registrar);
        if (!registration_state_name(registration_state(r, store_now(store))))
            abort();
    }
    ledger_free(&ledger);
}

static void read_subscriptions(const struct store *store)
{
    struct ledger ledger;
    struct subscription_words words;
    look(&ledger, store, &subscription_ledger);
    for (uint32_t id = 1; id < ledger.records.next; id++) {
        const struct subscription *s = ledger_at(&ledger, id);
        subscription_words(&ledger, s, &words);
        read_all(words.subscriber);
        read_all(words.resource);
        read_all(words.event);
        read_all(words.reason);
        read_all(words.target);
        read_all(words.outcome);
        if (!subscription_state_name(subscription_state(s, store_now(store))))
            abort();
    }
    ledger_free(&ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store *store = store_new(1 << 20);
    struct span rest = { (const char *)data, size };
    for (uint32_t number = 1; rest.n > 0 && number < 50; number++) {
        const char *end = memmem(rest.p, rest.n, "\n--\n", 4);
        struct span one = end ? span_make(rest.p, end + 1) : rest;
        rest = end ? span_make(end + 4, span_end(rest)) : SPAN_NONE;
        add(store, one, number);
    }
    read_registrations(store);
    read_subscriptions(store);
    store_free(store);
    return 0;
}
