/* Keys as readable text, and what they are bound to. */
#ifndef SIPWHY_UI_KEYMAP_H
#define SIPWHY_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

/* A key's code from its name ("F1", "C-l", "Enter", "PgUp", "x"), or -1. */
int keymap_code(const char *name);
/* Its name; `buf` has room for KEY_NAME bytes. */
#define KEY_NAME 16
char *keymap_name(int code, char *buf);

/* Binds the defaults of the command table. */
void keymap_init(void);
/* Binds a key to a command line ("filter failed"); an empty one unbinds. -1 for no such key. */
int keymap_bind(const char *key, const char *line);
/* The command line that a key is bound to, or NULL. */
const char *keymap_line(int code);
/* The first key bound to a command, as text in `buf`; false without one. */
bool keymap_key_of(const char *command, char *buf);
/* The same; where it has none, one of another command that asks views for the same. */
struct command;
bool keymap_key_for(const struct command *command, char *buf);
/* For a hint in a text: that, or ":NAME" where no key is bound; buf has KEY_HINT bytes. */
#define KEY_HINT 32
const char *keymap_hint(const char *command, char *buf);
/* All keys bound to a command, separated by blanks. */
void keymap_keys_of(const char *command, char *buf, size_t size);
/* Calls `fn` for each key; `changed`: it is bound to something else than at first. */
void keymap_each(void (*fn)(int code, const char *line, bool changed, void *arg), void *arg);
void keymap_free(void);

#endif
