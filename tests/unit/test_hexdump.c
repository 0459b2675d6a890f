/* Lines of hex dumps as the tools write them, and packets made of them. */
#include "input/hexdump.h"
#include "input/hexline.h"
#include "tap.h"

static bool reads(const char *line, size_t offset, size_t n, const char *bytes)
{
    struct hexline hex;
    return hexline_read(SPAN(line), &hex) && hex.offset == offset && hex.n == n &&
           memcmp(hex.bytes, bytes, n) == 0;
}

static bool is_none(const char *line)
{
    struct hexline hex;
    return !hexline_read(SPAN(line), &hex);
}

static void lines(void)
{
    tap_ok(reads("\t0x0010:  4142 4344 4546 4748 494a 4b4c 4d4e 4f50  ABCDEFGHIJKLMNOP", 16, 16,
                 "ABCDEFGHIJKLMNOP"),
           "tcpdump -X");
    tap_ok(reads("\t0x0010:  4142 43                                  ab", 16, 3, "ABC"),
           "its last line, whose text looks like a byte");
    tap_ok(reads("0000  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50   ab cd", 0, 16,
                 "ABCDEFGHIJKLMNOP"),
           "tshark -x");
    tap_ok(reads("00000010  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  |ABCDEFGHIJKLMNOP|",
                 16, 16, "ABCDEFGHIJKLMNOP"),
           "hexdump -C, with two blanks in its middle");
    tap_ok(reads("00000010: 4142 4344 4546 4748 494a 4b4c 4d4e 4f50  abcdefgh", 16, 16,
                 "ABCDEFGHIJKLMNOP"),
           "xxd");
    tap_ok(reads("000010 41 42 43", 16, 3, "ABC") && reads("0000010", 16, 0, ""),
           "od -Ax -tx1, whose last line has no bytes");
    tap_ok(reads("> >     0x0000:  4142 43", 0, 3, "ABC"), "quoted in a mail");
    tap_ok(is_none("") && is_none("0000") && is_none("0x0000: zz") &&
               is_none("Via: SIP/2.0/UDP a") &&
               is_none("2026-03-01 12:00:00.000000 IP 192.0.2.1") && is_none("0000:0000 41") &&
               is_none("123456789 41 42"),
           "what is none");
    tap_ok(hexline_repeats(SPAN("*")) && !hexline_repeats(SPAN("**")),
           "a line like the one before");
}

#define IP                                                                 \
    "0x0000:  4500 0024 0001 0000 4011 f6c4 c000 0201  E..$....@.......\n" \
    "0x0010:  c000 0202 13c4 13c4 0010 0000 4142 4344  ............ABCD\n" \
    "0x0020:  4546 4748                                EFGH\n"

static struct packet packets[4];
static char bytes[4][128];
static struct plain plains[4]; /* what is told of packets goes with their capture */
static int count;

static void read_text(const char *text, enum hexdump_kind kind)
{
    struct textlog_options options = { .year = 2026, .month = 3, .day = 1, .tz = "UTC" };
    size_t n = strlen(text), used;
    const uint8_t *p = (const uint8_t *)text;
    struct capture *capture = hexdump_open(p, n, kind, &options);
    count = 0;
    for (; capture && count < 4; n -= used, p += used) {
        enum capture_result result = capture_next(capture, p, n, &used, &packets[count]);
        if (result != CAPTURE_PACKET) {
            p += used;
            n -= used;
            result = capture_last(capture, p, n, &used, &packets[count]);
        }
        if (result != CAPTURE_PACKET)
            break;
        memcpy(bytes[count], packets[count].data,
               packets[count].caplen < 128 ? packets[count].caplen : 128);
        if (packets[count].plain) {
            plains[count] = *packets[count].plain;
            packets[count].plain = &plains[count];
        }
        count++;
    }
    if (capture)
        capture_close(capture);
}

#define MARCH INT64_C(1772366400) /* 2026-03-01 12:00:00 UTC */

static bool is_packet(int i, int64_t us, uint32_t n, uint16_t linktype)
{
    return i < count && packets[i].time_ns == (MARCH * 1000000 + us) * 1000 &&
           packets[i].caplen == n && packets[i].linktype == linktype;
}

static void dumps(void)
{
    read_text("12:00:00.500000 IP 192.0.2.1.5060 > 192.0.2.2.5060: SIP\n" IP
              "1772366401.250000 IP 192.0.2.1.5060 > 192.0.2.2.5060: SIP\n" IP
              "nothing more at 13:00:00\n",
              HEXDUMP_FRAMES);
    tap_ok(count == 2 && is_packet(0, 500000, 36, 101) && is_packet(1, 1250000, 36, 101) &&
               memcmp(bytes[1] + 28, "ABCDEFGH", 8) == 0,
           "two packets, with the time of day and with seconds since 1970");
    read_text("2026-03-01 12:00:00.5 Frame\n" IP "Frame (36 bytes):\n" IP
              "\nReassembled TCP (36 bytes):\n" IP "\n2026-03-01 12:00:02.5 Frame\n" IP,
              HEXDUMP_FRAMES);
    tap_ok(count == 3 && is_packet(2, 2500000, 36, 101), "what a frame has inside is none");
    read_text(
        "  Arrival Time: Mar  1, 2026 07:00:00.5 EST\n  Epoch Time: 1772366400.5 seconds\n" IP,
        HEXDUMP_FRAMES);
    tap_ok(count == 1 && packets[0].time_ns != 0, "tshark -V");
    read_text("0000 02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00 ab cd\n"
              "0010 00 24 00 01 00 00 40 11 f6 c4 c0 00 02 01 c0 00 ......\n"
              "0020 02 02 13 c4 13 c4 00 10 00 00 41 42 43 44 45 46 fade\n"
              "0030 47 48\n",
              HEXDUMP_FRAMES);
    tap_ok(count == 1 && packets[0].caplen == 50 && packets[0].linktype == 1 &&
               memcmp(bytes[0] + 42, "ABCDEFGH", 8) == 0,
           "Ethernet, without the blanks in front of the text: offsets tell what are bytes");
    read_text("00000000  45 00 00 5c 00 01 00 00  40 11 f6 8c c0 00 02 01  |E..\\....@..z....|\n"
              "00000010  c0 00 02 02 13 c4 13 c4  00 48 00 00 41 41 41 41  |.........H..AAAA|\n"
              "00000020  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|\n"
              "*\n"
              "0000005c\n",
              HEXDUMP_FRAMES);
    tap_ok(count == 1 && packets[0].caplen == 92 && bytes[0][91] == 'A' && bytes[0][48] == 'A',
           "lines left out");
    read_text("0000  53 49 50 2f 32 2e 30 20 32 30 30 20 4f 4b 0d 0a   SIP/2.0 200 OK..\n",
              HEXDUMP_FRAMES);
    tap_ok(count == 0, "SIP alone is no frame");
    read_text("0000  53 49 50 2f 32 2e 30 20 32 30 30 20 4f 4b 0d 0a   SIP/2.0 200 OK..\n",
              HEXDUMP_MESSAGES);
    tap_ok(count == 1 && packets[0].linktype == LINK_PLAIN && packets[0].plain &&
               (packets[0].plain->assumed & ASSUMED_FLOW) == ASSUMED_FLOW,
           "but a message, of whose addresses nothing is known");
    read_text("0000 0000 0000 0... = Offset: 0 (0 bytes)\n0000  41 42\n", HEXDUMP_FRAMES);
    tap_ok(count == 0, "what is nothing");
}

/* Who watches tcpdump need not wait for the next packet. */
static void watched(void)
{
    static const char text[] = "12:00:00.5 IP\n" IP;
    struct textlog_options options = { .year = 2026, .month = 3, .day = 1, .tz = "UTC" };
    const uint8_t *p = (const uint8_t *)text;
    size_t n = sizeof text - 1, used;
    struct capture *capture = hexdump_open(p, n, HEXDUMP_FRAMES, &options);
    tap_ok(capture && capture_next(capture, p, n, &used, &packets[0]) == CAPTURE_PACKET &&
               used == n && packets[0].caplen == 36 &&
               capture_last(capture, p + n, 0, &used, &packets[1]) == CAPTURE_MORE,
           "what its header says to be all is all");
    if (capture)
        capture_close(capture);
}

int main(void)
{
    lines();
    dumps();
    watched();
    return tap_done();
}
