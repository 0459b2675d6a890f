/* See keep.h. What should stand in a file is a list of lines; a line that is there is compared. */
#include "ui/keep.h"

#include <errno.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "configfile.h"
#include "ui/command.h"
#include "ui/filters.h"
#include "ui/keymap.h"
#include "ui/list.h"

/* A line as it should be: its command, what it is about, and whether it must stand there. */
struct wanted {
    const char *word;
    char *about, *line;
    const char *comment; /* before it, where it is new; or NULL */
    bool needed, there;
};

struct keeper {
    struct ui *ui;
    struct wanted *items;
    size_t count;
};

/* Takes `about` and `line` over. */
static struct wanted *want(struct keeper *k, const char *word, char *about, char *line)
{
    k->items = mem_grow(k->items, (k->count + 1) * sizeof *k->items);
    struct wanted *item = &k->items[k->count++];
    *item = (struct wanted){ .word = word, .about = about, .line = line, .needed = true };
    return item;
}

static void free_keeper(struct keeper *k)
{
    for (size_t i = 0; i < k->count; i++) {
        free(k->items[i].about);
        free(k->items[i].line);
    }
    free(k->items);
}

/* ---- what should stand there ------------------------------------------------------------ */

static void want_layouts(struct keeper *k)
{
    for (size_t i = 0; i < lists_count(); i++) {
        const struct list *list = lists_at(k->ui, i);
        struct strbuf line = STRBUF_INIT;
        if (columns_are_own(list))
            continue;
        strbuf_format(&line, "layout %s ", list->ops->name);
        columns_write(list, &line);
        want(k, "layout", mem_text(list->ops->name), strbuf_take(&line));
    }
}

static void want_splits(struct keeper *k)
{
    for (enum split_id id = 0; id < SPLITS; id++)
        if (k->ui->splits.share[id])
            want(k, "split", mem_text(split_name(id)),
                 mem_format("split %s %d", split_name(id), k->ui->splits.share[id]));
}

static void want_filters(struct keeper *k)
{
    for (size_t i = 0; i < k->ui->nnamed_filters; i++) {
        const struct named_filter *f = &k->ui->named_filters[i];
        want(k, "filter-save", mem_text(f->name),
             mem_format("filter-save %s %s", f->name, f->text));
    }
}

/* What the command line gave is for this run. */
static bool is_given(const struct settings *settings, const struct option_row *row)
{
    return settings->given >> (row - option_rows) & 1;
}

/* A repeatable setting has a line for each of its values. */
static void want_list(struct keeper *k, const struct option_row *row)
{
    const struct string_list *list = option_list(k->ui->settings, row);
    for (size_t i = 0; i < list->count; i++)
        want(k, "set", mem_format("%s=%s", row->name, list->items[i]),
             mem_format("set %s=%s", row->name, list->items[i]))
            ->comment = i ? NULL : tr(row->help);
}

static void want_setting(struct keeper *k, const struct option_row *row)
{
    if (row->type == OPTION_LIST) {
        want_list(k, row);
        return;
    }
    char *value = option_get(k->ui->settings, row);
    struct wanted *item = want(k, "set", mem_text(row->name),
                               mem_format("set %s=%s", row->name, value));
    const char *initial = row->initial ? row->initial : row->type == OPTION_FLAG ? "off" : "";
    item->needed = strcmp(value, initial) != 0;
    item->comment = tr(row->help);
    free(value);
}

static void want_settings(struct keeper *k)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].scope & OPTION_SET && !is_given(k->ui->settings, &option_rows[i]))
            want_setting(k, &option_rows[i]);
}

static void want_key(int code, const char *line, bool changed, void *arg)
{
    char name[KEY_NAME];
    keymap_name(code, name);
    want(arg, "map", mem_text(name), mem_format("map %s%s%s", name, *line ? " " : "", line))
        ->needed = changed;
}

/* ---- comparing with what is there ------------------------------------------------------- */

static char *about_value(const struct option_row *row, struct span rest)
{
    while (rest.n && (ascii_blank(*rest.p) || *rest.p == '='))
        rest = (struct span){ rest.p + 1, rest.n - 1 };
    return mem_format("%s=%.*s", row->name, SPAN_ARG(rest));
}

/*
 * What a line is about: a setting without "no" and value, a repeatable one with its value, a key by its
 * usual name, or a word.
 */
static char *about_of(const struct wanted *item, struct span rest)
{
    size_t n = 0;
    char name[KEY_NAME];
    bool set = strcmp(item->word, "set") == 0;
    while (n < rest.n && !ascii_blank(rest.p[n]) && !(set && rest.p[n] == '='))
        n++;
    char *about = mem_format("%.*s", (int)n, rest.p);
    int code = strcmp(item->word, "map") == 0 ? keymap_code(about) : -1;
    const struct option_row *row = set ? option_find(about) : NULL;
    if (row && row->type == OPTION_LIST) {
        free(about);
        return about_value(row, span_make(rest.p + n, span_end(rest)));
    }
    if (code >= 0 || (set && !option_find(about) && strncmp(about, "no", 2) == 0)) {
        char *better = mem_text(code >= 0 ? keymap_name(code, name) : about + 2);
        free(about);
        about = better;
    }
    return about;
}

/* The line's word is the item's; *rest becomes what stands behind it. */
static bool has_word(struct span line, const char *word, struct span *rest)
{
    size_t n = strlen(word);
    while (line.n && (ascii_blank(*line.p) || *line.p == ':'))
        line = (struct span){ line.p + 1, line.n - 1 };
    if (!span_starts(line, word) || (line.n > n && !ascii_blank(line.p[n])))
        return false;
    *rest = span_trim((struct span){ line.p + n, line.n - n });
    return true;
}

/* Whether two settings say the same, however they are written. */
static bool same_setting(const char *name, struct span a, struct span b)
{
    struct span both[] = { a, b };
    char *values[2] = { NULL, NULL };
    for (size_t i = 0; i < 2; i++) {
        struct settings settings;
        char *error = NULL, *text = mem_format("%.*s", SPAN_ARG(both[i]));
        settings_init(&settings);
        if (option_assign(&settings, text, &error) == 0)
            values[i] = option_get(&settings, option_find(name));
        free(error);
        free(text);
        settings_free(&settings);
    }
    bool same = values[0] && values[1] && strcmp(values[0], values[1]) == 0;
    free(values[0]);
    free(values[1]);
    return same;
}

static struct span behind_word(struct span text)
{
    size_t n = 0;
    while (n < text.n && !ascii_blank(text.p[n]))
        n++;
    return span_trim((struct span){ text.p + n, text.n - n });
}

/* Whether a line of the file already says what the item does. */
static bool says(const struct wanted *item, struct span rest)
{
    struct span own = SPAN_NONE;
    has_word(SPAN(item->line), item->word, &own);
    if (strcmp(item->word, "set") == 0 && !option_find(item->about))
        return true; /* a value of a repeatable one, which is what it is about */
    if (strcmp(item->word, "set") == 0)
        return same_setting(item->about, own, rest);
    /* both are about the same: what stands behind that counts */
    return span_equal(behind_word(own), behind_word(rest));
}

static struct wanted *find(struct keeper *k, const char *word, struct span rest)
{
    for (size_t i = 0; i < k->count; i++) {
        struct wanted *item = &k->items[i];
        if (strcmp(item->word, word) != 0)
            continue;
        char *about = about_of(item, rest);
        bool same = strcmp(about, item->about) == 0;
        free(about);
        if (same)
            return item;
    }
    return NULL;
}

/* Lines of these words that are not wanted are taken out; others of "set" and "map" are left. */
static bool edit(struct strbuf *line, void *arg)
{
    static const char *const words[] = { "set", "map", "layout", "split", "filter-save" };
    struct keeper *k = arg;
    struct span rest;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!has_word(strbuf_as_span(line), words[i], &rest))
            continue;
        struct wanted *item = find(k, words[i], rest);
        if (!item)
            return i < 2;
        item->there = true;
        if (says(item, rest))
            return true;
        strbuf_clear(line);
        strbuf_text(line, item->line);
    }
    return true;
}

static void add(struct strbuf *out, void *arg)
{
    const struct keeper *k = arg;
    for (size_t i = 0; i < k->count; i++) {
        const struct wanted *item = &k->items[i];
        if (!item->needed || item->there)
            continue;
        if (item->comment)
            strbuf_format(out, "# %s\n", item->comment);
        strbuf_format(out, "%s\n", item->line);
    }
}

void keep_run_write(struct ui *ui, const char *argument)
{
    struct keeper k = { .ui = ui };
    char *path = config_path("config");
    (void)argument;
    want_settings(&k);
    keymap_each(want_key, &k);
    want_layouts(&k);
    want_splits(&k);
    want_filters(&k);
    if (path && config_edit(path, edit, add, &k) == 0)
        ui_notice(ui, false, _("Settings, keys, columns and named filters are kept in %s"), path);
    else
        ui_notice(ui, true, _("%s: cannot write: %s"), path ? path : "~/.config/sipwhy/config",
                  strerror(path ? errno : ENOENT));
    free(path);
    free_keeper(&k);
}

/* ---- the state ----------------------------------------------------------------------------- */

static bool drop_line(struct strbuf *line, void *arg)
{
    (void)line;
    (void)arg;
    return false;
}

void keep_state(struct ui *ui)
{
    struct keeper k = { .ui = ui };
    char *path = config_state_path("state");
    if (path && ui->settings->remember && !ui->settings->no_config) {
        if (!is_given(ui->settings, option_find("pane")))
            want_setting(&k, option_find("pane"));
        want_layouts(&k);
        want_splits(&k);
        config_edit(path, drop_line, add, &k);
    }
    free(path);
    free_keeper(&k);
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool stands_in(const char *const *words, const char *line)
{
    size_t n = strcspn(line, " \t");
    for (; *words; words++)
        if (strlen(*words) == n && strncmp(line, *words, n) == 0)
            return true;
    return n == 0 || *line == '#';
}

/* Runs a line; true when it was good. A fault becomes a notice that names the place. */
static bool run_line(struct ui *ui, const char *line, const char *path, int number, bool fits)
{
    char *before = ui->notice;
    bool was_error = ui->notice_is_error;
    ui->notice = NULL;
    if (fits)
        command_line(ui, line);
    else
        ui_notice(ui, true, _("'%.*s' has no place here"), (int)strcspn(line, " \t"), line);
    char *why = ui->notice;
    bool bad = why && ui->notice_is_error;
    ui->notice = before;
    ui->notice_is_error = was_error;
    if (bad && !(before && was_error)) /* the first fault is told */
        ui_notice(ui, true, "%s:%d: %s", path, number, why);
    free(why);
    return !bad;
}

/* Commands that make sense before the first screen; the others would only surprise there. */
static bool config_line(const char *line, const char *path, int number, void *arg)
{
    static const char *const words[] = { "set",    "map",   "filter", "filter-save",
                                         "layout", "split", "list",   NULL };
    return run_line(arg, line, path, number, stands_in(words, line));
}

/* What is broken costs no more than itself. */
static bool state_line(const char *line, const char *path, int number, void *arg)
{
    static const char *const words[] = { "set", "layout", "split", NULL };
    run_line(arg, line, path, number, stands_in(words, line));
    return true;
}

static void read_file(struct ui *ui, char *path, config_line_fn *fn)
{
    ui->settings->keep_given = true;
    if (config_read(path, fn, ui) < 0)
        ui_notice(ui, true, _("%s: cannot read: %s"), path, strerror(errno));
    ui->settings->keep_given = false;
    free(path);
}

void keep_read(struct ui *ui)
{
    if (ui->settings->no_config)
        return;
    if (ui->settings->remember)
        read_file(ui, config_state_path("state"), state_line);
    read_file(ui, config_path("config"), config_line);
}
