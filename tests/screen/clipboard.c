/* See clipboard.h. */
#include "clipboard.h"

#include <stdlib.h>
#include <string.h>

static const char begin[] = "\033]52;c;";
#define LENGTH (sizeof begin - 1)

static void add(struct clipboard *c, char byte)
{
    char *grown = realloc(c->text, c->n + 2);
    if (grown == NULL)
        return;
    c->text = grown;
    c->text[c->n++] = byte;
    c->text[c->n] = '\0';
}

/* Six bits a character (RFC 4648); '=' and anything else carry none. */
static void decode(struct clipboard *c, char byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *digit = byte ? strchr(digits, byte) : NULL;
    if (digit == NULL)
        return;
    c->bits = c->bits << 6 | (unsigned)(digit - digits);
    c->nbits += 6;
    if (c->nbits >= 8) {
        c->nbits -= 8;
        add(c, (char)(c->bits >> c->nbits));
    }
}

static void start(struct clipboard *c)
{
    const char *first = c->last + sizeof c->last - LENGTH;
    c->wrapped += memcmp(first - 6, "tmux;\033", 6) == 0 || memcmp(first - 2, "\033P", 2) == 0;
    c->reading = true;
    c->n = 0;
    c->bits = c->nbits = 0;
    if (c->text)
        c->text[0] = '\0';
}

static void take(struct clipboard *c, char byte)
{
    if (c->reading && byte == '\a') {
        c->count++;
        c->reading = false;
    } else if (c->reading) {
        decode(c, byte);
    }
    memmove(c->last, c->last + 1, sizeof c->last - 1);
    c->last[sizeof c->last - 1] = byte;
    if (memcmp(c->last + sizeof c->last - LENGTH, begin, LENGTH) == 0)
        start(c);
}

void clipboard_watch(struct clipboard *c, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take(c, bytes[i]);
}

void clipboard_free(struct clipboard *c)
{
    free(c->text);
    memset(c, 0, sizeof *c);
}
