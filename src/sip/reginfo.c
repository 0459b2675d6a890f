/* See reginfo.h. Tags are looked for; what they are nested in does not matter, but for the order. */
#include "sip/reginfo.h"

#include "sip/xml.h"

/* The next tag that begins or ends an element; false: there is none. */
static bool next_tag(struct span *rest, struct xml_piece *tag)
{
    while (xml_next(rest, tag)) {
        tag->name = xml_local_name(tag->name);
        if (tag->kind == XML_OPEN || tag->kind == XML_EMPTY || tag->kind == XML_CLOSE)
            return true;
    }
    return false;
}

static bool begins(const struct xml_piece *tag, const char *name)
{
    return tag->kind != XML_CLOSE && span_is(tag->name, name);
}

/* The value of an attribute, which is well-formed, or an empty span. */
static struct span attribute(const struct xml_piece *tag, const char *wanted)
{
    struct span rest = tag->inner;
    struct xml_attribute a;
    while (xml_next_attribute(&rest, &a))
        if (a.quoted && span_is(a.name, wanted))
            return a.value;
    return SPAN_NONE;
}

static bool is_ended(const struct xml_piece *tag)
{
    struct span event = attribute(tag, "event");
    return span_is(attribute(tag, "state"), "terminated") && !span_is(event, "expired") &&
           !span_is(event, "probation");
}

/* The URI in the first <uri> from there on, before the contact ends. */
static struct span uri_within(struct span rest)
{
    struct xml_piece tag;
    while (next_tag(&rest, &tag) && !span_is(tag.name, "contact"))
        if (begins(&tag, "uri"))
            return xml_next(&rest, &tag) && tag.kind == XML_TEXT ? span_trim(tag.inner) : SPAN_NONE;
    return SPAN_NONE;
}

/* A registration that is over, and of whose contacts nothing is said. */
static bool ends_at_once(const struct xml_piece *registration, struct span rest)
{
    struct xml_piece inside;
    return is_ended(registration) && !(next_tag(&rest, &inside) && begins(&inside, "contact"));
}

struct reginfo reginfo_make(struct span body)
{
    return (struct reginfo){ .rest = body };
}

bool reginfo_next_ended(struct reginfo *info)
{
    struct xml_piece tag;
    while (next_tag(&info->rest, &tag)) {
        info->contact = SPAN_NONE;
        if (begins(&tag, "registration")) {
            info->aor = attribute(&tag, "aor");
            if (ends_at_once(&tag, info->rest))
                return true;
        }
        if (!begins(&tag, "contact") || !is_ended(&tag))
            continue;
        info->contact = uri_within(info->rest);
        if (info->contact.n > 0)
            return true;
    }
    return false;
}
