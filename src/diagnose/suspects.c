/* See suspects.h. A ring a source; when all are taken the source that was quiet longest goes. */
#include "diagnose/suspects.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "diagnose/diagnosis.h"
#include "sip/fields.h"
#include "sip/scanner.h"
#include "store/mark.h"

#define SOURCES 512
#define REFUSALS 64
#define GROUP 16 /* places that are looked through together */

struct refusal {
    uint32_t txn, stamp; /* together they tell transactions apart */
    int64_t time_ns;
    uint64_t user;         /* a hash; 0: it counts for no scan */
    bool password;         /* credentials were refused */
    bool told[SUSPICIONS]; /* it is in the spree already */
};

struct source {
    size_t place, next, count;
    struct spree *sprees[SUSPICIONS]; /* NULL: not suspected */
    struct refusal refusals[REFUSALS];
};

struct suspects {
    struct index index; /* of places + 1, by host */
    size_t count;
    size_t sprees; /* that are kept: mostly there is none */
    struct source *sources[SOURCES];
    uint64_t keys[SOURCES];            /* what is looked through stands close together */
    int64_t last_ns[SOURCES];          /* of their latest refusals */
    int64_t least_ns[SOURCES / GROUP]; /* in each group of them: where a free place is looked for */
};

static uint64_t key_of_source(uint32_t id, const void *arg)
{
    return ((const struct suspects *)arg)->keys[id - 1];
}

struct suspects *suspects_new(void)
{
    struct suspects *s = mem_zero(sizeof *s);
    index_init(&s->index, key_of_source, s);
    return s;
}

static void forget_sprees(struct suspects *s, struct source *source)
{
    for (int kind = 0; s->sprees && kind < SUSPICIONS; kind++) {
        s->sprees -= source->sprees[kind] != NULL;
        free(source->sprees[kind]);
        source->sprees[kind] = NULL;
    }
}

static struct spree *take_spree(struct suspects *s, struct source *source, enum suspicion kind)
{
    if (!source->sprees[kind]) {
        source->sprees[kind] = mem_zero(sizeof *source->sprees[kind]);
        s->sprees++;
    }
    return source->sprees[kind];
}

void suspects_free(struct suspects *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        forget_sprees(s, s->sources[i]);
        free(s->sources[i]);
    }
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

static size_t least(const int64_t *times, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++)
        if (times[i] < times[at])
            at = i;
    return at;
}

static void set_last(struct suspects *s, size_t place, int64_t time_ns)
{
    const int64_t *group = &s->last_ns[place / GROUP * GROUP];
    bool was_least = s->last_ns[place] == s->least_ns[place / GROUP];
    s->last_ns[place] = time_ns;
    if (was_least || time_ns < s->least_ns[place / GROUP])
        s->least_ns[place / GROUP] = group[least(group, GROUP)];
}

/* A free place, else that of the source that was quiet longest. */
static size_t free_place(struct suspects *s)
{
    if (s->count < SOURCES) {
        s->sources[s->count] = mem_zero(sizeof(struct source));
        s->sources[s->count]->place = s->count;
        return s->count++;
    }
    size_t group = least(s->least_ns, SOURCES / GROUP);
    size_t at = group * GROUP + least(&s->last_ns[group * GROUP], GROUP);
    index_remove(&s->index, s->keys[at], (uint32_t)at + 1);
    s->sources[at]->count = s->sources[at]->next = 0;
    forget_sprees(s, s->sources[at]);
    set_last(s, at, 0);
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
    s->keys[at] = key;
    return index_add(&s->index, key, (uint32_t)at + 1) == 0 ? s->sources[at] : NULL;
}

static struct refusal *find_refusal(struct source *source, uint32_t txn, uint32_t stamp)
{
    for (size_t i = 0; i < source->count; i++)
        if (source->refusals[i].txn == txn && source->refusals[i].stamp == stamp)
            return &source->refusals[i];
    return NULL;
}

static bool told_before(const struct transaction *t)
{
    static uint8_t scanner, brute_force;
    if (!scanner) {
        scanner = finding_rule(SPAN("scanner"));
        brute_force = finding_rule(SPAN("brute-force"));
    }
    return t->why == scanner || t->why == brute_force;
}

static struct refusal *take_refusal(struct source *source, const struct scene_transaction *t)
{
    uint32_t stamp = (uint32_t)t->stored->seq;
    struct refusal *r = find_refusal(source, t->id, stamp);
    if (r)
        return r;
    bool told = told_before(t->stored); /* and no longer among the latest */
    r = &source->refusals[source->next];
    source->next = (source->next + 1) % REFUSALS;
    source->count += source->count < REFUSALS;
    *r = (struct refusal){ .txn = t->id, .stamp = stamp, .told = { told, told } };
    return r;
}

/* ---- what a transaction counts for ---------------------------------------------------------- */

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

/* From the source of its call: not a proxy's copy, and outside of any dialog. */
static bool tries(const struct scene_transaction *t)
{
    return t->request && !t->upstream && scene_from_sender(t->request) && !scene_in_dialog(t);
}

static bool tries_user(const struct scene_transaction *t)
{
    uint8_t method = t->stored->method;
    return method == SIP_INVITE || method == SIP_REGISTER || method == SIP_OPTIONS;
}

/* The client's next request with credentials in this call, NULL: none was seen. */
static const struct scene_transaction *next_try(const struct scene *scene,
                                                const struct scene_transaction *t)
{
    for (const struct scene_transaction *o = t + 1; o < scene->transactions + scene->ntransactions;
         o++)
        if (o->call == t->call && o->stored->method == t->stored->method &&
            o->stored->credentials && addr_same_host(&o->client, &t->client))
            return o;
    return NULL;
}

/* What is asked for fresh credentials because its nonce is old, and has the right ones, guesses none. */
static bool refused_password(const struct scene *scene, const struct scene_transaction *t)
{
    uint16_t code = scene_final(t);
    const struct scene_transaction *next = is_challenge(code) ? next_try(scene, t) : NULL;
    if (!t->stored->credentials || !(is_challenge(code) || code == 403))
        return false;
    return !next || !next->final || is_challenge(scene_final(next)) || scene_final(next) == 403;
}

struct span suspects_user(const struct scene_transaction *t, enum suspicion kind)
{
    struct sip_address a;
    if (kind == SUSPECT_GUESSES)
        sip_read_address(scene_sip(t->request)->from, &a);
    else if (t->stored->method == SIP_REGISTER)
        sip_read_address(scene_sip(t->request)->to, &a);
    else
        sip_read_uri(scene_uri(t->request), &a);
    return a.user;
}

static bool says_scanner(const struct scene *scene, const struct scene_transaction *t)
{
    return (scene->marks & CALL_SCANNER) && t->request && !t->upstream && !scene_in_dialog(t) &&
           sip_is_scanner(scene_sip(t->request)->agent, scene_sip(t->request)->from);
}

static bool counts_for(const struct refusal *r, enum suspicion kind)
{
    return kind == SUSPECT_GUESSES ? r->password : r->user != 0;
}

/* A challenge that was met with credentials is no refusal, and what is none needs no reading. */
static void fill_refusal(struct refusal *r, const struct scene *scene,
                         const struct scene_transaction *t)
{
    bool met = is_challenge(scene_final(t)) && next_try(scene, t);
    r->time_ns = t->final->stored->time_ns;
    r->password = refused_password(scene, t);
    r->user = met || !tries_user(t) ? 0 : hash_span(11, suspects_user(t, SUSPECT_SCANS)) | 1;
}

/* ---- suspicion ------------------------------------------------------------------------------ */

static int64_t last_success(const struct store *store, const struct addr *source)
{
    const struct host *host = store_find_host(store, source);
    return host ? host->success_ns : 0;
}

static bool in_window(const struct refusal *r, int64_t time_ns)
{
    return r->time_ns <= time_ns && r->time_ns > time_ns - SUSPECT_WINDOW_NS;
}

/* How many of the source's refusals in the minute before are too many of a kind; users count once,
 * and only since the last request that was granted. */
static unsigned weight(const struct source *source, enum suspicion kind, int64_t time_ns,
                       int64_t success_ns)
{
    uint64_t seen[REFUSALS];
    unsigned n = 0;
    for (size_t i = 0; i < source->count; i++) {
        const struct refusal *r = &source->refusals[i];
        bool left_out = !counts_for(r, kind) || !in_window(r, time_ns);
        if (kind == SUSPECT_SCANS) {
            left_out |= success_ns <= time_ns && r->time_ns <= success_ns;
            for (unsigned k = 0; k < n && !left_out; k++)
                left_out = seen[k] == r->user;
        }
        if (!left_out)
            seen[n++] = r->user;
    }
    return n;
}

/* Whether what happens then belongs to the spree; a scan is over when something is granted. */
static bool goes_on(const struct spree *spree, enum suspicion kind, int64_t time_ns,
                    int64_t success_ns)
{
    if (!spree || time_ns <= spree->first_ns - SUSPECT_WINDOW_NS ||
        time_ns >= spree->last_ns + SUSPECT_WINDOW_NS)
        return false;
    return kind == SUSPECT_GUESSES || success_ns <= spree->last_ns || success_ns > time_ns;
}

static void tell(struct source *source, enum suspicion kind, struct refusal *r,
                 const struct scene_transaction *t)
{
    struct spree *spree = source->sprees[kind];
    if (r->told[kind] || !counts_for(r, kind))
        return;
    r->told[kind] = true;
    spree_add(spree, t, suspects_user(t, kind));
}

struct found {
    uint32_t *txns;
    size_t n, most;
};

/* It has become too much: those before, which were harmless when they were looked at, belong to it. */
static void begin_spree(struct suspects *s, struct source *source, enum suspicion kind,
                        int64_t time_ns, struct found *found)
{
    struct spree *spree = take_spree(s, source, kind);
    if (!spree->requests)
        spree->first_ns = spree->last_ns = time_ns;
    for (size_t i = 0; i < source->count; i++) {
        const struct refusal *r = &source->refusals[i];
        if (counts_for(r, kind) && in_window(r, time_ns) && !r->told[kind] &&
            found->n < found->most)
            found->txns[found->n++] = r->txn;
    }
}

static void suspect(struct suspects *s, const struct scene *scene, struct source *source,
                    struct refusal *r, const struct scene_transaction *t, struct found *found)
{
    if (!s->sprees && source->count < SUSPECT_LIMIT)
        return; /* as nearly always */
    int64_t success_ns = last_success(scene->store, &t->client);
    for (int kind = 0; kind < SUSPICIONS; kind++) {
        bool known = goes_on(source->sprees[kind], kind, r->time_ns, success_ns);
        if (!counts_for(r, kind) ||
            (!known && weight(source, kind, r->time_ns, success_ns) < SUSPECT_LIMIT))
            continue;
        if (!known)
            begin_spree(s, source, kind, r->time_ns, found);
        tell(source, kind, r, t);
    }
}

/* One that says what it is needs no refusals. */
static void learn_scanner(struct suspects *s, const struct scene_transaction *t)
{
    struct source *source = take_source(s, &t->client);
    if (!source)
        return;
    struct spree *spree = take_spree(s, source, SUSPECT_SCANS);
    struct refusal *r = take_refusal(source, t);
    r->time_ns = t->first->stored->time_ns;
    r->user = 1;
    if (r->time_ns > s->last_ns[source->place])
        set_last(s, source->place, r->time_ns);
    tell(source, SUSPECT_SCANS, r, t);
    spree_name(spree, scene_sip(t->request));
}

size_t suspects_learn(struct suspects *s, const struct scene *scene, uint32_t *txns, size_t most)
{
    struct found found = { txns, 0, most };
    for (size_t i = 0; i < scene->ntransactions; i++) {
        const struct scene_transaction *t = &scene->transactions[i];
        if (says_scanner(scene, t))
            learn_scanner(s, t);
        if (!tries(t) || !t->final || !refuses(t))
            continue;
        struct source *source = take_source(s, &t->client);
        if (!source)
            continue;
        struct refusal *r = take_refusal(source, t);
        fill_refusal(r, scene, t);
        if (r->time_ns > s->last_ns[source->place])
            set_last(s, source->place, r->time_ns);
        suspect(s, scene, source, r, t, &found);
    }
    return found.n;
}

const struct spree *suspects_spree(const struct suspects *s, const struct scene *scene,
                                   const struct scene_transaction *t, enum suspicion kind)
{
    const struct source *source = s->sprees ? find_source(s, host_key(&t->client)) : NULL;
    const struct spree *spree = source ? source->sprees[kind] : NULL;
    struct refusal r = { .user = 0 };
    if (!spree || !t->request || t->request->stored->time_ns < spree->first_ns ||
        t->request->stored->time_ns > spree->last_ns)
        return NULL;
    if (tries(t) && t->final && refuses(t))
        fill_refusal(&r, scene, t);
    return counts_for(&r, kind) || (kind == SUSPECT_SCANS && says_scanner(scene, t)) ? spree : NULL;
}
