/* Start: read settings, then run the console or the subcommand that was asked for. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/tell.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "configfile.h"
#include "explain.h"
#include "knowledge.h"
#include "options.h"
#include "report.h"
#include "session.h"
#include "ui/console.h"

static const char usage[] = N_(
    "sipwhy: see why SIP calls fail\n"
    "\n"
    "  sipwhy [OPTION]... FILE...               console on captures ('-': standard input)\n"
    "  sipwhy -i IFACE [OPTION]... [BPF]...     console on live traffic\n"
    "  sipwhy --listen hep:udp:ADDR:PORT        console on what capture agents send\n"
    "  sipwhy demo                              console on bundled traffic, played live\n"
    "  sipwhy explain TOPIC...                  what a code, header, cause, timer ... means and\n"
    "                                           what to do: 488, 4xx, q850:34, timer:B, Via\n"
    "  sipwhy explain --search WORD...          the pages that have these words\n"
    "  sipwhy compare A B                       two codes, or any two topics, side by side\n"
    "  sipwhy report [OPTION]... FILE...        counts and findings, headless\n"
    "  sipwhy list [transactions|calls|messages|findings|endpoints|\n"
    "               registrations|subscriptions|statistics] [OPTION]... FILE...\n"
    "\n"
    "report and list read live traffic too: report -i lo --duration 10\n"
    "\n");

static int fail(char *error)
{
    tell("%s", error ? error : _("failed"));
    free(error);
    return 2;
}

struct run {
    struct settings settings;
    int count;
    char **words; /* arguments behind the subcommand */
};

static int with_session(struct run *run, int (*act)(struct session *, const char *),
                        const char *what)
{
    struct session session = { 0 };
    char *error = NULL;
    if (run->count == 0 && !session_has_inputs(&run->settings))
        return fail(mem_text(_("nothing to read; name a capture file or an interface with -i")));
    int result = session_open(&session, &run->settings, (size_t)run->count, run->words, &error);
    result = result < 0 ? fail(error) : act(&session, what);
    session_close(&session);
    return result;
}

/* What is written without a terminal is UTF-8, whatever the locale. */
static int headless(struct run *run, int (*act)(struct session *, const char *), const char *what)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    return with_session(run, act, what);
}

static int act_report(struct session *session, const char *what)
{
    (void)what;
    return report_run(session);
}

static int run_report(struct run *run)
{
    if (run->settings.filter)
        return fail(mem_text(_("report counts everything; --filter chooses the rows of list")));
    return headless(run, act_report, NULL);
}

static int run_list(struct run *run)
{
    static const char *const kinds[] = { "transactions",  "calls",     "messages",
                                         "findings",      "endpoints", "registrations",
                                         "subscriptions", "statistics" };
    const char *what = kinds[0];
    for (size_t i = 0; run->count && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(run->words[0], kinds[i]) == 0) {
            what = kinds[i];
            run->words++;
            run->count--;
            break;
        }
    return headless(run, list_run, what);
}

static int with_help(struct run *run,
                     int (*act)(const struct help *, const struct settings *, int, char *const[]))
{
    char *warning = NULL;
    config_read_settings(&run->settings);
    tr_set_language(knowledge_language(&run->settings));
    struct help *help = knowledge_open(&run->settings, &warning);
    if (warning)
        fprintf(stderr, "%s\n", warning);
    int result = act(help, &run->settings, run->count, run->words);
    free(warning);
    help_free(help);
    return result;
}

static int run_explain(struct run *run)
{
    if (run->count == 0)
        return fail(mem_text(_("explain what? name a code or a topic: sipwhy explain 488")));
    return with_help(run, explain_run);
}

static int run_compare(struct run *run)
{
    return with_help(run, compare_run);
}

static int run_demo(struct run *run)
{
    struct session session = { 0 };
    char *error = NULL;
    int result = session_open_demo(&session, &run->settings, &error);
    result = result < 0 ? fail(error) : console_run(&session, &run->settings);
    session_close(&session);
    return result;
}

static int act_console(struct session *session, const char *what)
{
    (void)what;
    return console_run(session, (struct settings *)session->settings);
}

static const struct {
    const char *name;
    int (*run)(struct run *run);
} subcommands[] = {
    { "report", run_report },   { "list", run_list }, { "explain", run_explain },
    { "compare", run_compare }, { "demo", run_demo },
};

static int dispatch(struct run *run)
{
    for (size_t i = 0; run->count && i < sizeof subcommands / sizeof subcommands[0]; i++) {
        if (strcmp(run->words[0], subcommands[i].name) != 0)
            continue;
        run->words++;
        run->count--;
        return subcommands[i].run(run);
    }
    if (run->count == 0 && !session_has_inputs(&run->settings)) {
        fputs(tr(usage), stderr);
        fprintf(stderr, "%s\n", _("Try: sipwhy demo"));
        return 2;
    }
    return with_session(run, act_console, NULL);
}

static int run_informative(const struct settings *settings)
{
    char *error = NULL;
    if (settings->version) {
        puts(PACKAGE_STRING);
    } else if (settings->help) {
        fputs(tr(usage), stdout);
        options_print(false);
    } else if (live_list_interfaces(&error) < 0) {
        return fail(error);
    }
    return 0;
}

/* For the man page, which is made from the program's own tables. */
static bool print_man_tables(const char *which)
{
    if (strcmp(which, "--man-options") == 0)
        options_print(true);
    else if (strcmp(which, "--man-keys") == 0)
        console_print_keys(true);
    else if (strcmp(which, "--man-fields") == 0)
        console_print_fields();
    else
        return false;
    return true;
}

int main(int argc, char *argv[])
{
    struct run run = { .words = argv };
    char *error = NULL;
    int result;
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is told like a full disk */
    if (argc == 2 && print_man_tables(argv[1]))
        return 0;
    settings_init(&run.settings);
    tr_set_language(knowledge_language(&run.settings)); /* for faults in the options */
    options_parse(&run.settings, argc, argv, &run.count, &error);
    time_use_utc(run.settings.utc);
    tr_set_language(knowledge_language(&run.settings));
    if (error)
        result = fail(error);
    else if (run.settings.version || run.settings.help || run.settings.list_interfaces)
        result = run_informative(&run.settings);
    else
        result = dispatch(&run);
    settings_free(&run.settings);
    return result;
}
