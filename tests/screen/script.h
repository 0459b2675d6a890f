/*
 * Lines of a screen script, cut into words.
 *
 * Model: blank-separated words; "double quotes" group and expand, 'single quotes' group and do not;
 * $NAME and ${NAME} come from the environment. Boundary: no word has a meaning here.
 */
#ifndef SCREEN_SCRIPT_H
#define SCREEN_SCRIPT_H

#include <stddef.h>

#define SCRIPT_WORDS 64

struct script_words {
    char *word[SCRIPT_WORDS + 1]; /* NULL-ended */
    int count;
};

/* Cuts one line (without its newline) into words. Escapes outside single quotes: \n \t \r \e \xHH
 * \\ \" \' \$; a backslash before anything else stays, so that regular expressions need no
 * doubling. 0, to be given to script_free, or -1 and a reason in `why`. */
int script_split(struct script_words *out, const char *line, char *why, size_t size);

/* Frees the words. */
void script_free(struct script_words *words);

#endif
