/*
 * Lines of logs that a container runtime, a journal or a collector put into JSON, one object a line
 * (RFC 8259): the text in it is the log. Boundary: one line; nothing but strings of the outermost
 * object is looked at.
 */
#include "base/text.h"
#include "input/textlog_private.h"

/* Which strings are the log's text, and which tell when. */
static const char *const text_names[] = { "log", "message", "msg", "MESSAGE", "@message", "line" };
static const char *const time_names[] = { "time", "@timestamp", "timestamp", "ts", "date" };
#define COUNT(names) (sizeof(names) / sizeof(names)[0])

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && ascii_blank(*p))
        p++;
    return p;
}

/* Reads the string whose first byte is at p, still escaped; false: it has no end. */
static bool take_string(const char **p, const char *end, struct span *string)
{
    const char *start = *p, *q = start;
    while (q < end && *q != '"')
        q += *q == '\\' ? 2 : 1;
    if (q >= end)
        return false;
    *string = span_make(start, q);
    *p = q + 1;
    return true;
}

/* Behind a value that is no string, with all that is in it; NULL: it has no end. */
static const char *skip_other(const char *p, const char *end)
{
    struct span inner;
    for (int depth = 0; p < end && (depth > 0 || (*p != ',' && *p != '}'));) {
        char c = *p++;
        if (c == '"' && !take_string(&p, end, &inner))
            return NULL;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return p < end ? p : NULL;
}

/* The next string of the object, with its name; false behind the last. */
static bool next_string(const char **at, const char *end, struct span *name, struct span *value)
{
    const char *p = *at;
    while (p && p < end && (*p == '{' || *p == ',')) {
        p = skip_space(p + 1, end);
        if (p == end || *p++ != '"' || !take_string(&p, end, name))
            return false;
        p = skip_space(p, end);
        if (p == end || *p++ != ':')
            return false;
        p = skip_space(p, end);
        bool string = p < end && *p == '"';
        if (string && (p++, !take_string(&p, end, value)))
            return false;
        p = string ? skip_space(p, end) : skip_other(p, end);
        *at = p;
        if (string)
            return true;
    }
    return false;
}

static bool is_one_of(struct span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(name, SPAN(names[i])))
            return true;
    return false;
}

/* "\u0041" at p, four digits; UINT32_MAX: it is none. */
static uint32_t read_unit(const char *p, const char *end)
{
    uint32_t unit = 0;
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return UINT32_MAX;
    for (int i = 2; i < 6; i++) {
        int digit = ascii_hex(p[i]);
        if (digit < 0)
            return UINT32_MAX;
        unit = unit << 4 | (uint32_t)digit;
    }
    return unit;
}

/* A character in one or two units of UTF-16; *p goes behind it. */
static size_t put_unit(const char **p, const char *end, char *out)
{
    uint32_t unit = read_unit(*p, end), low;
    if (unit == UINT32_MAX) {
        *p += 2;
        return 0;
    }
    *p += 6;
    if (unit >= 0xd800 && unit < 0xdc00 && (low = read_unit(*p, end)) >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
        *p += 6;
    }
    return text_encode(unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit, out);
}

/* Never longer than it was. */
static struct span unescape(struct span string, char *room)
{
    static const char control[256] = {
        ['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['b'] = '\b', ['f'] = '\f'
    };
    size_t n = 0;
    for (const char *p = string.p, *end = span_end(string); p < end;) {
        if (*p != '\\' || p + 1 == end) {
            room[n++] = *p++;
        } else if (p[1] == 'u') {
            n += put_unit(&p, end, room + n);
        } else {
            room[n++] = control[(uint8_t)p[1]] ? control[(uint8_t)p[1]] : p[1];
            p += 2;
        }
    }
    return (struct span){ room, n };
}

bool log_unwrap(struct span line, char *room, struct span *text, struct log_stamp *stamp)
{
    struct span name, value, found = SPAN_NONE;
    const char *p = line.p, *end = span_end(line);
    *stamp = (struct log_stamp){ 0 };
    if (line.n < 2 || *p != '{')
        return false;
    while (next_string(&p, end, &name, &value)) {
        if (!found.p && is_one_of(name, text_names, COUNT(text_names)))
            found = value;
        else if (!stamp->found && is_one_of(name, time_names, COUNT(time_names)))
            log_stamp_find(value, stamp);
    }
    if (!found.p)
        return false;
    *text = unescape(found, room);
    if (text->n == 0 || room[text->n - 1] != '\n')
        room[text->n++] = '\n'; /* there is room: the name and the quotes are gone */
    return true;
}
