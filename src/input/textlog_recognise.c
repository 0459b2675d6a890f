/* Which log format a text is in: the one most of whose headers are in its first lines. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "input/textlog_private.h"

#define LOOK_ON 65536     /* bytes behind the first header in which formats are compared */
#define MESSAGE_HEAD 4096 /* bytes in which a message shows its CSeq */

struct tally {
    struct log_header *headers; /* one a format */
    unsigned *hits;
    bool plain; /* a line has a whole start line */
    bool html;  /* lines come as a web page has them */
    char *room, *unwrapped;
};

/* What merely quotes a start line has no headers behind it. */
static bool has_headers(struct span rest)
{
    if (rest.n > MESSAGE_HEAD)
        rest.n = MESSAGE_HEAD;
    return span_search(rest, "cseq:") || span_search(rest, "cseq :");
}

/* `rest`: the text from the line on. */
static void tally_line(struct tally *tally, struct span line, struct span rest)
{
    line = log_uncolour(line, tally->room);
    for (size_t i = 0; i < log_format_count; i++) {
        struct log_header *h = &tally->headers[i];
        switch (log_formats[i].header(line, h)) {
        case LOG_NONE:
            break;
        case LOG_PART:
            h->part = true;
            break;
        case LOG_WHOLE:
            *h = (struct log_header){ 0 };
            tally->hits[i]++;
            break;
        }
    }
    if (tally->plain || !log_find(line, "SIP/2.0"))
        return;
    const char *escape = log_find(line, "#01");
    tally->plain = log_start(escape ? span_make(line.p, escape) : line) >= 0 && has_headers(rest);
}

/* A line, or those that it was made of. */
static void tally_text(struct tally *tally, struct span line, struct span rest)
{
    struct span text;
    struct log_stamp stamp;
    if (tally->html) {
        text = log_unhtml(line, tally->unwrapped);
    } else if (!log_unwrap(line, tally->unwrapped, &text, &stamp)) {
        tally_line(tally, line, rest);
        return;
    }
    for (const char *p = text.p, *end = span_end(text), *lf; p < end; p = lf ? lf + 1 : end) {
        lf = memchr(p, '\n', (size_t)(end - p));
        tally_line(tally, log_cut_line(p, end, lf).text, rest);
    }
}

/* Reads lines until some way behind the first that tells something. */
static void tally_lines(struct tally *tally, struct span text)
{
    const char *p = text.p, *end = span_end(text), *stop = NULL;
    while (p < end && (!stop || p < stop)) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        struct span line = log_cut_line(p, end, lf).text;
        if (line.n > LOG_LINE_MOST)
            line.n = LOG_LINE_MOST;
        tally_text(tally, line, span_make(p, end));
        if (tally->plain && !stop)
            stop = p + LOOK_ON;
        p = lf ? lf + 1 : end;
    }
}

static const struct log_format *best_format(const struct tally *tally)
{
    size_t best = 0;
    for (size_t i = 1; i < log_format_count; i++)
        if (tally->hits[i] > tally->hits[best] && (tally->plain || !log_formats[i].common))
            best = i;
    if (tally->hits[best] > 0)
        return &log_formats[best];
    return tally->plain ? &log_format_plain : NULL;
}

const struct log_format *log_recognise(struct span text)
{
    struct tally tally = { 0 };
    if (text.n == 0 || memchr(text.p, 0, text.n) || !log_find(text, "SIP/2.0"))
        return NULL;
    tally.headers = mem_zero(log_format_count * sizeof *tally.headers);
    tally.hits = mem_zero(log_format_count * sizeof *tally.hits);
    tally.room = mem_alloc(LOG_LINE_MOST);
    tally.unwrapped = mem_alloc(LOG_LINE_MOST);
    tally.html = log_is_html(text);
    tally_lines(&tally, text);
    const struct log_format *format = best_format(&tally);
    free(tally.headers);
    free(tally.hits);
    free(tally.room);
    free(tally.unwrapped);
    return format;
}
