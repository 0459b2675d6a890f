/*
 * A list: rows of one kind in columns, with all that lists have in common: moving,
 * following, search, marks, filter, sorting, and columns that the user chooses, moves
 * and sizes. What is special about a kind of row stands in one const struct list_ops
 * in src/ui/view_NAME.c and a line of the table in list.c.
 */
#ifndef SIPWHY_UI_LIST_H
#define SIPWHY_UI_LIST_H

#include <limits.h>

#include "store/filter.h"
#include "ui/rows.h"
#include "ui/ui.h"

#define LIST_COLUMNS 32 /* shown at once, at most */
#define COLUMN_NAME 64
#define COLUMN_HIDDEN INT_MAX /* struct list_column's `least`: only when the user asks for it */

struct layout;
struct list;
struct list_column;

/*
 * A row while its columns are filled. The list sets `ui`, `list` and `id`; the kind's load() sets
 * what it has of the rest, which the shared columns of cells.h read.
 */
struct list_row {
    struct ui *ui;
    struct list *list;
    uint32_t id;
    uint32_t transaction; /* that the row is, or that stands for it: flow, pane and marks; or 0 */
    const struct transaction *txn;
    uint32_t message; /* whose header fields the columns show, or 0 */
    const struct message *head;
    const struct call *call;
    uint32_t lead;    /* the finding that leads in the call, or 0 */
    const void *item; /* a record of the kind's own */
    uint8_t class;    /* enum sip_class: the colour, unless what was found is worse: */
    uint8_t severity; /* enum finding_severity of what leads; SEVERITY_NOTICE also for nothing */
    bool marked;
    bool heads;                       /* it is a group's own row, and `id` the group's number */
    bool below;                       /* it stands under a row, and `id` is that of an item */
    uint32_t leg;                     /* of a call: of which it is told what was found */
    const struct list_column *column; /* being filled, */
    int width;                        /* this wide */
    bool scanned;
    struct sip_message sip; /* see list_row_sip() */
};

enum column_align { ALIGN_LEFT, ALIGN_RIGHT };
enum column_colour { COLOUR_PLAIN, COLOUR_CLASS, COLOUR_DIM };

struct list_column {
    const char *name;  /* on the command line and in the configuration: one word */
    const char *title; /* see tr() */
    /* Instead, where it depends on the settings; NULL: the title. */
    const char *(*heading)(const struct ui *ui);
    /* Writes the cell; it may hold anything, the list escapes it. */
    void (*put)(struct list_row *row, struct strbuf *out);
    /* What it is sorted by; NULL: by the cell's text. */
    int64_t (*number)(struct list_row *row);
    const char *field; /* of the filter: FIELD == the cell's text finds its like; or NULL */
    /* Instead of `field`: writes the condition that finds the cell's like; nothing: there is none. */
    void (*example)(struct list_row *row, struct strbuf *out);
    const char *refusal; /* why there is none, without field and example at all; see tr() */
    int least;           /* columns of the list's width from which it is shown */
    int narrow;          /* its width there; 0 takes what is left */
    int roomy;           /* columns from which it is wide */
    int wide;
    enum column_align align;
    enum column_colour colour;
    /* Its width where that depends on a setting; NULL or 0: as above. */
    int (*measure)(const struct ui *ui);
};

/* How a list's rows are grouped, see rows.h. */
struct list_groups {
    uint32_t (*of)(struct list *list, uint32_t id); /* a row's group; 0: it is not shown */
    bool (*alive)(const struct list *list, uint32_t group);
    /* Fills a group's own row, as list_ops's load() does. */
    bool (*load)(struct list_row *row);
    void (*mark)(struct list_row *row, bool marked);
    /* The groups are what is listed, always, and their rows are parts of them; these have items: */
    bool whole;
    size_t (*items)(struct list *list, uint32_t id, uint32_t ids[ROW_ITEMS]);
    uint32_t (*owner)(struct list *list, uint32_t item);
    bool (*load_item)(struct list_row *row);
};

struct list_ops {
    const char *name;  /* "calls": on the command line, in the configuration */
    const char *title; /* in the strip of tabs; see tr() */
    const char *brief; /* the same where room is short */
    const char *empty; /* told where there is no row though there is traffic; see tr() */
    const struct list_column *columns; /* in their first order; ends with a row without name */
    const char *cursor;                /* the column that the cursor begins on */
    /*
     * A transaction has come or changed: calls rows_note(&list->rows, id) for the rows that it
     * concerns. NULL for a list that is fed from elsewhere, by the same function.
     */
    void (*note)(struct list *list, uint32_t transaction);
    const struct view_ops *view; /* what it adds to list_view_ops; NULL: nothing */
    /* Makes and frees the kind's own state, list->own; NULL: it has none. */
    void (*start)(struct list *list);
    const char *sorted; /* the column that it is sorted by at first, upwards; NULL: as rows come */
    void (*stop)(struct list *list);
    bool noted; /* rows come also while it is not shown, though it has work() */
    /* While the list is shown: does a slice of what rows wait for; true when there is more. */
    bool (*work)(struct list *list);
    /* The settings may have changed. */
    void (*apply)(struct list *list);
    /* While the list is shown: a few times a second. */
    void (*tick)(struct list *list);
    /* The store evicted, and alive() will be asked. */
    void (*evicted)(struct list *list);
    /* Whether a row is still there, asked when the store evicted; NULL: it always is. */
    bool (*alive)(const struct list *list, uint32_t id);
    /* Whether a row fits the filter; NULL: when the transaction that load() gave does. */
    bool (*fits)(const struct list *list, uint32_t id, const struct filter *filter);
    /* How many rows it has without a filter, where not each of rows->all is one; false: not known yet. */
    bool (*count)(const struct list *list, size_t *rows);
    bool hides; /* some rows do not fit without a filter, either: then it is NULL */
    /* Fills the row of row->id; false if it has gone. */
    bool (*load)(struct list_row *row);
    const struct list_groups *groups; /* NULL: they cannot be grouped */
    /* Enter; NULL opens the flow of row->transaction. */
    void (*open)(struct list_row *row);
    const char
        *opens; /* the command that says in the last line what open() shows; NULL: the flow */
    /* What the pane shows; NULL: row->transaction and its code. */
    struct subject (*subject)(struct list_row *row);
    /* What it says of rows that are no transactions: a title, and its text; NULL: as above. */
    void (*head)(struct list_row *row, struct strbuf *out);
    void (*tell)(struct list_row *row, struct layout *out);
    /* Marks or unmarks; NULL does so to row->transaction. */
    void (*mark)(struct list_row *row, bool marked);
    /* The call that a row stands for is taken out of what it is joined to; NULL: there is none. */
    void (*separate)(struct list_row *row);
    bool sums; /* a row stands for many transactions, and is not marked */
};

/* Failed rows being counted, so that it can be told which of how many is selected. */
struct list_tally {
    bool on;
    size_t at;            /* the row that is selected, */
    size_t next;          /* the one to be looked at, */
    size_t before, total; /* how many there were up to `at`, and so far; */
    size_t found;         /* of those how many only for what was found about them */
    char told[80];        /* what stands in the bottom line meanwhile */
};

/* A column as the user has it. */
struct list_slot {
    const struct list_column *column;
    int width;                 /* the user's, then it is always shown; 0: the column's own */
    struct list_column custom; /* a header's, "hdr.X-Trunk"; then `column` points here */
    char name[COLUMN_NAME];
};

struct list {
    struct view view;
    const struct list_ops *ops;
    struct ui *ui;
    struct rows rows;
    void *own; /* the kind's: see struct list_ops */
    struct list_slot *slots[LIST_COLUMNS];
    size_t nslots;
    size_t cursor;           /* slot that sorting and filtering by example go by */
    struct list_slot sorter; /* its column is what rows are sorted by; NULL: order of arrival */
    bool descending;
    struct row_ref chosen; /* changes only when the user moves */
    size_t row;            /* where it was last */
    int wish;              /* screen line on which the user left the selection */
    int line;              /* the one it is on, as far as there are rows */
    bool following;        /* the newest row stays selected */
    struct rect rect;      /* of the rows, at the last drawing */
    int margin;            /* columns of it, on the left, that show how rows are grouped */
    unsigned filled;       /* with which filter its rows were last counted to the end */
    struct list_tally tally;
};

extern const struct list_ops transactions_list, calls_list, messages_list, findings_list,
    endpoints_list, registrations_list, subscriptions_list, statistics_list;

/* view_findings.c: the diagnosis has found, or dropped, something. */
void findings_note(struct ui *ui);

/* list_ledger.c: what lists of a ledger's records have in common; `own` begins with the ledger. */
struct ledger_ops;
/* What was asked and answered about a record lately, in its call. */
void list_ledger_history(struct list_row *row, struct layout *out);
void list_ledger_start(struct list *list, const struct ledger_ops *ops);
void list_ledger_stop(struct list *list);
void list_ledger_note(struct list *list, uint32_t transaction);
bool list_ledger_work(struct list *list);
void list_ledger_tick(struct list *list);
void list_ledger_evicted(struct list *list);
bool list_ledger_alive(const struct list *list, uint32_t id);
/* Finds the record of row->id, its transaction and message; NULL if it has gone. */
const void *list_ledger_load(struct list_row *row);

/* ---- lists.c: all lists -------------------------------------------------------------------------- */

/* Makes the lists of the table and shows the first. */
void lists_init(struct ui *ui);
void lists_free(struct ui *ui);
/* Takes changed settings over. */
void lists_apply_settings(struct ui *ui);
/* After everything was forgotten: lists that are not fed by the store's events begin anew. */
void lists_clear(struct ui *ui);
/* Passes the store's events on. */
void lists_event(struct ui *ui, enum store_event event, uint32_t transaction);
/* Fills, filters and sorts the list shown for about `budget_ns`; true when there is more to do. */
bool lists_work(struct ui *ui, int64_t budget_ns);
/* A few times a second. */
void lists_tick(struct ui *ui);
/* The list shown, and one by its name or NULL. */
struct list *lists_current(const struct ui *ui);
struct list *lists_find(const struct ui *ui, struct span name);
/* Shows a list, by its place among lists_count(); Esc leads back from it. */
void lists_show(struct ui *ui, size_t which);
/* The same without a way back. */
void lists_switch(struct ui *ui, size_t which);
size_t lists_count(void);
struct list *lists_at(const struct ui *ui, size_t which);
size_t lists_place(const struct ui *ui, const struct list *list);
/* Takes a filter over for all lists (NULL: none); a pause ends. */
void lists_set_filter(struct ui *ui, struct filter *filter, const char *text);
void lists_pause(struct ui *ui, bool pause);
/* Rows that came since; transactions where the list shown counts what others do. */
size_t lists_held(struct ui *ui);

/* ---- list.c: one list --------------------------------------------------------------------------- */

#define VERBS_LIST                                                                                 \
    (VERB_BIT(VERB_OPEN) | VERB_BIT(VERB_MARK) | VERB_BIT(VERB_NEXT_FAILURE) |                     \
     VERB_BIT(VERB_PREVIOUS_FAILURE) | VERB_BIT(VERB_NEXT_LINK) | VERB_BIT(VERB_PREVIOUS_LINK) |   \
     VERB_BIT(VERB_LEFT) | VERB_BIT(VERB_RIGHT) | VERB_BIT(VERB_SORT) | VERB_BIT(VERB_NARROWER) |  \
     VERB_BIT(VERB_WIDER) | VERB_BIT(VERB_COLUMN_LEFT) | VERB_BIT(VERB_COLUMN_RIGHT) |             \
     VERB_BIT(VERB_REMOVE) | VERB_BIT(VERB_LIKE) | VERB_BIT(VERB_UNLIKE) | VERB_BIT(VERB_UNFOLD) | \
     VERB_BIT(VERB_UNFOLD_ALL) | VERB_BIT(VERB_SEPARATE) | VERB_BIT(VERB_LEGS))
extern const struct view_ops list_view_ops;
extern const struct rows_ops list_rows_ops;

/* Fills a row; false if it has gone. `row` need not be initialised. */
bool list_load(struct list *list, uint32_t id, struct list_row *row);
/* The scanned message of the row, empty if there is none. */
const struct sip_message *list_row_sip(struct list_row *row);
/* Sorts by a column, "" for the order of arrival; -1 if there is no such column. */
int list_sort(struct list *list, struct span name, bool descending);
/* Sorts as the list comes. */
void list_sort_own(struct list *list);
/* Filters and sorts all rows anew; a little of it before the next drawing. */
void list_look(struct list *list);
/* Selects the next row that fits, or the one before, going round; false if there is none. */
bool list_find(struct list *list, bool backwards, bool (*fits)(struct list_row *row));
/* Selects a row, which must be there. */
void list_choose(struct list *list, size_t row);
size_t list_selected_row(const struct list *list);
/* How many rows it has without a filter; false: not known yet. */
bool list_total(const struct list *list, size_t *rows);
/* Fills the selected row; false in an empty list. */
bool list_selected(struct list *list, struct list_row *row);

/* ---- list_failures.c: rows in which something went wrong --------------------------------------- */

/* Whether it failed, or an error or a warning was found about it. */
bool list_row_failed(struct list_row *row);
/* The class in whose colour it is shown: of what ended well, an error or a warning decides. */
uint8_t list_row_colour(const struct list_row *row);
/* Its mark, which tells the same without colour. */
const char *list_row_mark(const struct list_row *row);
/* To the next failed row, or the one before; how many there are is told once they are counted. */
void list_next_failure(struct list *list, bool backwards);
/* Goes on counting for about `budget_ns`; true when there is more to do. */
bool list_count_failures(struct list *list, int64_t budget_ns);

/* ---- list_groups.c: grouped rows ------------------------------------------------------------- */

/* Whether the settings want the list's rows grouped. */
bool list_grouped(const struct list *list);
/* Whether there is a setting that groups them. */
bool list_can_group(const struct list *list);
/* Columns that the signs before grouped rows need in a list so wide; 0: none. */
int list_margin(const struct list *list, int width);
/* Draws what stands before a row; `next` is the row below it, or 0. */
void list_draw_margin(const struct list *list, int y, const struct list_row *row, uint32_t next);
/* Folds or unfolds the group that row `at` belongs to, or all groups. */
void list_fold(struct list *list, uint32_t id);
/* Whether the rows of the selected row's group are shown. */
bool list_unfolded(const struct view *view);
void list_fold_all(struct list *list);
/* The flow with all legs of the row's call, at what proves its finding. */
void list_open_legs(struct list_row *row);

/* call_groups.c: transactions under their call, joined legs under the first; and legs under the call. */
extern const struct list_groups call_groups, leg_groups;
/* Which legs are one call has changed for some: what lists show of these follows. */
void call_groups_follow(struct ui *ui);

/* ---- columns.c: which are shown, where, and how wide ---------------------------------------- */

struct list_place {
    size_t slot;
    int x, width;
};

/* The columns as they come with the list. */
void columns_reset(struct list *list);
void columns_free(struct list *list);
/* Makes a slot for a column of the list by its name, or any header's as "hdr.NAME"; else -1. */
int columns_find(const struct list *list, struct span name, struct list_slot *slot);
/* Puts that column in before slot `at`; -1 if there is none, or no room. */
int columns_add(struct list *list, struct span name, size_t at);
void columns_remove(struct list *list, size_t slot);
/*
 * Moves a slot past the next one that is shown at this width, INT_MAX: past the next one; the
 * cursor goes with it. Its new number.
 */
size_t columns_move(struct list *list, size_t slot, bool right, int width);
void columns_resize(struct list *list, size_t slot, int by);
/* The slots that are shown in `rect`, with their places, so that the cursor is among them. */
size_t columns_place(struct list *list, struct rect rect, struct list_place *places);
/* Moves the cursor to the next slot that is shown at this width. */
void columns_step(struct list *list, int width, bool right);
/* "time from:20 hdr.X-Trunk sort:-time", as columns_read() takes it. */
void columns_write(const struct list *list, struct strbuf *out);
/* Takes columns over from such a text; -1 with *error, which the caller frees, and nothing changed. */
int columns_read(struct list *list, const char *text, char **error);
/* Whether they, and what rows are sorted by, are as they came with the list. */
bool columns_are_own(const struct list *list);

#endif
