/* See hosts.h. */
#include "hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "store/names.h"

#define LARGEST (8u << 20) /* bytes of a file that are looked at */

static char *expand(const char *path)
{
    const char *home = getenv("HOME");
    return home && strncmp(path, "~/", 2) == 0 ? mem_format("%s%s", home, path + 1)
                                               : mem_text(path);
}

/* All of a file, at most LARGEST bytes. -1 with errno. */
static int read_all(const char *path, struct strbuf *text)
{
    char part[16384];
    size_t n;
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (text->n < LARGEST && (n = fread(part, 1, sizeof part, file)) > 0)
        strbuf_span(text, (struct span){ part, n });
    int fault = ferror(file) ? errno : 0;
    fclose(file);
    errno = fault;
    return fault ? -1 : 0;
}

static int read_file(const char *name, char **error)
{
    struct strbuf text = STRBUF_INIT;
    char *path = expand(name);
    int result = read_all(path, &text);
    unsigned wrong = result == 0 ? names_read(strbuf_as_span(&text)) : 0;
    if (result < 0) {
        *error = mem_format("%s: %s", path, strerror(errno));
    } else if (wrong) {
        *error = mem_format(_("%s, line %u: no address or number with a name"), path, wrong);
        result = 1;
    }
    strbuf_free(&text);
    free(path);
    return result;
}

int hosts_read(const struct settings *settings, char **error)
{
    static size_t done;
    int result = 0;
    while (result == 0 && done < settings->hosts.count) {
        result = read_file(settings->hosts.items[done], error);
        done += result >= 0;
    }
    return result;
}
