/* Unpacking: streams made by hand after RFC 1951, 1952 and 8878, in pieces of every size. */
#include <stdlib.h>

#include "base/unpack.h"
#include "bytes.h"
#include "tap.h"

#define STORED "hello, hello, hello"
#define STORED_CRC 0x09caa19fu /* CRC-32 of it, as gzip(1) writes */

/* RFC 1951 §3.2.4: a stored block. */
static void put_stored(struct bytes *b, const char *text, bool last)
{
    unsigned n = (unsigned)strlen(text);
    put8(b, last);
    put16_order(b, true, n);
    put16_order(b, true, ~n & 0xffff);
    put_text(b, text);
}

/* RFC 1952 §2.3: without name or comment. */
static void put_gzip(struct bytes *b, const char *text, uint32_t crc)
{
    put(b, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    put_stored(b, text, true);
    put32_order(b, true, crc);
    put32_order(b, true, (uint32_t)strlen(text));
}

static void put24_little(struct bytes *b, uint32_t v)
{
    put8(b, v);
    put16_order(b, true, v >> 8);
}

enum block { RAW, RLE };

static void put_zstd_block(struct bytes *b, enum block type, uint32_t size, bool last)
{
    put24_little(b, size << 3 | type << 1 | last);
}

/* RFC 8878 §3.1.1: a frame with one raw block; its size is told in one byte. */
static void put_zstd(struct bytes *b, const char *text)
{
    uint32_t n = (uint32_t)strlen(text);
    put(b, "\x28\xb5\x2f\xfd\x20", 5);
    put8(b, n);
    put_zstd_block(b, RAW, n, true);
    put_text(b, text);
}

/* RFC 2781: text in the order of the mark; a character beyond U+FFFF takes two units. */
static void put_utf16(struct bytes *b, bool little)
{
    static const uint16_t text[] = { 0xfeff, 'S', 0xac00, 0xd83d, 0xde00, '\n', 0xdc00 };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        put16_order(b, little, text[i]);
}
#define UTF16_TEXT "S\xea\xb0\x80\xf0\x9f\x98\x80\n\xef\xbf\xbd"

struct outcome {
    struct bytes out;
    enum unpack_result last;
    bool whole;
    size_t left;
    char error[80];
};

/* Gives `step` bytes at a time and room for `room`. */
static void unpack_all(struct outcome *o, enum unpack_kind kind, const struct bytes *b, size_t step,
                       size_t room)
{
    struct unpack *u = unpack_new(kind);
    size_t at = 0, made = 1;
    *o = (struct outcome){ .last = UNPACK_MORE };
    while (o->last == UNPACK_MORE && (at < b->n || made > 0) && o->out.n + room < sizeof o->out.p) {
        struct reader in = reader_make(b->p + at, b->n - at < step ? b->n - at : step);
        o->last = unpack_next(u, &in, o->out.p + o->out.n, room, &made);
        o->out.n += made;
        at = (size_t)(in.p - b->p);
    }
    o->whole = unpack_is_whole(u);
    o->left = b->n - at;
    snprintf(o->error, sizeof o->error, "%s", unpack_error(u));
    unpack_free(u);
}

static bool gave(const struct outcome *o, const char *text)
{
    return o->out.n == strlen(text) && memcmp(o->out.p, text, o->out.n) == 0;
}

static void in_pieces(enum unpack_kind kind, const struct bytes *b, const char *text,
                      const char *what)
{
    int wrong = 0;
    for (size_t step = 1; step <= b->n; step++)
        for (size_t room = 1; room < 8; room++) {
            struct outcome o;
            unpack_all(&o, kind, b, step, room);
            wrong += !gave(&o, text) || !o.whole || o.last == UNPACK_DAMAGED;
        }
    tap_ok(wrong == 0, "%s: whole, whatever the pieces", what);
}

static void recognising(void)
{
    enum unpack_kind kind = UNPACK_DEFLATE;
    tap_ok(unpack_recognise((const uint8_t *)"\x1f\x8b\x08\0", 4, &kind) && kind == UNPACK_GZIP,
           "gzip's first bytes");
    tap_ok(unpack_recognise((const uint8_t *)"\x28\xb5\x2f\xfd", 4, &kind) && kind == UNPACK_ZSTD,
           "Zstandard's first bytes");
    tap_ok(unpack_recognise((const uint8_t *)"\xff\xfeS", 4, &kind) && kind == UNPACK_UTF16_LITTLE,
           "UTF-16's byte order mark");
    tap_ok(!unpack_recognise((const uint8_t *)"\x28\xb5\x2f", 3, &kind) &&
               !unpack_recognise((const uint8_t *)"\0\0\0\0", 4, &kind),
           "other bytes, and too few");
}

static void whole_streams(void)
{
    struct bytes b = { .n = 0 };
    put_stored(&b, "first ", false);
    put_stored(&b, "second", true);
    in_pieces(UNPACK_DEFLATE, &b, "first second", "deflate, two blocks");
    b.n = 0;
    put_gzip(&b, STORED, STORED_CRC);
    in_pieces(UNPACK_GZIP, &b, STORED, "gzip");
    put_gzip(&b, STORED, STORED_CRC);
    in_pieces(UNPACK_GZIP, &b, STORED STORED, "gzip, two members");
    b.n = 0;
    put(&b, "\x78\x01", 2); /* RFC 1950 §2.2 */
    put_stored(&b, "a", true);
    put32(&b, 0x00620062); /* Adler-32 of "a" */
    in_pieces(UNPACK_ZLIB, &b, "a", "zlib");
    b.n = 0;
    put_zstd(&b, STORED);
    put(&b, "\x50\x2a\x4d\x18\x02\0\0\0xy", 10); /* a skippable frame, §3.1.2 */
    put_zstd(&b, "more");
    in_pieces(UNPACK_ZSTD, &b, STORED "more", "Zstandard, two frames and one to be skipped");
    for (int little = 0; little < 2; little++) {
        b.n = 0;
        put_utf16(&b, little);
        in_pieces(little ? UNPACK_UTF16_LITTLE : UNPACK_UTF16_BIG, &b, UTF16_TEXT,
                  little ? "UTF-16, little-endian" : "UTF-16, big-endian");
    }
}

static void damaged_streams(void)
{
    struct bytes b = { .n = 0 };
    struct outcome o;
    put_gzip(&b, STORED, STORED_CRC);
    put_text(&b, "padding");
    unpack_all(&o, UNPACK_GZIP, &b, b.n, 100);
    tap_ok(gave(&o, STORED) && o.last == UNPACK_END && o.left == 7,
           "what follows a gzip member is something else");
    b.n = 0;
    put_gzip(&b, STORED, STORED_CRC + 1);
    unpack_all(&o, UNPACK_GZIP, &b, b.n, 100);
    tap_ok(gave(&o, STORED) && o.last == UNPACK_DAMAGED, "a wrong checksum: %s", o.error);
    b.n -= 9;
    unpack_all(&o, UNPACK_GZIP, &b, b.n, 100);
    tap_ok(o.out.n == strlen(STORED) - 1 && o.last == UNPACK_MORE && !o.whole,
           "cut: what is there, and not whole");
    b.n = 0;
    put_zstd(&b, STORED);
    put_text(&b, "nonsense");
    unpack_all(&o, UNPACK_ZSTD, &b, b.n, 100);
    tap_ok(gave(&o, STORED) && o.last == UNPACK_DAMAGED, "no frame behind a frame: %s", o.error);
    b.n = 0;
    put(&b, "\x28\xb5\x2f\xfd\x00\xa0", 6); /* a window of 2^30 bytes, §3.1.1.1.2 */
    put_zstd_block(&b, RAW, 1, true);
    put8(&b, 'x');
    unpack_all(&o, UNPACK_ZSTD, &b, b.n, 100);
    tap_ok(o.out.n == 0 && o.last == UNPACK_DAMAGED, "a window too large: %s", o.error);
}

/* Blocks of 128 KiB in four bytes each (§3.1.1.2.2). */
static void bomb(void)
{
    static uint8_t room[131072];
    struct bytes b = { .n = 0 };
    uint64_t total = 0;
    size_t made = 1;
    put(&b, "\x28\xb5\x2f\xfd\x00\x38", 6);
    for (int i = 0; i < 2000; i++) {
        put_zstd_block(&b, RLE, 131072, i == 1999);
        put8(&b, 0);
    }
    struct unpack *u = unpack_new(UNPACK_ZSTD);
    struct reader in = reader_make(b.p, b.n);
    enum unpack_result result = UNPACK_MORE;
    for (; result == UNPACK_MORE && made > 0; total += made)
        result = unpack_next(u, &in, room, sizeof room, &made);
    tap_ok(result == UNPACK_DAMAGED && total > UNPACK_FREE &&
               total < UNPACK_FREE + 10 * sizeof room,
           "8 kB do not become 262 MB: %s", unpack_error(u));
    in = reader_make(b.p, b.n);
    tap_ok(unpack_next(u, &in, room, sizeof room, &made) == UNPACK_DAMAGED && made == 0,
           "and it stays so");
    unpack_free(u);
}

int main(void)
{
    recognising();
    whole_streams();
    damaged_streams();
    bomb();
    return tap_done();
}
