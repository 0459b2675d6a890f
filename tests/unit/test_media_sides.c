/* Both sides' media for a finding: which description is whose, what pairs, what they have in common. */
#include <stdio.h>
#include <string.h>

#include "diagnose/media_sides.h"
#include "tap.h"

static struct store *store;
static uint32_t frame;

static uint32_t say(uint8_t from, uint8_t to, const char *start, const char *from_tag,
                    const char *branch, const char *body)
{
    char text[1500];
    frame++;
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "%s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n"
        "From: <sip:a@b>;tag=%s\r\nTo: <sip:c@d>;tag=%s\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n%s"
        "Content-Length: %zu\r\n\r\n%s",
        start, branch, from_tag, strcmp(from_tag, "A") == 0 ? "B" : "A",
        *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
    struct packet packet = { .time_ns = 1000000000 + (int64_t)frame * 1000000,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = frame,
                             .linktype = 101 };
    struct payload payload = { .data = packet.data,
                               .len = (uint32_t)n,
                               .src = { .ip = { 192, 0, 2, from }, .port = 5060, .family = 4 },
                               .dst = { .ip = { 192, 0, 2, to }, .port = 5060, .family = 4 } };
    struct sip_message sip;
    return sip_scan(&sip, text, n) < 0 ? 0 : store_add(store, &packet, &payload, &sip, NULL);
}

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static bool line_is(const struct media_sides *m, size_t i, const char *what, const char *a,
                    const char *b, unsigned matches)
{
    if (i >= m->count)
        return false;
    const struct media_line *l = &m->lines[i];
    bool good = strcmp(l->what, what) == 0 && strcmp(l->side[0], a) == 0 &&
                strcmp(l->side[1], b) == 0 && l->matches == matches;
    if (!good)
        tap_note("line %zu: %s: \"%s\" \"%s\" %u", i, l->what, l->side[0], l->side[1], l->matches);
    return good;
}

int main(void)
{
    struct media_sides m;
    store = store_new(16 << 20);
    uint32_t offer = say(1, 2, "INVITE sip:c@d SIP/2.0", "A", "1",
                         HEAD "m=audio 4000 RTP/SAVP 18 8 101\r\n"
                              "a=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n");
    uint32_t refusal = say(2, 1, "SIP/2.0 488 Not Acceptable Here", "A", "1",
                           HEAD "m=audio 5000 RTP/AVP 0 8\r\n");
    const struct message *stored = store_message(store, offer);
    struct finding f = { .rule = finding_rule(SPAN("no-common-codec")),
                         .transaction = stored->transaction,
                         .call = store_transaction(store, stored->transaction)->call };
    struct finding_text text = { .nproofs = 2 };
    text.proofs[0].message = offer;
    text.proofs[1].message = refusal;

    tap_ok(media_sides_collect(&m, store, &f, &text, false) == 0, "a rule about codecs has sides");
    tap_ok(strcmp(m.who[0], "caller 192.0.2.1") == 0 && strcmp(m.who[1], "callee 192.0.2.2") == 0 &&
               m.from[0] == offer && m.from[1] == refusal,
           "the request is the caller's, the answer the callee's");
    tap_ok(line_is(&m, 0, "audio", "RTP/SAVP 4000", "RTP/AVP 5000", MEDIA_DIFFERS),
           "profiles that do not meet differ");
    tap_ok(line_is(&m, 1, "codec", "G729/8000", "", MEDIA_DIFFERS), "G729 is only the caller's");
    tap_ok(line_is(&m, 2, "codec", "PCMA/8000", "PCMA/8000", MEDIA_SAME), "PCMA is common");
    tap_ok(line_is(&m, 3, "codec", "telephone-event/8000", "", MEDIA_DIFFERS),
           "tones are only the caller's");
    tap_ok(line_is(&m, 4, "codec", "", "PCMU/8000", MEDIA_DIFFERS), "PCMU is only the callee's");
    tap_ok(line_is(&m, 5, "direction", "sendonly", "sendrecv", MEDIA_DIFFERS),
           "sendonly is answered by recvonly (RFC 3264 6.1)");
    tap_ok(line_is(&m, 6, "address", "192.0.2.1", "192.0.2.1", MEDIA_APART) && m.count == 7,
           "and where media go");
    media_sides_free(&m);

    media_sides_collect(&m, store, &f, &text, true);
    tap_ok(line_is(&m, 1, "codecs", "G729 PCMA telephone-event", "PCMU PCMA", MEDIA_SAME) &&
               line_is(&m, 2, "DTMF", "telephone-event/8000", "", MEDIA_DIFFERS) && m.count == 4,
           "in brief the codecs of a stream stand in one line, and tones that one side lacks");
    media_sides_free(&m);

    /* a proxy passes the offer on: it is no side of the media */
    uint32_t passed = say(3, 4, "INVITE sip:c@d SIP/2.0", "A", "p",
                          HEAD "m=audio 4000 RTP/AVP 18\r\n");
    text.proofs[0].message = passed;
    media_sides_collect(&m, store, &f, &text, true);
    tap_ok(strcmp(m.who[0], "caller 192.0.2.1") == 0, "the caller is who sent the offer first");
    media_sides_free(&m);
    text.proofs[0].message = offer;

    uint32_t tones = say(2, 1, "SIP/2.0 488 Not Acceptable Here", "A", "1",
                         HEAD
                         "m=audio 5000 RTP/SAVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    text.proofs[1].message = tones;
    media_sides_collect(&m, store, &f, &text, true);
    tap_ok(line_is(&m, 0, "codecs", "G729 PCMA telephone-event", "PCMU telephone-event",
                   MEDIA_DIFFERS),
           "tones alone are no codec in common");
    media_sides_free(&m);

    /* the callee asks in the dialog: its request is still the callee's */
    uint32_t again = say(2, 1, "INVITE sip:a@b SIP/2.0", "B", "2", HEAD "m=audio 0 RTP/AVP 0\r\n");
    text.proofs[0].message = again;
    text.nproofs = 1;
    f.transaction = store_message(store, again)->transaction;
    tap_ok(media_sides_collect(&m, store, &f, &text, false) == 0 && !m.known[0] && m.known[1] &&
               m.lines[0].matches == MEDIA_UNKNOWN,
           "what one side did not say is not known");
    media_sides_free(&m);
    tap_ok(media_sides_collect(&m, store, &f, &text, true) == -1,
           "in brief one side is not enough");

    f.rule = finding_rule(SPAN("ack-missing"));
    tap_ok(media_sides_collect(&m, store, &f, &text, true) == -1, "other rules have no sides");
    f.rule = finding_rule(SPAN("srtp-mismatch"));
    text.nproofs = 0;
    f.transaction = 0;
    tap_ok(media_sides_collect(&m, store, &f, &text, true) == -1, "nor has one without messages");
    store_free(store);
    return tap_done();
}
