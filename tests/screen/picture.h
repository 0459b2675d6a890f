/* A terminal's screen as a picture: scalable, with its colours, for README and for looking at. */
#ifndef SCREEN_PICTURE_H
#define SCREEN_PICTURE_H

#include <stdio.h>

#include "term.h"

/* Writes the screen as SVG. 0, or -1 when writing failed. */
int picture_write(struct term *t, FILE *out);

#endif
