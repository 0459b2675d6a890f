/*
 * The settings: one row each with name, type, range, default, unit and help. The
 * row serves the command line, `:set`, the configuration file, completion and
 * the man page.
 */
#ifndef SIPWHY_OPTIONS_H
#define SIPWHY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct string_list {
    char **items;
    size_t count;
};

/* The values. Strings are owned; free with settings_free(). */
struct settings {
    struct string_list interfaces;
    struct string_list files;
    struct string_list help_dirs;
    struct string_list link_headers;
    struct string_list hosts;
    struct string_list listen;
    char *listen_cert;
    char *listen_key;
    char *hep_key;
    char *hep_send;
    char *hep_name;
    char *hep_ca;
    long hep_id;
    char *filter;
    char *keylog;
    struct string_list tls_keys;
    char *lang;
    char *theme;
    char *colour;
    char *time;
    char *by;
    char *dns;
    char *statistics;
    char *chart;
    char *user;
    char *date;
    char *tz;
    char *local;
    char *pager;
    char *fail_on;
    long memory;   /* MiB */
    long buffer;   /* MiB */
    long duration; /* s, 0: no limit */
    bool promiscuous;
    bool numeric;
    bool names;
    bool json;
    bool markdown;
    bool search;
    bool ascii;
    bool follow;
    bool newest;
    bool group;
    bool utc;
    bool pane;
    bool mouse;
    bool remember;
    bool history;
    bool no_config;
    bool list_interfaces;
    bool version;
    bool help;
    uint64_t given;  /* rows that the command line set, a bit each */
    bool keep_given; /* option_assign() leaves those alone: the configuration file is read */
};

enum option_type { OPTION_FLAG, OPTION_NUMBER, OPTION_TEXT, OPTION_CHOICE, OPTION_LIST };
enum option_scope {
    OPTION_CLI = 1, /* on the command line */
    OPTION_SET = 2  /* with :set and in the configuration file, at run time */
};

struct option_row {
    const char *name;
    char letter; /* short form, or 0 */
    enum option_type type;
    size_t offset;              /* in struct settings */
    const char *initial;        /* default as text; NULL: none */
    long min, max;              /* of a number */
    const char *const *choices; /* NULL-terminated */
    const char *unit;           /* what the value is called: "FILE", "MiB" */
    int scope;                  /* enum option_scope */
    const char *help;           /* one sentence */
};

extern const struct option_row option_rows[];
extern const size_t option_count;

void settings_init(struct settings *settings);
void settings_free(struct settings *settings);
const struct option_row *option_find(const char *name);
/* Sets one value from text. 0, or -1 with *error, one line that the caller frees. */
int option_set(struct settings *settings, const struct option_row *row, const char *value,
               char **error);
/* The values of a repeatable one (OPTION_LIST). */
const struct string_list *option_list(const struct settings *settings,
                                      const struct option_row *row);
/* The value as text, "" of a repeatable one; the caller frees it. */
char *option_get(const struct settings *settings, const struct option_row *row);
/* `name=value`, `name value`, `name` and `noname`, as `:set` has it. */
int option_assign(struct settings *settings, const char *text, char **error);
/*
 * Reads the command line, options and arguments in any order. The arguments are moved
 * to argv[0] and on, *count of them. -1 with *error.
 */
int options_parse(struct settings *settings, int argc, char *argv[], int *count, char **error);
/* Writes the option list: for --help, or in man page format. */
void options_print(bool man);

#endif
