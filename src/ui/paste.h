/*
 * Pasted text, which the terminal puts in brackets: it never runs as keys. In the prompt
 * it is typed as it is; elsewhere, SIP messages in it are read like a log.
 */
#ifndef SIPWHY_UI_PASTE_H
#define SIPWHY_UI_PASTE_H

#include "base/strbuf.h"

struct ui;

struct paste {
    bool on; /* bytes from the terminal belong to it */
    struct strbuf text;
    size_t matched; /* bytes of the closing bracket that have come */
    bool too_long;
};

/* The opening bracket came. */
void paste_begin(struct ui *ui);
/* Takes a byte; the closing bracket ends it. */
void paste_byte(struct ui *ui, unsigned char byte);
/* No more comes: does with the text what is to be done. */
void paste_end(struct ui *ui);

#endif
