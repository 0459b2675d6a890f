/*
 * The knowledge base: the facts of response codes, and pages by topic and language.
 * Bundled files come first, folders on disk overlay them file by file. Nothing here
 * knows calls or terminals.
 */
#ifndef SIPWHY_HELP_TOPIC_H
#define SIPWHY_HELP_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

struct help;
struct help_page;

/* The facts of a registered response code (help/codes.tsv). What does not apply is "". */
struct help_code {
    uint16_t code;
    const char *phrase;  /* "Not Acceptable Here" */
    const char *spec;    /* where it is defined: "RFC 3261 §21.4.26" */
    const char *sender;  /* who sends it, most frequent first */
    const char *methods; /* requests that get it */
    const char *headers; /* headers that carry the remedy */
    const char *retry;   /* what the client may do */
    const char *dialog;  /* effect on the dialog (RFC 5057) */
    const char *q850;    /* Q.850 cause it maps to (RFC 3398) */
    const char *summary; /* one sentence */
};

/*
 * Opens the knowledge base in `language` ("en", "ko", also "ko_KR.UTF-8"; unknown or NULL: "en").
 * `dirs` are overlay folders, later ones win; a file LANG/KIND/NAME.md in them replaces the
 * bundled file of the same path. A folder that does not exist is no fault. A file that cannot be
 * read or breaks the markup is left out, so that the one below it shows, and is told in *warning:
 * one line each "PATH:LINE: what is wrong", owned by the caller, NULL if all is well. Never NULL.
 */
struct help *help_open(const char *language, const char *const dirs[], size_t ndirs,
                       char **warning);
void help_free(struct help *help);
/* The language that was taken: "en" or another that has pages. */
const char *help_language(const struct help *help);

/* The facts of a code, or NULL if it is not registered. */
const struct help_code *help_code(const struct help *help, uint16_t code);
/* All registered codes in ascending order. */
const struct help_code *help_codes(const struct help *help, size_t *count);
/* "Client Error" for 400..499 and so on, in the language; "" outside 100..699. */
const char *help_class_name(const struct help *help, uint16_t code);
/*
 * The facts of a code as title and value for display, `i` from 0 on in display order. False after
 * the last one. `*value` is "" where the fact does not apply.
 */
bool help_fact(const struct help *help, const struct help_code *code, size_t i, const char **title,
               const char **value);
/* The title over a block of facts. */
const char *help_facts_title(const struct help *help);

/* The page of a topic ("code/488", "class/4xx"), in the language or else in English, or NULL. */
const struct help_page *help_page(const struct help *help, const char *topic);
/*
 * The page for a response code: its own, or with *fallback = true its class's. NULL for codes
 * below 100 or above 699. `fallback` may be NULL.
 */
const struct help_page *help_page_for_code(const struct help *help, uint16_t code, bool *fallback);
/* All pages that help_page() can find, sorted by topic. `i` from 0 on; NULL after the last one. */
const struct help_page *help_page_at(const struct help *help, size_t i);

/* "code/488". */
const char *help_page_topic(const struct help_page *page);
/* "en", or the language asked for. */
const char *help_page_language(const struct help *help, const struct help_page *page);
/* The file it comes from, or NULL for a bundled page. */
const char *help_page_file(const struct help_page *page);
/* All of its markup. */
struct span help_page_text(const struct help_page *page);
/* The markup of section `id`. 0, or -1 if the page has no such section. */
int help_section(const struct help_page *page, const char *id, struct span *content);

/* How a section is called: in the pane, and on a full page. */
struct help_section_title {
    const char *id;   /* "fix" */
    const char *pane; /* "What to do" */
    const char *page; /* "How to fix" */
};

/* The sections that every page has, in their order. */
const struct help_section_title *help_sections(const struct help *help, size_t *count);

/* Appends a topic's name: "488 Not Acceptable Here", "4xx Client Error", else its last part. */
void help_topic_title(const struct help *help, const char *topic, struct strbuf *out);

enum { HELP_TOPIC_SIZE = 96, HELP_SUGGESTIONS = 3 };

/* What help_resolve() made of somebody's words. */
struct help_match {
    char topic[HELP_TOPIC_SIZE]; /* "" if it is not known */
    size_t nsuggestions;
    char suggestions[HELP_SUGGESTIONS][HELP_TOPIC_SIZE]; /* topics, the most likely first */
};

/*
 * Finds the topic that somebody means: "488", "4xx", "code/488", "488 Not Acceptable Here", a
 * reason phrase or an unambiguous beginning of one, or the last part of a topic; case and
 * punctuation do not matter. A number of 100..699 gives "code/NNN" even if it is not registered.
 * Returns 0, or -1 with suggestions (none, if nothing is near).
 */
int help_resolve(const struct help *help, const char *words, struct help_match *match);

#endif
