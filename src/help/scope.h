/*
 * What a page says of requests of one method. A block that begins with "{INVITE UPDATE} " speaks of
 * these alone, "{!INVITE} " of all others, see block.h; the sign itself is for nobody's eyes.
 */
#ifndef SIPWHY_HELP_SCOPE_H
#define SIPWHY_HELP_SCOPE_H

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Appends the markup without these signs, and without the blocks that do not speak of the method; the
 * steps that are left are numbered anew. NULL: all of it.
 */
void scope_text(struct strbuf *out, struct span markup, const char *method);

#endif
