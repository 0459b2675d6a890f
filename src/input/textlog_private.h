/* What the files of textlog share. Nobody else includes this. */
#ifndef SIPWHY_INPUT_TEXTLOG_PRIVATE_H
#define SIPWHY_INPUT_TEXTLOG_PRIVATE_H

#include <string.h>

#include "base/feeds.h"
#include "base/span.h"
#include "input/textlog.h"
#include "net/marks.h"

/* A time as a log writes it; what it lacks is 0, the zone TEXTLOG_NO_ZONE. */
struct log_stamp {
    bool found;
    int year, month, day;
    int hour, minute, second, ns;
    int zone; /* minutes east of Greenwich */
};
#define TEXTLOG_NO_ZONE 10000

/* The first time of day in the text, with the date in front of it and the zone behind. */
void log_stamp_find(struct span text, struct log_stamp *stamp);
/* Reads "19-12@12:45:02.514", day and month, which AudioCodes writes. */
void log_stamp_at(struct span text, struct log_stamp *stamp);

/* The month whose three letters stand at `p`, or 0. */
int log_month(const char *p);

/* Turns times into nanoseconds since 1970: knows the day, and how it was written down last. */
struct log_clock {
    struct textlog_options options;
    int year, month, day; /* of the latest message */
    int second;           /* of that day */
    int64_t last_ns;
    int64_t hour_ns; /* the beginning of an hour that was asked for before, and */
    int hour_key[4]; /* which one it was */
};
void log_clock_init(struct log_clock *clock, const struct textlog_options *options);
/* *assumed: the log did not say it all. A stamp that was not found goes on from the last time. */
int64_t log_clock_read(struct log_clock *clock, const struct log_stamp *stamp, bool *assumed);

/* What stands in front of a message. */
struct log_header {
    bool part;           /* more of it is to come */
    bool whole;          /* the message is next */
    bool sent, directed; /* by the program that wrote the log, or received; or neither is said */
    bool has_transport;
    uint8_t transport;
    struct addr src, dst; /* family 0: not said */
    struct log_stamp stamp;
    int64_t time_ns; /* instead of the stamp, where a number says it; else 0 */
    size_t length;   /* of the message, where it is said; else 0 */
    struct span tag; /* what marks the lines of one message among others */
};

enum log_line { LOG_NONE, LOG_PART, LOG_WHOLE };

struct log_format {
    const char *name;
    /*
     * Whether the line, without colours, is a header or a part of one; adds what it says. What it
     * leaves behind with LOG_NONE does not count, but for a format with `block`.
     */
    enum log_line (*header)(struct span line, struct log_header *h);
    /* Lines of many messages may be mixed: what stands in front of the line's text; may be NULL. */
    bool (*piece)(struct span line, struct span *tag, struct span *text);
    int (*start)(struct span line); /* instead of log_start() */
    bool common;                    /* other texts have such lines, too: there must be a message */
    bool dots;                      /* a dot stands for each CR */
    /*
     * Where in a header's line the message may follow, in one line, with a dot for each CR and LF; it
     * may stand in the lines that follow, too, indented. NULL: never.
     */
    struct span (*behind)(struct span line);
    bool pieces; /* a repeated header goes on with the message where it was cut */
    bool block;  /* a header of many lines, whose first one clears what was there */
    /* Takes a header of many lines that stands at p just as the program writes it: behind it, or NULL. */
    const char *(*at_once)(const char *p, const char *end, struct log_header *h);
    const char *end;   /* what stands behind each message, with its line end; NULL: nothing */
    const char *front; /* and in front of each, likewise; where lengths are told it is not needed */
};
extern const struct log_format log_formats[];
extern const size_t log_format_count;
/* For any log with whole messages. */
extern const struct log_format log_format_plain;

/* Lines. */

/* Where a request line or status line begins in the line; -1: in none. */
int log_start(struct span line);
/* Takes colours (ECMA-48 CSI sequences) out, into `room` of at least line.n bytes. */
struct span log_uncolour(struct span line, char *room);
/* Undoes what syslog daemons do to control bytes (#012 is LF), into `room` likewise. */
struct span log_unescape(struct span line, char *room);
/*
 * The text of a line that is an object of JSON, into `room` likewise, with a line feed at its end,
 * and when it says that was; false: the line is no such object.
 */
bool log_unwrap(struct span line, char *room, struct span *text, struct log_stamp *stamp);
/* Whether the text is the source of a web page, in which '<' is "&lt;". */
bool log_is_html(struct span text);
/* Undoes that in a line, into `room` likewise; "<br>" within it ends a line. */
struct span log_unhtml(struct span line, char *room);
/* Makes CRLF of each pair of dots, in place; the blanks that filled the last line go. */
struct span log_undot(char *text, size_t n);
/* Whether it only separates: dashes and the like. */
bool log_is_rule(struct span line);
/* Whether it begins with a time, as lines of logs do. */
bool log_has_stamp(struct span line);

/* What stands in front of each line of a message, learned at its first line. */
struct log_prefix {
    enum {
        LOG_PREFIX_NONE,
        LOG_PREFIX_BLANKS,
        LOG_PREFIX_STAMP,
        LOG_PREFIX_NUMBER
    } kind;         /* of one not the same */
    size_t blanks;  /* how many, behind all else */
    unsigned words; /* behind the time */
    size_t n;       /* of all of it, if it is short; else 0 */
    size_t name;    /* in front of the number of the line */
    char text[64];
    uint64_t front, front_mask; /* of the text: its first bytes, as far as it goes */
};
void log_prefix_learn(struct log_prefix *prefix, struct span before);
/* Takes it off a line that has the very same one; false where it has another. */
bool log_prefix_take(const struct log_prefix *prefix, struct span *line);
/* Takes off what stands there, if it is like it. */
struct span log_prefix_strip(const struct log_prefix *prefix, struct span line);

#define LOG_WHOLE_MOST 65536                              /* bytes in the log */
#define LOG_WHOLE_ROOM (2 * LOG_WHOLE_MOST + MARKS_SLACK) /* with the CRs put in */

/* A message that can be taken as it is, or once its marks are undone. */
struct log_whole {
    const struct log_format *format;
    size_t said;                     /* bytes of the message as the log says; 0: it does not */
    const struct log_prefix *prefix; /* in front of each line; n 0: none */
    bool dots;                       /* a dot behind each line */
    bool hashes;                     /* MARKS_FEED behind each line, and no line feed */
    bool alone;                      /* another start line would begin another message */
    size_t n;                        /* bytes in the log */
    const char *next;                /* what stands behind it, and behind its end's mark */
    size_t bytes;                    /* of the message, with CR and LF */
    bool bare_good;                  /* the caller takes one without CRs as it is */
    bool exact;                      /* lines end with CR and LF there */
    bool in_place;                   /* they are the message */
    bool sized;                      /* has a Content-Length */
    char *made;                      /* the caller's: LOG_WHOLE_ROOM bytes for any other, */
    size_t made_n;                   /* of which so many are written; 0: its marks stand for it */
};
/*
 * Whether one begins with the line at p, whose line feed is at lf, and all of it is there; else it is
 * for who goes by lines, or, undecided, not before there is more.
 */
enum log_found { LOG_FOUND, LOG_NOT_FOUND, LOG_UNDECIDED };
enum log_found log_find_whole(const char *p, const char *end, const char *lf,
                              struct log_whole *whole);

#define LOG_NEAR 128 /* bytes in which most lines end; in longer ones memchr() is quicker */
#define LOG_LINE_MOST 262144u /* a longer line is cut */

/* How far the line at p is looked at: else a file without line feeds is gone through for each piece. */
static inline const char *log_line_most(const char *p, const char *end)
{
    return end - p > (ptrdiff_t)LOG_LINE_MOST ? p + LOG_LINE_MOST + 1 : end;
}

/* The line feed at which the line at p ends; NULL: it is too long, or its end is not there. */
static inline const char *log_line_end(const char *p, const char *end)
{
    return p < end ? memchr(p, '\n', (size_t)(log_line_most(p, end) - p)) : NULL;
}

/*
 * The same where lines are short. *odd when an escape or a '#' stands before it: what
 * has neither needs no closer look.
 */
static inline const char *log_line_feed(const char *p, const char *end, bool *odd)
{
#ifdef __SSE2__
    const __m128i feeds = _mm_set1_epi8('\n'), escapes = _mm_set1_epi8(0x1b),
                  hashes = _mm_set1_epi8('#');
    const char *near = end - p > LOG_NEAR ? p + LOG_NEAR : end;
    for (; near - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i strange = _mm_or_si128(_mm_cmpeq_epi8(bytes, escapes),
                                       _mm_cmpeq_epi8(bytes, hashes));
        unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, feeds));
        unsigned marks = (unsigned)_mm_movemask_epi8(strange);
        if (found) {
            *odd |= (marks & (found ^ (found - 1))) != 0;
            return p + __builtin_ctz(found);
        }
        *odd |= marks != 0;
    }
#endif
    const char *lf = log_line_end(p, end);
    size_t n = (size_t)((lf ? lf : log_line_most(p, end)) - p);
    *odd |= n > 0 && (memchr(p, '#', n) || memchr(p, 0x1b, n));
    return lf;
}

/* Where the text stands in the span first, or NULL. For short ones, in which memmem() prepares much. */
static inline const char *log_find(struct span s, const char *text)
{
    size_t n = strlen(text), at = text[0] == ' '; /* blanks are all over the place */
    if (s.n < n)
        return NULL;
    const char *p = s.p + at, *end = span_end(s) - n + at;
    while (p <= end && (p = memchr(p, text[at], (size_t)(end - p) + 1)) != NULL) {
        if (memcmp(p - at, text, n) == 0)
            return p - at;
        p++;
    }
    return NULL;
}

/* Whether that is all of it: a word that a program writes, in the same letters always. */
__attribute__((always_inline)) static inline bool log_is(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n == n && memcmp(s.p, text, n) == 0;
}

static inline bool log_begins(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p, text, n) == 0;
}

static inline bool log_ends(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(span_end(s) - n, text, n) == 0;
}

/* What stands behind `text` in the line; without p where it is not there. */
static inline struct span log_after(struct span s, const char *text)
{
    const char *at = log_find(s, text);
    return at ? span_make(at + strlen(text), span_end(s)) : SPAN_NONE;
}

/* How lines are taken, in textlog.c, textlog_quick.c and textlog_gather.c. */

#define LOG_NO_LENGTH SIZE_MAX

/* A line without its end. */
struct line {
    struct span text;
    const char *at; /* where it lies in the file; NULL: it was made */
    bool cr;        /* ended with CRLF */
    bool open;      /* has no end: the next one goes on with it */
    bool odd;       /* may have '#' or escapes */
};

/* Where a message lies after it was handed over. */
struct room {
    char *p;
    size_t size;
};
#define ROOMS (PACKET_LASTS + 1)

/* A message on its way. */
struct gather {
    bool active;
    bool paused;  /* its header came again: the rest follows that one */
    bool exact;   /* the log kept line ends */
    bool open;    /* the last line goes on */
    bool body;    /* the headers are complete */
    bool typed;   /* has a Content-Type */
    bool colours; /* its lines may have */
    bool dots;
    bool escaped; /* its lines came with control bytes written out */
    bool padded;  /* its lines end with blanks that are none of theirs */
    struct log_header header;
    struct log_prefix prefix;
    char *p;
    size_t n, size;
    size_t line;              /* where the last line begins */
    size_t columns;           /* in the last line as it came */
    size_t widest;            /* and the most so far */
    size_t head;              /* bytes until the body */
    size_t lines;             /* of the body */
    size_t length;            /* of the body, by Content-Length */
    size_t said;              /* and by the log, where more stands behind it; else 0 */
    const char *start, *next; /* in the file, as long as nothing was changed; else NULL */
};

struct textlog {
    struct capture common;
    const struct log_format *format;
    struct log_clock clock;
    struct log_header pending;
    struct log_stamp seen;   /* in front of the latest line between messages */
    struct log_stamp around; /* of the object that the line came in */
    bool begun;              /* the first bytes were looked at */
    bool html;               /* lines come as a web page has them */
    unsigned waited;         /* lines since it was whole */
    char tag[64];
    struct gather now;
    char *made, *bare, *unwrapped; /* a line without escapes; without colours; an object's text */
    struct span queue, object;     /* rest of `made` and of `unwrapped` */
    bool queue_open;
    bool ready;
    bool expected;  /* a header: a message was handed over, and nothing came since */
    char rule[128]; /* the line that parted two messages last, with its end; the next is the same */
    size_t rule_n;
    struct span file; /* what of it is read at the moment */
    struct addr self; /* its host; family 0: not known */
    struct room rooms[ROOMS];
    unsigned turn; /* whose is next */
    struct plain plain;
    struct packet packet;
};

/* The line at p, whose line feed is there, or NULL: it ends at `end`. */
struct line log_cut_line(const char *p, const char *end, const char *lf);
/* A line between messages or of one; what stands around its text is taken off it. */
void log_take_line(struct textlog *t, struct line *line);
/* Adds to a header what the line says besides what its format reads: when. */
void log_complete_header(const struct textlog *t, struct log_header *h, enum log_line kind,
                         struct span line);
/* The header, or a part of it, is the one of the next message. */
void log_take_header(struct textlog *t, struct log_header *h, enum log_line kind, struct span line);
/* Nothing, or a line of dashes, between messages. */
bool log_only_parts(const struct textlog *t, struct span line);
/* Where a start line begins in the line, as the format has it; -1: nowhere. */
int log_start_of(const struct textlog *t, struct span line);
/* Whether a message may begin here and none is at hand: then it may be taken as a whole. */
bool log_may_be_whole(const struct textlog *t);
/* A message that may stand behind the header, in its line, is queued. */
void log_take_behind(struct textlog *t, struct span line);
/*
 * The next message from [p, end) in one go, where it may be whole and looks like most: what is behind
 * it; else NULL, or *more: that cannot be known yet. `hashes`: line feeds are escaped.
 */
const char *log_take_whole(struct textlog *t, const char *p, const char *end, bool hashes,
                           bool *more);
/* The same of a queue, which is used again soon. */
bool log_take_whole_queued(struct textlog *t, struct span *queue);
/* The next header from p on in one go, where there is one: what is behind it, or NULL. */
const char *log_take_at_once(struct textlog *t, const char *p, const char *end);
/* A message begins behind so many bytes of a line. */
void log_begin(struct textlog *t, struct line line, size_t offset, bool colours);
/* The next line of the message at hand. */
void log_add_line(struct textlog *t, struct line line);
/* Whether all of it is there. */
bool log_is_whole(struct gather *g);
/* Ends the message at hand, complete or not. */
void log_finish(struct textlog *t);
/* What is known of a message, of which all or not all is there. */
void log_describe(struct textlog *t, struct log_header *header, bool whole);
/* The time in front of the message's own first line, where no header told it. */
void log_own_stamp(const struct textlog *t, struct log_header *h, struct span before);
/*
 * Whether blanks fill the lines of a message with this start line, as in copies from terminals and
 * tables. A status line may end with one itself.
 */
bool log_is_padded(struct span start_line);
/* The message of the header at hand has begun, or there is none. */
void log_forget_header(struct textlog *t);

/*
 * What the host that wrote the log calls itself, as far as the text shows; family 0: it does not. `log`
 * is a reader for that text alone, and closed.
 */
struct addr log_own_host(struct capture *log, const uint8_t *data, size_t n);

/* The format of most headers in the text; NULL: it is no log with SIP. */
const struct log_format *log_recognise(struct span text);

#endif
