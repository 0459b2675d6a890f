/* Stored messages as a capture file: what is in it, when it is refused, what a full disk leaves. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "bytes.h"
#include "input/capture.h"
#include "net/plain.h"
#include "pipeline.h"
#include "saved.h"
#include "tap.h"

static char folder[] = "/tmp/sipwhy-test-XXXXXX";
static char path[64];
static char *error;

#define MESSAGE                                                                              \
    "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\n" \
    "From: <sip:a@x>;tag=t\r\nTo: <sip:b@y>\r\nCall-ID: c%d\r\nCSeq: 1 OPTIONS\r\n"          \
    "Content-Length: 0\r\n\r\n"

/* Sends message number `i` through the pipeline on a link type. */
static void feed(struct store *store, int i, int64_t time_ns, uint16_t link)
{
    static uint32_t frame;
    char text[512];
    struct bytes b = { .n = 0 };
    struct pipeline pipeline;
    snprintf(text, sizeof text, MESSAGE, i, i);
    pipeline_open(&pipeline, store);
    if (link == 1)
        put_ethernet(&b, 0x0800);
    put_datagram(&b, (unsigned)i, text);
    struct packet packet = { .time_ns = time_ns,
                             .data = b.p,
                             .caplen = (uint32_t)b.n,
                             .origlen = (uint32_t)b.n + 9,
                             .frame = ++frame,
                             .linktype = link };
    pipeline_packet(&pipeline, &packet);
    pipeline_flush(&pipeline);
    pipeline.store = NULL; /* it stays */
    pipeline_close(&pipeline);
}

static bool export_all(const struct store *store, bool overwrite)
{
    uint32_t ids[64];
    for (uint32_t i = 0; i < 64; i++)
        ids[i] = i; /* 0 and unused ones are left out */
    free(error);
    return save_at_once(path, SAVE_PCAP, overwrite, store, ids, 64, &error) == 0;
}

struct content {
    uint8_t bytes[65536];
    size_t n;
    struct packet packets[64];
    size_t count;
};
static struct content content;

static void read_back(void)
{
    size_t used;
    int fd = open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, content.bytes, sizeof content.bytes) : -1;
    if (fd >= 0)
        close(fd);
    content.n = n > 0 ? (size_t)n : 0;
    content.count = 0;
    struct capture *capture = capture_open(content.bytes, content.n);
    for (size_t at = 0; capture && content.count < 64; at += used) {
        struct packet *packet = &content.packets[content.count];
        enum capture_result result = capture_next(capture, content.bytes + at, content.n - at,
                                                  &used, packet);
        if (result == CAPTURE_PACKET)
            content.count++;
        else if (result != CAPTURE_SKIP)
            break;
    }
    capture_close(capture);
}

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static bool rising(void)
{
    for (size_t i = 1; i < content.count; i++)
        if (content.packets[i].time_ns < content.packets[i - 1].time_ns)
            return false;
    return true;
}

static void one_link(void)
{
    static const int64_t times[] = { 1700000000123456789, 1700000000123456788, 5,
                                     4294967295999999999 };
    struct store *store = store_new(1 << 20);
    for (int i = 0; i < 4; i++)
        feed(store, i, times[i], 1);
    tap_ok(export_all(store, false) && !error, "four messages are written");
    read_back();
    tap_ok(content.count == 4 && rising() && content.packets[0].time_ns == 5 &&
               content.packets[1].time_ns == 1700000000123456788 &&
               content.packets[3].time_ns == 4294967295999999999,
           "in order of time, to the nanosecond");
    bool ethernet = true;
    for (size_t i = 0; i < content.count; i++)
        ethernet = ethernet && content.packets[i].linktype == 1 &&
                   content.packets[i].origlen == content.packets[i].caplen + 9;
    tap_ok(ethernet, "with their link type and their length on the wire");
    tap_ok(files_in_folder() == 1, "nothing else is left in the folder");
    bool good = export_all(store, false);
    tap_ok(!good && error && strstr(error, "exists"), "not twice: %s", error ? error : "");
    tap_ok(export_all(store, true), "unless overwriting is allowed");
    store_free(store);
}

static void several_links(void)
{
    struct store *store = store_new(1 << 20);
    feed(store, 1, 1000, 1);
    feed(store, 2, 2000, 101);
    tap_ok(export_all(store, true), "messages of two link types");
    read_back();
    tap_ok(content.count == 2 && content.packets[0].linktype == 101 &&
               content.packets[0].data[0] == 0x45 && content.packets[1].data[0] == 0x45 &&
               content.packets[0].origlen == content.packets[0].caplen + 9,
           "are written from the IP header on");
    store_free(store);
    store = store_new(1 << 20);
    feed(store, 1, 1000, 101);
    feed(store, 2, 2000, 12);
    tap_ok(export_all(store, true), "raw IP by both of its numbers");
    read_back();
    tap_ok(content.count == 2 && content.packets[0].linktype == 101, "is one link type");
    store_free(store);
}

static char *remark(uint32_t message, void *arg)
{
    (void)arg;
    return message == 2 ? mem_text("busy: here\x1b[1m") : NULL;
}

/* Of many messages named from the last to the first: sorting goes through all its widths. */
static bool save_backwards(const struct store *store, enum save_format format)
{
    free(error);
    struct save *save = save_new(path, format, true, store, &error);
    enum save_state state = save ? SAVE_GOES_ON : SAVE_FAILED;
    for (uint32_t id = 64; save && id > 0; id--)
        save_add(save, id);
    if (save)
        save_comment(save, remark, NULL);
    while (state == SAVE_GOES_ON)
        state = save_step(save, 5, &error);
    save_free(save);
    return state == SAVE_DONE;
}

static bool content_has(const char *text)
{
    return memmem(content.bytes, content.n, text, strlen(text)) != NULL;
}

static void other_formats(void)
{
    struct store *store = store_new(1 << 20);
    for (int i = 0; i < 37; i++)
        feed(store, i, 1700000000000000000 + i, i % 3 ? 1 : 101);
    tap_ok(save_backwards(store, SAVE_PCAPNG), "pcapng of two link types");
    read_back();
    size_t raw = 0;
    for (size_t i = 0; i < content.count; i++)
        raw += content.packets[i].linktype == 101;
    tap_ok(content.count == 37 && rising() && raw == 13, "keeps both, in order: %zu, %zu raw",
           content.count, raw);
    tap_ok(content.packets[36].time_ns == 1700000000000000036, "to the nanosecond");
    tap_ok(content_has("busy: here"), "with the comment");
    tap_ok(save_backwards(store, SAVE_TEXT), "text");
    read_back();
    tap_ok(content_has(":5060 -> 192.0.2.2:5062\n"), "with a line over each message");
    tap_ok(content_has("OPTIONS sip:b@y SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK36\n"),
           "the message's lines");
    tap_ok(content_has("busy: here^[[1m\n") && !content_has("\x1b"), "nothing for the terminal");
    tap_ok(save_backwards(store, SAVE_PCAP), "pcap of messages named backwards");
    read_back();
    tap_ok(content.count == 37 && rising(), "is in order");
    static const struct {
        const char *path;
        enum save_format format;
    } names[] = {
        { "a.pcapng", SAVE_PCAPNG }, { "a.PCAPNG", SAVE_PCAPNG }, { "a.txt", SAVE_TEXT },
        { "a.pcap", SAVE_PCAP },     { "a", SAVE_PCAP },          { "a.txt.x", SAVE_PCAP }
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        tap_ok(save_format_of(names[i].path) == names[i].format, "%s is %s", names[i].path,
               save_format_name(names[i].format));
    unlink(path);
    store_free(store);
}

/* Given up half way, or evicted meanwhile. */
static void given_up(void)
{
    struct store *store = store_new(1 << 20);
    for (int i = 0; i < 20; i++)
        feed(store, i, i, 1);
    size_t before = files_in_folder();
    struct save *save = save_new(path, SAVE_PCAP, true, store, &error);
    for (uint32_t id = 1; id <= 20; id++)
        save_add(save, id);
    save_step(save, 10, &error);
    tap_ok(save_progress(save) == 500, "half of it is written");
    save_free(save);
    tap_ok(files_in_folder() == before, "given up, it leaves nothing");
    save = save_new(path, SAVE_PCAP, true, store, &error);
    for (uint32_t id = 1; id <= 20; id++)
        save_add(save, id);
    save_step(save, 10, &error);
    store_clear(store);
    feed(store, 99, 12345, 1); /* takes the place of one that has gone */
    while (save_step(save, 10, &error) == SAVE_GOES_ON)
        ;
    save_free(save);
    read_back();
    tap_ok(content.count == 10, "what went meanwhile is left out");
    unlink(path);
    store_free(store);
}

static void refusals(void)
{
    struct store *store = store_new(1 << 20);
    uint32_t id = 1;
    char *text = NULL;
    unlink(path);
    bool good = export_all(store, false);
    tap_ok(!good && error && files_in_folder() == 0, "no message: %s", error ? error : "");
    feed(store, 1, 1, 1);
    const char *const targets[] = { "/nonexistent/x.pcap", folder, "/dev/null" };
    for (int i = 0; i < 3; i++) {
        good = save_at_once(targets[i], SAVE_PCAP, true, store, &id, 1, &text) == 0;
        tap_ok(!good && text, "refused: %s", text ? text : "");
        free(text);
    }
    uint32_t twice[] = { 1, 1, 1 };
    tap_ok(save_at_once(path, SAVE_PCAP, false, store, twice, 3, &text) == 0,
           "one message named three times");
    read_back();
    tap_ok(content.count == 1, "is written once");
    store_free(store);
}

/* A limit on the size of files stands in for a full disk. */
static void full_disk(void)
{
    struct rlimit old, small;
    struct store *store = store_new(1 << 20);
    for (int i = 0; i < 60; i++)
        feed(store, i, i, 1);
    unlink(path);
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 5000;
    signal(SIGXFSZ, SIG_IGN);
    fflush(stdout);
    setrlimit(RLIMIT_FSIZE, &small);
    bool good = export_all(store, false);
    setrlimit(RLIMIT_FSIZE, &old);
    tap_ok(!good && error && !strchr(error, '\n'), "a full disk: %s", error ? error : "no error");
    tap_ok(files_in_folder() == 0, "and no part of a file is left");
    tap_ok(export_all(store, false), "with room again it works");
    struct stat before, after;
    stat(path, &before);
    fflush(stdout);
    setrlimit(RLIMIT_FSIZE, &small);
    good = export_all(store, true);
    setrlimit(RLIMIT_FSIZE, &old);
    stat(path, &after);
    tap_ok(!good && before.st_size == after.st_size && before.st_ino == after.st_ino,
           "a failed overwrite leaves the old file as it was");
    store_free(store);
}

/* The number that tshark reports on its line for all packets of protocol sip; -1: no tshark. */
static int count_with_tshark(void)
{
    char command[160], line[256];
    int n = 0;
    if (system("command -v tshark >/dev/null 2>&1") != 0)
        return -1;
    snprintf(command, sizeof command, "tshark -n -r %s -Y sip 2>/dev/null", path);
    FILE *out = popen(command, "r");
    while (out && fgets(line, sizeof line, out))
        n++;
    if (out)
        pclose(out);
    return n;
}

static void other_reader(void)
{
    for (int mixed = 0; mixed < 2; mixed++) {
        struct store *store = store_new(1 << 20);
        for (int i = 0; i < 20; i++)
            feed(store, i, 1700000000000000000 + i, mixed && i % 2 ? 101 : 1);
        bool good = export_all(store, true);
        int n = count_with_tshark();
        if (n < 0)
            tap_skip("no tshark");
        else
            tap_ok(good && n == 20, "tshark finds %d of 20 messages%s", n,
                   mixed ? " of two link types" : "");
        store_free(store);
    }
}

/* A TCP segment from 192.0.2.1:5070, or an IP fragment, into one pipeline. */
static void feed_packet(struct pipeline *pipeline, const struct bytes *b, int64_t time_ns)
{
    static uint32_t frame;
    struct packet packet = { .time_ns = time_ns,
                             .data = b->p,
                             .caplen = (uint32_t)b->n,
                             .origlen = (uint32_t)b->n,
                             .frame = ++frame,
                             .linktype = 1 };
    pipeline_packet(pipeline, &packet);
    pipeline_flush(pipeline);
}

static void feed_segment(struct pipeline *pipeline, uint32_t seq, const char *bytes, size_t n)
{
    struct bytes b = { .n = 0 };
    put_ethernet(&b, 0x0800);
    put_ip4(&b, (unsigned)(40 + n), 7, 0, 6);
    put_tcp(&b, 5070, 5060, seq, 1, 0x18);
    put(&b, bytes, n);
    feed_packet(pipeline, &b, seq);
}

/* The Internet checksum over a header, or a pseudo header and a segment, is 0 when it is right. */
static unsigned sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static bool checksums_good(const struct packet *p)
{
    const uint8_t *ip = p->data + 14;
    uint32_t n = p->caplen - 34;
    return p->caplen > 34 && sum_of(ip, 20, 0) == 0 &&
           sum_of(ip + 20, n, sum_of(ip + 12, 8, ip[9] + n) ^ 0xffff) == 0;
}

/* Messages that lie in no single packet: over several segments, and in fragments. */
static void put_together(void)
{
    static char text[120000];
    struct pipeline pipeline;
    struct store *store = store_new(4 << 20);
    pipeline_open(&pipeline, store);
    size_t n = (size_t)snprintf(text, sizeof text, MESSAGE, 1, 1);
    feed_segment(&pipeline, 100, text, n);
    feed_segment(&pipeline, 100 + (uint32_t)n, text, 100);
    text[strlen("OPTIONS sip:")] = 'c';
    feed_segment(&pipeline, 200 + (uint32_t)n, text + 100, n - 100);

    struct bytes datagram = { .n = 0 }, b = { .n = 0 };
    snprintf(text, sizeof text, MESSAGE, 2, 2);
    put_udp(&datagram, 5060, 5062, 8 + (unsigned)strlen(text), text);
    for (unsigned from = 0; from < datagram.n; from += 160) {
        unsigned size = from + 160 < datagram.n ? 160 : (unsigned)datagram.n - from;
        b.n = 0;
        put_ethernet(&b, 0x0800);
        put_ip4(&b, 20 + size, 9, from / 8 | (from + size < datagram.n ? 0x2000u : 0u), 17);
        put(&b, datagram.p + from, size);
        feed_packet(&pipeline, &b, 5000);
    }
    tap_ok(store_counts(store)->messages == 3 && export_all(store, true), "three messages");
    read_back();
    const struct packet *p = content.packets;
    tap_ok(content.count == 3 && p[0].linktype == 1 && p[0].caplen == 54 + n &&
               checksums_good(&p[1]) && checksums_good(&p[2]),
           "a packet each: as it was captured, or made up with checksums");
    tap_ok(p[1].caplen == 54 + n && p[1].data[41] == (uint8_t)(100 + n) && p[2].data[23] == 17 &&
               p[2].caplen == 42 + strlen(text),
           "the second in its place in the stream, the third as one datagram");
    int found = count_with_tshark();
    if (found < 0)
        tap_skip("no tshark");
    else
        tap_ok(found == 3, "tshark finds %d of 3 messages", found);

    store_clear(store);
    uint32_t seq = 100 + 2 * (uint32_t)n;
    n = (size_t)snprintf(text, sizeof text,
                         "MESSAGE sip:b@y SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKl\r\n"
                         "From: <sip:a@x>;tag=t\r\nTo: <sip:b@y>\r\nCall-ID: l\r\n"
                         "CSeq: 1 MESSAGE\r\nContent-Length: 100000\r\n\r\n");
    memset(text + n, 'x', 100000);
    for (size_t at = 0; at < n + 100000; at += 10000)
        feed_segment(&pipeline, seq + (uint32_t)at, text + at,
                     at + 10000 < n + 100000 ? 10000 : n + 100000 - at);
    tap_ok(store_counts(store)->messages == 1 && export_all(store, true), "a large message");
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    tap_ok((size_t)ftell(file) == 24 + 2 * (16 + 40) + n + 100000, "is written in two segments");
    fclose(file);
    found = count_with_tshark();
    if (found < 0)
        tap_skip("no tshark");
    else
        tap_ok(found == 1, "in which tshark finds it");
    pipeline_close(&pipeline);
}

/* A log left the CRs out, and its message stays in it: what is saved has them. */
static void bare_lines(void)
{
#define LINE(end)                                                                                 \
    "MESSAGE sip:b@y SIP/2.0" end "Via: SIP/2.0/UDP h;branch=z9hG4bK9" end "Max-Forwards: 70" end \
    "From: <sip:a@x>;tag=t" end "To: <sip:b@y>" end "Call-ID: bare" end "CSeq: 1 MESSAGE" end     \
    "Content-Type: application/sdp" end "Content-Length: 10" end end "v=0" end "s=-" end
    static const char log[] = LINE("\n"), sent[] = LINE("\r\n");
    struct plain plain = { .transport = TRANSPORT_UDP, .in_place = true, .bare = true };
    struct packet packet = { .time_ns = 7,
                             .data = (const uint8_t *)log,
                             .caplen = sizeof log - 1,
                             .origlen = sizeof log - 1,
                             .frame = 1,
                             .linktype = LINK_PLAIN,
                             .mapped = true,
                             .plain = &plain };
    struct store *store = store_new(1 << 20);
    struct pipeline pipeline;
    addr_read(SPAN("192.0.2.1:5060"), &plain.src);
    addr_read(SPAN("192.0.2.2:5060"), &plain.dst);
    pipeline_open(&pipeline, store);
    pipeline_packet(&pipeline, &packet);
    pipeline_flush(&pipeline);
    const struct message *m = store_message(store, 1);
    tap_ok(m && m->packet == packet.data && !(m->flags & MESSAGE_MALFORMED),
           "a message without CRs stays where it is, and its Content-Length is right");
    tap_ok(export_all(store, true), "it is saved");
    read_back();
    tap_ok(content.count == 1 && content.packets[0].caplen == 28 + sizeof sent - 1 &&
               memcmp(content.packets[0].data + 28, sent, sizeof sent - 1) == 0,
           "with its CRs");
    pipeline_close(&pipeline);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/out.pcap", folder);
    one_link();
    several_links();
    other_formats();
    given_up();
    refusals();
    full_disk();
    other_reader();
    bare_lines();
    put_together();
    unlink(path);
    rmdir(folder);
    free(error);
    return tap_done();
}
