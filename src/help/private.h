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

struct help {
    char language[HELP_LANGUAGE_SIZE];
    struct help_table codes_table, words_table, classes, facts, titles;
    struct help_code *codes; /* sorted */
    size_t ncodes;
    struct help_section_title *sections;
    const char **section_ids;
    size_t nsections;
    struct help_page *pages; /* sorted by topic, once loaded each topic once */
    size_t npages, pages_size;
};

/* Adds the bundled pages of the language and of English, and those of the folders. */
void pages_load(struct help *help, const char *const dirs[], size_t ndirs, struct strbuf *warning);
void pages_free(struct help *help);

#endif
