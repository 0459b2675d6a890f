/* Saving as a form: what, as what, and where to. Enter begins; over a file that is there, twice. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/form.h"
#include "ui/list.h"
#include "ui/prompt.h"
#include "ui/save.h"

enum { WHAT, FORMAT, PATH, ROWS };

static const char *const whats[] = { "marked", "filtered", "all", NULL };
static const char *const formats[] = { "pcap", "pcapng", "text", NULL };
static const char *const endings[SAVE_FORMATS] = { ".pcap", ".pcapng", ".txt" };

static const char *name_of_what(size_t what)
{
    static const char *const names[] = { N_("the calls of marked rows"),
                                         N_("the calls that fit the filter"), N_("all calls") };
    return names[what];
}

static const char *name_of_format(size_t format)
{
    static const char *const names[] = {
        N_("pcap: the SIP packets with their ICMP, TCP and TLS; no RTP"),
        N_("pcapng: the same, with interfaces, and findings as comments"),
        N_("text: the SIP messages, readable")
    };
    return names[format];
}

static const struct form_row rows[ROWS] = {
    [WHAT] = { N_("What"),
               N_("Arrows choose; whole calls are saved, their SIP messages without media (RTP)"),
               whats, name_of_what, NULL },
    [FORMAT] = { N_("As"), N_("Arrows choose"), formats, name_of_format, NULL },
    [PATH] = { N_("File"), N_("Tab completes; ~ is the home folder"), NULL, NULL, prompt_complete },
};

struct save_view {
    struct view view;
    struct form form;
    bool asked; /* a file is there, and the next Enter writes over it */
};

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct save_view *v = (struct save_view *)view;
    struct strbuf text = STRBUF_INIT;
    int y = rect.y + 1 + ROWS;
    screen_clear(rect);
    screen_string(rect.y, rect.x + 1, rect.width - 2, STYLE_HEADING, _("Save"));
    form_draw(&v->form, (struct rect){ rect.y + 1, rect.x, ROWS, rect.width });
    const struct store_counts *counts = store_counts(ui->store);
    strbuf_format(&text, _("marked transactions: %llu; stored messages: %llu"),
                  (unsigned long long)counts->live_marked,
                  (unsigned long long)counts->live_messages);
    const char *lines[] = { strbuf_str(&text), tr(rows[v->form.row].hint),
                            v->asked ? _("The file is there: Enter again writes over it")
                                     : _("Enter saves, Esc gives up") };
    for (int i = 0; i < 3 && y + i < rect.y + rect.height; i++)
        screen_string(y + i, rect.x + 1, rect.width - 2,
                      i == 0               ? STYLE_NORMAL
                      : i == 2 && v->asked ? STYLE_ALERT
                                           : STYLE_DIM,
                      lines[i]);
    strbuf_free(&text);
}

/* The format that a name's ending speaks of; SAVE_FORMATS: it speaks of none. */
static size_t ending_of(const char *path)
{
    size_t n = strlen(path), i = 0;
    for (; i < SAVE_FORMATS; i++) {
        size_t ending = strlen(endings[i]);
        if (n > ending && strcmp(path + n - ending, endings[i]) == 0)
            break;
    }
    return i;
}

/* Ending and format go together, whichever of them is changed. */
static void keep_in_step(struct form *form)
{
    const char *path = form->texts[PATH];
    size_t format = ending_of(path);
    if (format == SAVE_FORMATS)
        return;
    if (form->row == PATH) {
        form_set(form, FORMAT, formats[format]);
        return;
    }
    char *changed = mem_format("%.*s%s", (int)(strlen(path) - strlen(endings[format])), path,
                               endings[form->choices[FORMAT]]);
    form_set(form, PATH, changed);
    free(changed);
}

static void begin(struct ui *ui, struct save_view *v)
{
    char *typed = mem_format("%.*s", SPAN_ARG(form_value(&v->form, PATH)));
    char *path = prompt_path(typed);
    enum save_what what = (enum save_what)v->form.choices[WHAT];
    enum save_format format = (enum save_format)v->form.choices[FORMAT];
    bool there = access(path, F_OK) == 0;
    if (!*typed)
        ui_notice(ui, true, _("save: name a file"));
    else if (what == SAVE_FILTERED && !ui->filter)
        ui_notice(ui, true, _("save: no filter is in force; choose all calls"));
    else if (there && !v->asked)
        v->asked = true;
    else if (ui_save(ui, typed, what, format, v->asked))
        ui_pop(ui);
    free(path);
    free(typed);
}

/* A value is another one. */
static void follow(struct save_view *v)
{
    v->asked = false;
    keep_in_step(&v->form);
}

static bool key(struct ui *ui, struct view *view, int code)
{
    struct save_view *v = (struct save_view *)view;
    if (code == '\r' || code == '\n' || code == KEY_ENTER) {
        begin(ui, v);
        return true;
    }
    enum form_result result = form_key(&v->form, code);
    if (result == FORM_CHANGED)
        follow(v);
    return result != FORM_LEFT;
}

static void click(struct ui *ui, struct view *view, int y, int x)
{
    struct save_view *v = (struct save_view *)view;
    (void)ui;
    if (form_click(&v->form, y, x) == FORM_CHANGED)
        follow(v);
}

static void close_save(struct view *view)
{
    form_free(&((struct save_view *)view)->form);
    free(view);
}

static const struct view_ops save_ops = {
    .name = N_("save"),
    .keybar = "back",
    .draw = draw,
    .key = key,
    .click = click,
    .close = close_save,
};

/* "sipwhy-20261129-140211.pcap": by the time of what was seen last. */
static void propose_path(struct ui *ui, struct form *form)
{
    char date[TIME_TEXT], digits[TIME_TEXT], *out = digits;
    time_date(store_now(ui->store), date);
    date[strcspn(date, ".")] = '\0';
    for (const char *p = date; *p; p++)
        if (ascii_digit(*p) || *p == ' ')
            *out++ = *p == ' ' ? '-' : *p;
    *out = '\0';
    char *path = mem_format("sipwhy-%s.pcap", digits);
    form_set(form, PATH, path);
    free(path);
}

struct view *view_save_new(struct ui *ui)
{
    struct save_view *v = mem_zero(sizeof *v);
    v->view.ops = &save_ops;
    form_init(&v->form, rows, ROWS);
    v->form.row = PATH;
    form_set(&v->form, WHAT, whats[save_what(ui)]);
    propose_path(ui, &v->form);
    return &v->view;
}
