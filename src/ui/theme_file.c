/* See theme_file.h. */
#include "ui/theme_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tr.h"
#include "configfile.h"

#ifndef SIPWHY_THEMEDIR
#define SIPWHY_THEMEDIR "/usr/local/share/sipwhy/themes"
#endif
#define FILE_MOST (64 * 1024) /* bytes of a file that are read */
#define LIKE_DEEP 4           /* themes that are like another one, in a row */
#define BASE "dark"           /* what a theme begins with that says nothing else */

static const struct {
    const char *name, *use;
} styles[STYLES] = {
    [STYLE_NORMAL] = { "normal", N_("all other text, and the background") },
    [STYLE_HEADER] = { "header", N_("the program's name in the first line") },
    [STYLE_TITLE] = { "title", N_("titles of columns, names") },
    [STYLE_RULE] = { "rule", N_("lines between parts") },
    [STYLE_KEY] = { "key", N_("keys in the last line") },
    [STYLE_DIM] = { "dim", N_("what matters less") },
    [STYLE_BOLD] = { "bold", N_("what matters more") },
    [STYLE_CODE] = { "code", N_("values and examples") },
    [STYLE_LINK] = { "link", N_("links to other pages") },
    [STYLE_HEADING] = { "heading", N_("headings of pages and of the pane") },
    [STYLE_FIELD] = { "field", N_("names of header fields") },
    [STYLE_ALERT] = { "alert", N_("what must not be missed: faults, losses") },
    [STYLE_MATCH] = { "match", N_("what a search found") },
    [STYLE_MARKED] = { "marked", N_("marked rows") },
    [STYLE_SELECTED] = { "selected", N_("the selected row: a bar below the colours of its cells") },
    [STYLE_CLASS + SIP_CLASS_NONE] = { "waiting", N_("no answer yet") },
    [STYLE_CLASS + SIP_CLASS_PROVISIONAL] = { "provisional", N_("1xx: on its way") },
    [STYLE_CLASS + SIP_CLASS_SUCCESS] = { "success", N_("2xx: good") },
    [STYLE_CLASS + SIP_CLASS_REDIRECT] = { "redirect", N_("3xx: try elsewhere") },
    [STYLE_CLASS + SIP_CLASS_CHALLENGE] = { "challenge", N_("401, 407, 494: asked to log in") },
    [STYLE_CLASS + SIP_CLASS_CANCELLED] = { "cancelled", N_("487: cancelled") },
    [STYLE_CLASS + SIP_CLASS_CLIENT] = { "client", N_("4xx: refused as it is") },
    [STYLE_CLASS + SIP_CLASS_SERVER] = { "server", N_("5xx: a server failed") },
    [STYLE_CLASS + SIP_CLASS_GLOBAL] = { "global", N_("6xx: refused everywhere") },
    [STYLE_CLASS + SIP_CLASS_TIMEOUT] = { "timeout", N_("no answer in time") },
};

static const struct {
    const char *name;
    enum look_attribute attribute;
} attributes[] = {
    { "bold", LOOK_BOLD },           { "dim", LOOK_DIM },         { "italic", LOOK_ITALIC },
    { "underline", LOOK_UNDERLINE }, { "reverse", LOOK_REVERSE },
};
#define ATTRIBUTES (sizeof attributes / sizeof attributes[0])

const char *style_name(enum style style)
{
    return styles[style].name;
}

const char *style_use(enum style style)
{
    return tr(styles[style].use);
}

/* ---- lines -------------------------------------------------------------------------------- */

static int find_style(struct span name)
{
    for (int i = 0; i < STYLES; i++)
        if (span_is(name, styles[i].name))
            return i;
    return -1;
}

static int read_attributes(struct span line, unsigned *set, char **error)
{
    struct span word;
    *set = 0;
    while ((word = span_word(&line)).n) {
        size_t i = 0;
        while (i < ATTRIBUTES && !span_is(word, attributes[i].name))
            i++;
        if (i == ATTRIBUTES) {
            *error = mem_format(_("'%.*s' is not one of bold, dim, italic, underline, reverse"),
                                SPAN_ARG(word));
            return -1;
        }
        *set |= attributes[i].attribute;
    }
    return 0;
}

static int read_colour(struct span *line, struct palette_colour *colour, char **error)
{
    struct span word = span_word(line);
    if (palette_parse(word, colour) == 0)
        return 0;
    *error = word.n ? mem_format(_("no colour is called '%.*s'"), SPAN_ARG(word))
                    : mem_text(_("a style has two colours: the text's and the background's"));
    return -1;
}

int theme_line(struct theme *theme, struct span line, struct span *like, char **error)
{
    struct look look;
    struct span word = span_word(&line);
    if (word.n == 0 || *word.p == '#')
        return 0;
    if (span_is(word, "like")) {
        *like = span_word(&line);
        return 0;
    }
    int style = find_style(word);
    if (style < 0) {
        *error = mem_format(_("no style is called '%.*s'"), SPAN_ARG(word));
        return -1;
    }
    if (read_colour(&line, &look.foreground, error) < 0 ||
        read_colour(&line, &look.background, error) < 0 ||
        read_attributes(line, &look.attributes, error) < 0)
        return -1;
    theme->looks[style] = look;
    theme->told |= UINT64_C(1) << style;
    return 0;
}

void look_write(const struct look *look, struct strbuf *out)
{
    palette_write(&look->foreground, out);
    strbuf_char(out, ' ');
    palette_write(&look->background, out);
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (look->attributes & attributes[i].attribute)
            strbuf_format(out, " %s", attributes[i].name);
}

/* ---- files -------------------------------------------------------------------------------- */

static int load(struct theme *theme, struct span name, int depth, char **fault);

static void note_fault(char **fault, const char *path, int number, char *error)
{
    if (!*fault)
        *fault = mem_format("%s:%d: %s", path, number, error);
    free(error);
}

/* Puts a text over the theme. What it is like comes before what it says itself. */
static void read_text(struct theme *theme, const char *path, struct span text, int depth,
                      char **fault)
{
    int number = 0;
    while (text.n) {
        const char *end = span_find(text, '\n');
        struct span line = end ? span_make(text.p, end) : text, like = SPAN_NONE;
        char *error = NULL;
        number++;
        text = end ? span_make(end + 1, span_end(text)) : SPAN_NONE;
        if (theme_line(theme, line, &like, &error) < 0)
            note_fault(fault, path, number, error);
        else if (like.p && (depth == LIKE_DEEP || load(theme, like, depth + 1, fault) < 0))
            note_fault(fault, path, number,
                       mem_format(_("no theme is called '%.*s'"), SPAN_ARG(like)));
    }
}

static bool read_file(struct theme *theme, const char *path, int depth, char **fault)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char *text = mem_alloc(FILE_MOST);
    size_t n = fread(text, 1, FILE_MOST, file);
    fclose(file);
    read_text(theme, path, (struct span){ text, n }, depth, fault);
    free(text);
    return true;
}

/* The folders of a site and the user, later ones over earlier ones; NULL ends. */
static char *folder(size_t i)
{
    static const char *const fixed[] = { SIPWHY_THEMEDIR, "/etc/sipwhy/themes" };
    return i < 2 ? mem_text(fixed[i]) : i == 2 ? config_path("themes") : NULL;
}

static const struct theme_text *built_in(struct span name)
{
    for (size_t i = 0; i < theme_bundle_count; i++)
        if (span_equal(name, SPAN(theme_bundle[i].name)))
            return &theme_bundle[i];
    return NULL;
}

/* No path, and nothing hidden. */
static bool is_name(struct span name)
{
    return name.n && name.n < 64 && *name.p != '.' && !span_find(name, '/');
}

static int load(struct theme *theme, struct span name, int depth, char **fault)
{
    const struct theme_text *own = built_in(name);
    bool found = own != NULL;
    char *dir;
    if (!is_name(name))
        return -1;
    if (own)
        read_text(theme, own->name, SPAN(own->text), depth, fault);
    for (size_t i = 0; (dir = folder(i)); i++) {
        char *path = mem_format("%s/%.*s", dir, SPAN_ARG(name));
        found = read_file(theme, path, depth, fault) || found;
        free(path);
        free(dir);
    }
    return found ? 0 : -1;
}

int theme_load(struct theme *theme, const char *name, char **fault)
{
    *fault = NULL;
    *theme = (struct theme){ 0 };
    load(theme, SPAN(BASE), 0, fault);
    return strcmp(name, BASE) == 0 ? 0 : load(theme, SPAN(name), 0, fault);
}

/* ---- which there are ---------------------------------------------------------------------- */

struct names {
    char **items;
    size_t count;
};

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return;
    names->items = mem_grow(names->items, (names->count + 1) * sizeof *names->items);
    names->items[names->count++] = mem_text(name);
}

static void add_folder(struct names *names, const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (is_name(SPAN(entry->d_name)))
            add_name(names, entry->d_name);
    if (dir)
        closedir(dir);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void theme_each(void (*fn)(const char *name, void *arg), void *arg)
{
    struct names names = { 0 };
    char *dir;
    for (size_t i = 0; i < theme_bundle_count; i++)
        add_name(&names, theme_bundle[i].name);
    for (size_t i = 0; (dir = folder(i)); i++) {
        add_folder(&names, dir);
        free(dir);
    }
    qsort(names.items, names.count, sizeof *names.items, compare);
    for (size_t i = 0; i < names.count; i++) {
        fn(names.items[i], arg);
        free(names.items[i]);
    }
    free(names.items);
}
