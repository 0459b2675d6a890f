/* What an answer's headers point to in the knowledge base, hostile values included. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/related.h"
#include "tap.h"

#define START 1700000000000000000LL

static const struct addr A = { { 10, 0, 0, 1 }, 5060, 4, 0 };
static const struct addr B = { { 10, 0, 0, 2 }, 5060, 4, 0 };

static uint32_t add(struct store *store, int64_t time_ns, const struct addr *src,
                    const struct addr *dst, char *text)
{
    struct sip_message sip;
    size_t n = strlen(text);
    struct packet packet = { .time_ns = time_ns,
                             .data = (const uint8_t *)text,
                             .caplen = (uint32_t)n,
                             .origlen = (uint32_t)n,
                             .frame = 1,
                             .linktype = 1,
                             .mapped = true };
    struct payload payload = {
        .data = (uint8_t *)text, .len = (uint32_t)n, .src = *src, .dst = *dst
    };
    if (sip_scan(&sip, (uint8_t *)text, n) < 0)
        return 0;
    const struct message *m = store_message(store, store_add(store, &packet, &payload, &sip, NULL));
    return m ? m->transaction : 0;
}

#define COMMON                                                                            \
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>" \
    "\r\nCall-ID: c\r\nMax-Forwards: 70\r\n"

/* A request, and the response with these header lines unless code is 0. */
static void test(const char *method, int code, const char *headers, const char *wanted)
{
    struct store *store = store_new(1 << 20);
    struct related related;
    struct strbuf got = STRBUF_INIT;
    char *request = mem_format("%s sip:b@x SIP/2.0\r\n" COMMON "CSeq: 1 %s\r\n\r\n", method,
                               method);
    char *response = mem_format("SIP/2.0 %d X\r\n" COMMON "CSeq: 1 %s\r\n%s\r\n", code, method,
                                headers);
    uint32_t id = add(store, START, &A, &B, request);
    if (code)
        add(store, START + 1000000, &B, &A, response);
    store_advance(store, START + 60000000000LL);
    related_collect(&related, store, id);
    for (size_t i = 0; i < related.count; i++)
        strbuf_format(&got, "%s%s", i ? " " : "", related.topics[i]);
    if (!tap_ok(strcmp(strbuf_str(&got), wanted) == 0, "%s %d: %s", method, code,
                *wanted ? wanted : "nothing"))
        tap_note("got '%s'", strbuf_str(&got));
    strbuf_free(&got);
    store_free(store);
    free(request);
    free(response);
}

int main(void)
{
    test("INVITE", 503, "Reason: Q.850;cause=34;text=\"No circuit\"\r\n", "cause/34");
    test("INVITE", 487, "Reason: SIP ;cause=200;text=\"elsewhere\"\r\n", "code/200");
    test("INVITE", 403, "Reason: STIR;cause=437\r\n", "reason/STIR");
    test("INVITE", 488, "Warning: 305 h \"Incompatible\"\r\n", "warning/305");
    test("INVITE", 488, "Warning: 30\r\n", "warning/30");
    test("INVITE", 503, "Retry-After: 20\r\nReason: q.850;cause=42\r\n",
         "header/Retry-After cause/42");
    test("INVITE", 420, "Unsupported: 100rel,  timer\r\n", "option/100rel option/timer");
    test("INVITE", 421, "Require: 100rel\r\n", "option/100rel");
    test("INVITE", 180, "Require: 100rel\r\n", ""); /* ringing: no timer of the client runs out */
    test("REGISTER", 401, "WWW-Authenticate: Digest realm=\"x\"\r\n", "flow/digest");
    test("REGISTER", 423, "Min-Expires: 60\r\n", "header/Min-Expires");
    test("INVITE", 422, "Min-SE: 90\r\n", "flow/session-timer");
    test("INVITE", 302, "Contact: <sip:c@x>\r\nContact: <sip:d@x>\r\n", "header/Contact");
    test("INVITE", 0, "", "timer/B");
    test("OPTIONS", 0, "", "timer/F");
    test("OPTIONS", 200, "Retry-After: 1\r\n", "");
    test("INVITE", 503, "Reason: Q.850;cause=../../etc/passwd\r\nReason: Q.850\r\nReason: a b\r\n",
         "");
    test("INVITE", 503, "Reason: Q.850;cause=[[x]]\r\nReason: \x1b[31m;cause=1\r\n", "");
    test("INVITE", 420, "Unsupported: a,b,c,d,e,f,g,h,i,j,a\r\n",
         "option/a option/b option/c option/d option/e option/f option/g option/h");
    return tap_done();
}
