/* See table.h. */
#include "help/table.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "help/block.h"

static size_t count_cells(struct span line)
{
    size_t n = 1;
    for (size_t i = 0; i < line.n; i++)
        n += line.p[i] == '\t';
    return n;
}

/* Points the row's cells into the line and terminates them; too many are left out. */
static void cut_line(struct help_table *table, const char **row, struct span line)
{
    char *p = table->bytes + (line.p - table->bytes), *end = p + line.n;
    *end = '\0';
    for (size_t column = 0; column < table->columns; column++) {
        row[column] = "";
        if (!p)
            continue;
        char *tab = memchr(p, '\t', (size_t)(end - p));
        if (tab)
            *tab = '\0';
        if (strcmp(p, "-") != 0)
            row[column] = p;
        p = tab ? tab + 1 : NULL;
    }
}

void table_parse(struct help_table *table, struct span text)
{
    struct span rest, line;
    size_t lines = 0, size = 0;
    *table = (struct help_table){ .bytes = mem_alloc(text.n + 1) };
    if (text.n)
        memcpy(table->bytes, text.p, text.n);
    rest = (struct span){ table->bytes, text.n };
    while (block_line(&rest, &line)) {
        if (line.n == 0)
            continue;
        if (table->columns == 0)
            table->columns = count_cells(line);
        if (lines == size) {
            size = size ? size * 2 : 64;
            table->cells = mem_grow(table->cells, size * table->columns * sizeof(char *));
        }
        cut_line(table, table->cells + lines++ * table->columns, line);
    }
    table->rows = lines ? lines - 1 : 0;
}

void table_free(struct help_table *table)
{
    free(table->bytes);
    free(table->cells);
    *table = (struct help_table){ 0 };
}

int table_column(const struct help_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->cells[i], name) == 0)
            return (int)i;
    return -1;
}

const char *table_cell(const struct help_table *table, size_t row, int column)
{
    return column < 0 || row >= table->rows
               ? ""
               : table->cells[(row + 1) * table->columns + (size_t)column];
}
