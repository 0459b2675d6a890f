/* What the command table does with comparing; each has the form of struct command's `run`. */
#ifndef SIPWHY_UI_COMPARE_COMMANDS_H
#define SIPWHY_UI_COMPARE_COMMANDS_H

struct help_match;
struct ui;

/* Two topics of the knowledge base. */
void compare_run_topics(struct ui *ui, const char *argument);
/* Two marked rows: messages, calls or the codes of transactions, by the list they stand in. */
void compare_run_ask(struct ui *ui, const char *argument);
/* Two marked messages, transactions or, with "calls", the calls of these. */
void compare_run_diff(struct ui *ui, const char *argument);
/* Says that a command found no topic of this name, and what is near. */
void compare_tell_unknown(struct ui *ui, const char *command, const char *words,
                          const struct help_match *match);

#endif
