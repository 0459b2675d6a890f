/* See suspects.h. A ring a source; when all are taken the source that was quiet longest goes. */
#include "diagnose/suspects.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/strbuf.h"
#include "sip/fields.h"

#define SOURCES 512
#define REFUSALS 64

struct refusal {
    uint32_t stamp; /* with the transaction: so that the same one is not counted twice */
    int64_t time_ns;
    uint64_t user;
    bool password;
    bool void_; /* met with credentials later */
};

struct source {
    uint64_t key;
    size_t place;
    size_t count, next;
    uint32_t txns[REFUSALS]; /* whose refusals they are */
    struct refusal refusals[REFUSALS];
};

struct suspects {
    struct index index; /* of places + 1, by host */
    size_t count;
    struct source *sources[SOURCES];
    int64_t
        last_ns[SOURCES]; /* of their latest refusals: all are looked through for a free place */
};

static uint64_t key_of_source(uint32_t id, const void *arg)
{
    return ((const struct suspects *)arg)->sources[id - 1]->key;
}

struct suspects *suspects_new(void)
{
    struct suspects *s = mem_zero(sizeof *s);
    index_init(&s->index, key_of_source, s);
    return s;
}

void suspects_free(struct suspects *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->sources[i]);
    index_destroy(&s->index);
    free(s);
}

static uint64_t host_key(const struct addr *host)
{
    return hash_bytes(host->family, host->ip, sizeof host->ip);
}

static struct source *find_source(const struct suspects *s, uint64_t key)
{
    uint32_t id = index_find(&s->index, key);
    return id ? s->sources[id - 1] : NULL;
}

/* A free place, else that of the source that was quiet longest. */
static size_t free_place(struct suspects *s)
{
    size_t at = 0;
    int64_t least_ns = s->last_ns[0];
    if (s->count < SOURCES) {
        s->sources[s->count] = mem_zero(sizeof(struct source));
        s->sources[s->count]->place = s->count;
        return s->count++;
    }
    for (size_t i = 1; i < SOURCES; i++)
        if (s->last_ns[i] < least_ns)
            least_ns = s->last_ns[at = i];
    index_remove(&s->index, s->sources[at]->key, (uint32_t)at + 1);
    s->sources[at]->count = s->sources[at]->next = 0;
    s->last_ns[at] = 0;
    return at;
}

/* NULL when memory is short. */
static struct source *take_source(struct suspects *s, const struct addr *host)
{
    uint64_t key = host_key(host);
    struct source *found = find_source(s, key);
    if (found)
        return found;
    size_t at = free_place(s);
    s->sources[at]->key = key;
    return index_add(&s->index, key, (uint32_t)at + 1) == 0 ? s->sources[at] : NULL;
}

static struct refusal *take_refusal(struct source *source, uint32_t txn, uint32_t stamp)
{
    for (size_t i = 0; i < source->count; i++)
        if (source->txns[i] == txn && source->refusals[i].stamp == stamp)
            return &source->refusals[i];
    struct refusal *r = &source->refusals[source->next];
    source->txns[source->next] = txn;
    source->next = (source->next + 1) % REFUSALS;
    source->count += source->count < REFUSALS;
    *r = (struct refusal){ .stamp = stamp };
    return r;
}

static bool is_challenge(uint16_t code)
{
    return code == 401 || code == 407;
}

/* Codes that say no to the request itself; a busy or absent callee and a failing server do not, nor
 * does a callee that declines what has rung. */
static bool refuses(const struct scene_transaction *t)
{
    uint16_t code = scene_final(t);
    return code >= 400 && (code < 500 || code >= 603) && code != 408 && code != 486 &&
           code != 487 && code != 491 && !(code == 603 && t->early);
}

static bool tries_users(const struct scene_transaction *t)
{
    uint8_t method = t->stored->method;
    return t->request && !t->upstream && scene_from_sender(t->request) && !scene_in_dialog(t) &&
           (method == SIP_INVITE || method == SIP_REGISTER || method == SIP_OPTIONS);
}

/* Whether the client came back with credentials: then the challenge was no refusal. */
static bool answered_challenge(const struct scene *scene, const struct scene_transaction *t)
{
    for (const struct scene_transaction *o = t + 1; o < scene->transactions + scene->ntransactions;
         o++)
        if (o->call == t->call && o->stored->method == t->stored->method &&
            o->stored->credentials && addr_same_host(&o->client, &t->client))
            return true;
    return false;
}

static uint64_t user_of(const struct scene_transaction *t)
{
    struct sip_address a;
    if (t->stored->method == SIP_REGISTER)
        sip_read_address(scene_sip(t->request)->to, &a);
    else
        sip_read_uri(scene_sip(t->request)->uri, &a);
    return hash_span(11, a.user);
}

void suspects_learn(struct suspects *s, const struct scene *scene)
{
    for (size_t i = 0; i < scene->ntransactions; i++) {
        const struct scene_transaction *t = &scene->transactions[i];
        if (!tries_users(t) || !t->final || !refuses(t))
            continue;
        struct source *source = take_source(s, &t->client);
        if (!source)
            continue;
        struct refusal *r = take_refusal(source, t->id, (uint32_t)t->stored->seq);
        r->time_ns = t->final->stored->time_ns;
        r->password = t->stored->credentials &&
                      (is_challenge(scene_final(t)) || scene_final(t) == 403);
        r->void_ = is_challenge(scene_final(t)) && answered_challenge(scene, t);
        r->user = r->void_ ? 0
                           : user_of(t); /* it is not counted then: no need to read the request */
        if (r->time_ns > s->last_ns[source->place])
            s->last_ns[source->place] = r->time_ns;
    }
}

static bool in_window(const struct refusal *r, int64_t time_ns)
{
    return r->time_ns <= time_ns && r->time_ns > time_ns - SUSPECT_WINDOW_NS;
}

static int64_t last_success(const struct store *store, const struct addr *source)
{
    const struct host *host = store_find_host(store, source);
    return host ? host->success_ns : 0;
}

unsigned suspects_users(const struct suspects *s, const struct store *store,
                        const struct addr *host, int64_t time_ns)
{
    const struct source *source = find_source(s, host_key(host));
    int64_t since = last_success(store, host);
    uint64_t seen[REFUSALS];
    unsigned n = 0;
    for (size_t i = 0; source && i < source->count; i++) {
        const struct refusal *r = &source->refusals[i];
        bool known = r->void_ || !in_window(r, time_ns) ||
                     (since <= time_ns && r->time_ns <= since);
        for (unsigned k = 0; k < n && !known; k++)
            known = seen[k] == r->user;
        if (!known)
            seen[n++] = r->user;
    }
    return n;
}

unsigned suspects_passwords(const struct suspects *s, const struct addr *host, int64_t time_ns)
{
    const struct source *source = find_source(s, host_key(host));
    unsigned n = 0;
    for (size_t i = 0; source && i < source->count; i++)
        n += source->refusals[i].password && in_window(&source->refusals[i], time_ns);
    return n;
}
