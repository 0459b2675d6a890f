/* See values.h. */
#include "ui/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ui/theme_file.h"

void values_each(const struct option_row *row, void (*fn)(const char *value, void *arg), void *arg)
{
    if (row->type == OPTION_FLAG) {
        fn("on", arg);
        fn("off", arg);
    } else if (strcmp(row->name, "theme") == 0) {
        theme_each(fn, arg);
    }
    for (const char *const *choice = row->choices; choice && *choice; choice++)
        fn(*choice, arg);
}

struct walk {
    const char *now;
    char *first, *next;
    bool passed;
};

static void step(const char *value, void *arg)
{
    struct walk *walk = arg;
    if (!walk->first)
        walk->first = mem_text(value);
    if (walk->passed && !walk->next)
        walk->next = mem_text(value);
    walk->passed = walk->passed || strcmp(value, walk->now) == 0;
}

char *values_next(const struct option_row *row, const char *now)
{
    struct walk walk = { .now = now };
    values_each(row, step, &walk);
    if (!walk.next)
        return walk.first;
    free(walk.first);
    return walk.next;
}
