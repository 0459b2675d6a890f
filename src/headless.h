/* What the headless commands share: reading to the end, troubles on standard error, JSON. */
#ifndef SIPWHY_HEADLESS_H
#define SIPWHY_HEADLESS_H

#include <jansson.h>

#include "base/span.h"
#include "session.h"

/* Reads until every input has ended, the duration is over or somebody interrupts. */
void headless_read(struct session *session);
/* Writes the inputs' troubles, one line each, to standard error. 2 if one gave nothing at all, else 0. */
int headless_troubles(const struct session *session);

/* Network bytes for people, escaped; cut or filled to `width` columns and a blank, or 0: all. */
void print_column(struct span s, int width);

/* A JSON string from network bytes: invalid UTF-8 is replaced, NUL kept as it is. */
json_t *json_text(struct span s);
void json_put(json_t *object, const char *key, struct span value);
void json_put_number(json_t *object, const char *key, uint64_t value);
/* Writes the value with a line end, and lets go of it. `flags` are jansson's. */
void json_print(json_t *value, size_t flags);

#endif
