/*
 * What the statistics view shows: a window of time in bars, of which one may be chosen, and a row a
 * group. The numbers are counted in slices while the view is shown, anew when something has changed,
 * and at once when the user looks elsewhere. Shared by the view and its drawing.
 */
#ifndef SIPWHY_UI_BOARD_H
#define SIPWHY_UI_BOARD_H

#include "diagnose/statistics.h"
#include "ui/chart.h"
#include "ui/list.h"

#define BOARD_ROWS 1000 /* groups that keep their row; when there were more, all begin anew */

struct board {
    struct census *census;
    enum statistics_by by;
    int64_t slot_ns;      /* of a bar; 0: so that everything fits */
    int64_t from_ns;      /* where the window begins, unless it follows the newest */
    bool latest, follows; /* so that it ends with the newest message: now, and when one zooms */
    bool chosen;          /* a bar: */
    int64_t bar_ns;       /* where it begins */
    bool stale;           /* the window is another one than was counted */
    unsigned generation;  /* of the filter that was counted with */
    uint64_t state;       /* of the store when it was counted last */
    int64_t began_ns, took_ns;    /* the last pass, by the clock */
    uint64_t version;             /* of the census that the rows are of */
    uint64_t keys[BOARD_ROWS];    /* of the groups that have rows, by row */
    int16_t group_at[BOARD_ROWS]; /* the group of a row, or -1 */
    uint32_t nrows;
    int room;               /* columns that bars may take; 0: not drawn yet, or none */
    struct rect bars;       /* where they were drawn, over the whole width; width 0: nowhere */
    enum chart_style style; /* how */
};

struct board *board_new(const struct store *store);
void board_free(struct board *b);
/* What is to be shown: the last full count, or while another window is being counted, that. */
const struct statistics *board_shown(const struct board *b);
/* Whether that is not all, or not yet what the user wants to see. */
bool board_behind(const struct board *b);
/* The group of a row (from 1), or NULL. */
const struct statistics_group *board_group(const struct board *b, uint32_t row);
/* The chosen bar's number; false where none is, or it lies outside of what is shown. */
bool board_chosen(const struct board *b, uint32_t *slot);

/* Chooses a bar, the next one to this side; beyond the end the window moves on. */
void board_step(struct board *b, bool later);
void board_choose(struct board *b, uint32_t slot);
/* Around the chosen bar, else around the middle. False: it goes no further. */
bool board_zoom(struct board *b, bool in);
/* Lets the bar go, then the window. False: neither was there. */
bool board_return(struct board *b);
/* Goes to the bar in which a time lies, moving the window if need be. */
void board_go(struct board *b, int64_t ns);
/* Groups by something else. */
void board_group_by(struct board *b, enum statistics_by by);
/* Begins to count if that is due. */
void board_tick(struct board *b, struct ui *ui);
/* Counts for about `budget_ns`; whether there is more to do. */
bool board_work(struct board *b, struct ui *ui, int64_t budget_ns);
/* Gives each group of the last count its row; false: rows have gone, so that all begin anew. */
bool board_take_rows(struct board *b);

/* "time >= 14:02:10 and time < 14:02:20": a bar's time, or the window's; nothing for all. */
void board_put_span(const struct board *b, struct strbuf *out);

/* The bars that `part` of `parts` of the drawn width stands for: from *first on, before *end. */
void board_slots_at(const struct statistics *s, int parts, int part, uint32_t *first,
                    uint32_t *end);

/* board_draw.c: summary, bars and classes, where there is room. Lines used. */
int board_draw(struct board *b, const struct metric *metric, struct rect rect);

#endif
