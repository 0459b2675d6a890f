/*
 * Lines of logs: what other programs put in front of them, or did to their bytes on the way.
 * Boundary: one line at a time, no formats of traces.
 */
#include "input/textlog_private.h"

static bool is_upper(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

/* The request line that ends with the version at `version`: "METHOD URI SIP/2.0". */
static int request_start(struct span line, const char *version)
{
    const char *blank = version - 1;
    const char *end = memrchr(line.p, ' ', (size_t)(blank - line.p)), *p = end;
    if (!end || end == line.p || !span_find(span_make(end + 1, blank), ':'))
        return -1;
    while (p > line.p && is_upper(p[-1]))
        p--;
    return end - p >= 2 ? (int)(p - line.p) : -1;
}

int log_start(struct span line)
{
    const char *version = log_find(line, "SIP/2.0");
    if (!version)
        return -1;
    struct span rest = span_make(version + 7, span_end(line));
    if (rest.n >= 4 && rest.p[0] == ' ' && ascii_digit(rest.p[1]) && ascii_digit(rest.p[2]) &&
        ascii_digit(rest.p[3]) && (rest.n == 4 || !ascii_digit(rest.p[4])))
        return version == line.p || !is_upper(version[-1]) ? (int)(version - line.p) : -1;
    rest = span_trim(rest);
    if (version - line.p < 5 || version[-1] != ' ' || (rest.n > 0 && !span_is(rest, ".")))
        return -1;
    return request_start(line, version);
}

struct span log_uncolour(struct span line, char *room)
{
    size_t n = 0, i = 0;
    while (i < line.n) {
        if (line.p[i] == 0x1b && i + 1 < line.n && line.p[i + 1] == '[') {
            for (i += 2; i < line.n && (line.p[i] < 0x40 || line.p[i] > 0x7e);)
                i++;
            i += i < line.n;
        } else {
            room[n++] = line.p[i++];
        }
    }
    return (struct span){ room, n };
}

/* "#012": three octal digits of a control byte. */
static int escaped(const char *p, size_t n)
{
    bool good = n >= 4 && p[0] == '#' && p[1] == '0' && p[2] >= '0' && p[2] <= '3' && p[3] >= '0' &&
                p[3] <= '7';
    return good ? (p[2] - '0') * 8 + p[3] - '0' : -1;
}

struct span log_unescape(struct span line, char *room)
{
    size_t n = 0;
    for (const char *p = line.p, *end = span_end(line); p < end;) {
        const char *hash = memchr(p, '#', (size_t)(end - p)), *stop = hash ? hash : end;
        memcpy(room + n, p, (size_t)(stop - p));
        n += (size_t)(stop - p);
        p = stop;
        if (hash) {
            int c = escaped(p, (size_t)(end - p));
            room[n++] = c >= 0 ? (char)c : '#';
            p += c >= 0 ? 4 : 1;
        }
    }
    return (struct span){ room, n };
}

struct span log_undot(char *text, size_t n)
{
    while (n > 0 && text[n - 1] == ' ')
        n--;
    for (size_t i = 0; i + 1 < n; i++)
        if (text[i] == '.' && text[i + 1] == '.') {
            text[i++] = '\r';
            text[i] = '\n';
        }
    return (struct span){ text, n };
}

static const bool in_rules[256] = { ['-'] = true, ['='] = true, ['~'] = true, ['|'] = true };
static const bool before_rules[256] = { ['<'] = true, ['['] = true, [' '] = true };

bool log_is_rule(struct span line)
{
    if (line.n < 3 || !(in_rules[(uint8_t)*line.p] || before_rules[(uint8_t)*line.p]))
        return false;
    line = span_trim(line);
    if (log_begins(line, "<------") || log_begins(line, "--end msg--") ||
        log_begins(line, "--- (") || log_begins(line, "[Time:"))
        return true;
    return line.n >= 3 && in_rules[(uint8_t)*line.p] && memcmp(line.p, line.p + 1, line.n - 1) == 0;
}

/* Behind the blank that ends the word at p. */
static const char *skip_word(const char *p, const char *end)
{
    while (p < end && *p != ' ')
        p++;
    return p < end ? p + 1 : p;
}

static const char *skip_bracket(const char *p, const char *end)
{
    const char *close = memchr(p, ']', (size_t)(end - p));
    return close ? close + 1 : p;
}

/* The priority of syslog, RFC 3164 §4.1.1. */
static const char *skip_priority(const char *p, const char *end)
{
    const char *q = p + 1;
    while (q < end && ascii_digit(*q))
        q++;
    return q > p + 1 && q < end && *q == '>' ? q + 1 : p;
}

/* A time of four words at most: month, day, year, time of day. */
static const char *skip_time(const char *start, const char *end)
{
    struct log_stamp stamp;
    const char *p = start;
    for (int words = 0; words < 4 && p < end; words++) {
        const char *stop = p;
        p = skip_word(p, end);
        stop = p > stop && p[-1] == ' ' ? p - 1 : p;
        log_stamp_find(span_make(start, stop), &stamp);
        if (stamp.found)
            return stop;
        while (p < end && *p == ' ')
            p++;
    }
    return start;
}

/* "<133>", "[Mar 30 13:35:51] ", "[S=17] ", "2026-03-30T13:35:51+02:00 ", "Mar 30 13:35:51 ". */
static const char *skip_stamps(struct span line)
{
    const char *p = line.p, *end = span_end(line);
    for (const char *start = NULL; start != p;) {
        start = p;
        if (p < end && *p == '[')
            p = skip_bracket(p, end);
        else if (p < end && *p == '<')
            p = skip_priority(p, end);
        else if (end - p > 3 && (ascii_digit(*p) || log_month(p)))
            p = skip_time(p, end);
        if (p > start && p < end && *p == ' ')
            p++;
    }
    return p;
}

bool log_has_stamp(struct span line)
{
    return skip_stamps(line) > line.p;
}

static struct span skip_blanks(struct span line, size_t most)
{
    for (; most > 0 && line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'); most--)
        line = (struct span){ line.p + 1, line.n - 1 };
    return line;
}

/* "  12\t", "12:", "trace.log-12-": line numbers as cat, nl, grep and editors write them. */
static bool learn_number(struct log_prefix *prefix, struct span before)
{
    size_t end = before.n - 1, digits = 0, blanks = 0;
    while (end > 0 && before.p[end] == ' ' && !ascii_digit(before.p[end - 1]))
        end--;
    while (digits < end && ascii_digit(before.p[end - digits - 1]))
        digits++;
    while (digits + blanks < end && before.p[end - digits - blanks - 1] == ' ')
        blanks++;
    size_t name = end - digits - blanks;
    if (digits == 0 || !strchr(":-\t ", before.p[end]) || name > sizeof prefix->text ||
        (name > 0 && (blanks > 0 || !strchr(":-", before.p[name - 1]))))
        return false;
    struct log_stamp stamp;
    log_stamp_find(before, &stamp);
    if (stamp.found)
        return false;
    memcpy(prefix->text, before.p, name);
    prefix->n = 0;
    prefix->name = name;
    prefix->blanks = before.n - 1 - end;
    prefix->kind = LOG_PREFIX_NUMBER;
    return true;
}

/* Lines that were not what grep looked for have '-' where the others have ':'. */
static struct span skip_number(const struct log_prefix *prefix, struct span line)
{
    size_t i = prefix->name;
    if (i > 0 && (line.n < i || memcmp(line.p, prefix->text, i - 1) != 0))
        return line;
    while (i < line.n && line.p[i] == ' ')
        i++;
    size_t digits = i;
    while (i < line.n && ascii_digit(line.p[i]))
        i++;
    bool good = i > digits && (i == line.n || strchr(":-\t ", line.p[i]));
    if (!good)
        return line;
    return skip_blanks(span_make(line.p + i + (i < line.n), span_end(line)), prefix->blanks);
}

/* The prefix learned may have more blanks than the stamps and words take. */
void log_prefix_learn(struct log_prefix *prefix, struct span before)
{
    struct span words = before;
    *prefix = (struct log_prefix){ .kind = LOG_PREFIX_NONE };
    if (before.n == 0)
        return;
    if (before.n <= sizeof prefix->text) {
        size_t front = before.n < sizeof prefix->front ? before.n : sizeof prefix->front;
        prefix->n = before.n;
        memcpy(prefix->text, before.p, before.n);
        memcpy(&prefix->front, before.p, front);
        memset(&prefix->front_mask, 0xff, front);
    }
    prefix->kind = LOG_PREFIX_BLANKS;
    prefix->blanks = before.n;
    if (span_trim(before).n == 0)
        return;
    if (learn_number(prefix, before))
        return;
    const char *p = skip_stamps(before);
    if (p == before.p) {
        prefix->kind = LOG_PREFIX_NONE;
        return;
    }
    prefix->kind = LOG_PREFIX_STAMP;
    words = span_make(p, span_end(before));
    while (words.n > 0 && words.p[0] != ' ') {
        p = skip_word(words.p, span_end(words));
        words = span_make(p, span_end(words));
        prefix->words++;
    }
    prefix->blanks = words.n;
}

/* An empty line may have lost the blanks at the prefix's end. */
bool log_prefix_take(const struct log_prefix *prefix, struct span *line)
{
    size_t n = prefix->n;
    while (line->n < n && n > 0 && prefix->text[n - 1] == ' ')
        n--;
    if (line->n < n || prefix->n == 0 || memcmp(line->p, prefix->text, n) != 0)
        return false;
    *line = (struct span){ line->p + n, line->n - n };
    return true;
}

struct span log_prefix_strip(const struct log_prefix *prefix, struct span line)
{
    const char *p;
    if (log_prefix_take(prefix, &line))
        return line;
    switch (prefix->kind) {
    case LOG_PREFIX_NONE:
        break;
    case LOG_PREFIX_BLANKS:
        return skip_blanks(line, prefix->blanks);
    case LOG_PREFIX_NUMBER:
        return skip_number(prefix, line);
    case LOG_PREFIX_STAMP:
        p = skip_stamps(line);
        if (p == line.p)
            break;
        for (unsigned i = 0; i < prefix->words; i++)
            p = skip_word(p, span_end(line));
        return skip_blanks(span_make(p, span_end(line)), prefix->blanks);
    }
    return line;
}

struct line log_cut_line(const char *p, const char *end, const char *lf)
{
    const char *stop = lf ? lf : end;
    struct line line = { .at = p, .open = !lf };
    line.cr = lf && stop > p && stop[-1] == '\r';
    while (lf && stop > p && stop[-1] == '\r') /* what wrote CRLF as text wrote CR CR LF */
        stop--;
    line.text = span_make(p, stop);
    return line;
}
