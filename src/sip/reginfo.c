/* See reginfo.h. Tags are looked for; what they are nested in does not matter, but for the order. */
#include "sip/reginfo.h"

struct tag {
    struct span name;       /* without its prefix; of an end tag with '/' in front */
    struct span attributes; /* with the '/' of an empty element */
};

/* The next tag in the text; false: there is none. */
static bool next_tag(struct span *rest, struct tag *tag)
{
    const char *open = span_find(*rest, '<');
    const char *close = open ? span_find(span_make(open, span_end(*rest)), '>') : NULL;
    if (!close)
        return false;
    struct span inside = span_make(open + 1, close);
    struct span name = span_word(&inside);
    if (name.n > 1 && name.p[name.n - 1] == '/' && name.p[0] != '/')
        name.n--;
    const char *colon = span_find(name, ':');
    if (colon && name.p[0] != '/')
        name = span_make(colon + 1, span_end(name));
    *tag = (struct tag){ name, inside };
    *rest = span_make(close + 1, span_end(*rest));
    return true;
}

/* The value of an attribute, or an empty span. */
static struct span attribute(const struct tag *tag, const char *wanted)
{
    struct span rest = tag->attributes;
    const char *equals;
    while ((equals = span_find(rest, '=')) != NULL) {
        struct span name = span_trim(span_make(rest.p, equals));
        rest = span_trim(span_make(equals + 1, span_end(rest)));
        const char *close = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'')
                                ? span_find(span_behind(rest, 1), rest.p[0])
                                : NULL;
        if (!close)
            break;
        if (span_is(name, wanted))
            return span_make(rest.p + 1, close);
        rest = span_make(close + 1, span_end(rest));
    }
    return SPAN_NONE;
}

static bool is_ended(const struct tag *tag)
{
    struct span event = attribute(tag, "event");
    return span_is(attribute(tag, "state"), "terminated") && !span_is(event, "expired") &&
           !span_is(event, "probation");
}

/* The URI in the first <uri> from there on, before the contact ends. */
static struct span uri_within(struct span rest)
{
    struct tag tag;
    while (next_tag(&rest, &tag) && !span_is(tag.name, "/contact") &&
           !span_is(tag.name, "contact")) {
        if (!span_is(tag.name, "uri"))
            continue;
        const char *open = span_find(rest, '<');
        return span_trim(span_make(rest.p, open ? open : span_end(rest)));
    }
    return SPAN_NONE;
}

/* A registration that is over, and of whose contacts nothing is said. */
static bool ends_at_once(const struct tag *registration, struct span rest)
{
    struct tag inside;
    return is_ended(registration) && !(next_tag(&rest, &inside) && span_is(inside.name, "contact"));
}

struct reginfo reginfo_make(struct span body)
{
    return (struct reginfo){ .rest = body };
}

bool reginfo_next_ended(struct reginfo *info)
{
    struct tag tag;
    while (next_tag(&info->rest, &tag)) {
        info->contact = SPAN_NONE;
        if (span_is(tag.name, "registration")) {
            info->aor = attribute(&tag, "aor");
            if (ends_at_once(&tag, info->rest))
                return true;
        }
        if (!span_is(tag.name, "contact") || !is_ended(&tag))
            continue;
        info->contact = uri_within(info->rest);
        if (info->contact.n > 0)
            return true;
    }
    return false;
}
