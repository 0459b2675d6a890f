/* See form.h. */
#include "ui/form.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/signs.h"

#define LABEL_WIDTH 16
#define ARROWS 4 /* columns that the arrows beside a choice take, with the blanks */
#define KEY_CONTROL(c) ((c)&0x1f)

void form_init(struct form *form, const struct form_row *rows, size_t count)
{
    *form = (struct form){ .rows = rows, .count = count };
    form->texts = mem_zero(count * sizeof *form->texts);
    form->choices = mem_zero(count * sizeof *form->choices);
}

void form_free(struct form *form)
{
    free(form->texts);
    free(form->choices);
}

struct span form_value(const struct form *form, size_t row)
{
    const char *const *choices = form->rows[row].choices;
    return choices ? SPAN(choices[form->choices[row]]) : span_trim(SPAN(form->texts[row]));
}

void form_set(struct form *form, size_t row, const char *text)
{
    const char *const *choices = form->rows[row].choices;
    for (size_t i = 0; choices && choices[i]; i++)
        if (strcmp(choices[i], text) == 0)
            form->choices[row] = i;
    if (!choices)
        text_copy(SPAN(text), form->texts[row], FORM_VALUE);
    if (row == form->row)
        form->at = strlen(form->texts[row]);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void select_row(struct form *form, size_t row)
{
    form->row = row;
    form->at = strlen(form->texts[row]);
}

/* The bytes of the character before, or behind, the cursor. */
static size_t before(const char *text, size_t at)
{
    size_t n = at > 0;
    while (n > 0 && n < at && ((unsigned char)text[at - n] & 0xc0) == 0x80)
        n++;
    return n;
}

static size_t behind(const char *text, size_t at)
{
    uint32_t rune;
    return text_rune(SPAN(text + at), &rune);
}

static void take_out(char *text, size_t at, size_t n)
{
    memmove(text + at, text + at + n, strlen(text + at + n) + 1);
}

/* Bytes come one by one, those of a character beyond ASCII, too. */
static enum form_result type(struct form *form, int key)
{
    char *text = form->texts[form->row];
    size_t n = strlen(text);
    if (n + 1 >= FORM_VALUE)
        return FORM_TAKEN;
    memmove(text + form->at + 1, text + form->at, n - form->at + 1);
    text[form->at++] = (char)key;
    return FORM_CHANGED;
}

static enum form_result edit(struct form *form, int key)
{
    char *text = form->texts[form->row];
    size_t n = 0;
    switch (key) {
    case KEY_LEFT:
        form->at -= before(text, form->at);
        return FORM_TAKEN;
    case KEY_RIGHT:
        form->at += behind(text, form->at);
        return FORM_TAKEN;
    case KEY_HOME:
    case KEY_CONTROL('a'):
        form->at = 0;
        return FORM_TAKEN;
    case KEY_END:
    case KEY_CONTROL('e'):
        form->at = strlen(text);
        return FORM_TAKEN;
    case KEY_BACKSPACE:
    case KEY_CONTROL('h'):
    case 0x7f:
        n = before(text, form->at);
        form->at -= n;
        take_out(text, form->at, n);
        return FORM_CHANGED;
    case KEY_DC:
        take_out(text, form->at, behind(text, form->at));
        return FORM_CHANGED;
    case KEY_CONTROL('u'):
        take_out(text, 0, form->at);
        form->at = 0;
        return FORM_CHANGED;
    default:
        return key >= ' ' && key < 0x100 ? type(form, key) : FORM_LEFT;
    }
}

/* Arrows go through the choices, a letter leads to the next that begins with it. */
static enum form_result choose(struct form *form, int key)
{
    const char *const *choices = form->rows[form->row].choices;
    size_t *now = &form->choices[form->row], count = 0;
    while (choices[count])
        count++;
    if (key == KEY_LEFT || key == KEY_RIGHT || key == ' ') {
        *now = (*now + (key == KEY_LEFT ? count - 1 : 1)) % count;
        return FORM_CHANGED;
    }
    if (key == KEY_BACKSPACE || key == KEY_DC || key == KEY_CONTROL('u') || key == 0x7f) {
        *now = 0;
        return FORM_CHANGED;
    }
    for (size_t i = 1; key > ' ' && key < 0x7f && i <= count; i++) {
        size_t at = (*now + i) % count;
        if (ascii_lower(choices[at][0]) != ascii_lower((char)key))
            continue;
        *now = at;
        return FORM_CHANGED;
    }
    return key > ' ' && key < 0x7f ? FORM_TAKEN : FORM_LEFT;
}

/* Tab completes where that adds something, else it moves on. */
static enum form_result tab(struct form *form)
{
    const struct form_row *row = &form->rows[form->row];
    char *text = form->texts[form->row];
    size_t n = strlen(text);
    if (row->complete && n > 0)
        row->complete(text, FORM_VALUE);
    if (strlen(text) > n) {
        form->at = strlen(text);
        return FORM_CHANGED;
    }
    select_row(form, (form->row + 1) % form->count);
    return FORM_TAKEN;
}

enum form_result form_key(struct form *form, int key)
{
    if (key == '\t')
        return tab(form);
    if (key == KEY_DOWN || key == KEY_CONTROL('n')) {
        select_row(form, (form->row + 1) % form->count);
        return FORM_TAKEN;
    }
    if (key == KEY_UP || key == KEY_BTAB || key == KEY_CONTROL('p')) {
        select_row(form, (form->row + form->count - 1) % form->count);
        return FORM_TAKEN;
    }
    if (key == KEY_SF || key == KEY_SR) { /* the wheel: not from one end to the other */
        bool down = key == KEY_SF;
        if (down ? form->row + 1 < form->count : form->row > 0)
            select_row(form, down ? form->row + 1 : form->row - 1);
        return FORM_TAKEN;
    }
    return form->rows[form->row].choices ? choose(form, key) : edit(form, key);
}

static const char *choice_name(const struct form *form, size_t row)
{
    const struct form_row *r = &form->rows[row];
    const char *name = r->name ? r->name(form->choices[row]) : r->choices[form->choices[row]];
    return *name ? tr(name) : "-";
}

/* The arrows beside the choice of the selected row are buttons; the choice itself leads on, too. */
static enum form_result click_choice(struct form *form, int x)
{
    int at = x - form->rect.x - 1 - LABEL_WIDTH;
    int width = (int)text_width(SPAN(choice_name(form, form->row)));
    if (at < 0 || at > width + ARROWS)
        return FORM_TAKEN;
    return choose(form, at < ARROWS / 2 ? KEY_LEFT : KEY_RIGHT);
}

enum form_result form_click(struct form *form, int y, int x)
{
    if (y < form->rect.y || y >= form->rect.y + form->rect.height)
        return FORM_LEFT;
    size_t row = form->top + (size_t)(y - form->rect.y);
    if (row >= form->count)
        return FORM_LEFT;
    if (row == form->row && form->rows[row].choices)
        return click_choice(form, x);
    select_row(form, row);
    return FORM_TAKEN;
}

/* ---- drawing ------------------------------------------------------------------------------- */

static void draw_choice(const struct form *form, size_t row, int y, int x, int width)
{
    bool selected = row == form->row;
    int used = screen_string(y, x, width, STYLE_KEY, selected ? sign(SIGN_MORE_LEFT) : " ") + 1;
    used += screen_string(y, x + used, width - used, STYLE_CODE, choice_name(form, row));
    if (selected)
        screen_string(y, x + used + 1, width - used - 1, STYLE_KEY, sign(SIGN_MORE_RIGHT));
}

/* The cursor's character is shown selected; the text scrolls so that it is in view. */
static void draw_text(const struct form *form, size_t row, int y, int x, int width)
{
    struct strbuf text = STRBUF_INIT;
    bool selected = row == form->row;
    text_visible(&text, (struct span){ form->texts[row], selected ? form->at : 0 }, screen_utf8());
    size_t point = text.n;
    text_visible(&text, SPAN(form->texts[row] + (selected ? form->at : 0)), screen_utf8());
    struct span all = strbuf_as_span(&text), left = { all.p, point };
    while (text_width(left) + 1 > (size_t)width && left.n > 0) {
        uint32_t rune;
        size_t n = text_rune(left, &rune);
        left = (struct span){ left.p + n, left.n - n };
        all = (struct span){ all.p + n, all.n - n };
    }
    screen_text(y, x, width, STYLE_CODE, all);
    screen_underline(y, x, width);
    if (selected)
        screen_select(y, x + (int)text_width(left), 1);
    strbuf_free(&text);
}

static void draw_row(const struct form *form, size_t row, int y)
{
    const struct rect *rect = &form->rect;
    int x = rect->x + 1 + LABEL_WIDTH, width = rect->width - LABEL_WIDTH - 2;
    bool selected = row == form->row;
    screen_string(y, rect->x + 1, LABEL_WIDTH - 1, selected ? STYLE_KEY : STYLE_FIELD,
                  tr(form->rows[row].label));
    if (width < 4)
        return;
    if (form->rows[row].choices)
        draw_choice(form, row, y, x, width);
    else
        draw_text(form, row, y, x + 2, width < 62 ? width - 2 : 60);
}

void form_draw(struct form *form, struct rect rect)
{
    size_t height = rect.height > 0 ? (size_t)rect.height : 1;
    form->rect = rect;
    form->top = form->row < form->top ? form->row : form->top;
    form->top = form->row >= form->top + height ? form->row - height + 1 : form->top;
    for (size_t i = 0; i < height && form->top + i < form->count; i++)
        draw_row(form, form->top + i, rect.y + (int)i);
    if (form->top + height < form->count)
        screen_more_below(rect);
}
