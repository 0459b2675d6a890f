/*
 * Capture agents that send HEP to us: datagrams, or connections with and without TLS, many at
 * once. What an agent can cost is bounded: a buffer of one packet a connection, a number of
 * connections in all and from one host, a time to say something; and each has its turn. Packets
 * are handed on as they are (LINK_HEP); that their sender knows the key is checked here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/hash.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/input.h"
#include "net/hep.h"

#define SECOND 1000000000LL
#define BATCH 32               /* datagrams read at once */
#define READY 64               /* descriptors looked at in one turn */
#define CONNECTIONS 256        /* at once */
#define FROM_ONE_HOST 32       /* of them */
#define FIRST_NS (15 * SECOND) /* a new connection must show a packet by then */
#define IDLE_NS (900 * SECOND) /* an old one, another; agents send keep-alives more often */
#define RECEIVE_BUFFER (8 << 20)
#define TOLD 64 /* agents whose wrong key is mentioned */

enum drop {
    DROP_OTHER,   /* no HEP */
    DROP_BROKEN,  /* contradicts itself */
    DROP_KEY,     /* without the right key */
    DROP_REFUSED, /* connections: too many */
    DROP_CLOSED,  /* connections: broken off, silent, or closed by us */
    DROPS
};
static const char *const drop_names[] = {
    [DROP_OTHER] = "not_hep",
    [DROP_BROKEN] = "broken_hep",
    [DROP_KEY] = "wrong_key",
    [DROP_REFUSED] = "refused_connections",
    [DROP_CLOSED] = "closed_connections",
    [DROPS] = NULL,
};

struct connection {
    struct channel *channel; /* NULL: the slot is free */
    struct addr peer;
    int64_t due_ns; /* closed if nothing has come by then; monotonic */
    uint8_t *data;  /* HEP_MAX bytes */
    size_t at, n;   /* what is not read yet */
    bool spoke;     /* a packet came */
};

struct hep_source {
    struct source source;
    struct channel_tls *tls;
    char *key;
    int listener, epoll, timer;
    bool stream; /* connections, not datagrams */
    uint32_t frames;
    struct connection connections[CONNECTIONS];
    struct epoll_event ready[READY];
    int nready, turn;
    struct addr peer; /* of the packet that was handed over */
    struct {
        struct mmsghdr headers[BATCH];
        struct iovec vectors[BATCH];
        struct sockaddr_storage names[BATCH];
        uint8_t control[BATCH][64];
        uint8_t (*bytes)[HEP_MAX];
        int n, turn;
    } datagrams;
    uint64_t told[TOLD]; /* hashes of agents */
    size_t ntold;
    uint64_t drops[DROPS];
};

/* Takes as long for a wrong key as for the right one. */
static bool key_fits(const struct hep_source *h, struct span key)
{
    size_t n = strlen(h->key);
    unsigned char differs = key.n != n;
    for (size_t i = 0; i < key.n && n; i++)
        differs |= (unsigned char)(key.p[i] ^ h->key[i % n]);
    return !differs;
}

/* Says once of each agent that its key is wrong; the key itself is nobody's business. */
static void tell_key(struct hep_source *h, const struct hep *hep)
{
    char host[ADDR_HOST];
    uint64_t agent = hash_bytes(hash_number(0, hep->agent_id), h->peer.ip, sizeof h->peer.ip);
    for (size_t i = 0; i < h->ntold; i++)
        if (h->told[i] == agent)
            return;
    if (h->source.notice || h->ntold == TOLD)
        return;
    h->told[h->ntold++] = agent;
    source_notice(&h->source,
                  hep->key.n ? _("%s: agent %u at %s sends a wrong key; its packets are dropped")
                             : _("%s: agent %u at %s sends no key; its packets are dropped"),
                  h->source.name, hep->agent_id, addr_host(&h->peer, host));
}

/* Whether the bytes may be handed on. */
static bool check(struct hep_source *h, const uint8_t *data, size_t n, int64_t now_ns)
{
    struct hep hep;
    enum hep_result result = hep_decode(&hep, data, n, now_ns);
    if (result != HEP_OK) {
        h->drops[result == HEP_OTHER ? DROP_OTHER : DROP_BROKEN]++;
        return false;
    }
    if (!h->key || key_fits(h, hep.key))
        return true;
    h->drops[DROP_KEY]++;
    tell_key(h, &hep);
    return false;
}

static bool take(struct hep_source *h, const uint8_t *data, size_t n, struct packet *packet)
{
    int64_t now_ns = clock_realtime();
    if (!check(h, data, n, now_ns))
        return false;
    *packet = (struct packet){
        .time_ns = now_ns,
        .data = data,
        .caplen = (uint32_t)n,
        .origlen = (uint32_t)n,
        .frame = ++h->frames,
        .linktype = LINK_HEP,
        .peer = &h->peer,
    };
    return true;
}

/* Datagrams */

static void count_kernel_drops(struct hep_source *h, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        uint32_t total;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&total, CMSG_DATA(c), sizeof total);
        h->source.stats.kernel_drops = total;
    }
}

static bool receive(struct hep_source *h)
{
    for (int i = 0; i < BATCH; i++) {
        h->datagrams.vectors[i] = (struct iovec){ h->datagrams.bytes[i], HEP_MAX };
        h->datagrams.headers[i].msg_hdr = (struct msghdr){
            .msg_name = &h->datagrams.names[i],
            .msg_namelen = sizeof h->datagrams.names[i],
            .msg_iov = &h->datagrams.vectors[i],
            .msg_iovlen = 1,
            .msg_control = h->datagrams.control[i],
            .msg_controllen = sizeof h->datagrams.control[i],
        };
    }
    int n = recvmmsg(h->listener, h->datagrams.headers, BATCH, MSG_DONTWAIT, NULL);
    h->datagrams.n = n > 0 ? n : 0;
    h->datagrams.turn = 0;
    if (n > 0)
        count_kernel_drops(h, &h->datagrams.headers[n - 1].msg_hdr);
    return n > 0;
}

static enum input_status next_datagram(struct source *source, struct packet *packet)
{
    struct hep_source *h = (struct hep_source *)source;
    for (int turns = 0; turns < READY;) {
        if (h->datagrams.turn == h->datagrams.n) {
            turns++;
            if (!receive(h))
                return INPUT_WAIT;
        }
        int i = h->datagrams.turn++;
        h->peer = addr_of_socket((const struct sockaddr *)&h->datagrams.names[i]);
        if (take(h, h->datagrams.bytes[i], h->datagrams.headers[i].msg_len, packet))
            return INPUT_PACKET;
    }
    return INPUT_WAIT; /* nothing but rubbish: others have their turn */
}

/* Connections */

static void watch(struct hep_source *h, int fd, uint64_t number)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = number };
    epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* What the numbers stand for; the connections come after them. */
enum { EVENT_LISTENER, EVENT_TIMER, EVENT_CONNECTIONS };

static void set_timer(struct hep_source *h, bool on)
{
    struct itimerspec every = { { on, 0 }, { on, 0 } };
    timerfd_settime(h->timer, 0, &every, NULL);
}

static void disconnect(struct hep_source *h, struct connection *c, bool ours)
{
    h->drops[DROP_CLOSED] += ours;
    channel_close(c->channel);
    free(c->data);
    *c = (struct connection){ .channel = NULL };
}

/* A free slot, unless all are taken or this host has its share. */
static struct connection *free_slot(struct hep_source *h, const struct addr *peer)
{
    struct connection *slot = NULL;
    int same = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &h->connections[i];
        if (!c->channel)
            slot = slot ? slot : c;
        else
            same += addr_same_host(&c->peer, peer);
    }
    return same < FROM_ONE_HOST ? slot : NULL;
}

static void accept_one(struct hep_source *h)
{
    struct sockaddr_storage name;
    socklen_t n = sizeof name;
    int fd = accept4(h->listener, (struct sockaddr *)&name, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        /* out of descriptors: look again when the timer comes, not at once */
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            epoll_ctl(h->epoll, EPOLL_CTL_DEL, h->listener, NULL);
        return;
    }
    struct addr peer = addr_of_socket((const struct sockaddr *)&name);
    struct connection *c = free_slot(h, &peer);
    if (!c) {
        h->drops[DROP_REFUSED]++;
        close(fd);
        return;
    }
    c->data = malloc(HEP_MAX);
    c->channel = channel_new(fd, h->tls, NULL);
    if (!c->data || !c->channel) {
        disconnect(h, c, true);
        return;
    }
    c->peer = peer;
    c->due_ns = clock_monotonic() + FIRST_NS;
    watch(h, fd, EVENT_CONNECTIONS + (uint64_t)(c - h->connections));
}

static void close_silent(struct hep_source *h)
{
    uint64_t ticks;
    ssize_t n = read(h->timer, &ticks, sizeof ticks);
    (void)n;                               /* it only must become unreadable */
    watch(h, h->listener, EVENT_LISTENER); /* if it was taken out; else nothing happens */
    int64_t now_ns = clock_monotonic();
    for (int i = 0; i < CONNECTIONS; i++)
        if (h->connections[i].channel && h->connections[i].due_ns < now_ns)
            disconnect(h, &h->connections[i], true);
}

/* The next packet among the bytes that are there. */
static bool cut(struct hep_source *h, struct connection *c, struct packet *packet)
{
    for (;;) {
        int length = hep_length(c->data + c->at, c->n - c->at);
        if (length < 0) { /* no HEP, or no longer: there is no way to find on */
            h->drops[DROP_OTHER]++;
            disconnect(h, c, true);
            return false;
        }
        if (length == 0 || c->n - c->at < (size_t)length)
            return false;
        const uint8_t *data = c->data + c->at;
        c->at += (size_t)length;
        h->peer = c->peer;
        c->spoke = true;
        c->due_ns = clock_monotonic() + IDLE_NS;
        if (take(h, data, (size_t)length, packet))
            return true;
    }
}

/* Reads once; false when nothing came. */
static bool fill(struct hep_source *h, struct connection *c)
{
    memmove(c->data, c->data + c->at, c->n - c->at);
    c->n -= c->at;
    c->at = 0;
    ssize_t got = channel_read(c->channel, c->data + c->n, HEP_MAX - c->n);
    if (got > 0)
        c->n += (size_t)got;
    else if (got < 0)
        disconnect(h, c, c->n > 0 || !c->spoke);
    return got > 0;
}

/* What one event brings; `fresh` when nothing was read for it yet. */
static bool serve(struct hep_source *h, struct connection *c, bool fresh, struct packet *packet)
{
    if (!c->channel)
        return false;
    if (cut(h, c, packet))
        return true;
    while (c->channel && (fresh || channel_pending(c->channel))) {
        fresh = false;
        if (fill(h, c) && cut(h, c, packet))
            return true;
    }
    return false;
}

static enum input_status next_in_stream(struct source *source, struct packet *packet)
{
    struct hep_source *h = (struct hep_source *)source;
    bool fresh = false;
    for (;;) {
        if (h->turn == h->nready) {
            h->nready = epoll_wait(h->epoll, h->ready, READY, 0);
            h->turn = 0;
            fresh = true;
            if (h->nready <= 0) {
                h->nready = 0;
                return INPUT_WAIT;
            }
        }
        uint64_t number = h->ready[h->turn].data.u64;
        if (number == EVENT_LISTENER)
            accept_one(h);
        else if (number == EVENT_TIMER)
            close_silent(h);
        else if (serve(h, &h->connections[number - EVENT_CONNECTIONS], fresh, packet))
            return INPUT_PACKET;
        h->turn++;
        fresh = true;
    }
}

/* Life */

static void close_hep(struct source *source)
{
    struct hep_source *h = (struct hep_source *)source;
    for (int i = 0; i < CONNECTIONS; i++)
        if (h->connections[i].channel)
            disconnect(h, &h->connections[i], false);
    int fds[] = { h->listener, h->epoll, h->timer };
    for (size_t i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    channel_tls_free(h->tls);
    free(h->datagrams.bytes);
    free(h->key);
    free(h);
}

static const struct source_ops datagram_ops = {
    .kind = "hep",
    .live = true,
    .next = next_datagram,
    .close = close_hep,
};

static const struct source_ops stream_ops = {
    .kind = "hep",
    .live = true,
    .next = next_in_stream,
    .close = close_hep,
};

static int bind_one(const struct addrinfo *a)
{
    int on = 1, size = RECEIVE_BUFFER;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (a->ai_socktype == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
        (a->ai_socktype == SOCK_DGRAM || listen(fd, CONNECTIONS) == 0))
        return fd;
    int number = errno;
    close(fd);
    errno = number;
    return -1;
}

static int open_listener(struct hep_source *h, const struct endpoint *endpoint, char **error)
{
    struct addrinfo *list = endpoint_resolve(endpoint, 1, error);
    if (!list)
        return -1;
    for (const struct addrinfo *a = list; a && h->listener < 0; a = a->ai_next)
        h->listener = bind_one(a);
    freeaddrinfo(list);
    if (h->listener < 0)
        *error = mem_format(_("%s: cannot listen: %s; choose an address of this machine and a "
                              "port that is free"),
                            h->source.name, strerror(errno));
    return h->listener < 0 ? -1 : 0;
}

static int prepare_stream(struct hep_source *h, char **error)
{
    h->epoll = epoll_create1(EPOLL_CLOEXEC);
    h->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (h->epoll < 0 || h->timer < 0) {
        *error = mem_format(_("%s: cannot listen: %s"), h->source.name, strerror(errno));
        return -1;
    }
    watch(h, h->listener, EVENT_LISTENER);
    watch(h, h->timer, EVENT_TIMER);
    set_timer(h, true);
    h->source.fd = h->epoll;
    return 0;
}

static int open_kind(struct hep_source *h, const struct endpoint *endpoint,
                     const struct hep_listen *listen, char **error)
{
    if (endpoint->kind == ENDPOINT_TLS) {
        if (!listen->certificate || !listen->certificate_key) {
            *error = mem_format(_("%s: TLS needs a certificate and its key; name them with "
                                  "--listen-cert and --listen-key"),
                                h->source.name);
            return -1;
        }
        h->tls = channel_tls_server(listen->certificate, listen->certificate_key, error);
        if (!h->tls)
            return -1;
    }
    if (open_listener(h, endpoint, error) < 0)
        return -1;
    h->stream = endpoint->kind != ENDPOINT_UDP;
    if (h->stream)
        return prepare_stream(h, error);
    h->source.fd = h->listener;
    h->datagrams.bytes = mem_alloc(BATCH * sizeof *h->datagrams.bytes);
    return 0;
}

struct source *source_open_hep(const char *where, const struct hep_listen *listen, char **error)
{
    struct endpoint endpoint;
    if (strncmp(where, "hep:", 4) != 0) {
        *error = mem_format(_("'%s' is not hep:udp:ADDR:PORT, hep:tcp:ADDR:PORT or "
                              "hep:tls:ADDR:PORT"),
                            where);
        return NULL;
    }
    if (endpoint_parse(&endpoint, where + 4, "9060", error) < 0)
        return NULL;
    struct hep_source *h = mem_zero(sizeof *h);
    h->source.name = mem_text(where);
    h->source.fd = h->listener = h->epoll = h->timer = -1;
    h->source.stats.refused = h->drops;
    h->source.stats.refused_names = drop_names;
    h->key = listen->key ? mem_text(listen->key) : NULL;
    if (open_kind(h, &endpoint, listen, error) == 0) {
        h->source.ops = h->stream ? &stream_ops : &datagram_ops;
        return &h->source;
    }
    free(h->source.name);
    close_hep(&h->source);
    return NULL;
}
