/* The filter as the user handles it: the commands, and filters that were given names. */
#ifndef SIPWHY_UI_FILTERS_H
#define SIPWHY_UI_FILTERS_H

#include "ui/command.h"

#define FILTER_NAME_MOST 32 /* bytes */

/* A filter by its name, as `:filter @NAME` takes it. */
struct named_filter {
    char *name, *text;
};

/* What stands in the place of "@NAME", NULL for an unknown name. */
const char *filters_find(const struct ui *ui, struct span name);
void filters_free(struct ui *ui);
/* Appends a condition that holds where both do; one that is empty or NULL is left out. */
void filters_put_both(struct strbuf *out, const char *a, const char *b);

void filter_run(struct ui *ui, const char *argument);
void filter_run_form(struct ui *ui, const char *argument); /* from within it, the line */
void filter_run_line(struct ui *ui, const char *argument); /* the one in force, to be changed */
void filter_run_save(struct ui *ui, const char *argument);
void filter_run_drop(struct ui *ui, const char *argument);

complete_fn complete_filter;      /* what may stand at the end of an expression */
complete_fn complete_filter_name; /* without the @ */

#endif
