/* What may be typed at the cursor of the command line: one line over it, while one types. */
#ifndef SIPWHY_UI_HINT_H
#define SIPWHY_UI_HINT_H

#include "base/strbuf.h"
#include "ui/ui.h"

#define HINT_NO_FAULT SIZE_MAX

struct hint {
    struct strbuf text; /* one line; may quote what was typed; empty: there is nothing to tell */
    size_t fault;       /* the byte of the line from which on it is wrong, or HINT_NO_FAULT */
};

/* Of a line behind ':', of a search; `point` is the cursor's byte. The caller frees hint->text. */
void hint_of_command(struct ui *ui, struct span line, size_t point, struct hint *hint);
void hint_of_search(struct ui *ui, struct span line, struct hint *hint);

#endif
