/* See save.h. Sorting is merging from below, which can be left at any step and taken up again. */
#include "export/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "export/file.h"
#include "export/writer.h"
#include "store/event.h"
#include "store/mark.h"

enum { DLT_RAW_LINUX = 12, DLT_RAW_OPENBSD = 14 };

struct entry {
    int64_t time_ns; /* of a message it also tells whether the id still means the same one */
    uint32_t message;
    uint32_t
        error; /* it is number error - 1 of the ICMP errors, about that message; 0: the message */
};

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
    bool in_order, begun;
    struct merging merging;
    size_t written;
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
    if (export_file_open(&s->file, path, overwrite, error) < 0) {
        free(s);
        return NULL;
    }
    s->out.file = s->file.file;
    s->out.store = store;
    return s;
}

void save_comment(struct save *s, save_comment_fn *fn, void *arg)
{
    s->comment = fn;
    s->comment_arg = arg;
}

size_t save_count(const struct save *s)
{
    return s->count - s->nerrors;
}

void save_free(struct save *s)
{
    if (!s)
        return;
    if (s->begun && s->writer->end)
        s->writer->end(&s->out);
    export_file_drop(&s->file);
    free(s->entries);
    free(s->errors);
    free(s->merging.to);
    free(s);
}

/* ---- order --------------------------------------------------------------------------------- */

static const struct message *message_of(const struct save *s, const struct entry *e)
{
    const struct message *m = store_message(s->out.store, e->message);
    int64_t time_ns = e->error ? s->errors[e->error - 1].message_ns : e->time_ns;
    return m && m->time_ns == time_ns ? m : NULL;
}

/* Packets of one time stay in the order in which they were read. */
static bool comes_before(const struct save *s, const struct entry *x, const struct entry *y)
{
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns;
    if (x->error != y->error)
        return x->error < y->error;
    const struct message *a = message_of(s, x), *b = message_of(s, y);
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
    s->errors[s->nerrors++] = (struct error){ *icmp, message_ns };
    s->out.any_apart = true;
    add_entry(s, (struct entry){ icmp->time_ns, icmp->message, (uint32_t)s->nerrors });
}

/* Those that quote this message. */
static void add_errors(struct save *s, uint32_t id, const struct message *m)
{
    const struct transaction *t = store_transaction(s->out.store, m->transaction);
    const struct call *call = t ? store_call(s->out.store, t->call) : NULL;
    const struct icmp_error *e;
    if (!s->writer->packets || !call || !(call->marks & CALL_NETWORK))
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
    add_entry(s, (struct entry){ m->time_ns, id, 0 });
    add_errors(s, id, m);
    s->out.any_apart = s->out.any_apart || save_apart(m);
    if (save_apart(m))
        return;
    s->out.link = s->out.link ? s->out.link : save_link(m);
    s->out.several_links = s->out.several_links || save_link(m) != s->out.link;
}

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

static bool same_packet(const struct message *a, const struct message *b)
{
    return a == b ||
           (!save_apart(a) && !save_apart(b) && a->source == b->source && a->frame == b->frame &&
            a->caplen == b->caplen && memcmp(a->packet, b->packet, a->caplen) == 0);
}

/* A message that stands in the packet just written, or is the one just written. */
static bool is_written(const struct save *s, size_t i, const struct message *m)
{
    const struct entry *e = &s->entries[i];
    if (i == 0 || e->error || e[-1].error)
        return false;
    const struct message *before = message_of(s, e - 1);
    return before && before->time_ns == m->time_ns &&
           (before == m || (s->writer->packets && same_packet(before, m)));
}

static void write_one(struct save *s, size_t i)
{
    const struct entry *e = &s->entries[i];
    const struct message *m = message_of(s, e);
    if (!m || is_written(s, i, m))
        return;
    char *comment = s->comment && !e->error ? s->comment(e->message, s->comment_arg) : NULL;
    s->out.m = m;
    s->out.error = e->error ? &s->errors[e->error - 1].icmp : NULL;
    s->out.time_ns = e->time_ns;
    s->writer->write(&s->out, comment);
    free(comment);
}

static bool begin(struct save *s)
{
    s->begun = true;
    return s->writer->begin(&s->out) == 0;
}

static enum save_state finish(struct save *s, char **error)
{
    if (s->writer->end)
        s->writer->end(&s->out);
    s->begun = false;
    return export_file_finish(&s->file, error) == 0 ? SAVE_DONE : SAVE_FAILED;
}

enum save_state save_step(struct save *s, size_t most, char **error)
{
    *error = NULL;
    if (s->count == 0) {
        *error = mem_format(_("%s: no message to write; select messages that are still stored"),
                            s->file.path);
        return SAVE_FAILED;
    }
    if (!s->in_order) {
        s->in_order = sort_some(s, most);
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
    return s->count ? (unsigned)(s->written * 1000 / s->count) : 0;
}
