/*
 * The flow of a call, between its files: view_ladder.c (state and keys), ladder_rows.c (what is
 * shown and found), ladder_columns.c, ladder_draw.c and ladder_text.c (words).
 */
#ifndef SIPWHY_UI_LADDER_H
#define SIPWHY_UI_LADDER_H

#include "base/strbuf.h"
#include "diagnose/diagnosis.h"
#include "store/ladder.h"
#include "ui/ui.h"

#define LADDER_AGENT 64
#define LADDER_LEGS 8 /* joined calls shown together */

/* How closely the flow is looked at, see VERB_ZOOM. */
enum ladder_zoom {
    ZOOM_FULL,        /* with what session descriptions say, and pauses */
    ZOOM_MESSAGES,    /* a line a message, without times */
    ZOOM_TRANSACTIONS /* a line a transaction, those alike that follow each other in one */
};

/* A place in the flow that proves what was found. */
struct ladder_proof {
    uint32_t message; /* 0: a packet that is none, */
    uint32_t frame;
    uint16_t source;
    size_t row; /* SIZE_MAX: it is not shown */
    char *text; /* what it proves */
};

struct ladder_view {
    struct view view;
    struct store_ref
        transaction; /* the one it was opened from: says whether the call still lives */
    struct ladder ladder;
    struct ladder_options options;
    struct ladder_frame frames[FINDING_PROOFS]; /* that the options name */
    uint8_t zoom;
    bool following;  /* the newest row stays selected */
    uint32_t around; /* the transaction that a very long call is shown near to; 0: that opened */

    uint32_t finding; /* that it was opened for; 0: what leads, */
    uint32_t shown;   /* and which that is; 0: none */
    struct ladder_proof proofs[FINDING_PROOFS];
    size_t nproofs;
    char *found;            /* what they prove, in a line; NULL: nothing */
    uint8_t severity;       /* of that, enum finding_severity */
    uint64_t found_version; /* of the diagnosis */

    uint32_t call;
    bool extended;              /* with the legs joined to the call */
    uint32_t legs[LADDER_LEGS]; /* the call first; what the ladder was built of, */
    uint64_t seqs[LADDER_LEGS]; /* and that they are still these */
    size_t first_row[LADDER_LEGS];
    size_t nlegs;
    uint32_t open; /* transactions of them without an end */
    char *joined;  /* how many legs, and why; NULL: one */

    struct addr order[LADDER_COLUMNS]; /* of the columns, as the user has it */
    size_t norder;
    char agents[LADDER_COLUMNS][LADDER_AGENT]; /* what a column calls itself, "" if unknown */
    bool named;                                /* any of them does */
    uint8_t place[LADDER_COLUMNS];             /* of a column, from the left */
    uint8_t at[LADDER_COLUMNS];                /* the column at a place */
    size_t cursor;                             /* a place */
    size_t left;                               /* first place shown */
    size_t fitting;                            /* places shown */

    size_t row, top;
    size_t seen_row;                 /* the row whose columns were brought into view */
    int height, top_y, left_x, step; /* of rows and columns, as drawn last */
};

/* ---- ladder_rows.c -------------------------------------------------------------------------- */

/* Before anything reads a row: its message may have gone since the last drawing. */
void ladder_refresh(struct ui *ui, struct ladder_view *v);
/* Builds it anew with other options; what is selected stays so. */
void ladder_rebuild(struct ui *ui, struct ladder_view *v);
const struct ladder_row *ladder_selected(const struct ladder_view *v);
void ladder_select(struct ui *ui, struct ladder_view *v, uint32_t message);
bool ladder_is_proof(const struct ladder_view *v, size_t row);
/* The next place that proves what was found, in order of time and round; NULL if there is none. */
const struct ladder_proof *ladder_next_proof(const struct ladder_view *v, bool backwards);
/* A bit for each proof that is not among what is shown. */
uint32_t ladder_unseen(const struct ladder_view *v);
void ladder_forget_finding(struct ladder_view *v);

/* Lines that go with a row: above it, itself, below it; below the last one that nothing came since. */
struct ladder_lines {
    bool gap, leg, note, silence;
};
struct ladder_lines ladder_lines(struct ui *ui, const struct ladder_view *v, size_t row);
int ladder_height(struct ladder_lines lines);
/* How long nothing was seen before a row, folded repetitions included. */
int64_t ladder_pause(const struct ladder_view *v, size_t row);
/* How long nothing has come since the last row, though something is waited for; else 0. */
int64_t ladder_silence(struct ui *ui, const struct ladder_view *v);

/* ---- ladder_columns.c ----------------------------------------------------------------------- */

/* Puts the columns in the user's order; new ones stand behind. */
void ladder_place_columns(struct ladder_view *v);
/* Learns what the columns call themselves, from what they wrote themselves. */
void ladder_find_agents(struct ui *ui, struct ladder_view *v);
void ladder_move_column(struct ladder_view *v, bool right);
/* Scrolls sideways to the cursor, or to a row that was selected meanwhile; `fitting` places fit. */
void ladder_scroll_columns(struct ladder_view *v, size_t fitting);

/* ---- ladder_text.c --------------------------------------------------------------------------- */

/* Words of a row in at most `room` columns, safe to show; `plain`: without what was negotiated. */
void ladder_put_label(struct ui *ui, const struct ladder_row *row, bool plain, size_t room,
                      struct strbuf *out);
enum style ladder_style(struct ui *ui, const struct ladder_row *row);
/* What the session description of a row says, and changes. */
void ladder_put_note(struct ui *ui, const struct ladder_view *v, size_t row, struct strbuf *out);
/* "leg 2, joined by Session-ID"; of one joined through others, with which. */
void ladder_put_leg(struct ui *ui, const struct ladder_view *v, size_t leg, struct strbuf *out);

/* ---- ladder_draw.c -------------------------------------------------------------------------- */

/* Draws addresses and rows, and scrolls so that the selection is in view. */
void ladder_draw(struct ui *ui, struct ladder_view *v, struct rect rect);
/* The row at a line of the screen; SIZE_MAX: none. */
size_t ladder_row_at(struct ui *ui, const struct ladder_view *v, int y);
/* The place whose column is nearest to x. */
size_t ladder_place_at(const struct ladder_view *v, int x);

#endif
