/* What the files of the knowledge base share: the open form of its structs. */
#ifndef SIPWHY_HELP_PRIVATE_H
#define SIPWHY_HELP_PRIVATE_H

#include "help/table.h"
#include "help/topic.h"

enum { HELP_LANGUAGE_SIZE = 9 };

struct help_page {
    char *topic;
    char *file;  /* of an overlay */
    char *owned; /* the text of an overlay */
    struct span text;
    size_t order;    /* when it was added: a later page hides an earlier one */
    bool translated; /* in the language asked for, not the English fallback */
};

/* A row of kinds.tsv with the kind's tables. */
struct help_kind {
    const char *id, *prefixes, *name, *title, *link;
    struct help_table facts, words; /* words: the same in the language */
};

/* One topic: the row of its facts and its page, either of which may be missing. */
struct help_entry {
    char topic[HELP_TOPIC_SIZE];
    const struct help_kind *kind; /* NULL: a page of a kind that no table knows */
    size_t row;                   /* in kind->facts; SIZE_MAX: none */
    const struct help_page *page;
};

struct help {
    char language[HELP_LANGUAGE_SIZE];
    struct help_table kinds_table, facts, titles, phrases;
    struct help_kind *kinds; /* as in kinds.tsv */
    size_t nkinds;
    struct help_entry *entries; /* sorted by topic */
    size_t nentries;
    struct help_section_title *sections;
    const char **section_ids;
    size_t nsections;
    struct help_page *pages; /* sorted by topic, once loaded each topic once */
    size_t npages, pages_size;
    struct help_note *notes;
    size_t nnotes;
    char **dirs;
    size_t ndirs;
    uint64_t stamp; /* of what lies in dirs */
};

/* facts.c: the tables. */
void facts_load(struct help *help);
void facts_free(struct help *help);
/* The topics of tables and pages together; after pages_load(). */
void facts_join(struct help *help);
const struct help_entry *facts_entry(const struct help *help, const char *topic);
/* The cell of a row in the language, with `end` behind the column's name, or else in English. */
const char *facts_words(const struct help *help, const struct help_table *table, size_t row,
                        const char *end);

/* pages.c: the bundled pages of the language and of English, and those of the folders. */
void pages_load(struct help *help, struct strbuf *warning);
void pages_free(struct help *help);
/* Reads a regular file of at most some 256 KiB; NULL with errno. */
char *pages_read_file(const char *path, size_t *n);
/* What errno of pages_read_file() means. */
const char *pages_read_error(void);

/* notes.c: the notes in the folders. */
void notes_load(struct help *help, char *(*check_condition)(const char *condition),
                struct strbuf *warning);
/*
 * Takes a note's file of `n` bytes apart: note->file and note->owned are set, the rest is filled in.
 * 0, or -1 with a line in *warning; notes_free_one() in any case.
 */
int notes_parse(const struct help *help, struct help_note *note, size_t n,
                char *(*check_condition)(const char *condition), struct strbuf *warning);
void notes_free_one(struct help_note *note);
void notes_free(struct help *help);

/* stamp.c: a number that changes with any file in the folders. */
uint64_t stamp_of(char *const *dirs, size_t ndirs);

#endif
