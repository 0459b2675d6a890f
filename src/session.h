/*
 * One run: the settings' inputs, opened, and the pipeline that they feed. Shared
 * by the console and the headless commands.
 */
#ifndef SIPWHY_SESSION_H
#define SIPWHY_SESSION_H

#include "export/hep.h"
#include "input/input.h"
#include "options.h"
#include "pipeline.h"

struct session {
    const struct settings *settings;
    struct inputs *inputs;
    struct pipeline pipeline;
    struct keylog *keylog;     /* or NULL */
    struct hep_sender *sender; /* forwards what is read; or NULL */
    bool sender_told;          /* its trouble was said */
    int64_t moved_ns;          /* capture time got here, */
    int64_t moved_at_ns;       /* at this time of the monotonic clock; 0: not yet */
    struct packet held;        /* the next packet, while timers are due before it */
    bool holds;                /* there is one */
    char *note; /* what there is to say about the opening, until it was said; or NULL */
};

/*
 * Opens the interfaces, listeners and files of the settings; with interfaces, `arguments` is a
 * BPF expression, else more files. -1 with *error, one line that the caller frees.
 */
int session_open(struct session *session, const struct settings *settings, size_t count,
                 char *const arguments[], char **error);
/* The same for the bundled traffic, played live. */
int session_open_demo(struct session *session, const struct settings *settings, char **error);
/* Opens one more file, or the captures of a folder, into a running session. */
int session_open_file(struct session *session, const char *path, char **error);
/* Reads SIP messages from a text, as from a log. */
int session_open_text(struct session *session, struct span text, char **error);
void session_close(struct session *session);
/* Whether the settings name anything to read from. */
bool session_has_inputs(const struct settings *settings);

/* Feeds packets for at most `budget_ns` (0: no limit). Whether more is there at once. */
enum input_status session_feed(struct session *session, int64_t budget_ns);
/* Looks at calls that wait to be diagnosed, at most `most`; whether more do. When the inputs have
 * ended, or capture time stands still, nothing waits for what may still come. */
bool session_diagnose(struct session *session, size_t most);
/* Reads no further: what the inputs have at hand is still taken in, as it is. */
void session_stop(struct session *session);
/* Waits, not for long, until what was read has been forwarded. */
void session_finish_sending(struct session *session);
/* Lets capture time pass while live inputs are silent. */
void session_tick(struct session *session);

#endif
