/*
 * Records that wait for their secrets, in the order of their arrival, bounded in a
 * connection and in all. See tls_private.h.
 */
#include <stdlib.h>
#include <string.h>

#include "net/tls_private.h"

static size_t waiting_size(const struct tls_waiting *w)
{
    return sizeof *w + w->n;
}

static void unlink_waiting(struct tls *tls)
{
    struct tls_engine *engine = tls->engine;
    *(tls->previous ? &tls->previous->next : &engine->oldest) = tls->next;
    *(tls->next ? &tls->next->previous : &engine->newest) = tls->previous;
    tls->previous = tls->next = NULL;
}

static void link_waiting(struct tls *tls)
{
    struct tls_engine *engine = tls->engine;
    tls->previous = engine->newest;
    *(engine->newest ? &engine->newest->next : &engine->oldest) = tls;
    engine->newest = tls;
}

/* Takes the record at `at` out of the list and frees it. */
static void drop(struct tls *tls, struct tls_waiting **at)
{
    struct tls_waiting *w = *at;
    size_t size = waiting_size(w);
    *at = w->next;
    if (tls->last == &w->next)
        tls->last = at;
    tls->side[w->direction].waiting--;
    tls->waiting -= size;
    tls->engine->waiting -= size;
    tls_charge(tls, -(ptrdiff_t)size);
    free(w);
    if (!tls->first)
        unlink_waiting(tls);
}

void tls_drop_waiting(struct tls *tls)
{
    while (tls->first)
        drop(tls, &tls->first);
}

/* Goes through what waits, in the order of its arrival; again when a message helped the other side. */
static void try_waiting(struct tls *tls)
{
    const struct packet *packet = tls->packet;
    do {
        bool blocked[2] = { false, false };
        struct tls_waiting **at = &tls->first;
        tls->progress = false;
        while (*at) {
            const struct tls_waiting *w = *at;
            struct tls_record record = { w->type, w->version, w->n, w->data };
            tls->packet = &w->packet;
            if (blocked[w->direction] || !tls_process(tls, w->direction, &record)) {
                blocked[w->direction] = true;
                at = &(*at)->next;
            } else {
                drop(tls, at);
            }
        }
    } while (tls->progress && tls->first);
    tls->packet = packet;
}

void tls_give_up(struct tls *tls)
{
    tls->hopeless = true;
    try_waiting(tls);
}

void tls_engine_retry(struct tls_engine *engine)
{
    struct tls *next;
    for (struct tls *tls = engine->oldest; tls; tls = next) {
        next = tls->next;
        try_waiting(tls);
    }
}

/* Keeps a record for later. False when there is no room. */
static bool keep(struct tls *tls, unsigned direction, const struct tls_record *record)
{
    size_t size = sizeof(struct tls_waiting) + record->n;
    if (tls->waiting + size > TLS_WAIT_MAX ||
        (tls->first && tls->packet->time_ns - tls->first->packet.time_ns > TLS_WAIT_NS))
        return false;
    while (tls->engine->waiting + size > TLS_WAIT_ALL) {
        bool own = tls->engine->oldest == tls;
        tls_give_up(tls->engine->oldest);
        if (own)
            return false;
    }
    struct tls_waiting *w = malloc(size);
    if (!w)
        return false;
    *w = (struct tls_waiting){ NULL,         *tls->packet,    (uint8_t)direction,
                               record->type, record->version, record->n };
    w->packet.data = NULL;
    if (record->type != TLS_RECORD_GAP)
        memcpy(w->data, record->data, record->n);
    if (!tls->first)
        link_waiting(tls);
    *tls->last = w;
    tls->last = &w->next;
    tls->side[direction].waiting++;
    tls->waiting += size;
    tls->engine->waiting += size;
    tls_charge(tls, (ptrdiff_t)size);
    return true;
}

void tls_take_record(struct tls *tls, unsigned direction, const struct tls_record *record)
{
    if (tls->side[direction].waiting == 0 && tls_process(tls, direction, record)) {
        if (tls->progress && tls->first)
            try_waiting(tls);
        tls->progress = false;
        return;
    }
    if (keep(tls, direction, record))
        return;
    tls_give_up(tls);
    tls_process(tls, direction, record);
}
