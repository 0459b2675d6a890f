/*
 * See pcap.h. libpcap writes into a new file beside the target, which takes the
 * target's name only when every byte has arrived: a full disk or a crash leaves
 * no half file behind.
 */
#include "export/pcap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "export/wrap.h"

#define SNAPLEN 262144
#define NANOSECONDS 1000000000

enum { LINK_ETHERNET = 1, LINK_RAW = 101, DLT_RAW_LINUX = 12, DLT_RAW_OPENBSD = 14 };

static int __attribute__((format(printf, 2, 3))) fail(char **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *error = mem_format_args(format, args);
    va_end(args);
    return -1;
}

/* Live capture names raw IP by the number of its operating system. */
static uint16_t link_of(const struct message *m)
{
    bool raw = m->linktype == DLT_RAW_LINUX || m->linktype == DLT_RAW_OPENBSD;
    return raw ? LINK_RAW : m->linktype;
}

/* A message that lay in no single packet has no link layer of its own. */
static bool apart(const struct message *m)
{
    return m->flags & MESSAGE_APART;
}

/* In order of time; packets of one time stay in the order in which they were read. */
static int by_time(const void *left, const void *right)
{
    const struct message *a = *(const struct message *const *)left;
    const struct message *b = *(const struct message *const *)right;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->payload_off != b->payload_off)
        return a->payload_off < b->payload_off ? -1 : 1;
    return apart(a) && apart(b) && a->flow == b->flow ? (int32_t)(a->seq - b->seq) : 0;
}

/* The messages that are still stored, sorted; the caller frees the list. */
static const struct message **collect(const struct store *store, const uint32_t *ids, size_t *n)
{
    const struct message **list = mem_alloc(*n * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < *n; i++) {
        const struct message *m = store_message(store, ids[i]);
        if (m)
            list[count++] = m;
    }
    qsort(list, count, sizeof *list, by_time);
    *n = count;
    return list;
}

/* What is written, and how. */
struct writer {
    pcap_dumper_t *dumper;
    const struct store *store;
    uint16_t link;
    bool cut;                /* the link layer has to go */
    const struct message *m; /* the one being written */
};

/* The link type that all share; without one, or where it cannot be made up, LINK_RAW. */
static void choose_link(struct writer *w, const struct message *const *list, size_t n)
{
    const struct message *first = NULL;
    bool any_apart = false;
    for (size_t i = 0; i < n; i++) {
        any_apart = any_apart || apart(list[i]);
        if (apart(list[i]))
            continue;
        first = first ? first : list[i];
        w->cut = w->cut || link_of(list[i]) != link_of(first);
    }
    w->link = first ? link_of(first) : LINK_RAW;
    w->cut = w->cut || (any_apart && w->link != LINK_ETHERNET);
    if (w->cut)
        w->link = LINK_RAW;
}

static bool same_packet(const struct message *a, const struct message *b)
{
    return !apart(a) && !apart(b) && a->source == b->source && a->frame == b->frame &&
           a->time_ns == b->time_ns && a->caplen == b->caplen &&
           memcmp(a->packet, b->packet, a->caplen) == 0;
}

static void dump(struct writer *w, const uint8_t *bytes, size_t caplen, size_t origlen)
{
    int64_t seconds = w->m->time_ns / NANOSECONDS;
    struct pcap_pkthdr header = {
        .ts = { .tv_sec = seconds, .tv_usec = w->m->time_ns - seconds * NANOSECONDS },
        .caplen = (bpf_u_int32)caplen,
        .len = (bpf_u_int32)origlen,
    };
    pcap_dump((u_char *)w->dumper, &header, bytes);
}

/* A made-up IP packet; in Ethernet it goes from nowhere to nowhere. */
static void dump_made(const uint8_t *packet, size_t n, void *arg)
{
    struct writer *w = arg;
    if (w->link != LINK_ETHERNET) {
        dump(w, packet, n, n);
        return;
    }
    uint8_t *frame = mem_zero(n + 14);
    bool ip6 = packet[0] >> 4 == 6;
    frame[12] = ip6 ? 0x86 : 0x08;
    frame[13] = ip6 ? 0xdd : 0x00;
    memcpy(frame + 14, packet, n);
    dump(w, frame, n + 14, n + 14);
    free(frame);
}

static void write_message(struct writer *w, const struct message *m)
{
    uint32_t skip = w->cut ? m->ip_off : 0;
    w->m = m;
    if (apart(m))
        wrap_message(m, store_flow(w->store, m->flow), dump_made, w);
    else
        dump(w, m->packet + skip, m->caplen - skip, m->origlen - skip);
}

/* 0, or -1 with errno. The dumper is the file itself, which the caller closes. */
static int write_all(FILE *file, const struct store *store, const struct message *const *list,
                     size_t n)
{
    struct writer w = { .store = store };
    choose_link(&w, list, n);
    /* libpcap wants its own number, which differs for raw IP only (of what the decoders know). */
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision(w.link == LINK_RAW ? DLT_RAW : w.link,
                                                        SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    w.dumper = pcap ? pcap_dump_fopen(pcap, file) : NULL;
    bool good = w.dumper != NULL;
    for (size_t i = 0; good && i < n; i++) {
        if (i > 0 && same_packet(list[i - 1], list[i]))
            continue;
        write_message(&w, list[i]);
        good = !ferror(file);
    }
    good = good && fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
    int number = errno ? errno : EIO;
    if (pcap)
        pcap_close(pcap);
    errno = number;
    return good ? 0 : -1;
}

/* A new file beside `path`, which then has the rights that the user's umask gives. */
static FILE *open_part(const char *path, char **part)
{
    for (int i = 0; i < 100; i++) {
        struct strbuf name = STRBUF_INIT;
        strbuf_format(&name, "%s.%ld-%d.part", path, (long)getpid(), i);
        *part = strbuf_take(&name);
        int fd = open(*part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (file)
            return file;
        int number = errno;
        if (fd >= 0) {
            close(fd);
            unlink(*part);
        }
        free(*part);
        *part = NULL;
        errno = number;
        if (number != EEXIST)
            break;
    }
    return NULL;
}

/*
 * Gives the finished file its name. link() refuses an existing target, rename() replaces it;
 * file systems without hard links know the rename that does not replace.
 */
static int put_in_place(const char *part, const char *path, bool overwrite)
{
    if (overwrite)
        return rename(part, path);
    if (link(part, path) == 0)
        return unlink(part);
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS)
        return renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE);
    return -1;
}

static int check_target(const char *path, bool overwrite, char **error)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return 0;
    if (!S_ISREG(st.st_mode))
        return fail(error, _("%s: is no regular file; name a file to write"), path);
    if (!overwrite)
        return fail(error, _("%s: exists already; choose another name or allow overwriting"), path);
    return 0;
}

static int finish(FILE *file, const char *part, const char *path, bool overwrite, int written,
                  char **error)
{
    int number = errno;
    if (fclose(file) != 0 && written == 0) {
        number = errno;
        written = -1;
    }
    errno = number;
    if (written < 0) {
        unlink(part);
        errno = number;
        return fail(error,
                    _("%s: cannot write the capture: %s; nothing was kept: make room or choose "
                      "another place"),
                    path, strerror(errno));
    }
    if (put_in_place(part, path, overwrite) == 0)
        return 0;
    number = errno;
    unlink(part);
    errno = number;
    return fail(error, _("%s: cannot put the capture in its place: %s; choose another name"), path,
                strerror(errno));
}

int export_pcap(const char *path, bool overwrite, const struct store *store,
                const uint32_t *messages, size_t n, char **error)
{
    char *part = NULL;
    *error = NULL;
    if (check_target(path, overwrite, error) < 0)
        return -1;
    const struct message **list = collect(store, messages, &n);
    int result = -1;
    FILE *file = NULL;
    if (n == 0)
        fail(error, _("%s: no message to write; select messages that are still stored"), path);
    else if (!(file = open_part(path, &part)))
        fail(error,
             _("%s: cannot create the capture: %s; choose a folder that exists and that you may "
               "write to"),
             path, strerror(errno));
    if (file) {
        errno = 0;
        int written = write_all(file, store, list, n);
        result = finish(file, part, path, overwrite, written, error);
        free(part);
    }
    free(list);
    return result;
}
