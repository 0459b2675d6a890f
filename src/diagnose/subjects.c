/* See subjects.h. */
#include "diagnose/subjects.h"

#include "base/hash.h"

struct subject {
    uint64_t key;
    uint32_t first, last; /* findings */
    uint32_t count;
    int64_t last_ns;
};

static struct subject *subject_at(const struct subjects *s, uint32_t id)
{
    return pool_at(&s->pool, id);
}

static struct finding *finding_at(const struct subjects *s, uint32_t id)
{
    return pool_at(s->findings, id);
}

static uint64_t key_of(uint32_t id, const void *arg)
{
    return ((const struct subject *)pool_at(arg, id))->key;
}

void subjects_init(struct subjects *s, struct pool *findings)
{
    s->findings = findings;
    pool_init(&s->pool, sizeof(struct subject));
    index_init(&s->index, key_of, &s->pool);
}

void subjects_free(struct subjects *s)
{
    index_destroy(&s->index);
    pool_destroy(&s->pool);
}

/* 0 when memory is short. */
static uint32_t take(struct subjects *s, uint64_t key)
{
    uint32_t id = index_find(&s->index, key);
    if (id || !(id = pool_alloc(&s->pool)))
        return id;
    subject_at(s, id)->key = key;
    if (index_add(&s->index, key, id) == 0)
        return id;
    pool_release(&s->pool, id);
    return 0;
}

bool subjects_add(struct subjects *s, uint32_t id, uint64_t about)
{
    struct finding *f = finding_at(s, id);
    if (f->endpoint.family == 0)
        return true;
    f->subject = take(s, hash_bytes(about + f->rule, &f->endpoint, sizeof f->endpoint));
    if (!f->subject)
        return true;
    struct subject *subject = subject_at(s, f->subject);
    if (f->time_ns > subject->last_ns)
        subject->last_ns = f->time_ns;
    if (subject->count++ == 0) {
        subject->first = subject->last = id;
        return true;
    }
    if (f->time_ns < finding_at(s, subject->first)->time_ns) {
        f->later = subject->first;
        finding_at(s, subject->first)->earlier = id;
        subject->first = id;
    } else {
        f->earlier = subject->last;
        finding_at(s, subject->last)->later = id;
        subject->last = id;
    }
    return false;
}

bool subjects_remove(struct subjects *s, uint32_t id)
{
    const struct finding *f = finding_at(s, id);
    if (!f->subject)
        return true;
    struct subject *subject = subject_at(s, f->subject);
    *(f->earlier ? &finding_at(s, f->earlier)->later : &subject->first) = f->later;
    *(f->later ? &finding_at(s, f->later)->earlier : &subject->last) = f->earlier;
    if (--subject->count > 0)
        return false;
    index_remove(&s->index, subject->key, f->subject);
    pool_release(&s->pool, f->subject);
    return true;
}

struct finding_subject subjects_of(const struct subjects *s, const struct finding *f)
{
    const struct subject *subject = subject_at(s, f->subject);
    return (struct finding_subject){ subject->count, finding_at(s, subject->first)->time_ns,
                                     subject->last_ns };
}
