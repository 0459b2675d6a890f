/*
 * A laid-out text with links, as the pane and the pages show it: scrolling, choosing
 * a link, and the trail of topics that links led through.
 */
#ifndef SIPWHY_UI_READER_H
#define SIPWHY_UI_READER_H

#include "help/markup.h"
#include "help/topic.h"
#include "ui/screen.h"

enum { READER_TRAIL = 32 };

/* A place that can be come back to. `topic` "" is where the owner began. */
struct reader_stop {
    char topic[HELP_TOPIC_SIZE];
    int scroll;
    size_t link;
};

struct reader {
    struct styled_text text;
    struct reader_stop now;
    struct reader_stop trail[READER_TRAIL]; /* the last is the latest */
    size_t depth;
    struct rect rect; /* where it was drawn */
};

void reader_free(struct reader *reader);
/* Makes the text empty for a new layout; links are named by `help`. */
void reader_begin(struct reader *reader, const struct help *help);
/* Back to where it began, trail and scrolling forgotten. */
void reader_reset(struct reader *reader);
/* Draws the lines into `rect`, with a mark where more follows; clamps the scrolling. */
void reader_draw(struct reader *reader, struct rect rect, bool focused);
/* Goes to a topic; reader_return() leads back. False if it is there already. */
bool reader_go(struct reader *reader, const char *topic);
bool reader_return(struct reader *reader);
/* Chooses the next link or the one before, and scrolls to it. False if there is none. */
bool reader_choose(struct reader *reader, bool next);
/* The topic of the chosen link, or of the one drawn at y, x; "" for none. */
void reader_chosen(const struct reader *reader, char topic[HELP_TOPIC_SIZE]);
/* Whether a link leads on from its text. */
bool reader_has_links(const struct reader *reader);
void reader_link_at(const struct reader *reader, int y, int x, char topic[HELP_TOPIC_SIZE]);

#endif
