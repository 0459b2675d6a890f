/* See keymap.h. */
#include "ui/keymap.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "ui/command.h"
#include "ui/screen.h"

#define BINDINGS 512

static struct binding {
    int code;
    char *line;
    const char *initial; /* what the command table says */
} bindings[BINDINGS];
static size_t nbindings;

static const struct {
    const char *name;
    int code;
} names[] = {
    { "Up", KEY_UP },
    { "Down", KEY_DOWN },
    { "Left", KEY_LEFT },
    { "Right", KEY_RIGHT },
    { "PgUp", KEY_PPAGE },
    { "PgDn", KEY_NPAGE },
    { "Home", KEY_HOME },
    { "End", KEY_END },
    { "Enter", '\r' },
    { "Esc", 27 },
    { "Space", ' ' },
    { "Tab", '\t' },
    { "S-Tab", KEY_BTAB },
    { "Del", KEY_DC },
    { "Ins", KEY_IC },
    { "Backspace", KEY_BACKSPACE },
    { "C-Up", KEY_CTRL_UP },
    { "C-Down", KEY_CTRL_DOWN },
    { "C-Left", KEY_CTRL_LEFT },
    { "C-Right", KEY_CTRL_RIGHT },
};

int keymap_code(const char *name)
{
    int number;
    char end;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(names[i].name, name) == 0)
            return names[i].code;
    if (sscanf(name, "F%d%c", &number, &end) == 1 && number >= 1 && number <= 24)
        return KEY_F(number);
    if ((name[0] == 'C' || name[0] == '^') && name[1] == '-' && name[2] && !name[3])
        return name[2] & 0x1f;
    return strlen(name) == 1 ? (unsigned char)name[0] : -1;
}

char *keymap_name(int code, char *buf)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code) {
            snprintf(buf, KEY_NAME, "%s", names[i].name);
            return buf;
        }
    if (code >= KEY_F(1) && code <= KEY_F(24))
        snprintf(buf, KEY_NAME, "F%d", code - KEY_F0);
    else if (code > 0 && code < 32)
        snprintf(buf, KEY_NAME, "C-%c", code + 'a' - 1);
    else
        snprintf(buf, KEY_NAME, "%c", code < 127 ? code : '?');
    return buf;
}

static struct binding *find(int code)
{
    for (size_t i = 0; i < nbindings; i++)
        if (bindings[i].code == code)
            return &bindings[i];
    return NULL;
}

int keymap_bind(const char *key, const char *line)
{
    int code = keymap_code(key);
    struct binding *binding = find(code);
    if (code < 0 || (!binding && nbindings == BINDINGS))
        return -1;
    bool fresh = !binding;
    if (fresh)
        binding = &bindings[nbindings++];
    else
        free(binding->line);
    *binding = (struct binding){ code, mem_text(line), fresh ? "" : binding->initial };
    return 0;
}

static void bind_first(const char *key, const char *command)
{
    if (keymap_bind(key, command) == 0)
        find(keymap_code(key))->initial = command;
}

void keymap_init(void)
{
    for (size_t i = 0; i < command_count; i++) {
        char keys[64], *save = NULL;
        snprintf(keys, sizeof keys, "%s", commands[i].keys);
        for (char *key = strtok_r(keys, " ", &save); key; key = strtok_r(NULL, " ", &save))
            bind_first(key, commands[i].name);
    }
}

const char *keymap_line(int code)
{
    /* terminals differ in what these two send */
    if (code == '\n' || code == KEY_ENTER)
        code = '\r';
    if (code == 127 || code == '\b')
        code = KEY_BACKSPACE;
    const struct binding *binding = find(code);
    return binding && *binding->line ? binding->line : NULL;
}

bool keymap_key_of(const char *command, char *buf)
{
    for (size_t i = 0; i < nbindings; i++)
        if (strcmp(bindings[i].line, command) == 0) {
            keymap_name(bindings[i].code, buf);
            return true;
        }
    return false;
}

bool keymap_key_for(const struct command *command, char *buf)
{
    if (keymap_key_of(command->name, buf))
        return true;
    for (size_t i = 0; i < command_count && command->verb != VERB_NONE; i++)
        if (commands[i].verb == command->verb && keymap_key_of(commands[i].name, buf))
            return true;
    return false;
}

const char *keymap_hint(const char *command, char *buf)
{
    if (!keymap_key_for(command_find(command), buf))
        snprintf(buf, KEY_HINT, ":%s", command);
    return buf;
}

void keymap_keys_of(const char *command, char *buf, size_t size)
{
    size_t n = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < nbindings && n < size; i++) {
        char name[KEY_NAME];
        if (strcmp(bindings[i].line, command) == 0)
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " " : "",
                                  keymap_name(bindings[i].code, name));
    }
}

void keymap_free(void)
{
    for (size_t i = 0; i < nbindings; i++)
        free(bindings[i].line);
    nbindings = 0;
}

void keymap_each(void (*fn)(int code, const char *line, bool changed, void *arg), void *arg)
{
    for (size_t i = 0; i < nbindings; i++)
        fn(bindings[i].code, bindings[i].line, strcmp(bindings[i].line, bindings[i].initial) != 0,
           arg);
}
