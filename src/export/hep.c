/* See hep.h. The queue holds whole packets one behind the other: each begins with its own length. */
#include "export/hep.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/hash.h"
#include "base/strbuf.h"
#include "base/tr.h"

#define SECOND 1000000000LL
#define QUEUE ((size_t)8 << 20)
#define FIRST_WAIT_NS (SECOND / 2) /* before the first new try to connect; then twice as long */
#define LONGEST_WAIT_NS (30 * SECOND)
#define CONNECT_NS (10 * SECOND) /* a try takes no longer */
#define PACE 50000               /* datagrams a second: more would be lost by whoever gets them */
#define LATELY 16384 /* messages remembered, so that they are known when they come back */

struct hep_sender {
    struct endpoint endpoint;
    struct addrinfo *addresses;
    const struct addrinfo *next; /* the one to be tried next */
    struct addr target;          /* the one in use */
    struct channel_tls *tls;
    struct channel *channel; /* of TCP and TLS; NULL: not connected */
    int fd;                  /* the socket in use; the channel's, if there is one; or -1 */
    bool through;            /* bytes went since it was connected */
    int64_t since_ns, retry_ns, wait_ns; /* monotonic */
    char *key, *name, *trouble;
    uint32_t id;
    uint8_t *queue;
    size_t begin, end;       /* what waits in the queue */
    size_t gone;             /* bytes of the first packet that are sent */
    int64_t paced_ns;        /* datagrams up to this time are sent; monotonic */
    uint64_t lately[LATELY]; /* hashes, each at its place */
    struct hep_sender_counts counts;
};

static void note(struct hep_sender *s, const char *why)
{
    free(s->trouble);
    s->trouble = why && *why ? mem_text(why) : NULL;
}

static void disconnect(struct hep_sender *s, const char *why)
{
    int64_t wait_ns = s->through || !s->wait_ns ? FIRST_WAIT_NS : s->wait_ns * 2;
    note(s, *why ? why : _("the other side closed the connection"));
    if (s->channel)
        channel_close(s->channel);
    else if (s->fd >= 0)
        close(s->fd);
    s->channel = NULL;
    s->fd = -1;
    s->gone = 0; /* whole packets only: the other side has forgotten the part that it got */
    s->wait_ns = wait_ns < LONGEST_WAIT_NS ? wait_ns : LONGEST_WAIT_NS;
    s->retry_ns = clock_monotonic() + s->wait_ns;
}

static void connect_again(struct hep_sender *s)
{
    const struct addrinfo *a = s->next;
    s->next = a->ai_next ? a->ai_next : s->addresses;
    s->through = false;
    s->since_ns = clock_monotonic();
    s->target = addr_of_socket(a->ai_addr);
    s->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || (connect(s->fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)) {
        disconnect(s, strerror(errno));
        return;
    }
    if (s->endpoint.kind == ENDPOINT_UDP)
        return;
    s->channel = channel_new(s->fd, s->tls, s->tls ? s->endpoint.host : NULL);
    if (!s->channel) { /* which has closed the socket */
        s->fd = -1;
        disconnect(s, _("out of memory"));
    }
}

static size_t first_length(const struct hep_sender *s)
{
    return (size_t)hep_length(s->queue + s->begin, s->end - s->begin);
}

static void drop_first(struct hep_sender *s)
{
    s->counts.waiting--;
    s->begin += first_length(s);
    s->gone = 0;
    if (s->begin == s->end)
        s->begin = s->end = 0;
}

/* Whether it is time for one more; up to a quarter of a second may be made up for. */
static bool in_pace(struct hep_sender *s)
{
    int64_t now_ns = clock_monotonic();
    if (s->paced_ns < now_ns - SECOND / 4)
        s->paced_ns = now_ns - SECOND / 4;
    if (s->paced_ns > now_ns)
        return false;
    s->paced_ns += SECOND / PACE;
    return true;
}

/* One datagram; false when no more can go now. */
static bool send_datagram(struct hep_sender *s)
{
    size_t n = first_length(s);
    if (!in_pace(s))
        return false;
    if (send(s->fd, s->queue + s->begin, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n) {
        s->counts.sent++;
        s->through = true;
        drop_first(s);
        return true;
    }
    switch (errno) {
    case EAGAIN:
    case ENOBUFS:
    case EINTR:
        return false;
    case ECONNREFUSED: /* what went before: nobody listens yet, but may soon */
        note(s, strerror(errno));
        return true;
    case EMSGSIZE:
        s->counts.dropped++;
        drop_first(s);
        return true;
    default:
        disconnect(s, strerror(errno));
        return false;
    }
}

/* Some bytes of the first packets; false when no more can go now. */
static bool send_bytes(struct hep_sender *s)
{
    size_t at = s->begin + s->gone;
    ssize_t n = channel_write(s->channel, s->queue + at, s->end - at);
    if (n < 0)
        disconnect(s, channel_error(s->channel));
    if (n == 0 && !s->through && clock_monotonic() - s->since_ns > CONNECT_NS)
        disconnect(s, strerror(ETIMEDOUT));
    if (n <= 0)
        return false;
    s->through = true;
    s->gone += (size_t)n;
    while (s->end > s->begin && s->gone >= first_length(s)) {
        size_t rest = s->gone - first_length(s);
        drop_first(s);
        s->gone = rest;
        s->counts.sent++;
    }
    return true;
}

/* A collector says nothing; what there is to read is that it has gone. */
static void look(struct hep_sender *s)
{
    uint8_t nothing[256];
    ssize_t n;
    do
        n = channel_read(s->channel, nothing, sizeof nothing);
    while (n > 0);
    if (n < 0)
        disconnect(s, channel_error(s->channel));
}

void hep_sender_work(struct hep_sender *s)
{
    if (s->fd < 0 && clock_monotonic() >= s->retry_ns)
        connect_again(s);
    if (s->channel && s->through)
        look(s);
    while (s->fd >= 0 && s->begin < s->end)
        if (!(s->channel ? send_bytes(s) : send_datagram(s)))
            break;
    if (s->through && s->fd >= 0)
        note(s, NULL);
}

/* Room for `n` bytes at the end of the queue; NULL when it is full. */
static uint8_t *room(struct hep_sender *s, size_t n)
{
    if (QUEUE - s->end < n && s->begin > QUEUE / 2) {
        memmove(s->queue, s->queue + s->begin, s->end - s->begin);
        s->end -= s->begin;
        s->begin = 0;
    }
    return QUEUE - s->end < n ? NULL : s->queue + s->end;
}

static bool from_target(const struct hep_sender *s, const struct hep *hep)
{
    /* agents send from any port; but on one machine everybody has the same address */
    return addr_same_host(&hep->from, &s->target) &&
           (!addr_loopback(&s->target) || hep->from.port == s->target.port);
}

/* Whether a message with its time and addresses was sent a short while ago; from now on it was. */
static bool sent_lately(struct hep_sender *s, const struct hep *hep)
{
    uint64_t hash = hash_span(hash_number(0, (uint64_t)hep->time_ns / 1000), hep->payload);
    hash = hash_bytes(hash, &hep->src, sizeof hep->src);
    hash = hash_bytes(hash, &hep->dst, sizeof hep->dst);
    uint64_t *place = &s->lately[hash % LATELY];
    bool was = *place == hash;
    *place = hash;
    return was;
}

static bool would_loop(struct hep_sender *s, const struct hep *hep)
{
    bool again = sent_lately(s, hep);
    bool by_agent = hep->from.family || hep->to.family || hep->agent.n || hep->agent_id;
    return by_agent && (again || from_target(s, hep) || addr_equal(&hep->to, &s->target));
}

void hep_sender_put(struct hep_sender *s, const struct hep *hep)
{
    struct hep out = *hep;
    if (would_loop(s, hep)) {
        s->counts.looped++;
        return;
    }
    out.key = SPAN(s->key);
    out.compressed = false;
    out.type = HEP_SIP;
    if (out.agent.n == 0 && out.agent_id == 0) {
        out.agent = SPAN(s->name);
        out.agent_id = s->id;
    }
    uint8_t *at = room(s, HEP_MAX);
    size_t n = at ? hep_encode(at, HEP_MAX, &out) : 0;
    s->end += n;
    s->counts.waiting += n > 0;
    s->counts.dropped += n == 0;
}

bool hep_sender_busy(const struct hep_sender *s)
{
    bool first_try = s->fd >= 0 && !s->wait_ns;
    return s->end - s->begin > QUEUE / 4 && ((s->through && s->fd >= 0) || first_try);
}

void hep_sender_drain(struct hep_sender *s, int64_t longest_ns)
{
    int64_t end_ns = clock_monotonic() + longest_ns;
    for (;;) {
        hep_sender_work(s);
        if (s->begin == s->end || clock_monotonic() >= end_ns)
            return;
        struct pollfd fd = { s->fd, POLLOUT, 0 };
        struct timespec moment = { 0, 1000000 };
        if (s->fd < 0 || !s->through || poll(&fd, 1, 10) > 0)
            nanosleep(&moment, NULL);
    }
}

const struct hep_sender_counts *hep_sender_counts(const struct hep_sender *s)
{
    return &s->counts;
}

const char *hep_sender_trouble(const struct hep_sender *s)
{
    return s->trouble ? s->trouble : "";
}

static char *host_name(void)
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return mem_text(name);
}

struct hep_sender *hep_sender_open(const struct hep_sender_options *options, char **error)
{
    struct endpoint endpoint;
    struct channel_tls *tls = NULL;
    if (endpoint_parse(&endpoint, options->target, "9060", error) < 0)
        return NULL;
    struct addrinfo *addresses = endpoint_resolve(&endpoint, 0, error);
    if (!addresses)
        return NULL;
    if (endpoint.kind == ENDPOINT_TLS && !(tls = channel_tls_client(options->authorities, error))) {
        freeaddrinfo(addresses);
        return NULL;
    }
    struct hep_sender *s = mem_zero(sizeof *s);
    s->endpoint = endpoint;
    s->addresses = addresses;
    s->next = addresses;
    s->tls = tls;
    s->fd = -1;
    s->key = options->key ? mem_text(options->key) : NULL;
    s->name = options->name ? mem_text(options->name) : host_name();
    s->id = options->id;
    s->queue = mem_alloc(QUEUE);
    connect_again(s);
    return s;
}

void hep_sender_close(struct hep_sender *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        disconnect(s, "");
    freeaddrinfo(s->addresses);
    channel_tls_free(s->tls);
    free(s->key);
    free(s->name);
    free(s->trouble);
    free(s->queue);
    free(s);
}
