/* What the theme in use looks like: a style a line, with its mark, its colours and what it is for. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/ui.h"

#define NAME_WIDTH 14
#define SAMPLE_WIDTH 18
#define USE_WIDTH 42
#define LEAST_LOOK 12 /* columns; fewer say nothing */

struct colours_view {
    struct view view;
    int top;
    struct rect rect; /* of the lines, at the last drawing */
};

/* A status of the class, as lists draw it; of other styles just a text. */
static void put_sample(enum style style, struct strbuf *out)
{
    static const uint16_t codes[SIP_CLASSES] = {
        [SIP_CLASS_PROVISIONAL] = 180, [SIP_CLASS_SUCCESS] = 200,   [SIP_CLASS_REDIRECT] = 302,
        [SIP_CLASS_CHALLENGE] = 401,   [SIP_CLASS_CANCELLED] = 487, [SIP_CLASS_CLIENT] = 486,
        [SIP_CLASS_SERVER] = 503,      [SIP_CLASS_GLOBAL] = 603,
    };
    int class = (int)style - STYLE_CLASS;
    if (class < 0) {
        strbuf_text(out, "Call-ID 0123");
        return;
    }
    strbuf_format(out, "%s ", theme_mark((uint8_t) class, screen_utf8()));
    if (codes[class])
        strbuf_format(out, "%u 27ms", codes[class]);
    else
        strbuf_text(out, "---");
}

static void draw_style(enum style style, int y, struct rect rect)
{
    struct strbuf sample = STRBUF_INIT, look = STRBUF_INIT;
    int x = rect.x + 1, end = rect.x + rect.width;
    put_sample(style, &sample);
    look_write(&theme_in_use()->looks[style], &look);
    screen_cell(y, x, NAME_WIDTH, STYLE_NORMAL, SPAN(style_name(style)));
    x += NAME_WIDTH;
    screen_text(y, x, SAMPLE_WIDTH - 2, style, strbuf_as_span(&sample));
    x += SAMPLE_WIDTH;
    screen_string(y, x, USE_WIDTH < end - x ? USE_WIDTH : end - x, STYLE_NORMAL, style_use(style));
    x += USE_WIDTH + 2;
    if (end - x >= LEAST_LOOK)
        screen_text(y, x, end - x, STYLE_DIM, strbuf_as_span(&look));
    strbuf_free(&sample);
    strbuf_free(&look);
}

static void draw(struct ui *ui, struct view *view, struct rect rect)
{
    struct colours_view *v = (struct colours_view *)view;
    v->rect = (struct rect){ rect.y + 1, rect.x, rect.height > 2 ? rect.height - 1 : 1,
                             rect.width };
    int most = STYLES > v->rect.height ? STYLES - v->rect.height : 0;
    v->top = v->top > most ? most : v->top;
    v->top = v->top < 0 ? 0 : v->top;
    screen_clear(rect);
    int used = screen_string(rect.y, rect.x + 1, rect.width - 1, STYLE_HEADING, _("Colours"));
    screen_string(rect.y, rect.x + used + 3, rect.width - used - 3, STYLE_TITLE,
                  ui->settings->theme);
    for (int i = 0; i < v->rect.height && v->top + i < STYLES; i++)
        draw_style((enum style)(v->top + i), v->rect.y + i, v->rect);
    if (v->top + v->rect.height < STYLES)
        screen_more_below(v->rect);
}

static bool act(struct ui *ui, struct view *view, enum verb verb)
{
    struct colours_view *v = (struct colours_view *)view;
    (void)ui;
    return verb_scroll(verb, &v->top, v->rect.height, STYLES);
}

static void close_colours(struct view *view)
{
    free(view);
}

static const struct view_ops colours_ops = {
    .name = N_("colours"),
    .verbs = VERBS_MOVE,
    .keybar = "back command assist",
    .draw = draw,
    .act = act,
    .close = close_colours,
};

struct view *view_colours_new(struct ui *ui)
{
    struct colours_view *v = mem_zero(sizeof *v);
    (void)ui;
    v->view.ops = &colours_ops;
    v->rect.height = 1;
    return &v->view;
}
