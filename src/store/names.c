/* See names.h. */
#include "store/names.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/strbuf.h"
#include "base/text.h"

#define NAMES 20000 /* taken from files: a bound, not an expectation */
#define WANTED 64
#define NUMBER_TEXT 32

/* A name of an address or of a number. */
struct name {
    uint64_t key;     /* of what it names */
    uint32_t next;    /* another name of the same */
    struct addr addr; /* family 0: a number */
    char number[NUMBER_TEXT];
    char text[NAME_TEXT];
};

/* What DNS told, or will; in a ring, so that the oldest go. */
struct learnt {
    uint64_t key;         /* 0: free */
    char text[NAME_TEXT]; /* "": nothing */
};

static struct {
    struct name *all; /* [1..count] */
    uint32_t count, size;
    struct index index;         /* the latest name of each address and number */
    unsigned shortest, longest; /* numbers of which only a beginning counts: how long these are */
    struct learnt *learnt;      /* [1..NAMES_LEARNT] */
    struct index learnt_index;
    uint32_t learnt_next;
    struct addr wanted[WANTED];
    size_t nwanted;
    bool hidden, wants;
} names;

/* Keys */

static uint64_t address_key(const struct addr *a, uint16_t port)
{
    return hash_number(hash_bytes(a->family, a->ip, sizeof a->ip), port) | 1;
}

static uint64_t number_key(struct span number, bool beginning)
{
    return hash_span(beginning ? 21 : 20, number) | 1;
}

static uint64_t key_of(uint32_t id, const void *arg)
{
    (void)arg;
    return names.all[id].key;
}

static uint64_t key_of_learnt(uint32_t id, const void *arg)
{
    (void)arg;
    return names.learnt[id].key;
}

static uint32_t find(uint64_t key)
{
    return names.count ? index_find(&names.index, key) : 0;
}

/* Files */

static struct name *add(uint64_t key, struct span text)
{
    if (names.count == NAMES)
        return NULL;
    if (!names.index.key_of)
        index_init(&names.index, key_of, NULL);
    if (names.count + 1 >= names.size) {
        names.size = names.size ? names.size * 2 : 64;
        names.all = mem_grow(names.all, names.size * sizeof *names.all);
    }
    uint32_t id = names.count + 1, before = find(key);
    struct name *n = &names.all[id];
    *n = (struct name){ .key = key, .next = before };
    text_copy(text, n->text, sizeof n->text);
    if (before)
        index_remove(&names.index, key, before);
    if (index_add(&names.index, key, id) < 0)
        return NULL;
    names.count = id;
    return n;
}

/* Digits with a '+' before them, '*' and '#' as on a telephone; a '*' at the end: its beginning. */
static bool is_number(struct span word)
{
    bool digits = false;
    for (size_t i = 0; i < word.n; i++) {
        if (!ascii_digit(word.p[i]) && word.p[i] != '*' && !(word.p[i] == '+' && i == 0))
            return false;
        digits = digits || ascii_digit(word.p[i]);
    }
    return digits && word.n < NUMBER_TEXT;
}

static void add_number(struct span word, struct span text)
{
    bool beginning = word.p[word.n - 1] == '*';
    struct span number = { word.p, word.n - beginning };
    struct name *n = add(number_key(number, beginning), text);
    if (!n)
        return;
    span_copy(word, n->number, sizeof n->number);
    if (!beginning)
        return;
    if (!names.longest || number.n < names.shortest)
        names.shortest = (unsigned)number.n;
    if (number.n > names.longest)
        names.longest = (unsigned)number.n;
}

static void add_address(const struct addr *a, struct span text)
{
    struct name *n = add(address_key(a, a->port), text);
    if (n)
        n->addr = *a;
}

static bool is_clean(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7f)
            return false;
    return true;
}

/* The first name is the one shown, so it is added last. */
static bool read_line(struct span line)
{
    const char *comment = span_find(line, '#');
    if (comment)
        line = span_make(line.p, comment);
    struct addr addr;
    struct span what = span_word(&line), words[16], word;
    size_t n = 0;
    if (what.n == 0)
        return true;
    bool address = addr_read(what, &addr) == 0;
    while (n < sizeof words / sizeof words[0] && (word = span_word(&line)).n) {
        if (!is_clean(word))
            return false;
        words[n++] = word;
    }
    if (n == 0 || !(address || is_number(what)))
        return false;
    while (n-- > 0) {
        if (address)
            add_address(&addr, words[n]);
        else
            add_number(what, words[n]);
    }
    return true;
}

unsigned names_read(struct span text)
{
    unsigned wrong = 0;
    for (unsigned number = 1; text.n > 0; number++) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = end ? span_make(text.p, end) : text;
        text = end ? span_make(end + 1, span_end(text)) : SPAN_NONE;
        if (!read_line(line) && !wrong)
            wrong = number;
    }
    return wrong;
}

void names_clear(void)
{
    free(names.all);
    free(names.learnt);
    if (names.index.key_of)
        index_destroy(&names.index);
    if (names.learnt_index.key_of)
        index_destroy(&names.learnt_index);
    memset(&names, 0, sizeof names);
}

void names_set(bool shown, bool wanted)
{
    names.hidden = !shown;
    names.wants = wanted;
}

bool names_shown(void)
{
    return !names.hidden;
}

/* Reverse DNS */

static struct learnt *learnt_of(uint64_t key)
{
    uint32_t id = names.learnt ? index_find(&names.learnt_index, key) : 0;
    return id ? &names.learnt[id] : NULL;
}

static struct learnt *learnt_make(uint64_t key)
{
    if (!names.learnt) {
        names.learnt = mem_zero((NAMES_LEARNT + 1) * sizeof *names.learnt);
        index_init(&names.learnt_index, key_of_learnt, NULL);
    }
    uint32_t id = names.learnt_next++ % NAMES_LEARNT + 1;
    struct learnt *l = &names.learnt[id];
    if (l->key)
        index_remove(&names.learnt_index, l->key, id);
    *l = (struct learnt){ .key = key };
    if (index_add(&names.learnt_index, key, id) < 0)
        l->key = 0;
    return l;
}

static void want(const struct addr *a, uint64_t key)
{
    if (!names.wants || names.nwanted == WANTED)
        return;
    learnt_make(key);
    names.wanted[names.nwanted++] = *a;
}

int names_wanted(struct addr *a)
{
    if (names.nwanted == 0)
        return -1;
    *a = names.wanted[--names.nwanted];
    return 0;
}

/* Letters, digits, hyphens and dots (RFC 1123 §2.1); the underscore is seen, too. */
static bool is_host_name(struct span name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = ascii_lower(name.p[i]);
        if (!(c >= 'a' && c <= 'z') && !ascii_digit(c) && !strchr("-._", c))
            return false;
    }
    return name.n > 0;
}

void names_learn(const struct addr *a, struct span name)
{
    uint64_t key = address_key(a, 0);
    struct learnt *l = learnt_of(key);
    if (!l)
        l = learnt_make(key);
    if (name.n && name.p[name.n - 1] == '.')
        name.n--;
    if (is_host_name(name))
        span_copy(name, l->text, sizeof l->text);
}

/* Asking */

/* Of the address with its port, else of the host. */
static const struct name *file_name(const struct addr *a, bool *with_port)
{
    uint32_t id = a->port ? find(address_key(a, a->port)) : 0;
    *with_port = id != 0;
    id = id ? id : find(address_key(a, 0));
    return id ? &names.all[id] : NULL;
}

/* The name to be shown, NULL: none; *with_port: it stands for the port, too. */
static const char *name_of(const struct addr *a, bool *with_port)
{
    const struct name *n = names.hidden || a->family == 0 ? NULL : file_name(a, with_port);
    if (n)
        return n->text;
    *with_port = false;
    if (names.hidden || a->family == 0 || (!names.wants && !names.learnt))
        return NULL;
    uint64_t key = address_key(a, 0);
    const struct learnt *l = learnt_of(key);
    if (!l)
        want(a, key);
    return l && l->text[0] ? l->text : NULL;
}

char *names_host(const struct addr *a, char *buf)
{
    bool with_port;
    struct addr host = *a;
    host.port = 0;
    const char *name = name_of(&host, &with_port);
    if (!name)
        return addr_host(a, buf);
    return memcpy(buf, name, strlen(name) + 1);
}

char *names_format(const struct addr *a, char *buf)
{
    bool with_port = false;
    const char *name = name_of(a, &with_port);
    if (!name)
        return addr_format(a, buf);
    if (with_port || a->port == 0)
        snprintf(buf, ADDR_TEXT, "%s", name);
    else
        snprintf(buf, ADDR_TEXT, "%s:%u", name, a->port);
    return buf;
}

static uint32_t find_number(struct span number)
{
    uint32_t id = find(number_key(number, false));
    size_t n = number.n < names.longest ? number.n : names.longest;
    for (; !id && names.longest && n >= names.shortest; n--)
        id = find(number_key((struct span){ number.p, n }, true));
    return id;
}

struct span names_number(struct span number)
{
    uint32_t id = names.hidden || names.count == 0 || number.n == 0 ? 0 : find_number(number);
    return id ? SPAN(names.all[id].text) : number;
}

static bool chain_has(uint32_t id, struct span name)
{
    for (; id; id = names.all[id].next)
        if (span_is(name, names.all[id].text))
            return true;
    return false;
}

bool names_fits(const struct addr *a, struct span name)
{
    const struct learnt *l = learnt_of(address_key(a, 0));
    return (a->port && chain_has(find(address_key(a, a->port)), name)) ||
           chain_has(find(address_key(a, 0)), name) || (l && l->text[0] && span_is(name, l->text));
}

bool names_known(struct span name)
{
    for (uint32_t id = 1; id <= names.count; id++)
        if (names.all[id].addr.family && span_is(name, names.all[id].text))
            return true;
    for (uint32_t id = 1; names.learnt && id <= NAMES_LEARNT; id++)
        if (names.learnt[id].text[0] && span_is(name, names.learnt[id].text))
            return true;
    return false;
}

struct span names_number_of(struct span name)
{
    for (uint32_t id = names.count; id > 0; id--) {
        struct span number = SPAN(names.all[id].number);
        if (number.n && number.p[number.n - 1] != '*' && span_is(name, names.all[id].text))
            return number;
    }
    return SPAN_NONE;
}

const char *names_at(size_t i)
{
    return i < names.count ? names.all[i + 1].text : NULL;
}
