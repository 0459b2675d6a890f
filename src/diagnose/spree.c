/* See spree.h. */
#include "diagnose/spree.h"

#include "base/hash.h"
#include "base/tr.h"
#include "sip/fields.h"
#include "sip/scanner.h"

static void copy_text(char *to, size_t room, struct span text)
{
    size_t n = text.n < room - 1 ? text.n : room - 1;
    if (n)
        memcpy(to, text.p, n);
    to[n] = '\0';
}

static unsigned room_of(unsigned size)
{
    return size / 4 * 3;
}

/* Whether the hash is new to a set of `size` places, which is filled to three quarters. */
static bool add_to_set(uint64_t *set, unsigned size, unsigned *count, bool *more, uint64_t hash)
{
    unsigned at = (unsigned)(hash += hash == 0) & (size - 1);
    while (set[at] && set[at] != hash)
        at = (at + 1) & (size - 1);
    if (set[at])
        return false;
    if (*count == room_of(size)) {
        *more = true;
        return false;
    }
    set[at] = hash;
    ++*count;
    return true;
}

/* Every so many, and twice as seldom whenever there is no more room. */
static void sample(struct spree *s, const struct spree_sample *one)
{
    s->latest = *one;
    s->stride = s->stride ? s->stride : 1;
    if (s->requests % s->stride)
        return;
    if (s->nsamples == SPREE_SAMPLES) {
        for (unsigned i = 0; 2 * i < SPREE_SAMPLES; i++)
            s->samples[i] = s->samples[2 * i];
        s->nsamples = (SPREE_SAMPLES + 1) / 2;
        s->stride *= 2;
        if (s->requests % s->stride)
            return;
    }
    s->samples[s->nsamples++] = *one;
}

/* The calls may come in any order. */
static void take_name(struct spree *s, struct span user, int64_t time_ns)
{
    unsigned at = s->nnames < SPREE_NAMES ? s->nnames++ : SPREE_NAMES - 1;
    if (at == SPREE_NAMES - 1 && s->names[at].time_ns && s->names[at].time_ns <= time_ns)
        return;
    for (; at > 0 && s->names[at - 1].time_ns > time_ns; at--)
        s->names[at] = s->names[at - 1];
    s->names[at].time_ns = time_ns;
    copy_text(s->names[at].text, SPREE_NAME, user);
}

void spree_add(struct spree *s, const struct scene_transaction *t, struct span user)
{
    const struct message *m = t->request->stored;
    struct spree_sample one = { m->time_ns, m->frame, m->source, scene_final(t), m->method, "" };
    copy_text(one.user, sizeof one.user, user);
    if (!s->first_ns || m->time_ns < s->first_ns)
        s->first_ns = m->time_ns;
    if (m->time_ns > s->last_ns)
        s->last_ns = m->time_ns;
    sample(s, &one);
    s->requests++;
    bool more_targets = false;
    add_to_set(s->seen_targets, SPREE_TARGETS, &s->targets, &more_targets,
               hash_bytes(t->server.family, t->server.ip, sizeof t->server.ip));
    if (user.n &&
        add_to_set(s->seen_users, SPREE_USERS, &s->users, &s->more_users, hash_span(11, user)))
        take_name(s, user, m->time_ns);
}

void spree_name(struct spree *s, const struct sip_message *request)
{
    struct sip_address a;
    if (*s->agent)
        return;
    sip_read_address(request->from, &a);
    copy_text(s->agent, sizeof s->agent,
              sip_is_scanner(request->agent, SPAN_NONE) ? request->agent
              : a.display.n                             ? a.display
                                                        : a.uri);
}

unsigned spree_samples(const struct spree *s, const struct spree_sample **all)
{
    unsigned n = 0;
    for (unsigned i = 0; i <= s->nsamples; i++) {
        const struct spree_sample *one = i < s->nsamples ? &s->samples[i] : &s->latest;
        unsigned at = n;
        for (; at > 0 && all[at - 1]->time_ns > one->time_ns; at--)
            all[at] = all[at - 1];
        all[at] = one;
        n++;
    }
    return n;
}

void spree_put_users(const struct spree *s, struct strbuf *out)
{
    unsigned more = s->users - s->nnames;
    for (unsigned i = 0; i < s->nnames; i++)
        strbuf_format(out, "%s%s", i ? ", " : "", s->names[i].text);
    if (s->more_users)
        strbuf_format(out, _(" and over %u more"), more);
    else if (more)
        strbuf_format(out, tr_n(" and %u more", " and %u more", more), more);
}
