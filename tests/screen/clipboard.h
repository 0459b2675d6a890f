/*
 * What a program gives to the terminal's clipboard: finds `ESC ] 52 ; c ; BASE64 BEL` in what it
 * writes, on its own or wrapped for tmux or screen, and decodes it. Knows no terminal.
 */
#ifndef SCREEN_CLIPBOARD_H
#define SCREEN_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>

struct clipboard {
    char last[16]; /* the latest bytes */
    bool reading;  /* a sequence */
    char *text;    /* what was copied last, decoded and terminated; NULL: nothing yet */
    size_t n;
    unsigned count, wrapped; /* sequences that have ended; those wrapped for tmux or screen */
    unsigned bits, nbits;
};

void clipboard_watch(struct clipboard *c, const char *bytes, size_t n);
void clipboard_free(struct clipboard *c);

#endif
