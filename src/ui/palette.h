/*
 * Colours as themes name them, and what comes nearest where a terminal has fewer. A
 * colour may be written twice, "yellow/#e69f00": the first where there are less than
 * 256 colours. Nothing here knows the terminal.
 */
#ifndef SIPWHY_UI_PALETTE_H
#define SIPWHY_UI_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

#define PALETTE_DEFAULT (-1)
#define PALETTE_RGB 0x1000000 /* | 0xrrggbb; below: a number of the 256 */

struct palette_colour {
    int32_t few;  /* where there are 8 or 16 */
    int32_t many; /* where there are 256 or all */
};

/* How many colours a terminal has. */
enum palette_depth { PALETTE_8, PALETTE_16, PALETTE_256, PALETTE_ALL };

/* Reads "default", a name, a number, "#rrggbb", or two of them with '/' between. 0 or -1. */
int palette_parse(struct span text, struct palette_colour *colour);
/*
 * The terminal's number for it, or -1 for its default: below 8, 16 or 256 by depth; with all
 * colours 0xrrggbb, or below 8. *brighter: bold should make up for a brightness that is missing.
 */
int32_t palette_fit(const struct palette_colour *colour, enum palette_depth depth, bool *brighter);
/* Writes it as palette_parse() reads it. */
void palette_write(const struct palette_colour *colour, struct strbuf *out);

#endif
