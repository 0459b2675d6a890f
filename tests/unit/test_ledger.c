/*
 * Registrations and subscriptions while they happen: looked at after each message, several times,
 * late, in another order; and evicted with their calls. What a whole capture gives stands in
 * tests/cases (registrations.pcap, subscriptions.pcap).
 */
#include <stdio.h>
#include <string.h>

#include "store/registration.h"
#include "store/subscription.h"
#include "tap.h"

static struct store *store;
static struct ledger ledger;
static unsigned changes;

/* A message of a dialog between a user and a server; `way` 'u' is from the user. */
static void say(int64_t ms, char way, const char *start, const char *call_id, const char *cseq,
                const char *headers)
{
    char text[4096];
    bool up = way == 'u', notify = strstr(cseq, "NOTIFY") != NULL;
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "%s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s%.2s%c\r\nMax-Forwards: 70\r\n"
        "From: <sip:%s@example.org>;tag=%s\r\nTo: <sip:alice@example.org>%s\r\n"
        "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
        start, call_id, cseq, notify ? 'n' : 'r', notify ? "bob" : "alice", notify ? "b" : "a",
        notify ? ";tag=a" : "", call_id, cseq, headers);
    struct packet packet = { .time_ns = 1000000000 + ms * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = 1,
                             .linktype = 101 };
    struct payload payload = {
        .data = packet.data,
        .len = (uint32_t)n,
        .src = { .ip = { 192, 0, 2, up ? 1 : 2 }, .port = 5060, .family = 4 },
        .dst = { .ip = { 192, 0, 2, up ? 2 : 1 }, .port = 5060, .family = 4 }
    };
    struct sip_message sip;
    if (sip_scan(&sip, text, n) == 0)
        store_add(store, &packet, &payload, &sip, NULL);
}

static void on_event(enum store_event event, uint32_t transaction, void *arg)
{
    (void)arg;
    if (event == STORE_EVICTED)
        ledger_sweep(&ledger);
    else
        ledger_note(&ledger, transaction);
}

static void changed(uint32_t record, void *arg)
{
    (void)record;
    (void)arg;
    changes++;
}

static void look(void)
{
    while (ledger_work(&ledger, 1, changed, NULL))
        continue;
}

static void begin(const struct ledger_ops *ops, size_t budget)
{
    store = store_new(budget);
    ledger_init(&ledger, ops, store);
    store_observe(store, on_event, NULL);
    changes = 0;
}

static void end(void)
{
    ledger_free(&ledger);
    store_free(store);
}

#define REGISTER "REGISTER sip:example.org SIP/2.0"
#define OK "SIP/2.0 200 OK"
#define CONTACT "Contact: <sip:alice@192.0.2.1>;expires=60\r\n"

static const struct registration *registered(void)
{
    look();
    return ledger_at(&ledger, 1);
}

static bool stands(enum registration_state state)
{
    return registration_state(registered(), store_now(store)) == state;
}

static void test_registration(void)
{
    begin(&registration_ledger, 1 << 20);
    say(0, 'u', REGISTER, "one", "1 REGISTER", CONTACT);
    tap_ok(stands(REGISTRATION_PENDING) && changes == 1, "asked for");
    say(10, 'd', "SIP/2.0 401 Unauthorized", "one", "1 REGISTER", "");
    tap_ok(stands(REGISTRATION_PENDING) && registered()->challenges == 1, "challenged");
    say(20, 'u', REGISTER, "one", "2 REGISTER", CONTACT);
    say(30, 'd', OK, "one", "2 REGISTER", CONTACT);
    tap_ok(stands(REGISTRATION_ACTIVE) && registered()->granted == 1, "bound");
    say(40, 'd', OK, "one", "2 REGISTER", CONTACT);
    say(50, 'd', "SIP/2.0 401 Unauthorized", "one", "1 REGISTER", "");
    tap_ok(stands(REGISTRATION_ACTIVE) && registered()->granted == 1 &&
               registered()->challenges == 1,
           "what is said again counts once");
    say(30000, 'u', REGISTER, "one", "3 REGISTER", CONTACT);
    tap_ok(stands(REGISTRATION_ACTIVE), "while it is refreshed the binding holds");
    say(30010, 'd', "SIP/2.0 403 Forbidden", "one", "3 REGISTER", "");
    tap_ok(stands(REGISTRATION_REFUSED) && registered()->code == 403 &&
               registered()->until_ns == 1000000000LL + 60030000000LL,
           "a refused refresh is told, and until when the binding holds");
    say(40000, 'u', REGISTER, "one", "4 REGISTER", CONTACT);
    say(40010, 'd', OK, "one", "4 REGISTER", CONTACT);
    tap_ok(stands(REGISTRATION_ACTIVE) && registered()->granted == 2, "bound again");
    store_advance(store, 1000000000LL + 101000000000LL);
    tap_ok(stands(REGISTRATION_EXPIRED), "it runs out without a message");
    store_clear(store);
    tap_ok(!registered() && ledger.records.live == 0, "it goes with its transactions");
    end();
}

/* All that was said is looked at when somebody asks, however late. */
static void test_late(void)
{
    begin(&registration_ledger, 1 << 20);
    say(0, 'u', REGISTER, "one", "1 REGISTER", CONTACT);
    say(10, 'd', OK, "one", "1 REGISTER", CONTACT);
    say(20, 'u', REGISTER, "two", "1 REGISTER", "Contact: *\r\nExpires: 0\r\n");
    say(30, 'd', OK, "two", "1 REGISTER", "");
    tap_ok(stands(REGISTRATION_REMOVED) && ledger.records.live == 1, "removed by another Call-ID");
    end();
}

static void test_contacts(void)
{
    char headers[3000] = "Contact: ";
    for (int i = 0; i < 60; i++)
        snprintf(headers + strlen(headers), 40, "%s<sip:a%d@192.0.2.1>", i ? ", " : "", i);
    strcat(headers, "\r\n");
    begin(&registration_ledger, 1 << 20);
    say(0, 'u', REGISTER, "one", "1 REGISTER", headers);
    look();
    tap_ok(ledger.records.live == 32, "of one message 32 contacts count: %u", ledger.records.live);
    end();
}

/* More than the store keeps: the records go with their calls, and their places are used again. */
static void test_eviction(void)
{
    char call_id[16], contact[64];
    bool sound = true;
    begin(&registration_ledger, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        snprintf(call_id, sizeof call_id, "c%d", i);
        snprintf(contact, sizeof contact, "Contact: <sip:a%d@192.0.2.1>;expires=60\r\n", i);
        say(i * 10, 'u', REGISTER, call_id, "1 REGISTER", contact);
        say(i * 10 + 5, 'd', OK, call_id, "1 REGISTER", contact);
        if (i % 100 == 0)
            look();
        sound = sound && ledger.records.live <= store_counts(store)->live_transactions;
    }
    look();
    tap_ok(sound && ledger.records.live > 0 && ledger.records.next < 20000,
           "as many as transactions at most, in %u places", ledger.records.next);
    uint32_t n = 0;
    const struct registration *last = NULL;
    for (uint32_t id = 1; id < ledger.records.next; id++)
        last = ledger_at(&ledger, id) ? ledger_at(&ledger, id) : last;
    for (uint32_t id = ledger_group(&ledger, last->head.group); id; n++)
        id = ((const struct registration *)ledger_at(&ledger, id))->head.next_in_group;
    tap_ok(n == ledger.records.live, "those of one address of record are found from one another");
    end();
}

#define SUBSCRIBE "SUBSCRIBE sip:bob@example.org SIP/2.0"
#define NOTIFY "NOTIFY sip:alice@192.0.2.1 SIP/2.0"
#define EVENT "Event: presence\r\nExpires: 60\r\n"

static bool subscribed(enum subscription_state state)
{
    look();
    const struct subscription *s = ledger_at(&ledger, 1);
    return s && ledger.records.live == 1 && subscription_state(s, store_now(store)) == state;
}

/* A NOTIFY may come before the answer to the SUBSCRIBE (RFC 6665 §4.1.2.4). */
static void test_subscription(void)
{
    begin(&subscription_ledger, 1 << 20);
    say(0, 'u', SUBSCRIBE, "one", "1 SUBSCRIBE", EVENT);
    tap_ok(subscribed(SUBSCRIPTION_ASKED), "asked for");
    say(10, 'd', NOTIFY, "one", "7 NOTIFY",
        "Event: presence\r\nSubscription-State: pending;expires=60\r\n");
    tap_ok(subscribed(SUBSCRIPTION_PENDING), "the NOTIFY is first");
    say(20, 'd', OK, "one", "1 SUBSCRIBE", "Expires: 60\r\n");
    tap_ok(subscribed(SUBSCRIPTION_PENDING), "then the answer says nothing new");
    say(30, 'd', NOTIFY, "one", "8 NOTIFY",
        "Event: presence\r\nSubscription-State: active;expires=59\r\n");
    say(40, 'd', NOTIFY, "one", "8 NOTIFY",
        "Event: presence\r\nSubscription-State: active;expires=59\r\n");
    tap_ok(subscribed(SUBSCRIPTION_ACTIVE) &&
               ((const struct subscription *)ledger_at(&ledger, 1))->notifies == 2,
           "active; a repeated NOTIFY counts once");
    say(30000, 'u', SUBSCRIBE, "one", "2 SUBSCRIBE", EVENT);
    tap_ok(subscribed(SUBSCRIPTION_ACTIVE), "active while it is refreshed");
    say(30010, 'd', "SIP/2.0 481 Gone", "one", "2 SUBSCRIBE", "");
    tap_ok(subscribed(SUBSCRIPTION_REFUSED), "a refresh that finds nothing");
    end();
}

int main(void)
{
    test_registration();
    test_late();
    test_contacts();
    test_eviction();
    test_subscription();
    return tap_done();
}
