/*
 * What the files of ui/ share: the console's state, views, and the services that
 * views and commands use. A view is one file that exports one struct view_ops.
 */
#ifndef SIPWHY_UI_UI_H
#define SIPWHY_UI_UI_H

#include "base/regex.h"
#include "help/topic.h"
#include "options.h"
#include "session.h"
#include "store/filter.h"
#include "store/store.h"
#include "ui/picks.h"
#include "ui/paste.h"
#include "ui/reader.h"
#include "ui/screen.h"
#include "ui/split.h"
#include "ui/trail.h"

#define VIEW_DEPTH 16

/* What a key asks the view on top to do; the console itself does the rest (ui/command.c). */
enum verb {
    VERB_NONE,
    VERB_UP,
    VERB_DOWN,
    VERB_LEFT,
    VERB_RIGHT,
    VERB_PAGE_UP,
    VERB_PAGE_DOWN,
    VERB_TOP,
    VERB_BOTTOM,
    VERB_OPEN,
    VERB_MARK,
    VERB_NEXT_FAILURE,
    VERB_PREVIOUS_FAILURE,
    VERB_PANE, /* shown or not, */
    VERB_PANE_FOCUS,
    VERB_PANE_UP,
    VERB_PANE_DOWN,
    VERB_NEXT_LINK,
    VERB_PREVIOUS_LINK,
    VERB_RETURN, /* to where the last link was followed */
    VERB_NEXT_CODE,
    VERB_PREVIOUS_CODE,
    VERB_SORT,
    VERB_NARROWER,
    VERB_WIDER,
    VERB_COLUMN_LEFT,
    VERB_COLUMN_RIGHT,
    VERB_REMOVE,
    VERB_LIKE, /* filter by example: rows like this one, */
    VERB_UNLIKE,
    VERB_GROUP, /* the statistics by something else */
    VERB_ZOOM_IN,
    VERB_ZOOM_OUT,
    VERB_EARLIER, /* the bar before, the next one */
    VERB_LATER,
    VERB_LEGS,       /* the legs joined to the call, too, or not */
    VERB_SEPARATE,   /* a call from those that it was joined to wrongly, or back */
    VERB_NEXT_PROOF, /* in the flow: what proves the finding, */
    VERB_PREVIOUS_PROOF,
    VERB_ZOOM,   /* how closely it is looked at, */
    VERB_UNFOLD, /* repetitions one by one; in a list the rows of a group, */
    VERB_UNFOLD_ALL,
    VERB_MERGE,       /* columns by host, or by address and port */
    VERB_TREE,        /* the message as a tree, or as it was sent */
    VERB_DIFFERENCES, /* in a comparison: only these, */
    VERB_IGNORE_ORDER,
    VERB_IGNORE_VOLATILE
};

/* Moves the first line shown of a text of `lines`, a page being `height`; the view clamps it. */
bool verb_scroll(enum verb verb, int *first, int height, int lines);

/* Sets of verbs, for struct view_ops. */
#define VERB_BIT(verb) (UINT64_C(1) << (verb))
#define VERBS_MOVE                                                                                 \
    (VERB_BIT(VERB_UP) | VERB_BIT(VERB_DOWN) | VERB_BIT(VERB_PAGE_UP) | VERB_BIT(VERB_PAGE_DOWN) | \
     VERB_BIT(VERB_TOP) | VERB_BIT(VERB_BOTTOM))
#define VERBS_PANE                                                                        \
    (VERB_BIT(VERB_PANE) | VERB_BIT(VERB_PANE_FOCUS) | VERB_BIT(VERB_PANE_UP) |           \
     VERB_BIT(VERB_PANE_DOWN) | VERB_BIT(VERB_NEXT_CODE) | VERB_BIT(VERB_PREVIOUS_CODE) | \
     VERB_BIT(VERB_RETURN))
#define VERBS_LINKS                                                                  \
    (VERB_BIT(VERB_NEXT_LINK) | VERB_BIT(VERB_PREVIOUS_LINK) | VERB_BIT(VERB_OPEN) | \
     VERB_BIT(VERB_NEXT_CODE) | VERB_BIT(VERB_PREVIOUS_CODE) | VERB_BIT(VERB_RETURN))

/* What the next key may confirm, see ui_confirmed(). */
enum question { ASKED_NOTHING, ASKED_QUIT, ASKED_CLEAR };

struct sip_node;
struct ui;
struct view;
struct place;
struct task_ops;
struct command;

/* What the help pane speaks of. */
struct subject {
    uint32_t transaction;        /* 0: none */
    uint32_t message;            /* the selected one, or 0 */
    uint16_t code;               /* whose page to show; 0: none yet */
    const struct sip_node *node; /* the element of the message under the cursor, or NULL */
    const char *topic;           /* the page about that, "" for none; without it the one to show */
    struct list *list;           /* whose row it is about, more than about a transaction; or NULL */
    uint32_t row;
    uint32_t frame; /* the packet of an event that is no message, and where it came from; 0: none */
    uint16_t source;
    uint32_t finding; /* to be told of; 0: what explains the transaction */
    uint32_t unseen;  /* a bit for each of its proofs that is not among what is shown */
};

struct view_ops {
    const char *name;   /* in the key bar and in `:help` */
    uint64_t verbs;     /* what it does, as VERB_BIT()s: the page of keys tells */
    const char *keybar; /* commands whose keys the bottom line shows, separated by blanks */
    /* The same where that changes with what is shown; NULL: it does not. */
    const char *(*keys)(const struct ui *ui, const struct view *view);
    void (*draw)(struct ui *ui, struct view *view, struct rect rect);
    bool (*act)(struct ui *ui, struct view *view, enum verb verb);
    /* Takes a key before it is looked up; false leaves it. NULL: it takes none. */
    bool (*key)(struct ui *ui, struct view *view, int key);
    /* Moves to the next match of ui->search, backwards if asked; false when there is none. */
    bool (*search)(struct ui *ui, struct view *view, bool backwards);
    /*
     * Goes to a message, else to what is nearest in time; *there is its time. False where nothing
     * has one. NULL: the list below does it.
     */
    bool (*go)(struct ui *ui, struct view *view, const struct place *place, int64_t *there);
    struct subject (*subject)(struct ui *ui, struct view *view);
    void (*click)(struct ui *ui, struct view *view, int y, int x);
    /* Whether what VERB_OPEN opens stands at y, x: a double click does it. NULL: nowhere. */
    bool (*opens_at)(const struct view *view, int y, int x);
    /* Whether VERB_UNFOLD would fold, for the key bar; NULL: never. */
    bool (*unfolded)(const struct view *view);
    /* What VERB_RETURN would do next, for the key bar; NULL: nothing. */
    const char *(*returns)(const struct view *view);
    void (*close)(struct view *view);
    /* Appends what is under the cursor, as it was sent; false if there is nothing. */
    bool (*copy)(struct ui *ui, struct view *view, struct strbuf *out);
    uint64_t own;  /* verbs that are the view's, though the pane beside it would take them */
    bool has_pane; /* the help pane goes with it */
    /* How it is divided from a pane below it, enum split_id; 0: as the lists are. */
    int pane_below;
    bool has_tabs; /* the strip that names the lists stands above it */
};

/* The beginning of every view's own structure. */
struct view {
    const struct view_ops *ops;
};

/* The help pane's state. */
struct pane {
    struct rect rect; /* where it was drawn; height 0: nowhere */
    struct reader reader;
    struct subject subject;      /* what the reader belongs to */
    char topic[HELP_TOPIC_SIZE]; /* of the subject; "" for none */
    bool focused;                /* keys go to it, not to the view */
    struct filter **conditions;  /* of the notes, by their number; NULL for none */
    size_t nconditions;
};

struct ui {
    struct session *session;
    struct settings *settings;
    struct store *store;
    struct diagnosis *diagnosis;
    struct help *help;
    unsigned help_generation;       /* another one: what was laid out is out of date */
    struct view *views[VIEW_DEPTH]; /* the last is on top */
    size_t nviews;
    struct list **lists;   /* all of them, see list.h; views[0] is the one shown */
    struct filter *filter; /* of all lists, or NULL */
    char *filter_text;
    bool renamed;               /* names have come or gone: what is sorted by them is not yet */
    int64_t roll_due_ns;        /* when endpoints may be counted for the filter again */
    unsigned filter_generation; /* another one: the filter was changed */
    struct trail trail;         /* the way back through the lists */
    struct form *filter_form;   /* as it was filled in last, and what that made; view_filter.c */
    char *filter_form_text;
    struct named_filter *named_filters; /* see filters.h */
    size_t nnamed_filters;
    bool paused;                /* nothing new is shown */
    struct regex *search;       /* the last `/` */
    struct hunt *hunt;          /* where that was found in whole messages, or NULL; hunt.h */
    bool message_tree;          /* messages are shown as trees */
    struct picks picks;         /* messages marked to be compared */
    struct store_ref separated; /* a transaction of the leg that was taken out of its call last */
    unsigned diff_ignore;       /* enum sip_diff_ignore, in comparisons of messages; */
    bool diff_all;              /* what is the same is shown, too */
    char *notice;               /* the message in the bottom line, until the next key */
    bool notice_is_error;
    bool quit;
    enum question asked, before; /* by this key, by the one before */
    bool typed;                  /* the command that runs was written out */
    bool dirty;
    int64_t drawn_ns; /* when the screen was drawn last */
    bool loading;     /* files are still being read */
    int tabs_y;       /* the line of the strip of lists; -1: not drawn */
    struct pane pane;
    struct event_base *events; /* of the loop */
    struct resolver *resolver; /* see naming.h */
    char *resolver_server;     /* that it was made for, "" for none */
    struct splits splits;
    struct paste paste;
    struct {
        const struct view *view;
        int y, x;
        int64_t time_ns;
    } clicked;                   /* the last click into a view */
    int64_t began_ns;            /* when the first message was captured; 0: none was */
    double rate;                 /* messages a second, lately */
    const struct task_ops *task; /* what goes on in slices, or NULL; see task.h */
    void *task_arg;
    bool prompting;
};

/* views.c: the stack, and the bottom line */
void ui_push(struct ui *ui, struct view *view);
void ui_pop(struct ui *ui);
struct view *ui_top(struct ui *ui);
/* Shows one line at the bottom; the text may quote the network. */
void ui_notice(struct ui *ui, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether the key before asked the same, or the command was typed; else it counts as asked now. */
bool ui_confirmed(struct ui *ui, enum question question);
/* Whether the help pane belongs to the view on top, shown or not. */
bool ui_has_pane(struct ui *ui);
/* More comes: it is captured, or files that grow are read. */
bool ui_goes_on(const struct ui *ui);
/* Something comes in that would be lost. */
bool ui_capturing(const struct ui *ui);
/* The message selected in the view on top, else the one that decided its transaction; 0: none. */
uint32_t ui_selected_message(struct ui *ui);
/* Whether a line fits ui->search, which may be unset. */
bool ui_search_fits(const struct ui *ui, struct span text);

/* layout.c: draws everything, now. */
void ui_draw(struct ui *ui);
/* The commands that the key bar shows now, as in struct view_ops. */
const char *ui_keybar(struct ui *ui);

/* mouse.c: does what the mouse event that waits asks for. */
void mouse_handle(struct ui *ui);

/* console.c */
/* A key is waiting: long work should stop. */
bool ui_interrupted(struct ui *ui);
/* There is filtering or sorting to do. */
void ui_busy(struct ui *ui);
/* New inputs are there: start reading. */
void ui_wake(struct ui *ui);
/* Opens the knowledge base anew: another language, or changed files. Faults become a notice. */
void ui_reload_help(struct ui *ui);
/* Gives the terminal to the shell until it comes back. */
void ui_suspend(struct ui *ui);

/* The views. Each is owned by the stack once pushed. */
/* The flow of a transaction's call; begins on `message`, 0: at what proves its finding. */
struct view *view_ladder_new(struct ui *ui, uint32_t transaction, uint32_t message);
/* The same with all legs of its call, at what proves a finding if there is one. */
struct view *view_ladder_of_legs(struct ui *ui, uint32_t transaction, uint32_t message,
                                 uint32_t finding);
/* The flow that a finding is about, at what proves it; NULL when it has gone. */
struct view *view_ladder_of_finding(struct ui *ui, uint32_t finding);
/* NULL when the message has gone. */
struct view *view_message_new(struct ui *ui, uint32_t message);
/* A page: a topic of the knowledge base, two compared, or the keys. */
struct view *view_page_new(struct ui *ui, const char *topic);
struct view *view_compare_new(struct ui *ui, const char *a, const char *b);
/* Two messages beside each other; NULL when one has gone. */
struct view *view_diff_new(struct ui *ui, uint32_t a, uint32_t b);
/* Two calls, message by message. */
struct view *view_calls_diff_new(struct ui *ui, uint32_t a, uint32_t b);
/* The pages that have all of the words; NULL if there are none. */
struct view *view_apropos_new(struct ui *ui, const char *words);
/* The keys, those of the view on top first; from a command on, or from the fields of "filters"; "": all. */
struct view *view_keys_new(struct ui *ui, const char *sought);
bool view_is_keys(const struct view *view);
/* A page, also the keys. */
bool view_is_page(const struct view *view);
/* All settings, to be changed. */
struct view *view_settings_new(struct ui *ui);
/* The styles of the theme in use. */
struct view *view_colours_new(struct ui *ui);
/* What to save, as a form. */
struct view *view_save_new(struct ui *ui);
/* The filter as a form. */
struct view *view_filter_new(struct ui *ui);
/* Keeps what the form on top made and closes it; false if it is not there. */
bool view_filter_keep(struct ui *ui);
/* Whether it is that form. */
bool view_is_filter(const struct view *view);
/* Lets go of what was filled in. */
void view_filter_forget(struct ui *ui);
/* The columns of the list shown. */
struct view *view_columns_new(struct ui *ui);

/* view_sources.c: shows the inputs, with their states and counts. */
void sources_run(struct ui *ui, const char *argument);

/* filters.c: filters by a text; a fault becomes a notice. */
void ui_filter(struct ui *ui, const char *text);

/*
 * reader.c: what a page with links does with a verb, `shown` being the topic it shows or ""; false
 * leaves it to the owner. VERB_RETURN is the owner's, who knows what lies behind the first page.
 */
bool reader_act(struct ui *ui, struct reader *reader, const char *shown, enum verb verb);
/* Follows the link at y, x, if there is one. */
void reader_click(struct ui *ui, struct reader *reader, int y, int x);

/*
 * copy.c: gives bytes to the terminal's clipboard and says so. Too many are refused, since
 * terminals would drop them.
 */
void ui_copy(struct ui *ui, struct span bytes);

/* pane.c */
/* Compiles the conditions of the notes anew; without a knowledge base it lets go of them. */
void pane_take_notes(struct ui *ui);
void pane_draw(struct ui *ui, struct subject subject, struct rect rect);
/* What the pane does with a verb; false leaves it to the view. */
bool pane_act(struct ui *ui, enum verb verb);
extern const char pane_keybar[]; /* of the focused pane, as in struct view_ops */
/* Keys go to the view again. Whether they went to the pane. */
bool pane_leave(struct ui *ui);
void pane_click(struct ui *ui, int y, int x);

/* pane_text.c: lays out, for a pane drawn in `rect`, what is known of a transaction (and of the packet
 * that is no message, if one is selected) and the page of its `topic` ("": none); a page alone; or
 * what to do to see one. */
void pane_text_selection(struct ui *ui, struct subject subject, const char *topic,
                         struct rect rect);
void pane_text_page(struct ui *ui, const char *topic, struct rect rect);
void pane_text_node(struct ui *ui, const struct sip_node *node, const char *topic,
                    struct rect rect);
/* What a list tells of a row. */
struct list_row;
void pane_text_row(struct ui *ui, struct list_row *row, struct rect rect);
void pane_text_hint(struct ui *ui, struct rect rect);

/* header.c: the first line. */
void header_draw(struct ui *ui);
/* tabs.c: the names of the lists; tabs_at() tells which stands at column x, or -1. */
void tabs_draw(struct ui *ui, int y);
int tabs_at(struct ui *ui, int x);
/* keybar.c: a text in as many lines as it needs, `most` at most, from line `bottom` up: its first line. */
int ui_draw_told(int bottom, int most, enum style style, struct span text);
/* The last line; what is to be told stands in its place. */
void keybar_draw(struct ui *ui);
/* The command whose key stands at column x, or NULL. */
const struct command *keybar_at(struct ui *ui, int x);

/* words.c */
/* "192.0.2.1", "192.0.2.1:5080": the port is left out where it is SIP's own, 5060, or none. */
char *ui_address(const struct addr *a, char *buf);
/* "→", in ASCII "->". */
const char *ui_arrow(void);
/* Appends the short name of a rule, as its page is titled: "No response". */
void ui_put_rule(const struct ui *ui, uint8_t rule, struct strbuf *out);
/* 12431 as "12,431". */
char *ui_grouped(uint64_t n, char *buf, size_t size);
/* Appends which capture agent saw the message, if one did. */
void ui_put_agent(const struct ui *ui, const struct message *message, struct strbuf *out);

/*
 * raw.c: a message's bytes, highlighted; shared by ladder and message view. Of the bytes [from, to)
 * those that are shown look selected; `mark` may be NULL.
 */
struct raw_mark {
    size_t from, to;
    int first, last; /* comes back: the lines of the text that it stands in; -1: in none */
};
/* Lines that the text has. */
int raw_draw(struct ui *ui, uint32_t message, struct rect rect, int scroll, struct raw_mark *mark);
/* The same without drawing. */
int raw_measure(struct ui *ui, uint32_t message, int width, struct raw_mark *mark);
/* The byte that the line of the message begins with that stands in a line of the text. */
size_t raw_line_at(struct ui *ui, uint32_t message, int width, int line);
/* Tells each match of ui->search: the line it is in, and the byte that this line begins with. */
typedef void raw_match_fn(int line, size_t at, void *arg);
void raw_matches(struct ui *ui, uint32_t message, int width, raw_match_fn *fn, void *arg);

#endif
