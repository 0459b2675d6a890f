/*
 * See looked.h. The memory has parts, which are filled one after the other; the messages of a part lose
 * their copy when its turn comes again. It is never given back before the store is: what somebody still
 * held for too long would be another message's bytes, but bytes. A short budget has no room for that:
 * messages are copied when they come, as any others.
 */
#include "store/looked.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "store/private.h"

#define SHARE 8 /* of the budget: one in so many bytes */
#define PARTS 8
#define COPIES 16384 /* of the longest messages that are left, in all parts */
_Static_assert(LOOKED_LASTS == COPIES / PARTS * (PARTS - 1),
               "all parts but the one that is filled");

/* In front of each copy. */
struct copy {
    struct message *message; /* its, unless its packet is another one by now */
    const uint8_t *text;
    uint32_t n;     /* bytes of the text */
    uint32_t bytes; /* of this and the copy behind it, as far as the next one */
};

struct looked {
    uint8_t *memory;
    size_t part; /* bytes of each */
    size_t longest;
    unsigned turn;
    size_t used[PARTS];
    size_t bytes; /* that were ever used */
};

static struct looked *make(size_t budget)
{
    struct looked *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->part = budget / SHARE / PARTS & ~(sizeof(struct copy) - 1);
    l->longest = l->part * PARTS / COPIES;
    l->memory = malloc(l->part * PARTS + 1);
    if (!l->memory)
        l->longest = 0;
    return l;
}

/* With its head, and what copying it may write behind it. */
static size_t bytes_of(size_t n)
{
    const size_t step = sizeof(struct copy);
    return (step + n + MARKS_SLACK + step - 1) / step * step;
}

int looked_leave(struct store *s, struct message *m, const struct marked *marked, uint32_t n)
{
    if (!s->looked && !(s->looked = make(s->budget)))
        return -1;
    if (bytes_of(n) > s->looked->longest)
        return -1;
    m->packet = marked->text;
    m->caplen = marked->n;
    m->marks = marked->marks;
    m->linktype = LINK_MARKED;
    return 0;
}

/* The messages of a part are in the log alone again. */
static void empty(struct looked *l, unsigned part)
{
    uint8_t *memory = l->memory + part * l->part;
    for (size_t at = 0; at < l->used[part];) {
        const struct copy *copy = (const struct copy *)(const void *)(memory + at);
        struct message *m = copy->message;
        if (m->packet == (const uint8_t *)(copy + 1)) {
            m->packet = copy->text;
            m->caplen = copy->n;
            m->linktype = LINK_MARKED;
        }
        at += copy->bytes;
    }
    l->used[part] = 0;
}

static struct copy *take(struct looked *l, size_t bytes)
{
    if (l->used[l->turn] + bytes > l->part) {
        l->turn = (l->turn + 1) % PARTS;
        empty(l, l->turn);
    }
    size_t at = l->turn * l->part + l->used[l->turn];
    l->used[l->turn] += bytes;
    if (l->bytes < at + bytes)
        l->bytes = at + bytes;
    return (struct copy *)(void *)(l->memory + at);
}

/* The store's caller sees no difference. */
struct span looked_payload(const struct store *s, const struct message *marked)
{
    struct message *m = (struct message *)marked;
    const size_t room = bytes_of(m->payload_len);
    struct copy *copy = take(s->looked, room);
    *copy = (struct copy){ m, m->packet, m->caplen, (uint32_t)room };
    char *bytes = (char *)(copy + 1);
    struct marked text = { m->packet, m->caplen, m->marks };
    size_t n = marks_undo(&text, bytes, m->payload_len);
    memset(bytes + n, 0, m->payload_len - n); /* whoever changed the file */
    m->packet = (const uint8_t *)bytes;
    m->caplen = m->payload_len;
    m->linktype = LINK_PLAIN;
    return (struct span){ bytes, m->payload_len };
}

/* A budget that was made smaller since then is not used up by what the larger one allowed. */
size_t looked_bytes(const struct store *s)
{
    size_t bytes = s->looked ? s->looked->bytes : 0, share = s->budget / SHARE;
    return bytes < share ? bytes : share;
}

void looked_free(struct store *s)
{
    if (s->looked)
        free(s->looked->memory);
    free(s->looked);
    s->looked = NULL;
}
