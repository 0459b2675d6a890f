/*
 * Text for people: UTF-8 decoding, display width, and the only way from
 * untrusted bytes to the terminal. What leaves text_visible() holds no control
 * byte, no escape sequence, no invalid UTF-8 and no bidirectional override.
 */
#ifndef SIPWHY_BASE_TEXT_H
#define SIPWHY_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Decodes one character of UTF-8 (RFC 3629: no surrogates, no overlong forms).
 * Returns the bytes used (1 for an invalid byte, with *rune = UINT32_MAX); 0 at the end.
 */
size_t text_rune(struct span s, uint32_t *rune);
/* Writes a character as UTF-8 to `out` (at least 4 bytes); returns the bytes. */
size_t text_encode(uint32_t rune, char *out);
/* Columns that a character takes on a terminal: 0, 1 or 2. Unprintable ones give -1. */
int text_rune_width(uint32_t rune);
/* Columns of a string that text_visible() made. */
size_t text_width(struct span s);
/* The longest beginning of `s` that fits in `columns`. */
struct span text_fit(struct span s, size_t columns);
/* Blanks behind `s` up to `columns`: printf("%s%*s", text, text_pad(SPAN(text), 16), ""). */
int text_pad(struct span s, size_t columns);
/* The longest beginning of `s` in at most `bytes` that cuts no character in two. */
struct span text_head(struct span s, size_t bytes);
/* Copies as many whole characters as `size` bytes hold, and terminates. Gives `out`. */
char *text_copy(struct span s, char *out, size_t size);

/*
 * Appends `s` with everything dangerous replaced by a visible mark: control bytes as ^X
 * (a tab as a blank), invalid bytes as \xHH, formatting characters as <U+XXXX>. With
 * `utf8` false, every character beyond ASCII becomes '?'.
 */
void text_visible(struct strbuf *out, struct span s, bool utf8);

/* Appends `s` for a JSON string in a text export: invalid UTF-8 replaced by U+FFFD, nothing escaped. */
void text_valid(struct strbuf *out, struct span s);

#endif
