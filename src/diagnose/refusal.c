/* See refusal.h. */
#include "diagnose/refusal.h"

#include "sip/fields.h"

/* What stands between the quotes, where a backslash takes the next character (RFC 3261 §25.1). */
static struct span quoted(struct span value)
{
    const char *open = span_find(value, '"');
    const char *p = open ? open + 1 : NULL, *end = span_end(value);
    if (!open)
        return SPAN_NONE;
    while (p < end && *p != '"')
        p += *p == '\\' && p + 1 < end ? 2 : 1;
    return span_make(open + 1, p);
}

static struct warning read_warning(struct span value)
{
    uint64_t code;
    struct warning w = { value, 0, quoted(value) };
    if (sip_read_seconds(value, 999, &code))
        w.code = (uint16_t)code;
    else if (w.text.n == 0)
        w.text = value; /* not of the grammar, but it may say something */
    return w;
}

/* By Warning code; 399 and what is unknown say nothing that a program understands. */
static enum refused warned_of(uint64_t code)
{
    static const struct {
        uint16_t from, to;
        enum refused what;
    } table[] = {
        { 300, 303, REFUSED_OTHER }, { 304, 304, REFUSED_MEDIUM }, { 305, 305, REFUSED_FORMAT },
        { 306, 307, REFUSED_OTHER }, { 330, 331, REFUSED_OTHER },  { 370, 370, REFUSED_OTHER },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (code >= table[i].from && code <= table[i].to)
            return table[i].what;
    return REFUSED_UNSAID;
}

/* How much it says; 0 before there is any. */
static int weight(const struct warning *w)
{
    return warned_of(w->code) != REFUSED_UNSAID ? 3 : w->text.n ? 2 : 1;
}

bool refusal_warning(struct warning *w, const struct sip_message *response)
{
    struct span rest = response->headers, name, list, one;
    int most = 0;
    *w = (struct warning){ .text = SPAN_NONE };
    while (sip_next_header(&rest, &name, &list))
        while (sip_header_same(name, "Warning") && sip_next_value(&list, &one)) {
            struct warning next = read_warning(one);
            if (weight(&next) <= most)
                continue;
            most = weight(&next);
            *w = next;
        }
    return most > 0;
}

static void read_warnings(struct refusal *r, const struct scene_message *m)
{
    struct warning w;
    if (!refusal_warning(&w, scene_sip(m)) || w.code == 0)
        return;
    r->what = warned_of(w.code);
    r->warning = w.code;
    r->words = w.text;
}

/* "application/sdp" of "application/sdp;charset=x". */
static struct span without_params(struct span value)
{
    const char *semicolon = span_find(value, ';');
    return span_trim(semicolon ? span_make(value.p, semicolon) : value);
}

/* Whether a range takes a value: one that ends in a star takes all that begins so. */
static bool is_within(struct span range, struct span value)
{
    const char *star = span_find(range, '*');
    struct span head = star ? span_make(range.p, star) : range;
    if (!star)
        return span_same(range, value);
    return value.n >= head.n && span_same((struct span){ value.p, head.n }, head);
}

/* Whether one of a list's ranges takes a value; an empty list takes all. */
static bool takes(struct span list, struct span value)
{
    struct span one;
    bool any = false;
    while (sip_next_value(&list, &one)) {
        if (is_within(without_params(one), value))
            return true;
        any = true;
    }
    return !any;
}

/* Whether the request has a header that the answer's list does not take. */
static bool is_outside(const struct scene_transaction *t, const char *has, const char *accepts)
{
    struct span value = without_params(scene_header(t->request, has));
    return value.n && !span_is(value, "identity") && !takes(scene_header(t->final, accepts), value);
}

/* 415 is about the body's type, encoding and language, not about what stands in it. */
static void read_accepts(struct refusal *r, const struct scene_transaction *t)
{
    struct span accept = scene_header(t->final, "Accept");
    if (r->what != REFUSED_UNSAID)
        return;
    if (is_outside(t, "Content-Encoding", "Accept-Encoding") ||
        is_outside(t, "Content-Language", "Accept-Language"))
        r->what = REFUSED_OTHER;
    else if (is_outside(t, "Content-Type", "Accept"))
        r->what = span_search(accept, "application/sdp") ? REFUSED_OTHER : REFUSED_BODY;
    if (r->words.n == 0)
        r->words = accept;
}

void refusal_read(struct refusal *refusal, const struct scene_transaction *t)
{
    *refusal = (struct refusal){ .what = REFUSED_UNSAID };
    read_warnings(refusal, t->final);
    if (t->final->stored->code == 415)
        read_accepts(refusal, t);
}

enum allowing refusal_allowing(const struct sip_message *response)
{
    struct span rest = response->headers, name, list, one;
    const char *method = sip_method_name(response->cseq_method);
    enum allowing found = ALLOWS_UNSAID;
    while (sip_next_header(&rest, &name, &list))
        while (sip_header_same(name, "Allow") && sip_next_value(&list, &one)) {
            if (response->cseq_method != SIP_OTHER && span_is(one, method))
                return ALLOWS_IT;
            found = one.n ? ALLOWS_OTHERS : found;
        }
    return found;
}
