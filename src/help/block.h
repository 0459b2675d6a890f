/*
 * Reads the markup of help pages: lines, sections, blocks, and the marks inside a
 * block. Never fails: what is no mark is text. What a page must look like is
 * help_check()'s business, how it looks on screen is styled_markup()'s.
 */
#ifndef SIPWHY_HELP_BLOCK_H
#define SIPWHY_HELP_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum { BLOCK_TOPIC_MAX = 95 }; /* bytes of a topic */

enum block_kind { BLOCK_PARAGRAPH, BLOCK_BULLET, BLOCK_NUMBER, BLOCK_HEADING };

/* A heading line, or a list item or paragraph with all its source lines. */
struct block {
    enum block_kind kind;
    bool gap;            /* a blank line was before it */
    struct span mark;    /* "-" or "12." of an item; "##" of a heading */
    struct span methods; /* "INVITE UPDATE": of these requests only; "!INVITE": not of those */
    struct span text;    /* the rest, with the line ends inside */
};

enum token_kind {
    TOKEN_TEXT,  /* one character; the whole bytes of it */
    TOKEN_BOLD,  /* bold begins or ends */
    TOKEN_CODE,  /* what stands between the backquotes */
    TOKEN_LINK,  /* the topic */
    TOKEN_BROKEN /* a mark without its other half; text is the mark */
};

struct token {
    enum token_kind kind;
    struct span text;
};

/* Takes the next line off `*rest`, without its end (LF or CR LF). False at the end of the text. */
bool block_line(struct span *rest, struct span *line);
/* Takes the next block off `*rest`, leading blank lines included. False at the end. */
bool block_next(struct span *rest, struct block *block);
/* Whether it speaks of requests of this method; NULL: of any. */
bool block_holds(const struct block *block, const char *method);
/*
 * Takes the next token off `*rest`, the rest of a block's text. False at the end. A bold mark that
 * is never closed is not noticed here: count them.
 */
bool block_token(struct span *rest, struct token *token);
/* Whether `text` is a topic: KIND/NAME of letters, digits, '.', '_' and '-'. */
bool block_is_topic(struct span text);
/*
 * Finds section `id` of a page: its content without the heading and without blank lines at either
 * end. Returns 0, or -1 if there is none.
 */
int block_section(struct span page, const char *id, struct span *content);

#endif
