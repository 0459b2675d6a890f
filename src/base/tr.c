/* See tr.h. The catalogue of the chosen language is sorted once, when it is chosen. */
#include "base/tr.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static const struct tr_catalogue *chosen;
static struct tr_entry *sorted;

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct tr_entry *)a)->id, ((const struct tr_entry *)b)->id);
}

/* "ko_KR.UTF-8" has the catalogue "ko". */
static const struct tr_catalogue *catalogue_of(const char *language)
{
    size_t n = language ? strcspn(language, "_.@") : 0;
    for (const struct tr_catalogue *c = tr_catalogues; n && c->language; c++)
        if (strlen(c->language) == n && strncmp(c->language, language, n) == 0)
            return c;
    return NULL;
}

void tr_set_language(const char *language)
{
    const struct tr_catalogue *catalogue = catalogue_of(language);
    if (catalogue == chosen)
        return;
    free(sorted);
    sorted = NULL;
    chosen = catalogue;
    if (!chosen)
        return;
    sorted = mem_alloc(chosen->count * sizeof(*sorted));
    memcpy(sorted, chosen->entries, chosen->count * sizeof(*sorted));
    qsort(sorted, chosen->count, sizeof(*sorted), compare);
}

const char *tr(const char *text)
{
    struct tr_entry key = { .id = text };
    const struct tr_entry *found = text && chosen
                                       ? bsearch(&key, sorted, chosen->count, sizeof(key), compare)
                                       : NULL;
    return found ? found->text : text;
}

const char *tr_n(const char *one, const char *many, unsigned long n)
{
    const char *text = tr(one);
    /* the languages with a catalogue know no plural: one translation serves every count */
    return text != one ? text : n == 1 ? one : many;
}
