/*
 * Collects pages: bundled ones first, then folder by folder what is on disk. A page
 * is known by its path, LANG/KIND/NAME.md. Pages on disk are somebody else's work:
 * each is checked, and a bad one costs a warning and nothing else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tr.h"
#include "help/block.h"
#include "help/bundle.h"
#include "help/markup.h"
#include "help/private.h"

enum { PAGE_MAX = 256 * 1024 }; /* bytes; a page of the knowledge base has about 3,000 */

static const char suffix[] = ".md";

/* "code/488.md" without its end, if it is a topic. */
static bool topic_of(struct span path, struct span *topic)
{
    size_t n = sizeof(suffix) - 1;
    if (path.n <= n || memcmp(span_end(path) - n, suffix, n) != 0)
        return false;
    *topic = (struct span){ path.p, path.n - n };
    return block_is_topic(*topic);
}

static struct help_page *add_page(struct help *help, struct span topic, bool translated)
{
    if (help->npages == help->pages_size) {
        help->pages_size = help->pages_size ? help->pages_size * 2 : 128;
        help->pages = mem_grow(help->pages, help->pages_size * sizeof(*help->pages));
    }
    struct help_page *page = &help->pages[help->npages];
    *page = (struct help_page){ .topic = mem_alloc(topic.n + 1),
                                .order = help->npages++,
                                .translated = translated };
    span_copy(topic, page->topic, topic.n + 1);
    return page;
}

static void add_bundled(struct help *help, const char *language, bool translated)
{
    size_t n = strlen(language);
    for (size_t i = 0; i < help_bundle_count; i++) {
        const struct help_file *file = &help_bundle[i];
        struct span topic;
        if (strncmp(file->path, language, n) != 0 || file->path[n] != '/' ||
            !topic_of(SPAN(file->path + n + 1), &topic))
            continue;
        add_page(help, topic, translated)->text = (struct span){ file->text, file->length };
    }
}

/* EFBIG: longer than a page may be. */
static char *read_all(int fd, size_t *n)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return NULL;
    if (!S_ISREG(st.st_mode) || st.st_size > PAGE_MAX) {
        errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
        return NULL;
    }
    char *bytes = mem_alloc((size_t)st.st_size + 1);
    *n = 0;
    while (*n < (size_t)st.st_size) {
        ssize_t got = read(fd, bytes + *n, (size_t)st.st_size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(bytes);
            return NULL;
        }
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    return bytes;
}

char *pages_read_file(const char *path, size_t *n)
{
    /* Non-blocking, lest a FIFO in the folder stops the program. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *bytes = read_all(fd, n);
    int error = errno;
    close(fd);
    errno = error;
    return bytes;
}

const char *pages_read_error(void)
{
    return errno == EFBIG    ? _("is too long for a page")
           : errno == EINVAL ? _("is not a file")
                             : strerror(errno);
}

static struct span without_bom(struct span text)
{
    bool bom = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
    return bom ? (struct span){ text.p + 3, text.n - 3 } : text;
}

static void add_file(struct help *help, const char *path, struct span topic, bool translated,
                     struct strbuf *warning)
{
    size_t n, line;
    const char *message;
    char *bytes = pages_read_file(path, &n);
    if (!bytes) {
        strbuf_format(warning, "%s: %s\n", path, pages_read_error());
        return;
    }
    struct span text = without_bom((struct span){ bytes, n });
    if (help_check(text, help->section_ids, NULL, help->nsections, &line, &message)) {
        strbuf_format(warning, "%s:%zu: %s\n", path, line, tr(message));
        free(bytes);
        return;
    }
    struct help_page *page = add_page(help, topic, translated);
    page->file = mem_text(path);
    page->owned = bytes;
    page->text = text;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The names in a folder, sorted, or -1. A folder that is not there has none. */
static int list_folder(const char *path, struct dirent ***names, struct strbuf *warning)
{
    int n = scandir(path, names, not_hidden, alphasort);
    if (n < 0 && errno != ENOENT && errno != ENOTDIR)
        strbuf_format(warning, "%s: %s\n", path, strerror(errno));
    return n;
}

static void add_kind(struct help *help, const char *folder, const char *kind, bool translated,
                     struct strbuf *warning)
{
    struct strbuf path = STRBUF_INIT;
    struct dirent **names;
    strbuf_format(&path, "%s/%s", folder, kind);
    int n = list_folder(strbuf_str(&path), &names, warning);
    for (int i = 0; i < n; i++) {
        struct strbuf name = STRBUF_INIT;
        struct span topic;
        strbuf_format(&name, "%s/%s", kind, names[i]->d_name);
        strbuf_clear(&path);
        strbuf_format(&path, "%s/%s", folder, strbuf_str(&name));
        if (topic_of(strbuf_as_span(&name), &topic))
            add_file(help, strbuf_str(&path), topic, translated, warning);
        strbuf_free(&name);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    strbuf_free(&path);
}

static void add_folder(struct help *help, const char *dir, const char *language, bool translated,
                       struct strbuf *warning)
{
    struct strbuf folder = STRBUF_INIT;
    struct dirent **kinds;
    strbuf_format(&folder, "%s/%s", dir, language);
    int n = list_folder(strbuf_str(&folder), &kinds, warning);
    for (int i = 0; i < n; i++) {
        add_kind(help, strbuf_str(&folder), kinds[i]->d_name, translated, warning);
        free(kinds[i]);
    }
    if (n >= 0)
        free(kinds);
    strbuf_free(&folder);
}

/* By topic; of the same topic the one that is to be shown first. */
static int compare_pages(const void *a, const void *b)
{
    const struct help_page *x = a, *y = b;
    int by_topic = strcmp(x->topic, y->topic);
    if (by_topic)
        return by_topic;
    if (x->translated != y->translated)
        return x->translated ? -1 : 1;
    return x->order > y->order ? -1 : 1;
}

static void free_page(struct help_page *page)
{
    free(page->topic);
    free(page->file);
    free(page->owned);
}

static void drop_hidden(struct help *help)
{
    size_t kept = 0;
    if (help->npages > 0)
        qsort(help->pages, help->npages, sizeof(*help->pages), compare_pages);
    for (size_t i = 0; i < help->npages; i++) {
        if (kept > 0 && strcmp(help->pages[kept - 1].topic, help->pages[i].topic) == 0)
            free_page(&help->pages[i]);
        else
            help->pages[kept++] = help->pages[i];
    }
    help->npages = kept;
}

void pages_load(struct help *help, struct strbuf *warning)
{
    bool other = strcmp(help->language, "en") != 0;
    add_bundled(help, "en", !other);
    if (other)
        add_bundled(help, help->language, true);
    for (size_t i = 0; i < help->ndirs; i++) {
        add_folder(help, help->dirs[i], "en", !other, warning);
        if (other)
            add_folder(help, help->dirs[i], help->language, true, warning);
    }
    drop_hidden(help);
}

void pages_free(struct help *help)
{
    for (size_t i = 0; i < help->npages; i++)
        free_page(&help->pages[i]);
    free(help->pages);
}
