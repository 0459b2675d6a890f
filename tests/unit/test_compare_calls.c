/* Two calls beside each other: which messages stand in one row, and in what the rows differ. */
#include <stdio.h>
#include <string.h>

#include "store/compare_calls.h"
#include "tap.h"

static struct store *store;
static uint32_t frame;

/* A message of a call; `start` is its first line, with the answer's code in `SIP/2.0 CODE`. */
static uint32_t say(const char *call, int64_t ms, uint8_t from, uint8_t to, const char *start,
                    const char *cseq, const char *codec)
{
    char text[1500], body[200] = "";
    if (*codec)
        snprintf(body, sizeof body, "v=0\r\nm=audio 4000 RTP/AVP %s\r\n", codec);
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "%s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s%c\r\nMax-Forwards: 70\r\n"
        "From: <sip:a@b>;tag=%s\r\nTo: <sip:c@d>\r\nCall-ID: %s\r\nCSeq: %s\r\n%s"
        "Content-Length: %zu\r\n\r\n%s",
        start, call, cseq[0], call, call, cseq, *body ? "Content-Type: application/sdp\r\n" : "",
        strlen(body), body);
    struct packet packet = { .time_ns = 1000000000 + ms * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = ++frame,
                             .linktype = 101 };
    struct payload payload = { .data = packet.data,
                               .len = (uint32_t)n,
                               .src = { .ip = { 192, 0, 2, from }, .port = 5060, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, to }, .port = 5060, .family = 4 } };
    struct sip_message sip;
    if (sip_scan(&sip, text, n) < 0)
        return 0;
    uint32_t id = store_add(store, &packet, &payload, &sip, NULL);
    return store_transaction(store, store_message(store, id)->transaction)->call;
}

#define INVITE "INVITE sip:c@d SIP/2.0"

static bool row_is(const struct calls_comparison *c, size_t i, bool a, bool b, unsigned differs)
{
    if (i >= c->count)
        return false;
    const struct calls_row *row = &c->rows[i];
    bool good = row->side[0].there == a && row->side[1].there == b && row->differs == differs;
    if (!good)
        tap_note("row %zu: %u %u differs %u", i, row->side[0].there, row->side[1].there,
                 row->differs);
    return good;
}

int main(void)
{
    struct calls_comparison c;
    store = store_new(16 << 20);
    /* answered at once with PCMU */
    say("one", 0, 1, 2, INVITE, "1 INVITE", "0 8");
    say("one", 20, 2, 1, "SIP/2.0 100 Trying", "1 INVITE", "");
    say("one", 500, 2, 1, "SIP/2.0 180 Ringing", "1 INVITE", "");
    say("one", 900, 2, 1, "SIP/2.0 200 OK", "1 INVITE", "0");
    uint32_t a = say("one", 950, 1, 2, "ACK sip:c@d SIP/2.0", "1 ACK", "");
    /* the same between two others, slowly, with other codecs, refused, and no 100 */
    say("two", 60000, 7, 8, INVITE, "1 INVITE", "8");
    say("two", 63000, 8, 7, "SIP/2.0 183 Session Progress", "1 INVITE", "");
    say("two", 63400, 8, 7, "SIP/2.0 486 Busy Here", "1 INVITE", "");
    uint32_t b = say("two", 63450, 7, 8, "ACK sip:c@d SIP/2.0", "1 ACK", "");

    calls_compare(&c, store, a, a);
    tap_ok(c.count == 5 && c.differences == 0, "a call is like itself");
    tap_ok(c.rows[0].side[0].waited_ns == 0 && c.rows[3].side[0].waited_ns == 400000000,
           "each message tells how long it was waited for");
    tap_ok(c.rows[1].side[0].row.from == 1 && c.rows[1].side[0].row.to == 0 && c.nparties[0] == 2 &&
               c.parties[0][0].ip[3] == 1 && c.parties[0][1].ip[3] == 2,
           "parties count in order of appearance, and are named");
    calls_comparison_free(&c);

    calls_compare(&c, store, a, b);
    tap_ok(c.count == 5 && !c.cut, "five rows: %zu", c.count);
    tap_ok(row_is(&c, 0, true, true, CALLS_SESSION), "INVITE offers other codecs");
    tap_ok(row_is(&c, 1, true, false, CALLS_MESSAGE), "100 was sent in one call only");
    tap_ok(row_is(&c, 2, true, true, CALLS_MESSAGE | CALLS_TIME), "183 for 180, and late");
    tap_ok(row_is(&c, 3, true, true, CALLS_MESSAGE | CALLS_SESSION), "486 for 200");
    tap_ok(row_is(&c, 4, true, true, 0), "ACK is the same between other addresses");
    tap_ok(c.differences == 4, "four rows differ");
    calls_comparison_free(&c);

    /* one that nobody answers: sent again, and timer B runs out after 32 s (RFC 3261 §17.1.1.2) */
    say("dead", 120000, 1, 2, INVITE, "1 INVITE", "0 8");
    uint32_t dead = say("dead", 120500, 1, 2, INVITE, "1 INVITE", "0 8");
    store_advance(store, 1000000000 + 170000 * 1000000LL);
    calls_compare(&c, store, a, dead);
    tap_ok(row_is(&c, 0, true, true, CALLS_REPEATS) && c.rows[0].side[1].row.repeats == 1,
           "what was sent again is counted, and differs");
    tap_ok(row_is(&c, 5, false, true, CALLS_MESSAGE) &&
               c.rows[5].side[1].row.kind == LADDER_TIMEOUT,
           "timers have rows");
    calls_comparison_free(&c);

    calls_compare(&c, store, a, 0);
    tap_ok(c.count == 5 && c.differences == 5, "a call that has gone has no messages");
    calls_comparison_free(&c);

    uint32_t d = 0;
    for (int i = 0; i < 1200; i++) {
        char cseq[32];
        snprintf(cseq, sizeof cseq, "%d INFO", i + 1);
        d = say("long", i * 10, 1, 2, "INFO sip:c@d SIP/2.0", cseq, "");
    }
    calls_compare(&c, store, d, a);
    tap_ok(c.cut && c.count <= 2 * COMPARE_ROWS, "a long call is cut: %zu rows", c.count);
    calls_comparison_free(&c);
    store_free(store);
    return tap_done();
}
