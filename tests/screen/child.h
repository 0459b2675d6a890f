/*
 * A program on a pseudo-terminal of its own, under a tiny job-control parent.
 *
 * Model: harness -> leader (session leader, owns the terminal, plays the shell) -> program (own
 * process group, in the foreground). Without the leader the program's group would be orphaned and
 * the kernel would ignore Ctrl-Z. Boundary: descriptors, processes and termios; no screen.
 */
#ifndef SCREEN_CHILD_H
#define SCREEN_CHILD_H

#include <stddef.h>
#include <sys/types.h>

enum child_state {
    CHILD_RUNNING,
    CHILD_STOPPED, /* code: the stop signal */
    CHILD_EXITED,  /* code: the exit status */
    CHILD_KILLED,  /* code: the signal that ended it */
};

struct child_plan {
    char *const *argv; /* NULL-ended; argv[0] is looked up in PATH */
    char *const *envp; /* NULL-ended; NULL means the caller's own environment */
    int cols;
    int rows;
};

struct child;

/* Starts the program. 0 and *out (to be given to child_stop), or a negative errno. A program that
 * cannot be executed is not an error here: it writes why on its terminal and exits with 127. */
int child_start(struct child **out, const struct child_plan *plan);

/* Kills every process of the program's session, closes the terminal, frees; NULL is allowed. */
void child_stop(struct child *c);

/* The terminal's master side, non-blocking. */
int child_terminal(const struct child *c);

/* Readable when child_update has something to learn; -1 when nothing will come any more. */
int child_events(const struct child *c);

/* Takes in what the leader reported, without waiting. */
void child_update(struct child *c);

/* What the program does now; *code (may be NULL) as the states say. */
enum child_state child_state(const struct child *c, int *code);

/* Sends a signal to the program's process group; CONT also brings it back to the foreground, as
 * a shell's `fg` does. 0 or a negative errno (-ESRCH once the program is gone). */
int child_signal(struct child *c, int number);

/* Sets the terminal's size, which raises SIGWINCH in the foreground group. 0 or negative errno. */
int child_resize(struct child *c, int cols, int rows);

/* Writes what differs in the terminal's line settings from before the start, separated by ", ";
 * an empty text means that nothing does. */
void child_left_behind(const struct child *c, char *text, size_t size);

#endif
