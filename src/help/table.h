/* Tab-separated tables whose first row names the columns: the facts of help/. */
#ifndef SIPWHY_HELP_TABLE_H
#define SIPWHY_HELP_TABLE_H

#include <stddef.h>

#include "base/span.h"

struct help_table {
    char *bytes;        /* the text, cut up into strings */
    const char **cells; /* (rows + 1) * columns, the names first */
    size_t rows, columns;
};

/* Copies and cuts up `text`. Missing cells are "", as are those that hold "-". Never fails. */
void table_parse(struct help_table *table, struct span text);
void table_free(struct help_table *table);
/* The number of the column called `name`, or -1. */
int table_column(const struct help_table *table, const char *name);
/* A cell; "" for column -1 or a row that does not exist. Lives as long as the table. */
const char *table_cell(const struct help_table *table, size_t row, int column);

#endif
