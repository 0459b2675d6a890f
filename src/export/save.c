/* See save.h. Sorting is merging from below, which can be left at any step and taken up again. */
#include "export/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "export/file.h"
#include "export/places.h"
#include "export/streams.h"
#include "export/writer.h"
#include "store/event.h"
#include "store/mark.h"
#include "store/taught.h"

enum { DLT_RAW_LINUX = 12, DLT_RAW_OPENBSD = 14 };

/* What is written: a message, an ICMP error about one, a part of a connection, or what STUN told. */
enum kind { MESSAGE, ERROR, PART, LESSON };

struct entry {
    int64_t time_ns;     /* of a message it also tells whether the id still means the same one */
    uint32_t message;    /* its id; of a part the number of its connection, of a lesson its own */
    uint32_t error : 26; /* the number of the ICMP error that it is */
    uint32_t kind : 2;   /* enum kind */
    uint32_t part : 4;   /* enum stream_part */
};
_Static_assert(STREAM_PARTS <= 16, "fits into the bits");

/* As it was when it was named. */
struct error {
    struct icmp_error icmp;
    int64_t message_ns;
};

/* Runs of `width` entries are in order; two of them, [low..) and behind, are being merged. */
struct merging {
    struct entry *to;
    size_t width, low, left, right, put;
};

struct save {
    const struct save_writer *writer;
    struct save_out out;
    struct export_file file;
    struct entry *entries;
    size_t count, size;
    struct error *errors;
    size_t nerrors, errors_size;
    struct stream_connection **connections;
    size_t nconnections, messages;
    struct lesson *lessons;
    size_t nlessons;
    struct places *places;
    bool in_order, begun, any_stream;
    bool notes_places; /* what is no message has to be chosen by them */
    struct merging merging;
    struct streams *streams;
    uint32_t *ahead; /* of each entry, as streams.h has it; */
    size_t unseen;   /* the first so many have none yet */
    size_t written;
    int64_t until_ns; /* capture time when all was named */
    save_comment_fn *comment;
    void *comment_arg;
};

static const struct save_writer *const writers[SAVE_FORMATS] = { &save_pcap, &save_pcapng,
                                                                 &save_text };

const char *save_format_name(enum save_format format)
{
    return writers[format]->name;
}

enum save_format save_format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && strcasecmp(dot, ".pcapng") == 0)
        return SAVE_PCAPNG;
    return dot && (strcasecmp(dot, ".txt") == 0 || strcasecmp(dot, ".log") == 0) ? SAVE_TEXT
                                                                                 : SAVE_PCAP;
}

uint16_t save_link(const struct message *m)
{
    bool raw = m->linktype == DLT_RAW_LINUX || m->linktype == DLT_RAW_OPENBSD;
    return raw ? LINK_RAW : m->linktype;
}

struct save *save_new(const char *path, enum save_format format, bool overwrite,
                      const struct store *store, char **error)
{
    struct save *s = mem_zero(sizeof *s);
    s->writer = writers[format];
    s->in_order = true;
    s->streams = streams_new();
    s->places = places_new();
    if (export_file_open(&s->file, path, overwrite, error) < 0) {
        save_free(s);
        return NULL;
    }
    s->out.file = s->file.file;
    s->out.store = store;
    s->notes_places = s->writer->made && (store_has_connections(store) ||
                                          store_stun_lesson(store, &(size_t){ 0 }) != NULL);
    return s;
}

void save_comment(struct save *s, save_comment_fn *fn, void *arg)
{
    s->comment = fn;
    s->comment_arg = arg;
}

size_t save_count(const struct save *s)
{
    return s->messages;
}

void save_free(struct save *s)
{
    if (!s)
        return;
    if (s->begun && s->writer->end)
        s->writer->end(&s->out);
    export_file_drop(&s->file);
    for (size_t i = 0; i < s->nconnections; i++)
        free(s->connections[i]);
    free(s->connections);
    free(s->lessons);
    places_free(s->places);
    streams_free(s->streams);
    free(s->ahead);
    free(s->entries);
    free(s->errors);
    free(s->merging.to);
    free(s);
}

static const struct flow *flow_of(const struct save *s, const struct message *m)
{
    return store_flow(s->out.store, m->flow);
}

/* ---- order --------------------------------------------------------------------------------- */

static const struct message *message_of(const struct save *s, const struct entry *e)
{
    bool about = e->kind == MESSAGE || e->kind == ERROR;
    const struct message *m = about ? store_message(s->out.store, e->message) : NULL;
    int64_t time_ns = e->kind == ERROR ? s->errors[e->error].message_ns : e->time_ns;
    return m && m->time_ns == time_ns ? m : NULL;
}

/* Of what happened at one time: connections begin before there are messages, all else is behind. */
static unsigned rank(const struct entry *e)
{
    return e->kind == PART && e->part < STREAM_ALERT ? 0 : e->kind == MESSAGE ? 1 : 2;
}

/* Packets of one time stay in the order in which they were read. */
static bool message_before(const struct message *a, const struct message *b)
{
    if (!a || !b)
        return false;
    if (a->source != b->source)
        return a->source < b->source;
    if (a->frame != b->frame)
        return a->frame < b->frame;
    if (a->payload_off != b->payload_off)
        return a->payload_off < b->payload_off;
    return save_apart(a) && save_apart(b) && a->flow == b->flow && (int32_t)(a->seq - b->seq) < 0;
}

static bool comes_before(const struct save *s, const struct entry *x, const struct entry *y)
{
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns;
    if (rank(x) != rank(y))
        return rank(x) < rank(y);
    if (x->kind != y->kind)
        return x->kind < y->kind;
    if (x->kind == ERROR)
        return x->error < y->error;
    if (x->kind == PART || x->kind == LESSON)
        return x->message != y->message ? x->message < y->message : x->part < y->part;
    return message_before(message_of(s, x), message_of(s, y));
}

static void add_entry(struct save *s, struct entry entry)
{
    if (s->count == s->size) {
        s->size = s->size ? s->size * 2 : 256;
        s->entries = mem_grow(s->entries, s->size * sizeof *s->entries);
    }
    struct entry *e = &s->entries[s->count++];
    *e = entry;
    if (s->count > 1 && comes_before(s, e, e - 1))
        s->in_order = false;
}

static void add_error(struct save *s, const struct icmp_error *icmp, int64_t message_ns)
{
    if (s->nerrors == s->errors_size) {
        s->errors_size = s->errors_size ? s->errors_size * 2 : 16;
        s->errors = mem_grow(s->errors, s->errors_size * sizeof *s->errors);
    }
    s->out.any_made = true;
    add_entry(s, (struct entry){ .time_ns = icmp->time_ns,
                                 .message = icmp->message,
                                 .error = (uint32_t)s->nerrors,
                                 .kind = ERROR });
    s->errors[s->nerrors++] = (struct error){ *icmp, message_ns };
}

/* Those that quote this message. */
static void add_errors(struct save *s, uint32_t id, const struct message *m)
{
    const struct transaction *t = store_transaction(s->out.store, m->transaction);
    const struct call *call = t ? store_call(s->out.store, t->call) : NULL;
    const struct icmp_error *e;
    if (!s->writer->made || !call || !(call->marks & CALL_NETWORK))
        return;
    for (size_t i = 0; (e = store_transaction_icmp(s->out.store, m->transaction, i)); i++)
        if (e->message == id)
            add_error(s, e, m->time_ns);
}

void save_add(struct save *s, uint32_t id)
{
    const struct message *m = store_message(s->out.store, id);
    if (!m)
        return;
    add_entry(s, (struct entry){ .time_ns = m->time_ns, .message = id, .kind = MESSAGE });
    s->messages++;
    add_errors(s, id, m);
    if (s->notes_places)
        places_note(s->places, flow_of(s, m), m->time_ns);
    s->out.any_made = s->out.any_made || save_apart(m);
    s->any_stream = s->any_stream || transport_is_stream(flow_of(s, m)->transport);
    if (save_apart(m))
        return;
    s->out.link = s->out.link ? s->out.link : save_link(m);
    s->out.several_links = s->out.several_links || save_link(m) != s->out.link;
}

/* ---- connections ---------------------------------------------------------------------------- */

static void add_part(struct save *s, uint32_t number, enum stream_part part, int64_t time_ns)
{
    add_entry(s, (struct entry){
                     .time_ns = time_ns, .message = number, .kind = PART, .part = part & 15 });
}

static void add_connection(struct save *s, const struct connection *c,
                           const struct connection_tls *tls)
{
    struct stream_connection *copy = mem_alloc(sizeof *copy);
    *copy = (struct stream_connection){ *c, tls ? *tls : (struct connection_tls){ 0 } };
    uint32_t number = (uint32_t)s->nconnections;
    s->connections[s->nconnections++] = copy;
    for (enum stream_part part = 0; part < STREAM_PARTS; part++) {
        int64_t time_ns;
        if (!stream_has(copy, part, &time_ns))
            continue;
        for (int i = 1; part == STREAM_SYN_AGAIN && i < c->syns - 1; i++)
            add_part(s, number, part, c->syn_ns + (time_ns - c->syn_ns) / (c->syns - 1) * i);
        add_part(s, number, part, time_ns);
    }
    s->out.any_made = s->any_stream = true;
}

static void add_connections(struct save *s, bool all)
{
    size_t n = store_connections(s->out.store);
    if (n == 0)
        return;
    s->connections = mem_grow(s->connections, n * sizeof(struct stream_connection *));
    for (size_t i = 0; i < n; i++) {
        const struct connection *c = store_connection_at(s->out.store, i);
        const struct connection_tls *tls = store_connection_tls(s->out.store, c);
        if (all || places_want(s->places, c, tls))
            add_connection(s, c, tls);
    }
}

/* Of STUN, told to all hosts or to those of the messages. */
static void add_lessons(struct save *s, bool all)
{
    const struct lesson *lesson;
    size_t at = 0;
    while ((lesson = store_stun_lesson(s->out.store, &at)) != NULL) {
        if (!all && !places_have(s->places, &lesson->host))
            continue;
        s->lessons = mem_grow(s->lessons, (s->nlessons + 1) * sizeof *s->lessons);
        s->lessons[s->nlessons] = *lesson;
        add_entry(s, (struct entry){ .time_ns = lesson->time_ns,
                                     .message = (uint32_t)s->nlessons++,
                                     .kind = LESSON });
        s->out.any_made = true;
    }
}

void save_add_others(struct save *s, bool all)
{
    if (!s->writer->made)
        return;
    add_connections(s, all);
    add_lessons(s, all);
}

/* ---- sorting -------------------------------------------------------------------------------- */

static void merge_from(struct merging *m, size_t low, size_t count)
{
    m->low = m->left = low;
    m->right = low + m->width < count ? low + m->width : count;
}

/* Merges `most` entries; true when all are in order. */
static bool sort_some(struct save *s, size_t most)
{
    struct merging *m = &s->merging;
    if (!m->to) {
        m->to = mem_alloc(s->count * sizeof *m->to);
        m->width = 1;
        merge_from(m, 0, s->count);
    }
    for (; most > 0 && m->width < s->count; most--) {
        size_t middle = m->low + m->width < s->count ? m->low + m->width : s->count;
        size_t end = middle + m->width < s->count ? middle + m->width : s->count;
        bool left = m->left < middle && (m->right >= end || !comes_before(s, &s->entries[m->right],
                                                                          &s->entries[m->left]));
        m->to[m->put++] = s->entries[left ? m->left++ : m->right++];
        if (m->put == s->count) {
            struct entry *whole = m->to;
            m->to = s->entries;
            s->entries = whole;
            m->width *= 2;
            m->put = 0;
            merge_from(m, 0, s->count);
        } else if (m->put == end) {
            merge_from(m, end, s->count);
        }
    }
    return m->width >= s->count;
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool looks_ahead(const struct save *s)
{
    return s->writer->made && s->any_stream;
}

/* Shows `most` entries to the streams, from behind. */
static void look_ahead(struct save *s, size_t most)
{
    if (!s->ahead) {
        s->ahead = mem_alloc(s->count * sizeof *s->ahead);
        s->unseen = s->count;
    }
    for (; most > 0 && s->unseen > 0; most--) {
        const struct entry *e = &s->entries[--s->unseen];
        const struct message *m = message_of(s, e);
        s->ahead[s->unseen] = e->kind == PART
                                  ? streams_expect_part(s->streams, s->connections[e->message],
                                                        (enum stream_part)e->part)
                              : m && e->kind == MESSAGE
                                  ? streams_expect(s->streams, m, flow_of(s, m))
                                  : 0;
    }
    if (s->unseen == 0)
        streams_begin(s->streams);
}

static bool same_packet(const struct message *a, const struct message *b)
{
    return a == b ||
           (!save_apart(a) && !save_apart(b) && a->source == b->source && a->frame == b->frame &&
            a->caplen == b->caplen && memcmp(a->packet, b->packet, a->caplen) == 0);
}

/* A message that stands in the packet just written, or is the one just written. */
static bool is_written(const struct save *s, size_t i, const struct message *m)
{
    const struct message *before = i > 0 && s->entries[i - 1].kind == MESSAGE
                                       ? message_of(s, &s->entries[i - 1])
                                       : NULL;
    return before && before->time_ns == m->time_ns &&
           (before == m || (s->writer->made && same_packet(before, m)));
}

/* Its length is what its IP header says: of a message that was cut, not all is there. */
static void write_made(const uint8_t *packet, size_t n, void *arg)
{
    struct save *s = arg;
    bool ip6 = packet[0] >> 4 == 6;
    size_t length = ip6 ? 40 + ((size_t)packet[4] << 8 | packet[5])
                        : (size_t)packet[2] << 8 | packet[3];
    s->writer->made(&s->out, (struct span){ (const char *)packet, n }, (uint32_t)length);
}

static void write_part(struct save *s, size_t i)
{
    const struct entry *e = &s->entries[i];
    const struct stream_connection *c = s->connections[e->message];
    s->out.source = c->connection.source;
    streams_put_part(s->streams, c, (enum stream_part)e->part, s->ahead[i], write_made, s);
}

/* A binding success response (RFC 8489 §5) with nothing in it. */
static void write_lesson(struct save *s, const struct lesson *lesson)
{
    static const char answer[20] = "\x01\x01\0\0\x21\x12\xa4\x42";
    s->out.source = 0;
    wrap_datagram(&lesson->server, &lesson->host, (struct span){ answer, sizeof answer }, 0,
                  write_made, s);
}

static void write_message(struct save *s, size_t i, const struct message *m)
{
    const struct entry *e = &s->entries[i];
    if (!is_written(s, i, m)) {
        char *comment = s->comment ? s->comment(e->message, s->comment_arg) : NULL;
        s->out.comment = comment;
        if (save_apart(m) && s->writer->made)
            streams_put(s->streams, m, flow_of(s, m), write_made, s);
        else
            s->writer->write(&s->out);
        s->out.comment = NULL;
        free(comment);
    }
    if (looks_ahead(s))
        streams_put_ahead(s->streams, m, flow_of(s, m), s->ahead[i], write_made, s);
}

static void write_one(struct save *s, size_t i)
{
    const struct entry *e = &s->entries[i];
    const struct message *m = message_of(s, e);
    s->out.m = m;
    s->out.time_ns = e->time_ns;
    if (e->kind == PART) {
        write_part(s, i);
        return;
    }
    if (e->kind == LESSON) {
        write_lesson(s, &s->lessons[e->message]);
        return;
    }
    if (!m)
        return;
    s->out.source = m->source;
    if (e->kind == MESSAGE)
        write_message(s, i, m);
    else
        wrap_error(&s->errors[e->error].icmp, m, flow_of(s, m), write_made, s);
}

/*
 * How long nothing more came says something, too: an empty datagram that concerns nobody stands where the
 * traffic ended that these are from.
 */
static void write_end(struct save *s)
{
    static const struct addr nobody = { .ip = { 127, 0, 0, 1 }, .port = 9, .family = 4 };
    if (!s->writer->made || s->entries[s->count - 1].time_ns >= s->until_ns)
        return;
    s->out.time_ns = s->until_ns;
    wrap_datagram(&nobody, &nobody, SPAN_NONE, 0, write_made, s);
}

static bool begin(struct save *s)
{
    s->begun = true;
    s->out.any_made = s->out.any_made || s->until_ns > s->entries[s->count - 1].time_ns;
    return s->writer->begin(&s->out) == 0;
}

static enum save_state finish(struct save *s, char **error)
{
    if (s->written == s->count)
        write_end(s);
    if (s->writer->end)
        s->writer->end(&s->out);
    s->begun = false;
    return export_file_finish(&s->file, error) == 0 ? SAVE_DONE : SAVE_FAILED;
}

enum save_state save_step(struct save *s, size_t most, char **error)
{
    *error = NULL;
    if (s->messages == 0) {
        *error = mem_format(_("%s: no message to write; select messages that are still stored"),
                            s->file.path);
        return SAVE_FAILED;
    }
    if (!s->until_ns)
        s->until_ns = store_now(s->out.store);
    if (!s->in_order) {
        s->in_order = sort_some(s, most);
        return SAVE_GOES_ON;
    }
    if (looks_ahead(s) && (!s->ahead || s->unseen > 0)) {
        look_ahead(s, most);
        return SAVE_GOES_ON;
    }
    errno = 0;
    bool good = s->begun || begin(s);
    for (; good && most > 0 && s->written < s->count; most--) {
        write_one(s, s->written++);
        good = !ferror(s->file.file);
    }
    if (good)
        export_file_push(&s->file);
    if (!good)
        s->file.trouble = errno; /* a full disk is told at once */
    return good && s->written < s->count ? SAVE_GOES_ON : finish(s, error);
}

unsigned save_progress(const struct save *s)
{
    size_t seen = s->ahead ? s->count - s->unseen : 0, rounds = looks_ahead(s) ? 2 : 1;
    return s->count ? (unsigned)((seen + s->written) * 1000 / (s->count * rounds)) : 0;
}
