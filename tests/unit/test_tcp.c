/*
 * SIP in TCP, from segments to messages: order (RFC 9293 §3.4, §3.10), what is lost,
 * repeated, contradictory or forged, and the framing by Content-Length (RFC 3261
 * §18.3). Each test writes its segments by hand and names the messages that come out.
 */
#include <stdlib.h>

#include "bytes.h"
#include "net/private.h"
#include "tap.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static struct net *net;
static uint32_t frame;
static int64_t now_ms;
static bool mapped;

/* What was handed on: a letter a message (the first of its Call-ID), and marks behind it. */
static char got[4096];
static uint32_t frames[64], seqs[64];
static size_t lengths[64], count;
static struct payload last;

static void take(const struct packet *packet, const struct payload *p, void *arg)
{
    (void)arg;
    const char *id = memmem(p->data, p->len, "Call-ID: ", 9);
    size_t n = strlen(got);
    snprintf(got + n, sizeof got - n, "%c%s%s%s", id ? id[9] : '?', p->truncated ? "-" : "",
             p->misframed ? "!" : "", p->apart ? "" : "=");
    if (count < 64) {
        frames[count] = packet->frame;
        seqs[count] = p->seq;
        lengths[count] = p->len;
    }
    count++;
    last = *p;
}

static void begin(void)
{
    net_free(net);
    net = net_new(take, NULL, NULL);
    frame = 0;
    now_ms = 0;
    count = 0;
    got[0] = '\0';
    mapped = true;
}

/* A segment between 192.0.2.1:5070 and 192.0.2.2:5060, `back` from the latter; cut to `caplen`. */
static void segment_cut(bool back, uint32_t seq, uint32_t ack, unsigned flags, const char *text,
                        size_t n, size_t cut)
{
    static struct bytes b;
    b.n = 0;
    put_ip4(&b, (unsigned)(40 + n), 7, 0, 6);
    put_tcp(&b, back ? 5060 : 5070, back ? 5070 : 5060, seq, ack, flags | (ack ? ACK : 0u));
    put(&b, text, n);
    if (back)
        turn_ip4(&b, 0);
    uint8_t *exact = malloc(b.n - cut);
    memcpy(exact, b.p, b.n - cut);
    struct packet packet = { .time_ns = now_ms * 1000000,
                             .data = exact,
                             .caplen = (uint32_t)(b.n - cut),
                             .origlen = (uint32_t)b.n,
                             .frame = ++frame,
                             .linktype = 101,
                             .mapped = mapped };
    net_packet(net, &packet);
    free(exact);
    now_ms++;
}

static void segment(bool back, uint32_t seq, uint32_t ack, unsigned flags, const char *text)
{
    segment_cut(back, seq, ack, flags, text, strlen(text), 0);
}

static void data(uint32_t seq, const char *text)
{
    segment(false, seq, 0, 0, text);
}

/* Bytes `from` to `to` of the text, at their place in a stream that begins at `seq`. */
static void part(uint32_t seq, const char *text, size_t from, size_t to)
{
    segment_cut(false, seq + (uint32_t)from, 0, 0, text + from, to - from, 0);
}

static bool came(const char *want)
{
    bool same = strcmp(got, want) == 0;
    if (!same)
        printf("# got \"%s\" instead of \"%s\"\n", got, want);
    return same;
}

#define HEAD(id) "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nCall-ID: " id "\r\n"
#define M(id) HEAD(id) "Content-Length: 0\r\n\r\n"
#define BODY(id) HEAD(id) "Content-Length: 10\r\n\r\n0123456789"
#define SIZE (sizeof M("a") - 1)

static void in_order(void)
{
    begin();
    segment(false, 99, 0, SYN, "");
    segment(true, 499, 100, SYN, "");
    data(100, M("a"));
    segment(true, 500, 100 + SIZE, 0, "SIP/2.0 200 OK\r\nCall-ID: b\r\nl: 0\r\n\r\n");
    tap_ok(came("a=b=") && frames[0] == 3 && frames[1] == 4 && seqs[0] == 100 && seqs[1] == 500,
           "a message in each direction, where it lies in its segment");
    tap_ok(last.src.port == 5060 && last.dst.port == 5070 && last.src.ip[3] == 2 &&
               last.transport == TRANSPORT_TCP && last.ip_offset == 0 && last.ip_id == 7,
           "with addresses, transport and the packet's IP header");
    begin();
    data(1, M("a") M("b") "\r\n\r\n" M("c"));
    tap_ok(came("a=b=c=") && frames[2] == 1, "three messages and a keep-alive in a segment");
    begin();
    mapped = false;
    data(1, M("a") M("b") M("c"));
    data(1 + 3 * SIZE, M("d"));
    tap_ok(came("abcd="), "of a packet that must be copied small parts are copied alone");
}

static void in_pieces(void)
{
    static const char text[] = M("a") BODY("b") M("c");
    size_t n = sizeof text - 1;
    begin();
    for (size_t i = 0; i < n; i++)
        part(7, text, i, i + 1);
    tap_ok(came("abc") && frames[0] == SIZE && frames[2] == n && lengths[1] == sizeof BODY("b") - 1,
           "byte by byte: the frame is the one that completes the message");
    int wrong = 0;
    for (size_t i = 1; i < n; i++) {
        begin();
        part(7, text, 0, i);
        part(7, text, i, n);
        wrong += count != 3 || seqs[2] != 7 + n - SIZE || strspn(got, "abc=") != strlen(got);
    }
    tap_ok(wrong == 0, "cut in two anywhere");
    begin();
    part(0xffffff80, text, 0, 100);
    part(0xffffff80, text, 100, 200);
    part(0xffffff80, text, 200, n);
    tap_ok(count == 3 && seqs[2] == (uint32_t)(0xffffff80 + n - SIZE),
           "over the end of the sequence numbers");
}

static void large(void)
{
    static char text[200000];
    begin();
    size_t head = (size_t)snprintf(text, sizeof text, HEAD("a") "Content-Length: 150000\r\n\r\n");
    memset(text + head, 'x', 150000);
    for (size_t i = 0; i < head + 150000; i += 1400)
        part(1, text, i, i + 1400 < head + 150000 ? i + 1400 : head + 150000);
    data(1 + (uint32_t)head + 150000, M("b"));
    tap_ok(came("ab=") && lengths[0] == head + 150000, "a body of 150,000 bytes");

    begin();
    head = (size_t)snprintf(text, sizeof text, HEAD("a") "Content-Length: 3000000\r\n\r\n");
    memset(text + head, 'x', 10000);
    part(1, text, 0, head);
    for (uint32_t i = 0; i < 300; i++)
        segment_cut(false, 1 + (uint32_t)head + i * 10000, 0, 0, text + head, 10000, 0);
    data(1 + (uint32_t)head + 3000000, M("b"));
    tap_ok(came("a-b=") && lengths[0] == 1048576 && frames[0] == 301,
           "one of three million: kept in part, and the next message is found");
    tap_ok(net->held < 100000 && net_counts(net)->over_limit == 1, "its memory was given back");
}

static void disorder(void)
{
    static const char text[] = M("a") M("b") M("c") M("d");
    begin();
    segment(false, 0, 0, SYN, "");
    part(1, text, SIZE, 2 * SIZE);
    part(1, text, 3 * SIZE, 4 * SIZE);
    part(1, text, 2 * SIZE, 3 * SIZE);
    tap_ok(came(""), "what comes early waits");
    part(1, text, 0, SIZE);
    tap_ok(came("a=bcd") && frames[0] == 5 && frames[1] == 2 && frames[3] == 3,
           "and follows in order, each with its own frame");
    part(1, text, 0, SIZE);
    part(1, text, 2 * SIZE, 4 * SIZE);
    tap_ok(count == 4, "retransmissions are dropped");
    part(1, text, 4 * SIZE - 1, 4 * SIZE);
    data(1 + 4 * SIZE, "\r\n");
    data(3 + 4 * SIZE, M("e"));
    tap_ok(came("a=bcde="), "so is a keep-alive of one byte; CRLF means nothing");

    begin();
    segment(false, 0, 0, SYN, "");
    part(1, text, 0, SIZE + 10);
    part(1, text, SIZE - 20, 2 * SIZE);
    tap_ok(count == 2 && lengths[1] == SIZE, "of a partial repetition the new bytes count");

    begin();
    segment(false, 0, 0, SYN, "");
    data(1 + SIZE, M("b"));
    data(1 + SIZE, M("x"));
    data(1, M("a"));
    tap_ok(came("a=b"), "the first bytes win; what contradicts them is refused");

    begin();
    segment(false, 0, 0, SYN, "");
    data(1 + SIZE, M("b"));
    data(1, M("y") M("z"));
    data(1, M("a") M("b"));
    tap_ok(came("a=b=") && net_counts(net)->refused == 1,
           "also in a segment that would be the next");
}

static void gaps(void)
{
    static const char text[] = M("a") M("b") M("c") M("d");
    begin();
    part(1, text, 0, SIZE);
    part(1, text, 2 * SIZE, 3 * SIZE);
    tap_ok(came("a="), "a hole is waited for");
    now_ms += 20;
    segment(true, 500, 1 + 3 * SIZE, 0, "");
    tap_ok(came("a=c") && frames[1] == 2 && net_counts(net)->gaps == 1 &&
               net_counts(net)->gap_bytes == SIZE,
           "when the peer has acknowledged it, it is the capture's, and is counted");
    part(1, text, 3 * SIZE, 4 * SIZE);
    tap_ok(came("a=cd="), "the stream goes on");
    part(1, text, SIZE, 2 * SIZE);
    tap_ok(came("a=cd="), "what was given up is not taken later");

    begin();
    part(1, text, 0, SIZE);
    part(1, text, 2 * SIZE, 3 * SIZE);
    net_advance(net, 1900000000);
    tap_ok(came("a="), "without acknowledgement it is waited for two seconds");
    net_advance(net, 2100000000);
    tap_ok(came("a=c"), "and no longer");

    begin();
    part(1, text, 0, SIZE);
    segment(true, 500, 1 + 2 * SIZE, 0, "");
    part(1, text, 2 * SIZE, 3 * SIZE);
    tap_ok(came("a="), "an acknowledgement may have overtaken what it is about");
    begin();
    part(1, text, 0, SIZE);
    segment(true, 500, 1 + 2 * SIZE, 0, "");
    segment(true, 500, 1 + SIZE, 0, "");
    now_ms += 10;
    part(1, text, 2 * SIZE, 3 * SIZE);
    tap_ok(came("a=c="), "by so much it has not: what follows is taken at once");

    begin();
    static const char body[] = BODY("a") M("b");
    part(1, body, 0, sizeof BODY("a") - 8);
    part(1, body, sizeof BODY("a") - 4, sizeof body - 1);
    net_advance(net, 3000000000);
    tap_ok(came("a-b"), "a hole in a body cuts that message only");
    begin();
    part(1, text, 0, SIZE + 20);
    part(1, text, SIZE + 30, 3 * SIZE);
    net_advance(net, 3000000000);
    tap_ok(count == 2 || count == 3, "a hole in headers: go on at the next start line");
    tap_ok(got[strlen(got) - 1] == 'c', "which is that of the third");
    begin();
    segment_cut(false, 1, 0, 0, text, 2 * SIZE, 10);
    part(1, text, 2 * SIZE, 3 * SIZE);
    tap_ok(came("a=b-c="), "a segment cut by the capture: its last message is truncated");
}

/* Nothing follows what is missing: the peer's acknowledgement, or the FIN, tells of it. */
static void gaps_at_the_end(void)
{
    begin();
    data(100, M("a"));
    segment(true, 500, 100 + SIZE + 250, 0, "");
    net_finish(net);
    tap_ok(came("a=") && net_counts(net)->gaps == 1 && net_counts(net)->gap_bytes == 250,
           "what was acknowledged and not captured is a gap");
    begin();
    part(100, M("a"), 0, SIZE - 20);
    segment(false, 100 + SIZE, 0, FIN, "");
    net_finish(net);
    tap_ok(came("a-") && net_counts(net)->gaps == 1 && net_counts(net)->gap_bytes == 20,
           "so is what lies before a FIN; the message is cut");
    begin();
    data(100, M("a"));
    segment(true, 500, 101 + SIZE, 0, "");
    net_finish(net);
    tap_ok(came("a=") && net_counts(net)->gaps == 0, "a FIN that was not captured is none");
}

/* A line that only begins in its segment looks like a start line until the next one comes. */
static void in_a_line(void)
{
    begin();
    data(1, M("a"));
    data(1 + SIZE, "x: 1\r\nConte");
    data(1 + SIZE + 11, "nt-Length: 0\r\n\r\n" M("b") M("c"));
    data(1 + SIZE + 27 + 2 * SIZE, M("d"));
    tap_ok(came("a=b=c=d=") && net_counts(net)->unframed == 27,
           "behind the rest of a message all that follow are read");
}

static void in_the_middle(void)
{
    begin();
    data(1000, "f:z\r\nContent-Length: 5\r\n\r\nxyz\r\n" M("a"));
    tap_ok(came("a=") && net_counts(net)->unframed == 31,
           "a capture that begins in a message: from the first start line on");
    begin();
    data(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    data(28, "INVITE of a line without version\r\n");
    tap_ok(came(""), "HTTP is no SIP");
    begin();
    data(1, "PROXY TCP4 192.0.2.7 192.0.2.2 1 2\r\n" M("a"));
    tap_ok(came("a="), "a line in front of the first message is passed over");
    begin();
    data(1, M("a"));
    data(1 + SIZE, "what is this\r\nand this\r\n" M("b"));
    tap_ok(came("a=b="), "rubbish between messages is passed over");
    data(1 + 2 * SIZE + 24, "OPTIO");
    data(1 + 2 * SIZE + 29, &M("c")[5]);
    tap_ok(got[strlen(got) - 1] == 'c', "a method that is cut in two");
}

static void wrong_lengths(void)
{
    begin();
    data(1, HEAD("a") "\r\n" M("b"));
    tap_ok(came("a!=b="), "Content-Length is missing: marked, and it ends at the next start line");
    begin();
    data(1, HEAD("a") "\r\nbody\r\n");
    tap_ok(came("a!=") && lengths[0] == sizeof HEAD("a") - 1 + 8,
           "without it the rest of the segment is the body");
    begin();
    data(1, HEAD("a") "Content-Length: nonsense\r\n\r\n" M("b"));
    tap_ok(came("a!=b="), "or cannot be read");
    begin();
    data(1, HEAD("a") "Content-Length: 4\r\n\r\n0123456789\r\n" M("b"));
    tap_ok(came("a!=b=") && lengths[0] == sizeof HEAD("a") - 1 + 21 + 12, "too small: so, too");
    begin();
    data(1, HEAD("a") "Content-Length: 40\r\n\r\n0123456789");
    data(1 + sizeof HEAD("a") - 1 + 22 + 10, M("b"));
    tap_ok(came("a!b="), "too large: broken off by a segment that begins with a start line");
    begin();
    data(1, HEAD("a") "Content-Type: message/sipfrag\r\nContent-Length: 16\r\n\r\n");
    data(1 + sizeof HEAD("a") - 1 + 31 + 22, "SIP/2.0 200 OK\r\n");
    tap_ok(came("a"), "but not where the body may hold start lines");
    begin();
    segment(false, 0, 0, SYN, "");
    data(1, HEAD("a") "Content-Length: 40\r\n\r\n0123456789");
    segment(false, 1 + sizeof HEAD("a") - 1 + 22 + 10, 0, FIN, "");
    tap_ok(came("a!"), "too large at the end of a closed connection");
    begin();
    data(1, HEAD("a") "Content-Length: 40\r\n\r\n0123456789");
    net_finish(net);
    tap_ok(came("a-"), "at the end of the capture it is the capture that misses bytes");
    begin();
    data(1, HEAD("a") "CONTENT-LENGTH : 2\r\n\r\nxx" HEAD("b") "l:2\n\nyy" M("c"));
    tap_ok(came("a=b=c="), "any case, a blank before the colon, the compact form, bare LF");
}

static void connections(void)
{
    begin();
    segment(false, 0, 0, SYN, "");
    data(1, M("a"));
    segment(false, 700000, 0, SYN, "");
    data(700001, M("b"));
    tap_ok(came("a=b="), "the same ports again, announced by a SYN");
    data(3000000000u, M("c"));
    tap_ok(came("a=b="), "a jump without one is not believed at once");
    data(3000000000u + SIZE, M("d"));
    data(3000000000u + 2 * SIZE, M("e"));
    tap_ok(came("a=b=d=e="), "only when it goes on there");
    data(700001 + SIZE, M("x"));
    tap_ok(came("a=b=d=e="), "the old place is then as strange");

    begin();
    data(1, HEAD("a") "Content-Length: 9\r\n\r\n");
    segment(true, 500, 0, RST, "");
    tap_ok(came("a-"), "RST ends what has begun");
    data(9000, M("b"));
    tap_ok(came("a-b="), "what comes then is picked up");
    begin();
    segment(false, 0, 0, SYN, "");
    segment(true, 0, 1, SYN, "");
    data(1, M("a"));
    segment(false, 1 + SIZE, 1, FIN, "");
    segment(true, 1, 2 + SIZE, 0, "SIP/2.0 200 OK\r\nCall-ID: b\r\nl: 0\r\n\r\n");
    segment(true, 38, 2 + SIZE, FIN, "");
    tap_ok(came("a=b="), "one side may go on after the other's FIN");
    begin();
    segment(false, 0, 0, SYN, M("a"));
    tap_ok(came("a="), "bytes in a SYN (RFC 9293 §3.4)");
    begin();
    data(1, HEAD("a") "Content-Length: 9\r\n\r\n");
    net_advance(net, 700000000000);
    tap_ok(came("a-"), "an idle connection goes after ten minutes");
}

/* Segments from many ports. */
static void from_port(unsigned port, uint32_t seq, unsigned flags, const char *text)
{
    struct bytes b = { .n = 0 };
    put_ip4(&b, (unsigned)(40 + strlen(text)), 7, 0, 6);
    put_tcp(&b, port, 5060, seq, 0, flags);
    put_text(&b, text);
    b.p[14] = 9;
    b.p[15] = (uint8_t)(port >> 16);
    struct packet packet = { .time_ns = now_ms * 1000000,
                             .data = b.p,
                             .caplen = (uint32_t)b.n,
                             .origlen = (uint32_t)b.n,
                             .frame = ++frame,
                             .linktype = 101 };
    net_packet(net, &packet);
}

static void floods(void)
{
    begin();
    data(1, HEAD("a"));
    for (unsigned i = 0; i < 200000; i++)
        from_port(i, i, SYN, "");
    data(1 + sizeof HEAD("a") - 1, "Content-Length: 0\r\n\r\n");
    tap_ok(came("a"), "a flood of SYNs does not touch a connection that speaks");
    begin();
    for (unsigned i = 0; i < 100000; i++)
        from_port(i, 1, 0, HEAD("a"));
    tap_ok(count >= 60000 && net->held < (66u << 20),
           "a flood of begun messages: the oldest go, with what they have");
    begin();
    segment(false, 0, 0, SYN, "");
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    for (uint32_t i = 0; i < 3000; i++)
        data(2000 + i * 2000, text);
    tap_ok(net->held <= (300u << 10), "what waits behind gaps is bounded");
    begin();
    for (unsigned i = 0; i < 2000; i++)
        from_port(1, 1 + i * 60, 0, "INVITE sip:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    tap_ok(net->held <= (200u << 10), "so is a start line without end");
}

int main(void)
{
    in_order();
    in_pieces();
    large();
    disorder();
    gaps();
    gaps_at_the_end();
    in_a_line();
    in_the_middle();
    wrong_lengths();
    connections();
    floods();
    net_free(net);
    return tap_done();
}
