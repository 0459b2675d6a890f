/* One message written into logs in many ways, and the bytes that come back. */
#include "input/textlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "tap.h"

#define HEADER "recv 300 bytes from udp/[192.0.2.4]:5090 at 10:15:00:\n"
#define BODY "v=0\r\no=- 1 1 IN IP4 192.0.2.4\r\ns=-\r\n"
#define HEAD                                                                  \
    "INVITE sip:bob@198.51.100.2 SIP/2.0\r\n"                                 \
    "Via: SIP/2.0/UDP 192.0.2.4:5090;branch=z9hG4bK-1\r\n"                    \
    "Subject: one\r\n two\r\nFrom: <sip:a@example.com>;tag=a\r\n"             \
    "To: <sip:b@example.net>\r\nCall-ID: 1@example.com\r\nCSeq: 1 INVITE\r\n" \
    "Content-Type: application/sdp\r\n"
#define MESSAGE HEAD "Content-Length: 36\r\n\r\n" BODY

/* Each line of the message, with `before` in front and `end` for CRLF. */
static char *written(const char *message, const char *before, const char *end)
{
    struct strbuf text = STRBUF_INIT;
    for (const char *p = message; *p;) {
        size_t n = strcspn(p, "\r");
        strbuf_text(&text, before);
        strbuf_span(&text, (struct span){ p, n });
        strbuf_text(&text, end);
        p += n + 2;
    }
    return strbuf_take(&text);
}

/* The first message of a log that comes in pieces of `step` bytes. */
static bool first(const char *log, size_t step, const char *want, bool truncated)
{
    struct textlog_options options = { .year = 2026, .month = 1, .day = 2, .tz = "UTC" };
    size_t n = strlen(log), from = 0, to = 0, used;
    struct packet packet = { 0 };
    struct capture *capture = textlog_open((const uint8_t *)log, n, &options);
    enum capture_result result = CAPTURE_MORE;
    if (!capture)
        return false;
    while (result == CAPTURE_MORE && to < n) {
        to = to + step < n ? to + step : n;
        result = capture_next(capture, (const uint8_t *)log + from, to - from, &used, &packet);
        from += used;
    }
    if (result == CAPTURE_MORE)
        result = capture_last(capture, (const uint8_t *)log + from, to - from, &used, &packet);
    bool good = result == CAPTURE_PACKET && packet.caplen == strlen(want) &&
                memcmp(packet.data, want, packet.caplen) == 0 &&
                packet.plain->truncated == truncated;
    if (result == CAPTURE_PACKET && !good)
        printf("# got %.*s\n", (int)packet.caplen, (const char *)packet.data);
    capture_close(capture);
    return good;
}

static void check(const char *before, char *message, const char *behind, const char *want,
                  bool truncated, const char *name)
{
    char *log = mem_format("%s%s%s", before, message, behind);
    tap_ok(first(log, strlen(log), want, truncated) && first(log, 7, want, truncated), "%s", name);
    free(log);
    free(message);
}

static void test_lines(void)
{
    static const struct {
        const char *before, *end, *name;
    } ways[] = {
        { "", "\r\n", "all bytes kept" },
        { "", "\n", "LF only" },
        { "   ", "\n", "indented" },
        { "[Mar 30 13:35:51] ", "\n", "behind a time in brackets" },
        { "Mar  3 13:35:51 edge gw[7]: ", "\n", "behind a syslog prefix" },
        { "2026-03-30T13:35:51+02:00 edge gw[7]: ", "\r\n", "behind an ISO time, CRLF kept" },
        { "<133>Mar  3 13:35:51 edge gw: ", "\n", "behind a priority" },
        { "gw-1  | ", "\n", "behind a container's name" },
        { "12:", "\n", "behind the number of the line" },
        { "    12\t", "\n", "behind a number and a tab" },
        { "  12    ", "\n", "behind a number, indented" },
        { "sip.log:12:", "\n", "behind a file and a number" },
        { "", "   \n", "with blanks at the end" },
        { "> ", " \n", "quoted, with a blank at the end" },
        { "", "\r\r\n", "CR twice" },
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        check(HEADER, written(MESSAGE, ways[i].before, ways[i].end), "\n", MESSAGE, false,
              ways[i].name);
    check(HEADER,
          mem_text("gw-1  | OPTIONS sip:a@b SIP/2.0\ngw-1  | CSeq: 1 OPTIONS\n"
                   "gw-1  | X-Log: " HEADER "gw-1  | Content-Length: 0\ngw-1  |\n"),
          "\n",
          "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nX-Log: recv 300 bytes from "
          "udp/[192.0.2.4]:5090 at 10:15:00:\r\nContent-Length: 0\r\n\r\n",
          false, "a prefix that lost its blanks, and a header's line in a header");
    check("Mar  3 13:35:51 pbx: " HEADER "x#012", written(MESSAGE, "", "#015#012"), "\n", MESSAGE,
          false, "one line, with escapes");
    check("U 2026/01/02 10:15:00.1 192.0.2.4:5060 -> 192.0.2.5:5060\n", written(MESSAGE, "", ".\n"),
          "\n", MESSAGE, false, "dots for CR");
}

static void test_ends(void)
{
    check("U 2026/01/02 10:15:00 192.0.2.4:5090 -> 192.0.2.5:5060\n",
          written(HEAD "\r\n" BODY, "", "\n"), "\nU\n", HEAD "\r\n" BODY, false,
          "an empty line ends a body of no known length");
    check(HEADER, written(MESSAGE, "", "\n"), "b=AS:64\n", MESSAGE, false,
          "Content-Length ends the body");
    check(HEADER, written(HEAD "Content-Length: 400\r\n\r\n" BODY, "", "\n"), "----------\n",
          HEAD "Content-Length: 400\r\n\r\n" BODY, true, "a line of dashes ends a cut body");
    check(HEADER, written(HEAD, "", "\n"), HEADER, HEAD, true,
          "the next header ends a cut message");
    check(HEADER, written(HEAD "Content-Length: 10\r\n\r\nv=0\r\no=- 1\r\n", "", "\n"), "\n",
          HEAD "Content-Length: 10\r\n\r\nv=0\r\no=- 1", false, "the last line end is no body");
    check(HEADER, written(HEAD "Content-Length: 33\r\n\r\n" BODY, "", "\n"), "\n",
          HEAD "Content-Length: 33\r\n\r\nv=0\no=- 1 1 IN IP4 192.0.2.4\ns=-\n", false,
          "a body whose sender wrote LF");
}

/* In a file that stays, a message that lost nothing but its CRs is left where it is. */
static void test_in_place(void)
{
    struct textlog_options options = { .year = 2026, .tz = "UTC", .stays = true };
    struct packet packet = { 0 };
    struct textlog_options gone = options;
    static const char text[] = "OPTIONS sip:b@y SIP/2.0\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n";
    const char *log = HEADER "OPTIONS sip:b@y SIP/2.0\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n";
    size_t n = strlen(log), used;
    struct capture *capture = textlog_open((const uint8_t *)log, n, &options);
    tap_ok(capture_next(capture, (const uint8_t *)log, n, &used, &packet) == CAPTURE_PACKET &&
               packet.plain->bare && packet.plain->in_place &&
               packet.data == (const uint8_t *)log + strlen(HEADER) &&
               packet.caplen == sizeof text - 1,
           "LF only, in a file that stays");
    capture_close(capture);
    gone.stays = false;
    capture = textlog_open((const uint8_t *)log, n, &gone);
    tap_ok(capture_next(capture, (const uint8_t *)log, n, &used, &packet) == CAPTURE_PACKET &&
               !packet.plain->bare && packet.caplen == sizeof text - 1 + 4,
           "LF only, from a pipe");
    capture_close(capture);
}

#define LEFT_MESSAGE                                                   \
    "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK\r\n" \
    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

/* In a file that stays, a message with marks around its lines can be made of it again. */
static void test_left(void)
{
    static const struct {
        const char *header, *front, *end;
        unsigned marks;
        bool stays;
        const char *name;
    } logs[] = {
        { HEADER, "   ", "\n", 3, true, "an indent" },
        { HEADER, "   ", "\r\n", 3, true, "an indent, and CRLF" },
        { HEADER, "Mar  3 13:35:51 pbx: ", "\n", 21, true, "a stamp in front of each line" },
        { "U 2026/01/02 10:15:00.1 192.0.2.4:5060 -> 192.0.2.5:5060\n", "", ".\n", MARKS_DOT, true,
          "dots" },
        { "U 2026/01/02 10:15:00.1 192.0.2.4:5060 -> 192.0.2.5:5060\n", "  ", ".\n", MARKS_DOT + 2,
          true, "dots and an indent" },
        { HEADER, "   ", "\n", 0, false, "a pipe" },
        { "{\"log\": \"" HEADER "\"}\n", "{\"log\": \"   ", "\"}\n", 0, true, "objects" },
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct textlog_options options = { .year = 2026, .tz = "UTC", .stays = logs[i].stays };
        char room[sizeof LEFT_MESSAGE + MARKS_SLACK];
        char *text = written(LEFT_MESSAGE, logs[i].front, logs[i].end);
        char *log = mem_format("%s%s", logs[i].header, text);
        size_t n = strlen(log), used;
        struct packet packet = { 0 };
        struct capture *capture = textlog_open((const uint8_t *)log, n, &options);
        enum capture_result result = CAPTURE_MORE;
        for (size_t at = 0; capture && result == CAPTURE_MORE && at < n; at += used)
            result = capture_next(capture, (const uint8_t *)log + at, n - at, &used, &packet);
        bool good = result == CAPTURE_PACKET && packet.caplen == strlen(LEFT_MESSAGE) &&
                    memcmp(packet.data, LEFT_MESSAGE, packet.caplen) == 0;
        const struct marked *marked = good ? &packet.plain->marked : NULL;
        bool left = good && marked->text == (const uint8_t *)log + strlen(logs[i].header) &&
                    marked->n == strlen(text) && marked->marks == logs[i].marks &&
                    marks_undo(marked, room, strlen(LEFT_MESSAGE)) == strlen(LEFT_MESSAGE) &&
                    memcmp(room, LEFT_MESSAGE, strlen(LEFT_MESSAGE)) == 0;
        tap_ok(good && (logs[i].marks ? left : !marked->text), "left in the file, or not: %s",
               logs[i].name);
        capture_close(capture);
        free(text);
        free(log);
    }
}

/* Whatever became of the file, no more is written than there was room for. */
static void test_undone(void)
{
    static const char text[] = "   a: b\n\n#012#\r\n.c#01.\n   rest";
    static const unsigned marks[] = {
        0, 3, 127, MARKS_DOT, MARKS_DOT | 3, MARKS_ESCAPED, MARKS_ESCAPED | MARKS_DOT | 5
    };
    bool bounded = true;
    for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
        for (size_t from = 0; from < sizeof text; from++)
            for (size_t size = 0; size < 2 * sizeof text; size++) {
                const size_t n = sizeof text - 1 - from;
                char *copy = n ? memcpy(mem_alloc(n), text + from, n) : mem_alloc(1);
                char *room = mem_alloc(size + MARKS_SLACK);
                struct marked marked = { (const uint8_t *)copy, (uint32_t)n, (uint16_t)marks[k] };
                bounded = bounded && marks_undo(&marked, room, size) <= size;
                free(copy);
                free(room);
            }
    tap_ok(bounded, "marks are undone within the room that there is");
}

/* A log of PACKET_LASTS + 1 messages that differ in one digit, gone through in two ways. */
static char *many(const char *before, bool cut)
{
    struct strbuf log = STRBUF_INIT;
    for (int i = 0; i <= PACKET_LASTS; i++) {
        char *text = written(cut ? HEAD : MESSAGE, "", "\n");
        *strstr(text, "1@example.com") = (char)('A' + i);
        strbuf_format(&log, "%s%s", before, text);
        free(text);
    }
    strbuf_text(&log, before);
    return strbuf_take(&log);
}

static bool has_call_id(const struct packet *packet, char letter)
{
    char wanted[] = "Call-ID: ?@example.com\r\n";
    wanted[9] = letter;
    return memmem(packet->data, packet->caplen, wanted, strlen(wanted)) != NULL;
}

/* What was handed over is there until PACKET_LASTS further ones were read. */
static void test_lasting(void)
{
    for (int cut = 0; cut < 2; cut++) {
        struct textlog_options options = { .year = 2026, .month = 1, .day = 2, .tz = "UTC" };
        struct packet packets[PACKET_LASTS + 1] = { 0 };
        char *log = many(HEADER, cut);
        size_t n = strlen(log), at = 0, used, count = 0, good = 0;
        struct capture *capture = textlog_open((const uint8_t *)log, n, &options);
        while (count <= PACKET_LASTS && capture_next(capture, (const uint8_t *)log + at, n - at,
                                                     &used, &packets[count]) == CAPTURE_PACKET) {
            at += used;
            count++;
        }
        for (size_t i = 0; i < count; i++)
            good += has_call_id(&packets[i], (char)('A' + i));
        tap_ok(good == PACKET_LASTS + 1, "%s messages last for a while: %zu of %d",
               cut ? "cut" : "whole", good, PACKET_LASTS + 1);
        capture_close(capture);
        free(log);
    }
}

static void test_copies(void)
{
    check(
        HEADER,
        mem_text(
            "OPTIONS sip:#0123@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nX: #012\r\nContent-Length: 0\r\n\r\n"),
        "",
        "OPTIONS sip:#0123@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nX: #012\r\nContent-Length: 0\r\n\r\n",
        false, "what is dialled is no escape");
    check(HEADER, mem_text("OPTIONS sip:a@b SIP/2.0\nCSeq: 1 OPTIONS\nContent-Length: 0\n"),
          "------------\n",
          "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", false,
          "only the empty line is missing");
    check("\xef\xbb\xbf" HEADER, written(MESSAGE, "", "\n"), "", MESSAGE, false,
          "behind a byte order mark");
    check("", mem_text("MESSAGE sip:a@b SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 2\r\n\r\nhi"),
          "SIP/2.0 200 OK\r\nCSeq: 1 MESSAGE\r\n\r\n",
          "MESSAGE sip:a@b SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 2\r\n\r\nhi", false,
          "the next message begins where the body ends, in its line");
    check("12:" HEADER,
          mem_text("13:OPTIONS sip:a@b SIP/2.0\n14-CSeq: 1 OPTIONS\n100-Content-Length: 0\n"
                   "101-\n"),
          "102:" HEADER, "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
          false, "numbers of lines that grow, as grep -A writes them");
}

static void test_terminal(void)
{
    check(HEADER,
          mem_text("OPTIONS sip:a@b SIP/2.0\nCSeq: 1 OPTIONS\n"
                   "Record-Route: <sip:proxy1.example.net;lr;ftag=abcdefghijklmnopqrstuv>,<s\n"
                   "ip:proxy2.example.net:5070;lr;ftag=abcdefghijklmnopqrstuvwxyzabcdefghijk\n"
                   "l>\nSubject: a line that is as long as the others are and has no more of it\n"
                   "Content-Length: 0\n\n"),
          "",
          "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n"
          "Record-Route: <sip:proxy1.example.net;lr;ftag=abcdefghijklmnopqrstuv>,<s"
          "ip:proxy2.example.net:5070;lr;ftag=abcdefghijklmnopqrstuvwxyzabcdefghijk"
          "l>\r\nSubject: a line that is as long as the others are and has no more of it\r\n"
          "Content-Length: 0\r\n\r\n",
          false, "lines that a terminal broke");
    check(HEADER,
          mem_text(
              "OPTIONS sip:a@b SIP/2.0\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
              "not a header\nContent-Length: 0\n\n"),
          "",
          "OPTIONS sip:a@b SIP/2.0\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
          "not a header\r\nContent-Length: 0\r\n\r\n",
          false, "a line that no terminal broke is as wrong as it was");
    check(HEADER,
          mem_text(
              "Nov 23 10:15:00 a-host-with-quite-a-long-name prog[77]: OPTIONS sip:aa@b SIP/2.0\n"
              "Nov 23 10:15:00 a-host-with-quite-a-long-name prog[77]: Content-Length: 0\n"
              "Nov 23 10:15:00 a-host-with-quite-a-long-name prog[77]: \n"),
          "", "OPTIONS sip:aa@b SIP/2.0\r\nContent-Length: 0\r\n\r\n", false,
          "a start line behind a prefix is no rest of anything");
}

#define OBJECT "{\"time\":\"2026-01-02T10:15:00Z\",\"log\":\""

static void test_objects(void)
{
    check(OBJECT "recv 300 bytes from udp/[192.0.2.4]:5090 at 10:15:00:\\n\"}\n",
          written(MESSAGE, OBJECT, "\\r\\n\"}\n"), "", MESSAGE, false, "an object a line");
    check(OBJECT, written(MESSAGE, "", "\\r\\n"), "\"}\n", MESSAGE, false, "a message an object");
    check(OBJECT "recv 300 bytes from udp/[192.0.2.4]:5090 at 10:15:00:\\u000a",
          written(MESSAGE, "", "\\u000D\\u000a"), "\"", MESSAGE, false,
          "characters by their numbers, and the object's end is missing");
}

#define FLAT "OPTIONS sip:a@b SIP/2.0..CSeq: 1 OPTIONS..Content-Length: 0...."
#define UNFOLDED "OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static void test_flat(void)
{
    check("U 192.0.2.4:5060 -> 192.0.2.5:5060 #1\n", mem_text(FLAT "\n"), "\n", UNFOLDED, false,
          "ngrep -W none");
    check("T 192.0.2.4:5060 -> 192.0.2.5:5060 [AP] #1 ", mem_text(FLAT "\n"), "", UNFOLDED, false,
          "ngrep -W single");
    check("U 192.0.2.4:5060 -> 192.0.2.5:5060\n",
          mem_text(
              "  OPTIONS sip:a@b SIP/2.0..CSeq: \n  1 OPTIONS..Content-Length: 0.\n  ...      \n"),
          "#\nU 192.0.2.4:5060 -> 192.0.2.5:5060\n  SIP/2.0 200 OK", UNFOLDED, false,
          "ngrep, folded");
    check("10:15:00.1 IP 192.0.2.4.5060 > 192.0.2.5.sip: SIP: OPTIONS sip:a@b SIP/2.0\n",
          mem_text("E..p....@...AAAAAAAAAAAAXYZ_OPTIONS sip:a@b SIP/2.0\nCSeq: 1 OPTIONS\n"
                   "Content-Length: 0\n\n"),
          "", UNFOLDED, false, "tcpdump -A, letters in front of the method");
}

static void test_refused(void)
{
    struct textlog_options options = { 0 };
    static const uint8_t text[] = "The answer was SIP/2.0 200 OK, and no more.\n";
    tap_ok(!textlog_open(text, sizeof text - 1, &options), "a text that quotes a start line");
    tap_ok(textlog_read_date(&options, "2026-02-31x") < 0 && options.year == 0, "no date");
    tap_ok(textlog_read_date(&options, "2026-02-28") == 0 && options.day == 28, "a date");
}

/* Logs in which a line of its own stands behind each message. */
static const struct ended {
    const char *name, *before, *behind; /* the number in `before` is that of the message's bytes */
} ended[] = {
    { "pjsua",
      "10:15:00.000   pjsua_core.c  .RX %zu bytes Request msg INVITE/cseq=1 (tdta0x1) from UDP "
      "192.0.2.4:5090:\n",
      "\n--end msg--\n" },
    { "sipdump",
      "====================\ntag: rcv\npid: 31\nprocess: 3\ntime: 1767261600.000%.0zu\n"
      "date: Thu Jan  1 10:00:00 2026\nproto: udp ipv4\nsrcip: 192.0.2.4\nsrcport: 5090\n"
      "dstip: 198.51.100.2\ndstport: 5060\n~~~~~~~~~~~~~~~~~~~~\n",
      "||||||||||||||||||||\n" },
};

/* What may be wrong with the second of three messages. */
#define DAMAGES(X)                        \
    X(SOUND, "sound")                     \
    X(NO_MARK, "no mark")                 \
    X(CUT, "cut")                         \
    X(CUT_IN_BODY, "cut in its body")     \
    X(MISCOUNTED, "miscounted")           \
    X(EDITED, "made shorter")             \
    X(LONG_BODY, "length too long")       \
    X(SHORT_BODY, "length too short")     \
    X(QUOTING, "with a mark in its body") \
    X(COLOURED, "with a colour")
#define DAMAGE_ENUM(name, text) name,
#define DAMAGE_TEXT(name, text) text,
enum damage { DAMAGES(DAMAGE_ENUM) DAMAGE_COUNT };
static const char *const damages[] = { DAMAGES(DAMAGE_TEXT) };

static char *damaged(enum damage damage, char letter, const char *end)
{
    const char *length = damage == LONG_BODY ? "76" : damage == SHORT_BODY ? "20" : "36";
    const char *body = damage == QUOTING ? "v=0\r\n--end msg--\r\ni=123456789\r\ns=-\r\n" : BODY;
    char *message = mem_format("%sContent-Length: %s\r\n\r\n%s", HEAD, length, body);
    char *text = written(message, "", end);
    *strstr(text, "1@example.com") = letter;
    if (damage == CUT)
        strstr(text, "Content-Type")[0] = '\0';
    if (damage == CUT_IN_BODY)
        strstr(text, "s=-")[0] = '\0';
    if (damage == COLOURED)
        memcpy(strstr(text, "Subject: one"), "S: \x1b[1mone  ", strlen("Subject: one"));
    free(message);
    return text;
}

static char *three(const struct ended *form, enum damage damage, const char *end)
{
    struct strbuf log = STRBUF_INIT;
    for (int i = 0; i < 3; i++) {
        enum damage now = i == 1 ? damage : SOUND;
        char *text = damaged(now, (char)('A' + i), end);
        char *before = mem_zero(512);
        snprintf(before, 512, form->before,
                 strlen(MESSAGE) + (now == MISCOUNTED) + 40 * (now == EDITED));
        strbuf_format(&log, "%s%s%s", before, text,
                      now == NO_MARK || now == CUT || now == CUT_IN_BODY ? "" : form->behind);
        free(before);
        free(text);
    }
    return strbuf_take(&log);
}

/* All messages of a log that comes in pieces of `step` bytes, and their letters. */
static char *all_of(const char *log, size_t step, char letters[8])
{
    struct textlog_options options = { .year = 2026, .tz = "UTC", .stays = true };
    struct strbuf all = STRBUF_INIT;
    size_t n = strlen(log), from = 0, to = 0, used, count = 0;
    struct packet packet;
    struct capture *capture = textlog_open((const uint8_t *)log, n, &options);
    for (bool last = false; capture && count < 7;) {
        enum capture_result (*next)(struct capture *, const uint8_t *, size_t, size_t *,
                                    struct packet *) = last ? capture_last : capture_next;
        enum capture_result result = next(capture, (const uint8_t *)log + from, to - from, &used,
                                          &packet);
        from += used;
        if (result == CAPTURE_PACKET) {
            const char *id = memmem(packet.data, packet.caplen, "Call-ID: ", 9);
            letters[count++] = id ? id[9] : '?';
            for (size_t i = 0; i < packet.caplen; i++)
                if (packet.data[i] != '\r') /* what lost its CRs may be left without them */
                    strbuf_char(&all, (char)packet.data[i]);
            strbuf_text(&all, packet.plain->truncated ? "(cut)" : "(whole)");
        } else if (last) {
            break;
        }
        last = result != CAPTURE_PACKET && to == n;
        to = result == CAPTURE_PACKET ? to : to + step < n ? to + step : n;
    }
    letters[count] = '\0';
    if (capture)
        capture_close(capture);
    return strbuf_take(&all);
}

/* Whatever is wrong with a message, the next one is there; and it does not matter how it all came. */
static void test_ended(void)
{
    for (size_t i = 0; i < 2 * sizeof ended / sizeof ended[0]; i++) {
        const struct ended *form = &ended[i / 2];
        const char *end = i % 2 ? "\r\n" : "\n";
        for (int damage = SOUND; damage < DAMAGE_COUNT; damage++) {
            char quick[8], slow[8], *log = three(form, damage, end);
            char *at_once = all_of(log, strlen(log), quick), *in_parts = all_of(log, 7, slow);
            bool cut = strstr(at_once, "(cut)") != NULL;
            /* without CRs and a length in the log nothing tells that this is all, or no end */
            bool unsure = (damage == LONG_BODY || damage == QUOTING) && i % 2 == 0 &&
                          strcmp(form->name, "sipdump") == 0;
            bool may_be = damage == CUT || damage == CUT_IN_BODY || unsure;
            bool good = cut == may_be && strcmp(quick, "ABC") == 0 && strcmp(slow, "ABC") == 0 &&
                        strcmp(at_once, in_parts) == 0;
            tap_ok(good, "%s with %s, the second message %s", form->name, i % 2 ? "CRLF" : "LF",
                   damages[damage]);
            if (!good)
                printf("# %s: %s\n# %s: %s\n", quick, at_once, slow, in_parts);
            free(at_once);
            free(in_parts);
            free(log);
        }
    }
}

#define PIECE(n, text) \
    "<133>[S=1] [SID=b9:24:1]  (N " n ") " text "#012 [Time:02-01@10:15:00.514]\n"
#define PIECE_FROM \
    "---- Incoming SIP Message from 192.0.2.4:9024 to SIPInterface #2 (A) UDP TO(#1) ----"
#define PIECE_HEAD(id, length) \
    "SIP/2.0 200 OK#012CSeq: 1 BYE#012Call-ID: " id "#012Content-Length: " length "#012"
#define ANSWER_HEAD(end) "SIP/2.0 200 OK" end "CSeq: 1 BYE" end "Call-ID: "

/* Whatever the message before was like, one that is whole in its piece, or is not, is there. */
static void test_pieces(void)
{
    static const struct {
        const char *log, *letters, *name;
    } logs[] = {
        { PIECE("1", PIECE_FROM) PIECE("2", PIECE_HEAD("A", "0") "#012") PIECE("3", PIECE_FROM)
              PIECE("4", PIECE_HEAD("B", "0") "#012"),
          "AB", "two pieces each" },
        { PIECE("1", PIECE_FROM "#012SIP/2.0 200 OK#012Call-ID: A")
              PIECE("2", PIECE_FROM "#012" PIECE_HEAD("B", "0") "#012"),
          "AB", "the header's own piece, behind one that was cut" },
        { PIECE("1", PIECE_FROM "#012SIP/2.0 200 OK#012Call-ID: A")
              PIECE("2", PIECE_FROM "#012" PIECE_HEAD("B", "9") "#012v"),
          "AB", "two that were cut" },
        { PIECE("1", PIECE_FROM) PIECE("2", PIECE_HEAD("A", "12") "#012v=0") PIECE("3", "s=1#012")
              PIECE("4", PIECE_FROM "#012" PIECE_HEAD("B", "0") "#012"),
          "AB", "a body that goes on in the next piece" },
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        char quick[8], slow[8];
        char *at_once = all_of(logs[i].log, strlen(logs[i].log), quick);
        char *in_parts = all_of(logs[i].log, 7, slow);
        bool good = strcmp(quick, logs[i].letters) == 0 && strcmp(at_once, in_parts) == 0;
        tap_ok(good, "%s", logs[i].name);
        if (!good)
            printf("# %s: %s\n# %s: %s\n", quick, at_once, slow, in_parts);
        free(at_once);
        free(in_parts);
    }
}

static void test_padded(void)
{
    char letters[8];
    char *all = all_of(HEADER ANSWER_HEAD("    \n") "A    \nContent-Length: 0\n\n", 500, letters);
    tap_ok(strcmp(all, ANSWER_HEAD("\n") "A\nContent-Length: 0\n\n(whole)") == 0,
           "blanks at the ends of lines that are all there go, too");
    free(all);
}

int main(void)
{
    test_pieces();
    test_padded();
    test_lines();
    test_ends();
    test_in_place();
    test_left();
    test_undone();
    test_lasting();
    test_copies();
    test_ended();
    test_objects();
    test_terminal();
    test_flat();
    test_refused();
    return tap_done();
}
