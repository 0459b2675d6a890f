/*
 * See console.h. Keys come first: inputs are read in slices of a few milliseconds
 * at a lower priority, and the screen is drawn at most thirty times a second
 * unless a key was pressed.
 */
#include "ui/console.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tell.h"
#include "base/tr.h"
#include "knowledge.h"
#include "sip/diff.h"
#include "ui/command.h"
#include "ui/keep.h"
#include "ui/filters.h"
#include "ui/hunt.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/naming.h"
#include "ui/prompt.h"
#include "ui/task.h"
#include "ui/ui.h"

#define FEED_NS 2500000LL
#define CALLS_A_SLICE 4 /* diagnosed between two looks at the clock */
#define DIAGNOSE_NS 2000000LL
#define TASK_NS 2500000LL
#define FILTER_NS 2500000LL
#define FRAME_NS 33000000LL
#define TICK_MS 250
#define HELP_LOOK_NS 1000000000LL
#define PROMPT_ESCAPE_MS 60
#define PASTE_SILENCE_MS 2000 /* before a paste counts as broken off */

enum { PRIORITY_KEYS, PRIORITY_FEED, PRIORITIES };

struct console {
    struct ui ui;
    struct event_base *base;
    struct event *keys, *feed, *tick, *escape;
    struct event *signals[8];
    struct event *inputs[64]; /* descriptors of sources */
    size_t ninputs;
    uint64_t found;   /* the diagnosis that the lists have been told of */
    uint64_t counted; /* messages at the last rate measurement */
    int64_t counted_ns;
    int64_t looked_ns; /* when the folders of help were last looked at */
    int exit_signal;
};

static struct console *console_of(struct ui *ui)
{
    return (struct console *)ui;
}

bool ui_interrupted(struct ui *ui)
{
    struct pollfd fd = { screen_fd(), POLLIN, 0 };
    (void)ui;
    return poll(&fd, 1, 0) > 0;
}

/* A key that waits is handled, and drawn, before anything else. */
static void draw_if_due(struct ui *ui)
{
    if (ui->dirty && clock_monotonic() - ui->drawn_ns >= FRAME_NS && !ui_interrupted(ui))
        ui_draw(ui);
}

static void on_store(enum store_event event, uint32_t transaction, void *arg)
{
    struct ui *ui = arg;
    if (!ui->began_ns)
        ui->began_ns = store_now(ui->store);
    lists_event(ui, event, transaction);
    ui->dirty = true;
}

static void leave_if_asked(struct console *c)
{
    if (c->ui.quit)
        event_base_loopbreak(c->base);
}

static void handle_key(struct ui *ui, int key)
{
    free(ui->notice);
    ui->notice = NULL;
    ui->before = ui->asked;
    ui->asked = ASKED_NOTHING;
    char hint[KEY_HINT];
    struct view *view = ui_top(ui);
    if (key != KEY_MOUSE)
        ui->clicked.view = NULL; /* two clicks with a key between them are no double click */
    if (key == KEY_MOUSE)
        mouse_handle(ui);
    else if (view->ops->key && view->ops->key(ui, view, key))
        ui->dirty = true;
    else if (keymap_line(key))
        command_line(ui, keymap_line(key));
    else if (key > ' ' && key < 127)
        ui_notice(ui, false, _("No command is bound to %c; %s lists the keys"), key,
                  keymap_hint("help", hint));
    ui->dirty = true;
}

static void set_timer(struct event *event, int ms)
{
    struct timeval delay = { ms / 1000, ms % 1000 * 1000 };
    event_add(event, &delay);
}

static void take_key(struct console *c, int key)
{
    struct ui *ui = &c->ui;
    if (ui->paste.on)
        paste_byte(ui, (unsigned char)key);
    else if (key == KEY_PASTE)
        paste_begin(ui);
    else if (ui->prompting)
        prompt_byte(ui, (unsigned char)key);
    else
        handle_key(ui, key);
    if (ui->paste.on || ui->prompting)
        set_timer(c->escape, ui->paste.on ? PASTE_SILENCE_MS : PROMPT_ESCAPE_MS);
}

static void on_keys(evutil_socket_t fd, short what, void *arg)
{
    struct console *c = arg;
    int key;
    (void)fd;
    (void)what;
    bool any = false;
    while (!c->ui.quit && (key = getch()) != ERR) {
        any = true;
        struct view *top = ui_top(&c->ui);
        if (key == KEY_RESIZE)
            continue; /* drawn when the signal came */
        take_key(c, key);
        /* Views learn their size when they are drawn: the next key may want to page or search. */
        if (ui_top(&c->ui) != top)
            ui_draw(&c->ui);
    }
    /* The terminal went away: readable, but nothing to read. */
    struct pollfd state = { screen_fd(), POLLIN, 0 };
    if (!any && poll(&state, 1, 0) > 0 && state.revents & (POLLHUP | POLLERR | POLLNVAL))
        c->ui.quit = true;
    leave_if_asked(c);
    if (!c->ui.quit && any)
        ui_draw(&c->ui);
}

static void on_escape(evutil_socket_t fd, short what, void *arg)
{
    struct console *c = arg;
    (void)fd;
    (void)what;
    if (c->ui.paste.on)
        paste_end(&c->ui); /* the rest of it was lost */
    else if (!c->ui.prompting || !prompt_idle(&c->ui))
        return;
    ui_draw(&c->ui);
}

static void show_troubles(struct ui *ui)
{
    if (ui->session->note && !ui->notice) {
        ui_notice(ui, false, "%s", ui->session->note);
        free(ui->session->note);
        ui->session->note = NULL;
    }
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        struct source *source = inputs_at(ui->session->inputs, i);
        if (source->notice && !ui->notice) {
            ui_notice(ui, true, "%s", source->notice);
            free(source->notice);
            source->notice = NULL;
        }
        if (!source->trouble || source->told)
            continue;
        source->told = true;
        ui_notice(ui, true, "%s", source->trouble);
    }
    if (ui->loading || ui->notice)
        return;
    struct pipeline_counts p = pipeline_counts(&ui->session->pipeline);
    if (p.unknown_link && p.unknown_link == p.packets)
        ui_notice(ui, true, _("link type %u cannot be decoded"), p.link);
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
    struct console *c = arg;
    (void)fd;
    (void)what;
    set_timer(c->feed, 0);
}

/* Waits for the descriptors of sources that have nothing now. */
static void wait_for_inputs(struct console *c)
{
    struct inputs *inputs = c->ui.session->inputs;
    int64_t due = 0;
    for (size_t i = 0; i < inputs_count(inputs); i++) {
        const struct source *source = inputs_at(inputs, i);
        if (source->ended)
            continue;
        if (source->fd < 0 && source->due_ns && (!due || source->due_ns < due))
            due = source->due_ns;
        if (source->fd < 0 || i >= sizeof c->inputs / sizeof c->inputs[0])
            continue;
        if (!c->inputs[i]) {
            c->inputs[i] = event_new(c->base, source->fd, EV_READ, on_input, c);
            event_priority_set(c->inputs[i], PRIORITY_FEED);
        }
        event_add(c->inputs[i], NULL);
    }
    if (due) {
        int64_t ms = (due - clock_realtime()) / 1000000;
        set_timer(c->feed, ms < 1 ? 1 : ms > 1000 ? 1000 : (int)ms);
    }
}

/* Calls differ much in what they take: the clock decides, and a key. True when there is more. */
static bool diagnose(struct console *c)
{
    struct ui *ui = &c->ui;
    int64_t until = clock_monotonic() + DIAGNOSE_NS;
    bool more = true;
    while (more && clock_monotonic() < until && !ui_interrupted(ui))
        more = session_diagnose(ui->session, CALLS_A_SLICE);
    if (c->found != diagnosis_version(ui->diagnosis)) {
        c->found = diagnosis_version(ui->diagnosis);
        findings_note(ui);
        ui->dirty = true;
    }
    return more;
}

static void on_feed(evutil_socket_t fd, short what, void *arg)
{
    struct console *c = arg;
    (void)fd;
    (void)what;
    enum input_status status = session_feed(c->ui.session, FEED_NS);
    bool busy = rows_busy(&lists_current(&c->ui)->rows);
    bool more = diagnose(c);
    /* a key that waits comes first, and what is left here behind it */
    more = ui_interrupted(&c->ui) || lists_work(&c->ui, FILTER_NS) || more;
    more = ui_interrupted(&c->ui) || task_work(&c->ui, TASK_NS) || more;
    c->ui.dirty = c->ui.dirty || busy;
    bool was = c->ui.loading;
    c->ui.loading = status == INPUT_PACKET ||
                    (status == INPUT_WAIT && !inputs_live(c->ui.session->inputs));
    if (was != c->ui.loading)
        c->ui.dirty = true;
    show_troubles(&c->ui);
    if (status == INPUT_WAIT)
        wait_for_inputs(c);
    if (status == INPUT_PACKET || more)
        set_timer(c->feed, 0);
    draw_if_due(&c->ui);
}

void ui_busy(struct ui *ui)
{
    if (console_of(ui)->feed)
        set_timer(console_of(ui)->feed, 0);
}

void ui_wake(struct ui *ui)
{
    ui->loading = true;
    set_timer(console_of(ui)->feed, 0);
}

void ui_reload_help(struct ui *ui)
{
    char *warning = NULL;
    struct help *help = knowledge_open(ui->settings, &warning);
    help_free(ui->help);
    ui->help = help;
    ui->help_generation++;
    pane_take_notes(ui);
    if (warning)
        ui_notice(ui, true, "%.*s", (int)strcspn(warning, "\n"), warning);
    free(warning);
    ui->dirty = true;
}

/* A site's page or note was written while we run. */
static void look_for_help(struct console *c)
{
    int64_t now = clock_monotonic();
    if (now - c->looked_ns < HELP_LOOK_NS)
        return;
    c->looked_ns = now;
    if (help_is_stale(c->ui.help))
        ui_reload_help(&c->ui);
}

static void measure_rate(struct console *c)
{
    int64_t now = clock_monotonic();
    if (now - c->counted_ns < 1000000000)
        return;
    uint64_t messages = store_counts(c->ui.store)->messages;
    double seconds = (double)(now - c->counted_ns) / 1e9;
    c->ui.rate = messages >= c->counted ? (double)(messages - c->counted) / seconds : 0;
    c->counted = messages;
    c->counted_ns = now;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct console *c = arg;
    (void)fd;
    (void)what;
    session_tick(c->ui.session);
    if (diagnose(c))
        set_timer(c->feed, 0);
    look_for_help(c);
    lists_tick(&c->ui);
    naming_tick(&c->ui);
    if (ui_goes_on(&c->ui)) {
        inputs_refresh(c->ui.session->inputs);
        measure_rate(c);
        c->ui.dirty = true;
    }
    draw_if_due(&c->ui);
}

void ui_suspend(struct ui *ui)
{
    screen_suspend();
    ui_draw(ui);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    struct console *c = arg;
    (void)what;
    if (number == SIGWINCH) {
        screen_resize();
        ui_draw(&c->ui);
    } else if (number == SIGTSTP) {
        ui_suspend(&c->ui);
    } else if (number == SIGCONT) {
        screen_resume();
        ui_draw(&c->ui);
    } else if (number == SIGINT && c->ui.prompting) {
        prompt_byte(&c->ui, 3);
        ui_draw(&c->ui);
    } else if (number == SIGINT && ui_capturing(&c->ui) && c->ui.asked != ASKED_QUIT) {
        c->ui.asked = ASKED_QUIT;
        ui_notice(&c->ui, false, _("This would end the capture; once more does it"));
        ui_draw(&c->ui);
    } else {
        c->exit_signal = number == SIGINT ? 0 : (int)number;
        c->ui.quit = true;
        leave_if_asked(c);
    }
}

static int make_events(struct console *c)
{
    static const int numbers[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP };
    c->base = event_base_new();
    if (!c->base || event_base_priority_init(c->base, PRIORITIES) < 0)
        return -1;
    c->ui.events = c->base;
    c->keys = event_new(c->base, screen_fd(), EV_READ | EV_PERSIST, on_keys, c);
    c->feed = evtimer_new(c->base, on_feed, c);
    c->tick = event_new(c->base, -1, EV_PERSIST, on_tick, c);
    c->escape = evtimer_new(c->base, on_escape, c);
    if (!c->keys || !c->feed || !c->tick || !c->escape)
        return -1;
    event_priority_set(c->keys, PRIORITY_KEYS);
    event_priority_set(c->escape, PRIORITY_KEYS);
    event_priority_set(c->feed, PRIORITY_FEED);
    event_priority_set(c->tick, PRIORITY_FEED);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        c->signals[i] = evsignal_new(c->base, numbers[i], on_signal, c);
        event_priority_set(c->signals[i], PRIORITY_KEYS);
        event_add(c->signals[i], NULL);
    }
    event_add(c->keys, NULL);
    set_timer(c->tick, TICK_MS);
    return 0;
}

static void free_events(struct console *c)
{
    naming_stop(&c->ui);
    struct event *all[] = { c->keys, c->feed, c->tick, c->escape };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i])
            event_free(all[i]);
    for (size_t i = 0; i < sizeof c->signals / sizeof c->signals[0]; i++)
        if (c->signals[i])
            event_free(c->signals[i]);
    for (size_t i = 0; i < sizeof c->inputs / sizeof c->inputs[0]; i++)
        if (c->inputs[i])
            event_free(c->inputs[i]);
    if (c->base)
        event_base_free(c->base);
}

static void open_ui(struct ui *ui, struct session *session, struct settings *settings)
{
    ui->session = session;
    ui->settings = settings;
    ui->diff_all = true;
    ui->diff_ignore = SIP_DIFF_VOLATILE;
    ui->store = session->pipeline.store;
    ui->diagnosis = session->pipeline.diagnosis;
    ui->loading = true;
    lists_init(ui);
    store_observe(ui->store, on_store, ui);
    keymap_init();
    ui_reload_help(ui);
}

static void close_ui(struct ui *ui)
{
    store_observe(ui->store, NULL, NULL);
    task_stop(ui);
    while (ui->nviews > 1)
        ui_pop(ui);
    picks_clear(ui);
    hunt_forget(ui);
    lists_free(ui);
    regex_free(ui->search);
    reader_free(&ui->pane.reader);
    help_free(ui->help);
    ui->help = NULL;
    pane_take_notes(ui);
    free(ui->notice);
    strbuf_free(&ui->paste.text);
    keymap_free();
}

/* The filter of the command line must be good before the screen is taken. */
static int check_filter(const char *text)
{
    struct filter_error error;
    bool named = text && *text == '@'; /* the configuration is not read yet */
    struct filter *filter = text && !named ? filter_parse(text, &error) : NULL;
    if (text && !named && !filter) {
        tell(_("filter, at character %zu: %s"), error.offset + 1, error.message);
        return -1;
    }
    filter_free(filter);
    return 0;
}

static void run_loop(struct console *c)
{
    struct ui *ui = &c->ui;
    keep_read(ui);
    command_apply_settings(ui);
    if (ui->settings->filter)
        filter_run(ui, ui->settings->filter);
    prompt_init(ui);
    ui_draw(ui);
    set_timer(c->feed, 0);
    event_base_dispatch(c->base);
    prompt_end();
    keep_state(ui);
}

int console_run(struct session *session, struct settings *settings)
{
    struct console *c = mem_zero(sizeof *c);
    char *error = NULL;
    int result = 0;
    if (check_filter(settings->filter) < 0) {
        free(c);
        return 2;
    }
    if (screen_start(&error) < 0) {
        tell("%s", error ? error : strerror(errno));
        free(error);
        free(c);
        return 2;
    }
    open_ui(&c->ui, session, settings);
    if (make_events(c) == 0)
        run_loop(c);
    else
        result = 2;
    screen_stop();
    close_ui(&c->ui); /* a view that closes may still set a timer */
    free_events(c);
    /* Whoever sent the signal should see that it worked. */
    if (c->exit_signal) {
        signal(c->exit_signal, SIG_DFL);
        raise(c->exit_signal);
    }
    free(c);
    return result;
}
