/*
 * A folder of captures or logs that others write, as one source: what `tcpdump -C`, -G or -W leave
 * behind, or logs that are rotated. Boundary: which files there are, and which are open; each is read
 * by a file source, and they are merged as the inputs of a run are.
 *
 * A file is known by its number in the file system, whatever it is called, and by its first bytes,
 * since names and numbers are used again. What was not written for a while when we begin is mapped
 * and read to its end; everything else is followed until it has been still for a while.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/follow.h"
#include "input/input.h"

#define LOOK_NS INT64_C(500000000)    /* between two looks at the folder, */
#define LOOK_SHARE 20                 /* of which a look takes no more than this part */
#define STILL_NS INT64_C(12000000000) /* not written for so long: closed */
#define OPEN_MOST 128                 /* files followed at a time */
#define HEAD 64                       /* bytes that tell a file from another */

struct member {
    dev_t device;
    ino_t inode;
    char *name;
    off_t size;              /* at the last look */
    struct timespec written; /* as it was then */
    uint64_t head;           /* hash of the first bytes, when it was closed, */
    size_t head_size;        /* and how many */
    struct source *source;   /* NULL: not open */
    uint32_t skip;           /* packets handed over before it was opened */
    bool bad;                /* it could not be read, or not to the end */
    bool seen;               /* at this look */
};

struct set_source {
    struct source source;
    char *folder, *pattern; /* NULL: all names */
    struct file_options options;
    struct inputs *inputs;
    struct member *members; /* sorted by device and inode */
    size_t count, following;
    uint32_t frames;
    uint64_t passed; /* bytes of files that were closed */
    int64_t look_ns; /* when to look again; monotonic */
    bool stopped;
};

static int64_t ns(struct timespec t)
{
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Where the file is among the members, or would be. */
static size_t place(const struct set_source *s, const struct stat *st)
{
    size_t from = 0, to = s->count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        const struct member *m = &s->members[middle];
        if (m->device < st->st_dev || (m->device == st->st_dev && m->inode < st->st_ino))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static uint64_t hash_head(const char *name, size_t *n)
{
    uint8_t bytes[HEAD];
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t got = fd >= 0 ? pread(fd, bytes, *n, 0) : 0;
    if (fd >= 0)
        close(fd);
    *n = got > 0 ? (size_t)got : 0;
    return hash_bytes(0, bytes, *n);
}

static void remember_head(struct member *m)
{
    m->head_size = HEAD;
    m->head = hash_head(m->name, &m->head_size);
}

/* Another file with the number of one that is gone, or one that was written anew. */
static bool is_other(const struct member *m, const struct stat *st)
{
    size_t n = m->head_size;
    return n == 0 || st->st_size < m->size || hash_head(m->name, &n) != m->head ||
           n != m->head_size;
}

static void remove_source(struct set_source *s, const struct source *source)
{
    size_t i = 0;
    while (inputs_at(s->inputs, i) != source)
        i++;
    s->passed += source->stats.position;
    s->following--;
    inputs_remove(s->inputs, i);
}

/* Closes what was followed. A mapped one only ends: the store points into it. */
static void let_go(struct set_source *s, struct member *m)
{
    struct source *source = m->source;
    m->source = NULL;
    m->skip += (uint32_t)source->stats.packets;
    m->bad = source->ops->live && source->ended;
    if (source->trouble && source->stats.packets)
        source_notice(&s->source, "%s", source->trouble);
    remember_head(m);
    if (source->ops->live)
        remove_source(s, source);
}

static void open_member(struct set_source *s, struct member *m, bool grows)
{
    struct file_options options = s->options;
    char *error = NULL;
    options.follow = grows;
    options.stays = true;
    options.skip = m->skip;
    m->source = source_open_file(m->name, &options, &error);
    m->bad = !m->source;
    free(error);
    if (m->bad)
        remember_head(m);
    else
        inputs_add(s->inputs, m->source);
    s->following += !m->bad && grows;
}

/* "trace.pcap0.gz" beside or after "trace.pcap0", which was read. */
static bool is_packed_copy(const struct set_source *s, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || (strcmp(dot, ".gz") != 0 && strcmp(dot, ".zst") != 0))
        return false;
    struct span plain = span_make(name, dot);
    for (size_t i = 0; i < s->count; i++)
        if (strlen(s->members[i].name) == plain.n &&
            memcmp(s->members[i].name, plain.p, plain.n) == 0)
            return true;
    return false;
}

/* The member that the file is, perhaps a new one; NULL when it is left out. */
static struct member *find_member(struct set_source *s, const char *name, const struct stat *st)
{
    size_t at = place(s, st);
    struct member *m = s->members + at;
    bool known = at < s->count && m->device == st->st_dev && m->inode == st->st_ino;
    if (!known && (inputs_count(s->inputs) + 1 >= INPUT_SOURCES || is_packed_copy(s, name)))
        return NULL;
    if (!known) {
        s->members = mem_grow(s->members, (s->count + 1) * sizeof *m);
        m = s->members + at;
        memmove(m + 1, m, (s->count++ - at) * sizeof *m);
        *m = (struct member){ .device = st->st_dev, .inode = st->st_ino, .size = -1 };
    }
    if (!known || strcmp(m->name, name) != 0) {
        free(m->name);
        m->name = mem_text(name);
    }
    m->seen = true;
    return m;
}

/* Opens what is new or has changed since it was closed. */
static void reopen(struct set_source *s, struct member *m, const struct stat *st, bool grows)
{
    bool other = is_other(m, st);
    if (other)
        m->skip = 0;
    if (other || !m->bad)
        open_member(s, m, grows);
}

/* What the file's state asks for; `first`: it was there before us. */
static void update(struct set_source *s, struct member *m, const struct stat *st, bool first)
{
    bool still = clock_realtime() - ns(st->st_mtim) > STILL_NS;
    bool changed = st->st_size != m->size || ns(st->st_mtim) != ns(m->written);
    bool mapped = m->source && !m->source->ops->live;
    if (m->source && m->source->ended)
        let_go(s, m);
    else if (m->source && !mapped && still && !changed && !m->source->backlog)
        let_go(s, m);
    else if (!m->source && changed && s->following < OPEN_MOST)
        reopen(s, m, st, !first || !still);
    else if (!m->source)
        return;
    if (mapped)
        return; /* of what is added it knows nothing */
    m->size = st->st_size;
    m->written = st->st_mtim;
}

/* Forgets files that are gone. */
static void prune(struct set_source *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct member *m = &s->members[i];
        if (!m->seen && m->source && m->source->ended)
            let_go(s, m);
        if (m->seen || m->source) {
            m->seen = false;
            s->members[n++] = *m;
        } else {
            free(m->name);
        }
    }
    s->count = n;
}

static bool fits(const struct set_source *s, const char *path)
{
    return !s->pattern || fnmatch(s->pattern, strrchr(path, '/') + 1, 0) == 0;
}

static int look(struct set_source *s, bool first, char **error)
{
    int64_t start = clock_monotonic();
    size_t count = 0;
    char **names = folder_list(s->folder, &count, error);
    if (!names)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct stat st;
        struct member *m = fits(s, names[i]) && stat(names[i], &st) == 0
                               ? find_member(s, names[i], &st)
                               : NULL;
        if (!m)
            continue;
        update(s, m, &st, first);
        if (ns(st.st_mtim) > s->source.written_ns)
            s->source.written_ns = ns(st.st_mtim);
    }
    folder_list_free(names, count);
    prune(s);
    int64_t end = clock_monotonic();
    s->look_ns = end + LOOK_NS + (end - start) * LOOK_SHARE;
    return 0;
}

/* The folder may be gone for a while. */
static void look_again(struct set_source *s)
{
    char *error = NULL;
    s->look_ns = clock_monotonic() + LOOK_NS;
    look(s, false, &error);
    free(error);
}

static enum input_status next_packet(struct source *source, struct packet *packet)
{
    struct set_source *s = (struct set_source *)source;
    enum input_status status = inputs_next(s->inputs, packet);
    if (status == INPUT_PACKET) {
        const struct source *member = inputs_at(s->inputs, packet->source);
        s->source.format = member->format;
        s->source.assumed |= member->assumed;
        packet->frame = packet_is_frame(packet) ? ++s->frames : s->frames;
        return status;
    }
    if (s->stopped)
        return INPUT_END;
    if (clock_monotonic() >= s->look_ns)
        look_again(s);
    source->due_ns = clock_realtime() + FOLLOW_NS;
    return INPUT_WAIT;
}

static void refresh(struct source *source)
{
    struct set_source *s = (struct set_source *)source;
    source->stats.position = s->passed;
    for (size_t i = 0; i < inputs_count(s->inputs); i++)
        source->stats.position += inputs_at(s->inputs, i)->stats.position;
}

static void stop(struct source *source)
{
    struct set_source *s = (struct set_source *)source;
    s->stopped = true;
    inputs_stop(s->inputs);
}

static void close_set(struct source *source)
{
    struct set_source *s = (struct set_source *)source;
    inputs_free(s->inputs);
    for (size_t i = 0; i < s->count; i++)
        free(s->members[i].name);
    free(s->members);
    free(s->folder);
    free(s->pattern);
    free(s);
}

static const struct source_ops set_ops = {
    .kind = N_("folder"),
    .live = true,
    .next = next_packet,
    .refresh = refresh,
    .stop = stop,
    .close = close_set,
};

bool set_is(const char *where)
{
    return folder_is(where) || (strpbrk(where, "*?[") && access(where, F_OK) < 0);
}

/* "/var/captures/trace*" is a folder and a pattern. */
static void split(struct set_source *s, const char *where)
{
    const char *slash = strrchr(where, '/');
    const char *name = slash ? slash + 1 : where;
    if (folder_is(where)) {
        s->folder = mem_text(where);
        return;
    }
    s->pattern = mem_text(name);
    s->folder = name == where ? mem_text(".") : mem_format("%.*s", (int)(name - where), where);
}

static void note_left_out(struct set_source *s)
{
    size_t bad = 0;
    for (size_t i = 0; i < s->count; i++)
        bad += s->members[i].bad;
    if (bad)
        source_notice(&s->source, _("%s: %zu of %zu files are no captures and no logs"),
                      s->source.name, bad, s->count);
}

struct source *source_open_set(const char *where, const struct file_options *options, char **error)
{
    struct set_source *s = mem_zero(sizeof *s);
    s->source.ops = &set_ops;
    s->source.name = mem_text(where);
    s->source.fd = -1;
    s->source.backlog = true;
    s->options = *options;
    s->inputs = inputs_new();
    split(s, where);
    if (look(s, true, error) == 0) {
        note_left_out(s);
        return &s->source;
    }
    free(s->source.name);
    close_set(&s->source);
    return NULL;
}
