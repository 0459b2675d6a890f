/* What the headless commands share: reading to the end, troubles on standard error, JSON. */
#include "headless.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tell.h"
#include "base/text.h"
#include "base/tr.h"

#define SLICE_NS 100000000LL
#define TICK_MS 200

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void wait_for_input(const struct session *session)
{
    struct pollfd fds[64];
    nfds_t n = 0;
    int wait = TICK_MS;
    for (size_t i = 0; i < inputs_count(session->inputs) && n < 64; i++) {
        const struct source *source = inputs_at(session->inputs, i);
        if (source->ended)
            continue;
        if (source->fd >= 0)
            fds[n++] = (struct pollfd){ source->fd, POLLIN, 0 };
        else
            wait = 10;
    }
    poll(fds, n, wait);
}

static void tell_notices(struct session *session)
{
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        struct source *source = inputs_at(session->inputs, i);
        if (!source->notice)
            continue;
        tell("%s", source->notice);
        free(source->notice);
        source->notice = NULL;
    }
}

void headless_read(struct session *session)
{
    struct sigaction action = { .sa_handler = on_interrupt };
    int64_t end = session->settings->duration
                      ? clock_realtime() + session->settings->duration * 1000000000LL
                      : INT64_MAX;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    bool bounded = inputs_live(session->inputs);
    while (!interrupted && clock_realtime() < end) {
        enum input_status status = session_feed(session, bounded ? SLICE_NS : 0);
        if (status == INPUT_END)
            break;
        tell_notices(session);
        if (status == INPUT_WAIT) {
            wait_for_input(session);
            session_tick(session);
        }
    }
    inputs_refresh(session->inputs);
    session_stop(session);
    session_finish_sending(session);
    diagnosis_run(session->pipeline.diagnosis, SIZE_MAX, true);
}

static void tell_visibly(const char *text)
{
    struct strbuf line = STRBUF_INIT;
    text_visible(&line, SPAN(text), true);
    tell("%s", strbuf_str(&line));
    strbuf_free(&line);
}

static void tell_unsent(const struct session *session)
{
    const struct hep_sender_counts *c = session->sender ? hep_sender_counts(session->sender) : NULL;
    if (!c || c->waiting + c->dropped == 0)
        return;
    const char *trouble = hep_sender_trouble(session->sender);
    tell(_("%s: %llu messages could not be sent as HEP: %s"), session->settings->hep_send,
         (unsigned long long)(c->waiting + c->dropped),
         *trouble ? trouble : _("nothing was wrong with the connection, it was too slow"));
}

int headless_troubles(const struct session *session)
{
    int status = 0;
    tell_unsent(session);
    if (session->note)
        tell_visibly(session->note);
    for (size_t i = 0; i < inputs_count(session->inputs); i++) {
        const struct source *source = inputs_at(session->inputs, i);
        if (!source->trouble)
            continue;
        tell_visibly(source->trouble);
        if (source->stats.packets == 0)
            status = 2;
    }
    if (store_counts(session->pipeline.store)->evicted_calls)
        tell(_("memory was short, %llu calls were let go; raise --memory (now %ld MiB)"),
             (unsigned long long)store_counts(session->pipeline.store)->evicted_calls,
             session->settings->memory);
    struct pipeline_counts counts = pipeline_counts(&session->pipeline);
    if (counts.unknown_link)
        tell(_("%llu packets of link type %u cannot be decoded"),
             (unsigned long long)counts.unknown_link, counts.link);
    return status;
}

void print_column(struct span s, int width)
{
    struct strbuf text = STRBUF_INIT;
    text_visible(&text, s, true);
    struct span fit = width ? text_fit(strbuf_as_span(&text), (size_t)width)
                            : strbuf_as_span(&text);
    printf("%.*s%*s%s", SPAN_ARG(fit), text_pad(fit, (size_t)width), "", width ? " " : "");
    strbuf_free(&text);
}

json_t *json_text(struct span s)
{
    struct strbuf text = STRBUF_INIT;
    text_valid(&text, s);
    json_t *value = json_stringn(strbuf_str(&text), text.n);
    strbuf_free(&text);
    return value;
}

void json_put(json_t *object, const char *key, struct span value)
{
    json_object_set_new(object, key, json_text(value));
}

void json_put_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

void json_print(json_t *value, size_t flags)
{
    json_dumpf(value, stdout, flags | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(value);
}
