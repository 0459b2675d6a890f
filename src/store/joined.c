/*
 * See joined.h. Each leg knows the first one of its call and the next one. Where a leg came from may
 * change while its INVITE is young, since what it was made from may be captured a little later, and when
 * it grows: then it is looked at again, and where it came from elsewhere, its call is taken apart and
 * each of its legs is looked at anew. All of it is a cache: the store that is asked does not change.
 */
#include "store/joined.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "base/zeroed.h"
#include "store/link.h"
#include "store/private.h"

#define GROWS 16 /* transactions of a leg, up to which a new one may join it to another */
#define YOUNG_NS 1100000000LL /* until then what it came from may change: see link.c */
#define YOUNG 4096            /* legs that are remembered as young; a power of two */
#define YOUNG_AT_ONCE 64      /* of them looked at again */

/* A leg, by its id. */
struct place {
    uint32_t stamp;       /* of the leg; another one's: nothing is known */
    uint32_t first, next; /* of its call; 0: the last */
    uint32_t from;        /* of where it came from, a hash; 0: nowhere, or not asked */
    uint8_t count;        /* of the first: legs */
    uint8_t grown;        /* transactions that it had when it was looked at; 0: it was not */
    bool young, session;  /* as it was then */
};

struct joined {
    struct place *places;
    size_t size;
    uint32_t cursor; /* up to which all were asked about */
    size_t looked;   /* legs with a session that were, */
    size_t idle;     /* and ids passed over since the last one */
    size_t merged;   /* by how many there are fewer calls than such legs */
    uint32_t young[YOUNG];
    unsigned young_begin, young_end;
    bool watched;
    uint32_t *changed;
    size_t nchanged, changed_size;
};

static struct joined *joined_of(const struct store *store)
{
    struct store *s = (struct store *)store; /* a cache: nobody sees it change */
    if (!s->joined)
        s->joined = mem_zero(sizeof *s->joined);
    return s->joined;
}

/* NULL: nothing is known of it. */
static struct place *known_place(const struct store *s, uint32_t id)
{
    const struct joined *j = s->joined;
    struct place *p = j && id < j->size ? &j->places[id] : NULL;
    return p && p->first && p->stamp == (uint32_t)store_call(s, id)->seq ? p : NULL;
}

/* Of a leg that is known. */
static struct place *at(const struct store *s, uint32_t id)
{
    return &s->joined->places[id];
}

/* A leg stands alone until it is joined. */
static struct place *take_place(const struct store *s, uint32_t id)
{
    struct joined *j = joined_of(s);
    struct place *known = known_place(s, id);
    if (known)
        return known;
    j->places = zeroed_room(j->places, &j->size, id, sizeof *j->places);
    const struct call *call = store_call(s, id);
    j->places[id] = (struct place){
        .stamp = (uint32_t)call->seq, .first = id, .count = 1, .session = call->session
    };
    return &j->places[id];
}

static void note_change(struct joined *j, uint32_t id)
{
    if (!j->watched)
        return;
    if (j->nchanged == j->changed_size) {
        j->changed_size = j->changed_size ? j->changed_size * 2 : 64;
        j->changed = mem_grow(j->changed, j->changed_size * sizeof *j->changed);
    }
    j->changed[j->nchanged++] = id;
}

static bool before(const struct store *s, uint32_t a, uint32_t b)
{
    if (at(s, a)->session != at(s, b)->session)
        return at(s, a)->session;
    return store_call(s, a)->seq < store_call(s, b)->seq;
}

/* Puts the legs of two calls together, each in its order. */
static void merge(const struct store *s, uint32_t a, uint32_t b)
{
    struct joined *j = s->joined;
    uint32_t first = before(s, a, b) ? a : b, *link = NULL;
    uint8_t count = (uint8_t)(at(s, a)->count + at(s, b)->count);
    j->merged += at(s, a)->session && at(s, b)->session;
    while (a || b) {
        uint32_t *from = !b || (a && before(s, a, b)) ? &a : &b, id = *from;
        if (at(s, id)->first != first || id == first)
            note_change(j, id);
        at(s, id)->first = first;
        if (link)
            *link = id;
        link = &at(s, id)->next;
        *from = *link;
    }
    at(s, first)->count = count;
}

static void join(const struct store *s, uint32_t a, uint32_t b)
{
    a = at(s, a)->first;
    b = at(s, b)->first;
    if (a != b && at(s, a)->count + at(s, b)->count <= JOINED_LEGS)
        merge(s, a, b);
}

static size_t sessions_of(const struct store *s, uint32_t first)
{
    size_t n = 0;
    for (uint32_t id = first; id; id = at(s, id)->next)
        n += at(s, id)->session;
    return n;
}

/* Each leg of a call alone, and to be looked at again. */
static void take_apart(const struct store *s, uint32_t first)
{
    struct joined *j = s->joined;
    size_t sessions = sessions_of(s, first);
    j->merged -= sessions ? sessions - 1 : 0;
    for (uint32_t id = first, next; id; id = next) {
        struct place *p = at(s, id);
        next = p->next;
        j->looked -= p->grown && p->session;
        *p = (struct place){
            .stamp = p->stamp, .first = id, .count = 1, .session = store_call(s, id)->session
        };
        note_change(j, id);
    }
}

static uint32_t hash_of_origins(const struct store *s, uint32_t id)
{
    uint32_t ids[LINK_ORIGINS];
    uint64_t hash = 0;
    size_t n = link_origins(s, id, ids);
    for (size_t i = 0; i < n; i++)
        hash += hash_number(11, ids[i]);
    return n ? (uint32_t)hash | 1 : 0;
}

static uint8_t grown_now(const struct call *call)
{
    return call->transactions < GROWS ? (uint8_t)call->transactions : GROWS;
}

static bool is_young(const struct store *s, const struct call *call)
{
    return store_now(s) - call->first_ns < YOUNG_NS;
}

static void remember_young(struct joined *j, uint32_t id)
{
    j->young[j->young_end++ % YOUNG] = id;
    if (j->young_end - j->young_begin > YOUNG)
        j->young_begin = j->young_end - YOUNG;
}

/* Notes how a leg is by now; `together`: it was found with others. */
static void note_looked(const struct store *s, uint32_t id, bool together)
{
    struct joined *j = s->joined;
    struct place *p = at(s, id);
    const struct call *call = store_call(s, id);
    j->looked += p->session && !p->grown;
    p->grown = grown_now(call);
    p->young = is_young(s, call);
    p->from = together ? hash_of_origins(s, id) : 0;
    if (p->young && call->session)
        remember_young(j, id);
}

/* Legs with a session come first, and are counted: it may have begun late. */
static void check_session(const struct store *s, uint32_t id)
{
    if (at(s, id)->session != store_call(s, id)->session)
        take_apart(s, at(s, id)->first);
}

/* What is no longer true of a call that is looked at again: then it is taken apart. */
static void check(const struct store *s, uint32_t id)
{
    const struct place *p = at(s, id);
    check_session(s, id);
    if (p->from && p->from != hash_of_origins(s, id))
        take_apart(s, p->first);
}

static void look(const struct store *s, uint32_t id)
{
    uint32_t ids[JOINED_LEGS];
    joined_of(s)->idle = 0;
    check(s, id);
    size_t n = link_group(s, id, ids, JOINED_LEGS);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            take_place(s, ids[i]);
            check_session(s, ids[i]);
            join(s, id, ids[i]);
        }
        if (i == 0 || !at(s, ids[i])->grown)
            note_looked(s, ids[i], n > 1);
    }
}

/* The place of a leg that was looked at lately enough; NULL: it is not in use. */
static const struct place *place_of(const struct store *s, uint32_t id)
{
    const struct call *call = store_call(s, id);
    if (!call)
        return NULL;
    const struct place *p = take_place(s, id);
    if (p->grown != grown_now(call) || p->session != call->session ||
        (p->young && !is_young(s, call)))
        look(s, id);
    return at(s, id);
}

size_t joined_legs(const struct store *s, uint32_t call, uint32_t ids[JOINED_LEGS])
{
    size_t n = 0;
    const struct place *p = place_of(s, call);
    for (uint32_t id = p ? p->first : 0; id; id = at(s, id)->next)
        ids[n++] = id;
    return n;
}

uint32_t joined_first(const struct store *s, uint32_t call)
{
    const struct place *p = place_of(s, call);
    return p ? p->first : 0;
}

bool joined_is_call(const struct store *s, uint32_t call)
{
    const struct call *c = store_call(s, call);
    return c && (c->session || store_call(s, joined_first(s, call))->session);
}

struct joined_sum joined_sum(const struct store *s, uint32_t id)
{
    uint32_t legs[JOINED_LEGS];
    struct joined_sum sum = { .legs = joined_legs(s, id, legs), .finished = true };
    for (size_t i = 0; i < sum.legs; i++) {
        const struct call *call = store_call(s, legs[i]);
        sum.messages += call->messages;
        sum.transactions += call->transactions;
        sum.dialogs += call->legs;
        sum.finished = sum.finished && call_finished(call);
        sum.first_ns = i && sum.first_ns < call->first_ns ? sum.first_ns : call->first_ns;
        int64_t end_ns = call_end_ns(s, call);
        sum.last_ns = sum.last_ns > end_ns ? sum.last_ns : end_ns;
    }
    return sum;
}

size_t joined_count(const struct store *s, bool *all)
{
    const struct joined *j = joined_of(s);
    *all = j->looked >= store_counts(s)->live_sessions;
    return store_counts(s)->live_sessions - j->merged;
}

/* Young legs that are so no more. */
static void look_at_young(const struct store *s)
{
    struct joined *j = s->joined;
    for (int left = YOUNG_AT_ONCE; left > 0 && j->young_begin != j->young_end; left--) {
        uint32_t id = j->young[j->young_begin % YOUNG];
        const struct call *call = store_call(s, id);
        if (call && is_young(s, call))
            return;
        j->young_begin++;
        place_of(s, id);
    }
}

bool joined_work(const struct store *s, size_t most)
{
    struct joined *j = joined_of(s);
    uint32_t end = store_call_end(s);
    bool all;
    look_at_young(s);
    for (joined_count(s, &all); !all && most > 0 && j->idle <= end; joined_count(s, &all)) {
        j->cursor = j->cursor + 1 < end ? j->cursor + 1 : 1;
        j->idle++;
        most--;
        const struct call *call = store_call(s, j->cursor);
        const struct place *p = call ? known_place(s, j->cursor) : NULL;
        if (call && call->session && !(p && p->grown && p->session))
            place_of(s, j->cursor);
    }
    bool round = j->idle > end; /* once round, and nobody is left: later again */
    j->idle = round ? 0 : j->idle;
    return !all && !round;
}

void joined_watch(const struct store *s)
{
    joined_of(s)->watched = true;
}

uint32_t joined_changed(const struct store *s)
{
    struct joined *j = joined_of(s);
    return j->nchanged ? j->changed[--j->nchanged] : 0;
}

/* ---- the store's ---------------------------------------------------------------------------- */

void joined_separate(struct store *s, uint32_t id)
{
    if (known_place(s, id))
        take_apart(s, at(s, id)->first);
}

/* Its call goes on without it. */
void joined_drop(struct store *s, uint32_t id)
{
    struct place *p = known_place(s, id);
    if (!p)
        return;
    struct joined *j = s->joined;
    uint32_t first = p->first == id ? p->next : p->first;
    uint8_t count = at(s, p->first)->count;
    j->merged -= p->session && sessions_of(s, p->first) > 1;
    j->looked -= p->session && p->grown;
    for (uint32_t leg = p->first; leg && p->first != id; leg = at(s, leg)->next)
        if (at(s, leg)->next == id)
            at(s, leg)->next = p->next;
    for (uint32_t leg = first; leg; leg = at(s, leg)->next)
        at(s, leg)->first = first;
    if (first)
        at(s, first)->count = (uint8_t)(count - 1);
    *p = (struct place){ 0 };
}

/* What it has, or will take as soon as somebody asks: by then it is too late to evict for it. */
size_t joined_bytes(const struct store *s)
{
    return s->calls.next * sizeof(struct place);
}

void joined_free(struct store *s)
{
    if (s->joined) {
        zeroed_free(s->joined->places, s->joined->size * sizeof *s->joined->places);
        free(s->joined->changed);
    }
    free(s->joined);
    s->joined = NULL;
}
