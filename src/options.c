/* See options.h. */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"

static const char *const colours[] = { "auto", "always", "never", NULL };
static const char *const times[] = { "clock", "relative", "delta", "date", NULL };
static const char *const groupings[] = { "address", "agent", NULL };
static const char *const kinds[] = { "destination", "source", "agent", "method", "code", NULL };
static const char *const charts[] = { "blocks", "braille", "ascii", NULL };
static const char *const pagers[] = { "auto", "never", NULL };
static const char *const severities[] = { "error", "warning", "notice", NULL };
static const char *const languages[] = { "en", "ko", NULL };

#define AT(member) offsetof(struct settings, member)
#define BOTH (OPTION_CLI | OPTION_SET)

const struct option_row option_rows[] = {
    { "interface", 'i', OPTION_LIST, AT(interfaces), NULL, 0, 0, NULL, "IFACE", OPTION_CLI,
      N_("Capture on this interface; repeatable; 'any' takes all.") },
    { "read", 'r', OPTION_LIST, AT(files), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("Read this capture, like a FILE argument; '-' is standard input.") },
    { "listen", 0, OPTION_LIST, AT(listen), NULL, 0, 0, NULL, "HEP", OPTION_CLI,
      N_("Listen for capture agents on hep:udp:ADDR:PORT, hep:tcp:ADDR:PORT or hep:tls:ADDR:PORT; "
         "repeatable; '*' is every address.") },
    { "listen-cert", 0, OPTION_TEXT, AT(listen_cert), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("The certificate, with its chain, that is shown to agents on TLS (PEM).") },
    { "listen-key", 0, OPTION_TEXT, AT(listen_key), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("The private key of that certificate (PEM).") },
    { "hep-key", 0, OPTION_TEXT, AT(hep_key), NULL, 0, 0, NULL, "KEY", OPTION_CLI,
      N_("What agents must send as their authentication key, and what is sent with --hep-send.") },
    { "keylog", 0, OPTION_TEXT, AT(keylog), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("Read TLS with the secrets of this key log, which may grow meanwhile; without it, of "
         "SSLKEYLOGFILE.") },
    { "tls-key", 0, OPTION_LIST, AT(tls_keys), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("Read TLS whose server has this RSA private key (PEM), where its key exchange is RSA; "
         "repeatable.") },
    { "follow", 0, OPTION_FLAG, AT(follow), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Go on reading the files as they grow, through rotation, like tail -F; of a folder or a "
         "pattern in quotes, files that come later, too.") },
    { "date", 0, OPTION_TEXT, AT(date), NULL, 0, 0, NULL, "DATE", OPTION_CLI,
      N_("The day on which a log without a date, or without a year, begins: 2026-11-23.") },
    { "tz", 0, OPTION_TEXT, AT(tz), NULL, 0, 0, NULL, "ZONE", OPTION_CLI,
      N_("The time zone of a log's times, as TZ has it: UTC, Asia/Seoul.") },
    { "local", 0, OPTION_TEXT, AT(local), NULL, 0, 0, NULL, "ADDRESS", OPTION_CLI,
      N_("The address, with or without a port, of the program that wrote a log.") },
    { "hep-send", 0, OPTION_TEXT, AT(hep_send), NULL, 0, 0, NULL, "TARGET", OPTION_CLI,
      N_("Forward every SIP message as HEP to udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT.") },
    { "hep-id", 0, OPTION_NUMBER, AT(hep_id), "0", 0, 4294967295, NULL, "NUMBER", OPTION_CLI,
      N_("The agent number that is sent with --hep-send.") },
    { "hep-name", 0, OPTION_TEXT, AT(hep_name), NULL, 0, 0, NULL, "NAME", OPTION_CLI,
      N_("The agent name that is sent with --hep-send; without it the name of this host.") },
    { "hep-ca", 0, OPTION_TEXT, AT(hep_ca), NULL, 0, 0, NULL, "FILE", OPTION_CLI,
      N_("The certificates that --hep-send trusts on TLS (PEM); without it those of the system.") },
    { "list-interfaces", 'D', OPTION_FLAG, AT(list_interfaces), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("List the interfaces that can be captured on, and stop.") },
    { "promiscuous", 0, OPTION_FLAG, AT(promiscuous), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Put the interface into promiscuous mode.") },
    { "buffer", 0, OPTION_NUMBER, AT(buffer), "16", 1, 2047, NULL, "MiB", OPTION_CLI,
      N_("Size of the kernel's capture buffer for each interface.") },
    { "memory", 0, OPTION_NUMBER, AT(memory), "512", 1, 1048576, NULL, "MiB", BOTH,
      N_("Memory for messages; the oldest finished calls make room when it is full.") },
    { "filter", 'Y', OPTION_TEXT, AT(filter), NULL, 0, 0, NULL, "EXPR", OPTION_CLI,
      N_("Show only transactions that match this filter expression.") },
    { "duration", 0, OPTION_NUMBER, AT(duration), "0", 0, 86400, NULL, "s", OPTION_CLI,
      N_("Headless runs on live traffic: stop after this time; 0 runs until interrupted.") },
    { "json", 0, OPTION_FLAG, AT(json), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Headless runs: write JSON.") },
    { "markdown", 0, OPTION_FLAG, AT(markdown), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("explain and compare: write Markdown.") },
    { "search", 0, OPTION_FLAG, AT(search), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("explain: the arguments are words; list the pages that have all of them, best first.") },
    { "pager", 0, OPTION_CHOICE, AT(pager), "auto", 0, 0, pagers, NULL, OPTION_CLI,
      N_("explain and compare: whether long text on a terminal goes through SIPWHY_PAGER, PAGER or "
         "less.") },
    { "theme", 0, OPTION_TEXT, AT(theme), "dark", 0, 0, NULL, "NAME", BOTH,
      N_("The colours: dark, light, high-contrast, colour-blind, mono, or one of your own in "
         "~/.config/sipwhy/themes.") },
    { "color", 0, OPTION_CHOICE, AT(colour), "auto", 0, 0, colours, NULL, BOTH,
      N_("Whether to use colours; 'auto' asks the terminal and NO_COLOR.") },
    { "ascii", 0, OPTION_FLAG, AT(ascii), NULL, 0, 0, NULL, NULL, BOTH,
      N_("Draw marks and arrows in ASCII, also where UTF-8 would work.") },
    { "time", 't', OPTION_CHOICE, AT(time), "clock", 0, 0, times, NULL, BOTH,
      N_("Times as clock, relative to the first message, in the flow since the message before, or "
         "with the date.") },
    { "utc", 0, OPTION_FLAG, AT(utc), NULL, 0, 0, NULL, NULL, BOTH,
      N_("Show times in UTC, not in local time.") },
    { "group", 0, OPTION_FLAG, AT(group), NULL, 0, 0, NULL, NULL, BOTH,
      N_("Group the list of transactions by call.") },
    { "by", 0, OPTION_CHOICE, AT(by), "address", 0, 0, groupings, NULL, BOTH,
      N_("What the list of endpoints has a row for: an address, or what hosts call themselves.") },
    { "statistics", 0, OPTION_CHOICE, AT(statistics), "destination", 0, 0, kinds, NULL, BOTH,
      N_("What the statistics have a row for.") },
    { "chart", 0, OPTION_CHOICE, AT(chart), "blocks", 0, 0, charts, NULL, BOTH,
      N_("What the bars of the statistics are drawn with: blocks, braille dots, which show twice as "
         "many bars, or ASCII, as everywhere without UTF-8.") },
    { "newest", 0, OPTION_FLAG, AT(newest), "on", 0, 0, NULL, NULL, BOTH,
      N_("Keep the newest transaction in view until the selection moves up.") },
    { "pane", 0, OPTION_FLAG, AT(pane), "on", 0, 0, NULL, NULL, BOTH, N_("Show the help pane.") },
    { "remember", 0, OPTION_FLAG, AT(remember), "on", 0, 0, NULL, NULL, BOTH,
      N_("Begin with the columns and the sizes that were there at the end of the last run.") },
    { "mouse", 0, OPTION_FLAG, AT(mouse), "on", 0, 0, NULL, NULL, BOTH,
      N_("Whether the mouse is the console's; off, it selects text as the terminal does.") },
    { "history", 0, OPTION_FLAG, AT(history), "on", 0, 0, NULL, NULL, BOTH,
      N_("Keep the command lines for the next run, in a file that only you may read.") },
    { "fail-on", 0, OPTION_CHOICE, AT(fail_on), NULL, 0, 0, severities, NULL, OPTION_CLI,
      N_("Exit status 1 when report or list finds something as bad as this.") },
    { "lang", 0, OPTION_CHOICE, AT(lang), NULL, 0, 0, languages, NULL, BOTH,
      N_("Language of pages and interface; without it the locale's, else English.") },
    { "help-dir", 0, OPTION_LIST, AT(help_dirs), NULL, 0, 0, NULL, "DIR", OPTION_CLI,
      N_("Pages and notes in this directory go before the built-in ones; repeatable.") },
    { "link-header", 0, OPTION_LIST, AT(link_headers), NULL, 0, 0, NULL, "NAME", OPTION_CLI,
      N_("Legs of a call that carry the same value in this header, or the other leg's Call-ID, "
         "belong together, besides X-CID, X-Call-ID and the like; repeatable.") },
    { "numeric", 'n', OPTION_FLAG, AT(numeric), NULL, 0, 0, NULL, NULL, BOTH,
      N_("Show addresses and numbers as they are: neither names of --hosts nor of DNS.") },
    { "hosts", 0, OPTION_LIST, AT(hosts), NULL, 0, 0, NULL, "FILE", BOTH,
      N_("Names for addresses, and for numbers, in the form of /etc/hosts; repeatable.") },
    { "names", 0, OPTION_FLAG, AT(names), "on", 0, 0, NULL, NULL, BOTH,
      N_("Show names in place of addresses and numbers, where there are any.") },
    { "dns", 0, OPTION_TEXT, AT(dns), "off", 0, 0, NULL, "SERVER", BOTH,
      N_("Ask DNS for the names of addresses: 'on' asks the system's servers, or say an "
         "ADDRESS[:PORT].") },
    { "user", 'Z', OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "USER", OPTION_CLI,
      N_("Become this user once the inputs are open.") },
    { "no-config", 0, OPTION_FLAG, AT(no_config), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Do not read the configuration file.") },
    { "version", 'V', OPTION_FLAG, AT(version), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Print the version and stop.") },
    { "help", 'h', OPTION_FLAG, AT(help), NULL, 0, 0, NULL, NULL, OPTION_CLI,
      N_("Print this help and stop.") },
};
const size_t option_count = sizeof option_rows / sizeof option_rows[0];
_Static_assert(sizeof option_rows / sizeof option_rows[0] <= 64, "a bit each in settings.given");

static void *value_at(struct settings *settings, const struct option_row *row)
{
    return (char *)settings + row->offset;
}

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < option_count; i++) {
        char *error = NULL;
        if (option_rows[i].initial)
            option_set(settings, &option_rows[i], option_rows[i].initial, &error);
        free(error);
    }
}

static void free_list(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

void settings_free(struct settings *settings)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->type == OPTION_LIST)
            free_list(value_at(settings, row));
        else if (row->type == OPTION_TEXT || row->type == OPTION_CHOICE)
            free(*(char **)value_at(settings, row));
    }
}

/* Another spelling of a setting's name. */
static const struct {
    const char *written, *name;
} spellings[] = { { "colour", "color" } };
#define SPELLINGS (sizeof spellings / sizeof spellings[0])

const struct option_row *option_find(const char *name)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        name = strcmp(spellings[i].written, name) == 0 ? spellings[i].name : name;
    for (size_t i = 0; i < option_count; i++)
        if (strcmp(option_rows[i].name, name) == 0)
            return &option_rows[i];
    return NULL;
}

static int __attribute__((format(printf, 2, 3))) fail(char **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *error = mem_format_args(format, args);
    va_end(args);
    return -1;
}

static int set_flag(bool *flag, const struct option_row *row, const char *value, char **error)
{
    static const char *const yes[] = { "on", "yes", "true", "1" };
    static const char *const no[] = { "off", "no", "false", "0" };
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *flag = strcmp(value, yes[i]) == 0;
            return 0;
        }
    }
    return fail(error, _("%s: '%s' is neither on nor off"), row->name, value);
}

static int set_number(long *number, const struct option_row *row, const char *value, char **error)
{
    char *end;
    long n = strtol(value, &end, 10);
    if (end == value || *end || n < row->min || n > row->max)
        return fail(error, _("%s: '%s' is not a number from %ld to %ld"), row->name, value,
                    row->min, row->max);
    *number = n;
    return 0;
}

static int set_choice(char **text, const struct option_row *row, const char *value, char **error)
{
    struct strbuf known = STRBUF_INIT;
    for (const char *const *choice = row->choices; *choice; choice++) {
        if (strcmp(*choice, value) == 0) {
            free(*text);
            *text = mem_text(value);
            strbuf_free(&known);
            return 0;
        }
        strbuf_format(&known, "%s%s", known.n ? ", " : "", *choice);
    }
    fail(error, _("%s: '%s' is not one of %s"), row->name, value, strbuf_str(&known));
    strbuf_free(&known);
    return -1;
}

static void add_item(struct string_list *list, const char *value)
{
    list->items = mem_grow(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = mem_text(value);
}

int option_set(struct settings *settings, const struct option_row *row, const char *value,
               char **error)
{
    void *at = value_at(settings, row);
    switch (row->type) {
    case OPTION_FLAG:
        return set_flag(at, row, value, error);
    case OPTION_NUMBER:
        return set_number(at, row, value, error);
    case OPTION_CHOICE:
        return set_choice(at, row, value, error);
    case OPTION_LIST:
        add_item(at, value);
        return 0;
    case OPTION_TEXT:
        free(*(char **)at);
        *(char **)at = mem_text(value);
        return 0;
    }
    return -1;
}

const struct string_list *option_list(const struct settings *settings, const struct option_row *row)
{
    return (const struct string_list *)((const char *)settings + row->offset);
}

char *option_get(const struct settings *settings, const struct option_row *row)
{
    const void *at = (const char *)settings + row->offset;
    struct strbuf text = STRBUF_INIT;
    if (row->type == OPTION_FLAG)
        strbuf_text(&text, *(const bool *)at ? "on" : "off");
    else if (row->type == OPTION_NUMBER)
        strbuf_format(&text, "%ld", *(const long *)at);
    else if (row->type != OPTION_LIST && *(char *const *)at)
        strbuf_text(&text, *(char *const *)at);
    return strbuf_take(&text);
}

int option_assign(struct settings *settings, const char *text, char **error)
{
    char name[64];
    const char *value = "on";
    size_t n = strcspn(text, "= \t");
    text_copy((struct span){ text, n }, name, sizeof name);
    if (text[n])
        value = text + n + 1 + strspn(text + n + 1, "= \t");
    const struct option_row *row = option_find(name);
    if (!row && strncmp(name, "no", 2) == 0 && !text[n]) {
        row = option_find(name + 2);
        row = row && row->type == OPTION_FLAG ? row : NULL;
        value = "off";
    }
    if (!row || !(row->scope & OPTION_SET))
        return fail(error, _("set: no setting is called '%s'"), name);
    if (settings->keep_given && settings->given >> (row - option_rows) & 1)
        return 0;
    if (!settings->keep_given)
        settings->given &= ~(UINT64_C(1)
                             << (row - option_rows)); /* the user has changed his mind */
    return option_set(settings, row, value, error);
}

static const struct option_row *find_letter(int letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].letter == letter && letter)
            return &option_rows[i];
    return NULL;
}

#define LONG_BASE 256 /* getopt values of options without a letter */

/* getopt's two descriptions of the options, made from the table. */
static struct option *describe(struct strbuf *letters)
{
    struct option *all = mem_zero((option_count + SPELLINGS + 1) * sizeof *all);
    strbuf_char(letters, '+');
    strbuf_char(letters, ':');
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        bool takes = row->type != OPTION_FLAG;
        all[i] = (struct option){ row->name, takes ? required_argument : optional_argument, NULL,
                                  LONG_BASE + (int)i };
        if (row->letter) {
            strbuf_char(letters, row->letter);
            if (takes)
                strbuf_char(letters, ':');
        }
    }
    for (size_t i = 0; i < SPELLINGS; i++) {
        const struct option_row *row = option_find(spellings[i].name);
        all[option_count + i] = all[row - option_rows];
        all[option_count + i].name = spellings[i].written;
    }
    return all;
}

static int take_option(struct settings *settings, int got, char *argv[], char **error)
{
    const struct option_row *row = got >= LONG_BASE ? &option_rows[got - LONG_BASE]
                                                    : find_letter(got);
    if (got == ':')
        return fail(error, _("option '%s' wants a value; see --help"), argv[optind - 1]);
    if (!row)
        return fail(error, _("unknown option '%s'; see --help"), argv[optind - 1]);
    settings->given |= UINT64_C(1) << (row - option_rows);
    int result = option_set(settings, row, optarg ? optarg : "on", error); /* a flag alone is on */
    if (result == 0 && row->offset == AT(lang))
        tr_set_language(settings->lang); /* for faults in what follows */
    return result;
}

int options_parse(struct settings *settings, int argc, char *argv[], int *count, char **error)
{
    struct strbuf letters = STRBUF_INIT;
    struct option *all = describe(&letters);
    int result = 0, got, at = 0;
    /* Options may stand behind arguments: what is none is moved to the front of argv. */
    optind = 1;
    opterr = 0;
    while (result == 0 && optind < argc) {
        got = getopt_long(argc, argv, strbuf_str(&letters), all, NULL);
        if (got != -1) {
            result = take_option(settings, got, argv, error);
            continue;
        }
        bool rest = strcmp(argv[optind - 1], "--") == 0 && optind > 1;
        do {
            if (optind < argc)
                argv[at++] = argv[optind++];
        } while (rest && optind < argc);
    }
    *count = at;
    free(all);
    strbuf_free(&letters);
    return result;
}

static void print_choices(const struct option_row *row)
{
    struct strbuf all = STRBUF_INIT;
    for (const char *const *choice = row->choices; choice && *choice; choice++)
        strbuf_format(&all, "%s%s", all.n ? ", " : "", *choice);
    if (all.n)
        printf(_(" Choices: %s."), strbuf_str(&all));
    strbuf_free(&all);
}

static void print_row(const struct option_row *row, bool man)
{
    char name[64];
    const char *unit = row->unit ? row->unit : row->type == OPTION_CHOICE ? "CHOICE" : "";
    snprintf(name, sizeof name, "--%s%s%s", row->name, row->type == OPTION_FLAG ? "" : " ",
             row->type == OPTION_FLAG ? "" : unit);
    if (man) {
        printf(".TP\n.B ");
        if (row->letter)
            printf("\\-%c, ", row->letter);
        for (const char *p = name; *p; p++)
            printf("%s%c", *p == '-' ? "\\" : "", *p);
        printf("\n%s", tr(row->help));
    } else {
        printf("  %c%c%c %-28s %s", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
               row->letter ? ',' : ' ', name, tr(row->help));
    }
    print_choices(row);
    if (row->initial && row->type != OPTION_FLAG)
        printf(_(" Default: %s."), row->initial);
    printf("\n");
}

void options_print(bool man)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].scope & OPTION_CLI)
            print_row(&option_rows[i], man);
}
