/*
 * Lines of a screen script, cut into words.
 *
 * Model: one pass over the line with a cursor; the word being built grows in a fixed buffer, as
 * scripts are written by hand. Boundary: no word has a meaning here.
 */
#include "script.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 4096

struct cutter {
    const char *at;
    char word[WORD_SIZE];
    size_t length;
    char quote; /* '"', '\'' or 0 */
    char *why;
    size_t why_size;
};

static int fail(struct cutter *c, const char *text, const char *detail)
{
    snprintf(c->why, c->why_size, "%s%s", text, detail);
    return -1;
}

static int put(struct cutter *c, char byte)
{
    if (c->length + 1 >= WORD_SIZE)
        return fail(c, "word too long", "");
    c->word[c->length++] = byte;
    return 0;
}

static int hex_value(char c)
{
    if (!isxdigit((unsigned char)c))
        return -1;
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The cursor is behind a backslash. */
static int cut_escape(struct cutter *c)
{
    static const char from[] = "ntre\\\"'$";
    static const char to[] = "\n\t\r\033\\\"'$";
    char letter = *c->at;
    const char *known = letter == '\0' ? NULL : strchr(from, letter);

    if (known != NULL) {
        c->at++;
        return put(c, to[known - from]);
    }
    if (letter == 'x' && hex_value(c->at[1]) >= 0 && hex_value(c->at[2]) >= 0) {
        int value = hex_value(c->at[1]) << 4 | hex_value(c->at[2]);
        c->at += 3;
        return value == 0 ? fail(c, "\\x00 cannot be sent", "") : put(c, (char)value);
    }
    return put(c, '\\');
}

/* The cursor is behind a '$'; one that no name follows stands for itself. */
static int cut_variable(struct cutter *c)
{
    char name[128];
    bool braces = *c->at == '{';
    const char *start = c->at + (braces ? 1 : 0);
    size_t length = 0;

    while (isalnum((unsigned char)start[length]) || start[length] == '_')
        length++;
    if (length == 0 || isdigit((unsigned char)start[0]) || length >= sizeof(name) ||
        (braces && start[length] != '}'))
        return put(c, '$');
    memcpy(name, start, length);
    name[length] = '\0';
    c->at = start + length + (braces ? 1 : 0);

    const char *value = getenv(name);
    if (value == NULL)
        return fail(c, "not in the environment: ", name);
    while (*value != '\0')
        if (put(c, *value++) < 0)
            return -1;
    return 0;
}

static int cut_word(struct cutter *c)
{
    c->length = 0;
    c->quote = '\0';
    while (*c->at != '\0' && (c->quote != '\0' || !isspace((unsigned char)*c->at))) {
        char byte = *c->at++;
        int result = 0;
        if (c->quote == '\0' && (byte == '"' || byte == '\''))
            c->quote = byte;
        else if (c->quote != '\0' && byte == c->quote)
            c->quote = '\0';
        else if (byte == '\\' && c->quote != '\'')
            result = cut_escape(c);
        else if (byte == '$' && c->quote != '\'')
            result = cut_variable(c);
        else
            result = put(c, byte);
        if (result < 0)
            return -1;
    }
    c->word[c->length] = '\0';
    return c->quote == '\0' ? 0 : fail(c, "a quote is not closed", "");
}

static const char *skip_blanks(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

int script_split(struct script_words *out, const char *line, char *why, size_t size)
{
    struct cutter c = { .at = skip_blanks(line), .why = why, .why_size = size };

    memset(out, 0, sizeof(*out));
    while (*c.at != '\0') {
        char *word = NULL;
        if (out->count == SCRIPT_WORDS)
            fail(&c, "too many words", "");
        else if (cut_word(&c) == 0 && (word = strdup(c.word)) == NULL)
            fail(&c, "out of memory", "");
        if (word == NULL) {
            script_free(out);
            return -1;
        }
        out->word[out->count++] = word;
        c.at = skip_blanks(c.at);
    }
    return 0;
}

void script_free(struct script_words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->word[i]);
    memset(words, 0, sizeof(*words));
}
