/*
 * Notes of the site, DIR/notes/NAME.md: a runbook for a topic, for a condition, or
 * for both. Lines "key: value" come first (topic, when, lang), then an empty line and
 * markup. A bad note costs a warning and nothing else.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/tr.h"
#include "help/block.h"
#include "help/markup.h"
#include "help/private.h"

/* A file being read: where a fault is told to, and how far its header goes. */
struct reading {
    const struct help *help;
    const char *path;
    struct span rest;
    size_t line;
    struct strbuf *warning;
    char *(*check_condition)(const char *condition);
};

static int fault(struct reading *r, size_t line, const char *message)
{
    strbuf_format(r->warning, "%s:%zu: %s\n", r->path, line, message);
    return -1;
}

static char *text_of(struct span s)
{
    char *text = mem_alloc(s.n + 1);
    span_copy(s, text, s.n + 1);
    return text;
}

static int set_topic(struct reading *r, struct help_note *note, struct span value)
{
    struct help_match match;
    char *words = text_of(value);
    int result = help_resolve(r->help, words, NULL, &match);
    free(words);
    if (result)
        return fault(r, r->line,
                     _("no such topic; name one as in 'topic: 503' or 'topic: q850:34'"));
    free(note->topic);
    note->topic = mem_text(match.topic);
    return 0;
}

static int set_condition(struct reading *r, struct help_note *note, struct span value)
{
    free(note->condition);
    note->condition = text_of(value);
    char *message = r->check_condition ? r->check_condition(note->condition) : NULL;
    int result = message ? fault(r, r->line, message) : 0;
    free(message);
    return result;
}

static int set_language(struct reading *r, struct help_note *note, struct span value)
{
    (void)r;
    free(note->language);
    note->language = text_of(value);
    return 0;
}

static const struct {
    const char *key;
    int (*set)(struct reading *r, struct help_note *note, struct span value);
} keys[] = {
    { "topic", set_topic },
    { "when", set_condition },
    { "lang", set_language },
};

static int read_key(struct reading *r, struct help_note *note, struct span line)
{
    const char *colon = span_find(line, ':');
    struct span key = colon ? span_trim(span_make(line.p, colon)) : line;
    for (size_t i = 0; colon && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (span_is(key, keys[i].key))
            return keys[i].set(r, note, span_trim(span_make(colon + 1, span_end(line))));
    return fault(r, r->line,
                 _("a note begins with lines 'topic: ...', 'when: ...' or 'lang: ...' and an empty "
                   "line"));
}

/* The lines up to the empty one. */
static int read_header(struct reading *r, struct help_note *note)
{
    struct span line;
    while (block_line(&r->rest, &line)) {
        r->line++;
        if (span_trim(line).n == 0)
            break;
        if (read_key(r, note, line))
            return -1;
    }
    if (!note->topic && !note->condition)
        return fault(r, 1, _("say what the note is about: 'topic: 503', 'when: src == 10.0.0.9'"));
    return 0;
}

void notes_free_one(struct help_note *note)
{
    free(note->file);
    free(note->topic);
    free(note->condition);
    free(note->language);
    free(note->owned);
}

int notes_parse(const struct help *help, struct help_note *note, size_t n,
                char *(*check_condition)(const char *condition), struct strbuf *warning)
{
    struct reading r = { .help = help,
                         .path = note->file,
                         .rest = { note->owned, n },
                         .warning = warning,
                         .check_condition = check_condition };
    size_t line;
    const char *message;
    if (span_starts(r.rest, "\xef\xbb\xbf"))
        r.rest = (struct span){ r.rest.p + 3, n - 3 };
    if (read_header(&r, note))
        return -1;
    note->text = r.rest;
    if (help_check(note->text, NULL, NULL, 0, &line, &message))
        return fault(&r, r.line + line, tr(message));
    return 0;
}

/* A note for another language is read all the same: its faults are told. */
static bool wanted(const struct help *help, const struct help_note *note)
{
    return !note->language || strcmp(note->language, help->language) == 0;
}

static void add_file(struct help *help, const char *path,
                     char *(*check_condition)(const char *condition), struct strbuf *warning)
{
    size_t n;
    struct help_note note = { .file = mem_text(path), .owned = pages_read_file(path, &n) };
    int result = -1;
    if (note.owned)
        result = notes_parse(help, &note, n, check_condition, warning);
    else
        strbuf_format(warning, "%s: %s\n", path, pages_read_error());
    if (result || !wanted(help, &note)) {
        notes_free_one(&note);
        return;
    }
    help->notes = mem_grow(help->notes, (help->nnotes + 1) * sizeof(*help->notes));
    help->notes[help->nnotes++] = note;
}

static int is_note(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 3 && strcmp(entry->d_name + n - 3, ".md") == 0;
}

void notes_load(struct help *help, char *(*check_condition)(const char *condition),
                struct strbuf *warning)
{
    for (size_t i = 0; i < help->ndirs; i++) {
        struct dirent **names;
        char *folder = mem_format("%s/notes", help->dirs[i]);
        int n = scandir(folder, &names, is_note, alphasort);
        if (n < 0 && errno != ENOENT && errno != ENOTDIR)
            strbuf_format(warning, "%s: %s\n", folder, strerror(errno));
        for (int k = 0; k < n; k++) {
            char *path = mem_format("%s/%s", folder, names[k]->d_name);
            add_file(help, path, check_condition, warning);
            free(path);
            free(names[k]);
        }
        if (n >= 0)
            free(names);
        free(folder);
    }
}

void notes_free(struct help *help)
{
    for (size_t i = 0; i < help->nnotes; i++)
        notes_free_one(&help->notes[i]);
    free(help->notes);
}
