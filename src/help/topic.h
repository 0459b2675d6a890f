/*
 * The knowledge base: facts of every topic, pages by language, notes of the site.
 * What is bundled comes first, folders on disk overlay it file by file. Nothing
 * here knows calls or terminals.
 *
 * A topic is KIND/NAME: code/488, cause/34, header/Via; param/reason@Diversion is one that means
 * something of its own in a place. The case of letters does not matter. Its facts are a row of the
 * kind's table (help/kinds.tsv), its prose a page; either may be missing.
 */
#ifndef SIPWHY_HELP_TOPIC_H
#define SIPWHY_HELP_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

enum { HELP_TOPIC_SIZE = 96, HELP_SUGGESTIONS = 3 };

struct help;
struct help_page;

struct help_options {
    const char *language;    /* "en", "ko", also "ko_KR.UTF-8"; unknown or NULL: "en" */
    const char *const *dirs; /* overlay folders, later ones win; one that is missing is no fault */
    size_t ndirs;
    /* Says what is wrong with the condition of a note, or NULL; free() the answer. May be NULL. */
    char *(*check_condition)(const char *condition);
};

/*
 * Opens the knowledge base. In an overlay folder a file LANG/KIND/NAME.md replaces the bundled
 * page of that path, and notes/NAME.md is a note (help_note_at()). A file that cannot be read or
 * breaks the markup is left out, so that the one below it shows, and is told in *warning: one line
 * each "PATH:LINE: what is wrong", owned by the caller, NULL if all is well. Never NULL.
 */
struct help *help_open(const struct help_options *options, char **warning);
void help_free(struct help *help);
/* The language that was taken: "en" or another that has pages. */
const char *help_language(const struct help *help);
/* Whether a file in one of the overlay folders was added, changed or removed since it was opened. */
bool help_is_stale(const struct help *help);

/* All topics in order of their names, `i` from 0 on; NULL after the last one. */
const char *help_topic_at(const struct help *help, size_t i);
/* Whether there are facts or a page of this topic. */
bool help_knows(const struct help *help, const char *topic);
/*
 * The topic as it is called here, or for one in a place (NAME@PLACE) of which nothing is known, that
 * of the name wherever it stands, or what is said of all others in this place (other@PLACE); NULL if
 * there is none of these.
 */
const char *help_nearest(const struct help *help, const char *topic);
/*
 * A fact of a topic by its column ("summary", "spec", "retry"), in the language, else in English;
 * "" where it does not apply or nothing is known of the topic.
 */
const char *help_value(const struct help *help, const char *topic, const char *fact);
/*
 * The facts for display: title and value of the `i`th from 0 on, the fact's column in *fact. False
 * after the last one. *value is "" where the fact does not apply.
 */
bool help_fact(const struct help *help, const char *topic, size_t i, const char **fact,
               const char **title, const char **value);
/* The title over a block of facts. */
const char *help_facts_title(const struct help *help);
/* What kind of topic it is, in the language: "response code", "timer"; "" if unknown. */
const char *help_kind_name(const struct help *help, const char *topic);
/* The kind's own name, "code" of "code/488", and whether two topics are of one kind. */
struct span help_kind(const char *topic);
bool help_same_kind(const char *topic, const char *other);

/* Appends a topic's name as a title: "488 Not Acceptable Here", "Timer B: INVITE timeout". */
void help_topic_title(const struct help *help, const char *topic, struct strbuf *out);
/* Appends the short name that a link to it shows: "488", "timer B". */
void help_topic_link(const struct help *help, const char *topic, struct strbuf *out);

/* "code/488" in `topic`, which is returned. */
const char *help_code_topic(uint16_t code, char topic[HELP_TOPIC_SIZE]);
/* The code of a topic "code/NNN", else 0. */
uint16_t help_topic_code(const char *topic);
/* Whether a code is in the registry, as far as the table knows. */
bool help_code_registered(const struct help *help, uint16_t code);
/* "Client Error" for 400..499 and so on, in the language; "" outside 100..699. */
const char *help_class_name(const struct help *help, uint16_t code);
/*
 * The topic before or after `topic` of the same kind, in the order of its table; NULL at an end.
 * Codes that are not registered are passed over.
 */
const char *help_neighbour(const struct help *help, const char *topic, bool next);

/* The page of a topic, in the language or else in English, or NULL. */
const struct help_page *help_page(const struct help *help, const char *topic);
/* The page of a topic, or with *fallback = true that of its class for a code that has none. */
const struct help_page *help_page_or_class(const struct help *help, const char *topic,
                                           bool *fallback);
/* "en", or the language asked for. */
const char *help_page_language(const struct help *help, const struct help_page *page);
/* The file it comes from, or NULL for a bundled page. */
const char *help_page_file(const struct help_page *page);
/* All of its markup. */
struct span help_page_text(const struct help_page *page);
/* The markup of section `id`. 0, or -1 if the page has no such section. */
int help_section(const struct help_page *page, const char *id, struct span *content);

/* How a section is called: in the pane, and on the full page of a response code. */
struct help_section_title {
    const char *id;   /* "fix" */
    const char *pane; /* "What to do" */
    const char *page; /* "How to fix" */
};

/* The sections of a page, in their order. */
const struct help_section_title *help_sections(const struct help *help, size_t *count);

/* A note of the site: what it wants to be told about a topic, or under a condition. */
struct help_note {
    char *file;       /* its path */
    char *topic;      /* NULL: of every topic, then there is a condition */
    char *condition;  /* a filter expression, or NULL */
    char *language;   /* NULL: every language */
    struct span text; /* markup */
    char *owned;
};

/* All notes for the language, in the order of folders and names; NULL after the last one. */
const struct help_note *help_note_at(const struct help *help, size_t i);

/* What help_resolve() made of somebody's words. */
struct help_match {
    char topic[HELP_TOPIC_SIZE]; /* "" if it is not known */
    size_t nsuggestions;
    char suggestions[HELP_SUGGESTIONS][HELP_TOPIC_SIZE]; /* topics, the most likely first */
};

/*
 * Finds the topic that somebody means: "488", "4xx", "code/488", "488 Not Acceptable Here",
 * "q850:34", "timer B", "Via", a name or an unambiguous beginning of one; case and punctuation do
 * not matter. A number of 100..699 gives "code/NNN" even if nothing is known of it. `kind`, if not
 * NULL, is preferred where several kinds know the name. Returns 0, or -1 with suggestions (none,
 * if nothing is near).
 */
int help_resolve(const struct help *help, const char *words, const char *kind,
                 struct help_match *match);
/*
 * The same for two that are to be compared: of several meanings the one is taken that makes them of
 * one kind. Returns 0, or -1 with *wrong: 0 or 1, which of them is not known; 2: their kinds differ.
 */
int help_resolve_pair(const struct help *help, const char *a, const char *b,
                      struct help_match match[2], size_t *wrong);

#endif
