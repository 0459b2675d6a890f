/*
 * Spans, the reader, growable text, pool and index against naive models, text for
 * people, its translation, mappings.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/mapping.h"
#include "base/pool.h"
#include "base/queue.h"
#include "base/reader.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "base/zeroed.h"
#include "tap.h"

static void spans(void)
{
    uint64_t v = 0;
    char small[4];
    tap_ok(span_is(SPAN("Call-ID"), "call-id"), "ASCII case does not matter to span_is");
    tap_ok(!span_is(SPAN("Call-I"), "call-id"), "a prefix is not the same");
    tap_ok(!span_same(SPAN("\xc9"), SPAN("\xe9")), "case is ASCII only");
    tap_ok(span_equal(SPAN_NONE, SPAN("")), "no span and an empty span hold the same bytes");
    tap_ok(span_starts(SPAN("SIP/2.0"), "sip/") && !span_starts(SPAN("SI"), "sip/"),
           "span_starts stays inside a short span");
    tap_ok(span_equal(span_trim(SPAN(" \t a b\r\n ")), SPAN("a b")),
           "span_trim keeps inner blanks");
    tap_ok(span_trim(SPAN(" \r\n")).n == 0, "span_trim of blanks is empty");
    tap_ok(!span_find(SPAN_NONE, 'a') && !span_search(SPAN_NONE, "a"), "nothing is in no span");
    struct span text = SPAN("xxTAGx");
    tap_ok(span_search(text, "tag") == text.p + 2, "span_search finds without regard to case");
    tap_ok(span_number(SPAN("2147483647"), INT32_MAX, &v) && v == INT32_MAX,
           "the limit is allowed");
    tap_ok(!span_number(SPAN("2147483648"), INT32_MAX, &v), "one more than the limit is not");
    tap_ok(!span_number(SPAN("9"), 8, &v) && span_number(SPAN("8"), 8, &v),
           "a limit below ten holds");
    tap_ok(!span_number(SPAN("99999999999999999999999999"), UINT64_MAX, &v), "no overflow");
    tap_ok(!span_number(SPAN(""), 10, &v) && !span_number(SPAN("-1"), 10, &v) &&
               !span_number(SPAN("1 "), 10, &v),
           "empty, signed and padded numbers are none");
    tap_ok(strcmp(span_copy(SPAN("abcdef"), small, sizeof small), "abc") == 0,
           "span_copy cuts and terminates");
    tap_ok(strcmp(span_copy(SPAN_NONE, small, sizeof small), "") == 0, "span_copy of nothing");
}

static void reader(void)
{
    static const uint8_t data[] = { 1, 2, 3, 4, 5, 6 };
    struct reader r = reader_make(data, sizeof data);
    tap_ok(reader_u16(&r) == 0x0102 && reader_left(&r) == 4, "u16 is big-endian");
    tap_ok(reader_u32_order(&r, true) == 0x06050403, "u32 in little-endian order");
    tap_ok(!r.overrun && reader_u8(&r) == 0 && r.overrun, "reading past the end gives 0 and tells");
    r = reader_make(data, 3);
    tap_ok(reader_u32(&r) == 0 && r.overrun && reader_left(&r) == 0 && reader_u8(&r) == 0,
           "an overrun stays and nothing is left");
    r = reader_make(data, sizeof data);
    tap_ok(!reader_take(&r, SIZE_MAX) && r.overrun, "a huge length does not wrap");
}

static void growing_text(void)
{
    struct strbuf b = STRBUF_INIT;
    tap_ok(strcmp(strbuf_str(&b), "") == 0, "an unused strbuf is an empty string");
    for (int i = 0; i < 1000; i++)
        strbuf_format(&b, "%d,", i);
    tap_ok(b.n == 3890 && strlen(b.p) == b.n, "a thousand formatted pieces");
    strbuf_clear(&b);
    strbuf_span(&b, SPAN_NONE);
    tap_ok(b.n == 0 && b.p[0] == '\0', "cleared, and an empty span adds nothing");
    strbuf_char(&b, 'x');
    char *text = strbuf_take(&b);
    tap_ok(strcmp(text, "x") == 0 && b.p == NULL, "take hands the text over");
    free(text);
    text = strbuf_take(&b);
    tap_ok(strcmp(text, "") == 0, "take of nothing is a string too");
    free(text);
}

#define MODEL 20000

/* A record remembers its own id and a number; the model is an array. */
struct record {
    uint32_t number, id;
    uint64_t key;
};

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct record *)pool_at(arg, id))->key;
}

struct model {
    struct pool pool;
    struct index index;
    uint64_t keys[MODEL]; /* 0: not there */
    uint32_t ids[MODEL];
    uint16_t generations[MODEL];
    uint32_t live;
};

/* Few home slots, so that the index has long runs and removal has much to move. */
static uint64_t make_key(unsigned slot)
{
    return (uint64_t)(slot + 1) << 32 | (slot % 97);
}

static bool model_add(struct model *m, unsigned slot)
{
    uint32_t id = pool_alloc(&m->pool);
    struct record *record = pool_at(&m->pool, id);
    bool zeroed = id && record->number == 0 && record->id == 0 && record->key == 0;
    *record = (struct record){ slot, id, make_key(slot) };
    m->keys[slot] = record->key;
    m->ids[slot] = id;
    m->generations[slot] = pool_generation(&m->pool, id);
    m->live++;
    return zeroed && index_add(&m->index, record->key, id) == 0;
}

static bool model_remove(struct model *m, unsigned slot)
{
    uint32_t id = m->ids[slot];
    index_remove(&m->index, m->keys[slot], id);
    pool_release(&m->pool, id);
    m->keys[slot] = 0;
    m->live--;
    return pool_generation(&m->pool, id) != m->generations[slot];
}

static bool model_holds(const struct model *m, unsigned slots)
{
    for (unsigned i = 0; i < slots; i++) {
        uint32_t found = index_find(&m->index, make_key(i));
        if (found != (m->keys[i] ? m->ids[i] : 0))
            return false;
        if (!found)
            continue;
        const struct record *record = pool_at(&m->pool, found);
        if (record->number != i || record->id != found ||
            pool_generation(&m->pool, found) != m->generations[i])
            return false;
    }
    return m->pool.live == m->live && m->index.count == m->live;
}

static void pool_and_index(unsigned slots, unsigned steps, unsigned checks)
{
    struct model *m = calloc(1, sizeof *m);
    bool good = true;
    uint32_t random = 12345;
    pool_init(&m->pool, sizeof(struct record));
    index_init(&m->index, key_of, &m->pool);
    for (unsigned i = 0; i < steps && good; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned slot = (random >> 8) % slots;
        good = m->keys[slot] ? model_remove(m, slot) : model_add(m, slot);
        if (i % (steps / checks) == 0)
            good = good && model_holds(m, slots);
    }
    tap_ok(good && model_holds(m, slots), "pool and index follow the model: %u keys, %u steps",
           slots, steps);
    for (unsigned i = 0; i < slots; i++)
        if (m->keys[i])
            model_remove(m, i);
    tap_ok(model_holds(m, slots), "and are empty when all is removed");
    index_remove(&m->index, make_key(0), 1);
    tap_ok(m->index.count == 0, "removing what is not there changes nothing");
    index_destroy(&m->index);
    pool_destroy(&m->pool);
    free(m);
}

#define MANY 200000u /* entries: tables of several pages, and of a large one */

static uint64_t key_by_number(uint32_t id, const void *arg)
{
    (void)arg;
    return id * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_kept(uint32_t id)
{
    return id % 5 != 0;
}

/* Whatever stage of growing it is in: each id up to `last` is found as long as it was not removed. */
static bool holds_at_random(const struct index *index, uint32_t last, uint32_t *random)
{
    for (int i = 0; i < 4; i++) {
        *random = *random * 1664525u + 1013904223u;
        uint32_t id = 1 + (*random >> 4) % last;
        bool removed = !is_kept(id) && id + 7 <= last;
        if (index_find(index, key_by_number(id, NULL)) != (removed ? 0 : id))
            return false;
    }
    return index_find(index, key_by_number(last + 1, NULL)) == 0;
}

static void index_grows(void)
{
    struct index index;
    uint32_t random = 4711, id, left = 0;
    size_t stages = 0, bytes = 0;
    bool good = true;
    index_init(&index, key_by_number, NULL);
    for (id = 1; id <= MANY && good; id++) {
        good = index_add(&index, key_by_number(id, NULL), id) == 0;
        if (id > 7 && !is_kept(id - 7))
            index_remove(&index, key_by_number(id - 7, NULL), id - 7);
        good = good && holds_at_random(&index, id, &random);
        stages += index_bytes(&index) != bytes;
        bytes = index_bytes(&index);
    }
    tap_ok(good, "an index that grows finds what it has, and nothing else");
    tap_ok(stages > 100, "and grows in many small steps");
    for (id = 1; id <= MANY; id++)
        left += index_find(&index, key_by_number(id, NULL)) == id;
    tap_ok(left == index.count && left >= MANY / 5 * 4, "all are there in the end");
    for (id = 1; id <= MANY; id++)
        index_remove(&index, key_by_number(id, NULL), id);
    tap_ok(index.count == 0, "and can be removed");
    index_destroy(&index);
}

/* Numbers go in and come out in one order, with the ring's head anywhere when it grows. */
static void queues(void)
{
    bool good = true;
    for (uint32_t step = 1; step <= 7 && good; step++) {
        struct queue queue;
        struct queue_entry entry;
        uint32_t in = 0, out = 0;
        queue_init(&queue);
        while (in < 300000 && good) {
            for (uint32_t i = 0; i <= step && good; i++, in++)
                good = queue_push(&queue, (struct queue_entry){ in, in ^ 7 }) == 0;
            for (uint32_t i = 0; i < step && good; i++, out++)
                good = queue_peek(&queue, queue.count - 1).id == in - 1 &&
                       queue_pop(&queue, &entry) && entry.id == out && entry.stamp == (out ^ 7);
        }
        while (good && queue_pop(&queue, &entry))
            good = entry.id == out && entry.stamp == (out++ ^ 7);
        good = good && in == out;
        queue_destroy(&queue);
    }
    tap_ok(good, "a queue that grows keeps its order");
}

static void zeroed_arrays(void)
{
    uint64_t *numbers = NULL;
    size_t count = 0;
    bool zero = true, kept = true;
    for (size_t at = 0; at < 300000; at += 3) {
        numbers = zeroed_room(numbers, &count, at, sizeof *numbers);
        zero = zero && at < count && numbers[at] == 0 && numbers[count - 1] == 0;
        numbers[at] = at + 1;
    }
    for (size_t at = 0; at < 300000; at++)
        kept = kept && numbers[at] == (at % 3 ? 0 : at + 1);
    tap_ok(zero, "an array that grows has zero where nothing was put");
    tap_ok(kept, "and keeps what was");
    tap_ok(count == 524288 && zeroed_count(0, 1024) == 2048, "it doubles");
    zeroed_free(numbers, count * sizeof *numbers);
    zeroed_free(NULL, 0);
}

static void pool_reuse(void)
{
    struct pool pool;
    pool_init(&pool, sizeof(struct record));
    tap_ok(pool_generation(&pool, 0) == 0 && pool_generation(&pool, 1) == 0,
           "an id that was never handed out has generation 0");
    uint32_t id = pool_alloc(&pool);
    uint16_t first = pool_generation(&pool, id);
    bool never_zero = true;
    for (int i = 0; i < 70000; i++) {
        pool_release(&pool, id);
        never_zero = never_zero && pool_alloc(&pool) == id && pool_generation(&pool, id) != 0;
    }
    tap_ok(first != 0 && never_zero, "a generation is never 0, also when it wraps");
    uint32_t many = 0;
    for (unsigned i = 0; i < 3 * POOL_CHUNK; i++)
        many = pool_alloc(&pool);
    tap_ok(many > 3 * POOL_CHUNK && pool_bytes(&pool) >= many * sizeof(struct record),
           "records beyond one chunk");
    pool_destroy(&pool);
}

/* Whether the text comes out as told. */
static bool shown(const char *text, size_t n, bool utf8, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    text_visible(&out, (struct span){ text, n }, utf8);
    bool same = strcmp(strbuf_str(&out), expected) == 0;
    if (!same)
        tap_note("got \"%s\"", strbuf_str(&out));
    strbuf_free(&out);
    return same;
}
#define SHOWN(text, utf8, expected) shown(text, sizeof text - 1, utf8, expected)

static void visible(void)
{
    tap_ok(SHOWN("a\x1b[31mb", true, "a^[[31mb"), "an escape sequence becomes text");
    tap_ok(SHOWN("\0\x07\r\n\x7f", true, "^@^G^M^J^?"), "control bytes become marks");
    tap_ok(SHOWN("a\tb", true, "a b"), "a tab is a blank");
    tap_ok(SHOWN("\xc2\x9b", true, "<U+009B>"), "the C1 control CSI is no control any more");
    tap_ok(SHOWN("\x9b", true, "\\x9b"), "a raw C1 byte is invalid UTF-8");
    tap_ok(SHOWN("\xff\xfe", true, "\\xff\\xfe"), "bytes that UTF-8 never has");
    tap_ok(SHOWN("\xc0\xaf", true, "\\xc0\\xaf"), "an overlong form");
    tap_ok(SHOWN("\xe0\x80\xaf", true, "\\xe0\\x80\\xaf"), "an overlong form of three bytes");
    tap_ok(SHOWN("\xed\xa0\x80", true, "\\xed\\xa0\\x80"), "a surrogate");
    tap_ok(SHOWN("\xf4\x90\x80\x80", true, "\\xf4\\x90\\x80\\x80"), "beyond U+10FFFF");
    tap_ok(SHOWN("\xe2\x82", true, "\\xe2\\x82"), "a character that is cut off");
    tap_ok(SHOWN("\xe2\x80\xae"
                 "abc",
                 true, "<U+202E>abc"),
           "the bidi override U+202E is shown");
    tap_ok(SHOWN("\xe2\x81\xa6\xd8\x9c\xef\xbb\xbf", true, "<U+2066><U+061C><U+FEFF>"),
           "isolates, letter mark and BOM are shown");
    tap_ok(SHOWN("\xe2\x80\xa8", true, "<U+2028>"), "a line separator is shown");
    tap_ok(SHOWN("\xc3\xa9\xed\x95\x9c", true, "\xc3\xa9\xed\x95\x9c"), "good characters stay");
    tap_ok(SHOWN("\xc3\xa9\xed\x95\x9c.", false, "??."), "without UTF-8 each is one mark");
    tap_ok(SHOWN("\xff", false, "\\xff"), "invalid bytes are marked there too");
}

static bool dangerous(const struct strbuf *out)
{
    for (size_t i = 0; i < out->n; i++)
        if ((uint8_t)out->p[i] < 0x20 || out->p[i] == 0x7f)
            return true;
    struct span rest = strbuf_as_span(out);
    uint32_t rune;
    for (size_t n; (n = text_rune(rest, &rune)) > 0; rest.p += n, rest.n -= n)
        if (rune == UINT32_MAX || (rune >= 0x80 && rune < 0xa0) ||
            (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069))
            return true;
    return false;
}

static void visible_random(void)
{
    struct strbuf out = STRBUF_INIT;
    uint32_t random = 7;
    bool bad = false;
    for (int round = 0; round < 20000 && !bad; round++) {
        char text[12];
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = (char)(random >> 24 | (random >> 16 & 0x80));
        }
        strbuf_clear(&out);
        text_visible(&out, (struct span){ text, sizeof text }, true);
        bad = dangerous(&out);
    }
    tap_ok(!bad, "20000 random texts: nothing dangerous comes out");
    strbuf_free(&out);
}

static void widths(void)
{
    struct strbuf out = STRBUF_INIT;
    char text[4];
    tap_ok(text_encode(0xd55c, text) == 3 && memcmp(text, "\xed\x95\x9c", 3) == 0,
           "U+D55C encoded");
    tap_ok(text_encode(0x10ffff, text) == 4 && memcmp(text, "\xf4\x8f\xbf\xbf", 4) == 0,
           "the last character encoded");
    tap_ok(text_width(SPAN("ab\xed\x95\x9c")) == 4, "Hangul takes two columns");
    tap_ok(text_fit(SPAN("a\xed\x95\x9c"), 2).n == 1, "half a wide character does not fit");
    tap_ok(text_fit(SPAN("a\xed\x95\x9c"), 3).n == 4, "the whole does");
    tap_ok(text_width(SPAN("e\xcc\x81")) == 1 && text_fit(SPAN("e\xcc\x81x"), 1).n == 3,
           "a combining accent takes no column and stays with its letter");
    text_valid(&out, SPAN("a\xff\xc3\xa9"));
    tap_ok(strcmp(strbuf_str(&out), "a\xef\xbf\xbd\xc3\xa9") == 0, "text_valid replaces bad bytes");
    strbuf_free(&out);
}

static void mappings(void)
{
    char path[] = "/tmp/sipwhy-test-XXXXXX";
    long page = sysconf(_SC_PAGESIZE);
    struct mapping map;
    int fd = mkstemp(path);
    unlink(path);
    bool good = fd >= 0 && ftruncate(fd, 4 * page) == 0 && pwrite(fd, "x", 1, 0) == 1 &&
                pwrite(fd, "y", 1, 3 * page) == 1;
    tap_ok(good && mapping_open(&map, fd, (size_t)(4 * page)) == 0, "a file is mapped");
    tap_ok(map.data[0] == 'x' && map.data[3 * page] == 'y' && !map.cut, "and read");
    good = ftruncate(fd, page) == 0;
    tap_ok(good && map.data[0] == 'x' && !map.cut, "cut: the first page is still there");
    tap_ok(map.data[3 * page] == 0 && map.cut, "a missing page reads as zeros and is noted");
    tap_ok(map.data[2 * page] == 0 && map.data[0] == 'x', "pages before it too");
    mapping_close(&map);
    close(fd);
}

static void hashes(void)
{
    tap_ok(hash_bytes(1, "abc", 3) == hash_bytes(1, "abc", 3), "a hash is stable in one process");
    tap_ok(hash_bytes(1, "abc", 3) != hash_bytes(2, "abc", 3), "and differs by seed");
    tap_ok(hash_span(1, SPAN_NONE) == hash_span(1, SPAN("")), "no span hashes as an empty one");
}

/* Whole characters, padding by columns: what strings of two columns a letter need. */
static void wide_text(void)
{
    char small[6];
    tap_ok(text_pad(SPAN("김"), 4) == 2 && text_pad(SPAN("abc"), 4) == 1, "padding counts columns");
    tap_ok(text_pad(SPAN("abcde"), 4) == 0 && text_pad(SPAN_NONE, 3) == 3,
           "nothing is added to what is wide enough");
    tap_ok(strcmp(text_copy(SPAN("김민"), small, sizeof small), "김") == 0,
           "a character that does not fit is left out as a whole");
    tap_ok(strcmp(text_copy(SPAN("abcdefg"), small, sizeof small), "abcde") == 0,
           "ASCII fills the room");
    tap_ok(strcmp(text_copy(SPAN_NONE, small, sizeof small), "") == 0,
           "nothing is copied as nothing");
    tap_ok(text_head(SPAN("a김"), 3).n == 1 && text_head(SPAN("a김"), 4).n == 4,
           "text_head cuts between characters");
    tap_ok(text_head(SPAN("\xff\xfe\xfd"), 2).n == 2, "invalid bytes count one by one");
}

/* A text that the interface will have as long as there is one. */
static bool not_found_is(const char *text)
{
    return strcmp(tr("Not found"), text) == 0;
}

static void translation(void)
{
    static const char none[] = "a text that no catalogue has";
    const char *one = "%u retransmission on this hop", *many = "%u retransmissions on this hop";
    tr_set_language(NULL);
    tap_ok(not_found_is("Not found"), "no language is English");
    tap_ok(tr_n(one, many, 1) == one && tr_n(one, many, 2) == many && tr_n(one, many, 0) == many,
           "English has one thing and many");
    tr_set_language("ko");
    tap_ok(not_found_is("찾지 못했습니다"), "Korean");
    const char *kept = tr("Not found");
    tap_ok(tr(none) == none, "a text without a translation is itself");
    tap_ok(tr(NULL) == NULL, "no text stays none");
    tap_ok(*tr("") == '\0', "the catalogue's header is no translation of the empty text");
    tap_ok(tr_n(one, many, 1) == tr_n(one, many, 2) && tr_n(one, many, 1) != one,
           "Korean has one form for every count");
    tap_ok(tr_n(none, many, 1) == none && tr_n(none, many, 7) == many,
           "without a translation counts are English");
    tr_set_language("ko_KR.UTF-8");
    tap_ok(not_found_is("찾지 못했습니다"), "a locale's name is its language");
    tr_set_language("kok");
    tap_ok(not_found_is("Not found"), "another language that begins alike is not");
    tr_set_language("ko@x");
    tr_set_language("xx");
    tap_ok(not_found_is("Not found"), "a language without a catalogue is English");
    tr_set_language("ko");
    tr_set_language("");
    tap_ok(not_found_is("Not found"), "an empty name is English");
    tap_ok(strcmp(kept, "찾지 못했습니다") == 0, "a translation outlives the choice");
}

/* Every text of the catalogue is found, whatever the order it stands in. */
static void catalogue(void)
{
    unsigned found = 0, count = 0;
    for (const struct tr_catalogue *c = tr_catalogues; c->language; c++) {
        tr_set_language(c->language);
        count += c->count;
        for (unsigned i = 0; i < c->count; i++)
            found += tr(c->entries[i].id) == c->entries[i].text;
    }
    tap_ok(count > 300 && found == count, "%u of %u texts are found", found, count);
    tr_set_language(NULL);
}

int main(void)
{
    spans();
    reader();
    growing_text();
    pool_and_index(300, 20000, 200);
    pool_and_index(MODEL, 200000, 10);
    index_grows();
    queues();
    zeroed_arrays();
    pool_reuse();
    if (setlocale(LC_ALL, "C.UTF-8")) {
        visible();
        visible_random();
        widths();
        wide_text();
    } else {
        tap_skip("no C.UTF-8 locale");
    }
    setlocale(LC_ALL, "C");
    tap_ok(SHOWN("\xc3\xa9\x1b", false, "?^["), "text is safe in the C locale");
    translation();
    catalogue();
    mappings();
    hashes();
    return tap_done();
}
