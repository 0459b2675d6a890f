/* See session.h. */
#include "session.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "demo.h"
#include "hosts.h"
#include "store/link.h"
#include "store/names.h"

/* Packets may still lie in the kernel: silence is only believed after this long. */
#define LATENESS_NS 1000000000LL
/* Capture time that has not moved for so long is not waited for. */
#define STANDSTILL_NS 1000000000LL
/* For how long files wait at a time for a collector. */
#define SEND_WAIT_NS 2000000LL
/* After the last packet. */
#define LAST_SEND_NS 5000000000LL
/* How often the time budget is looked at. */
#define PACKETS_A_LOOK 64
#define LEAP_NS 1000000000LL

static const char *name_source(const void *arg, uint16_t source)
{
    return source < inputs_count(arg) ? source_title(inputs_at(arg, source)) : NULL;
}

/* Names are there before anything is read; a line that is none is told, and no more. */
static int name_hosts(struct session *session, char **error)
{
    const struct settings *settings = session->settings;
    names_set(settings->names && !settings->numeric, false);
    int result = hosts_read(settings, error);
    if (result <= 0)
        return result;
    session->note = *error;
    *error = NULL;
    return 0;
}

static int begin(struct session *session, const struct settings *settings, char **error)
{
    memset(session, 0, sizeof *session);
    session->settings = settings;
    link_name_headers(settings->link_headers.items, settings->link_headers.count);
    session->inputs = inputs_new();
    if (pipeline_open(&session->pipeline, store_new((size_t)settings->memory << 20)) == 0) {
        store_ask_sources(session->pipeline.store, name_source, session->inputs);
        return name_hosts(session, error);
    }
    *error = mem_text(_("out of memory"));
    return -1;
}

static int add(struct session *session, struct source *source, char **error)
{
    if (!source)
        return -1;
    if (inputs_add(session->inputs, source) == 0)
        return 0;
    source->ops->close(source);
    *error = mem_format(_("more than %d inputs; name fewer"), INPUT_SOURCES);
    return -1;
}

/* For people, once: what a folder held besides captures. */
static void note_skipped(struct session *session, const char *path, size_t skipped, size_t count,
                         const char *first)
{
    char *before = session->note;
    char *note = mem_format(_("%s: %zu of %zu files left out, the first because: %s"), path,
                            skipped, count, first);
    session->note = before ? mem_format("%s; %s", before, note) : mem_text(note);
    free(before);
    free(note);
}

static struct file_options file_options(const struct settings *settings)
{
    return (struct file_options){ .follow = settings->follow,
                                  .date = settings->date,
                                  .tz = settings->tz,
                                  .local = settings->local };
}

/* Every capture of the folder; what is none is left out. */
static int open_folder(struct session *session, const char *path, char **error)
{
    const struct file_options options = file_options(session->settings);
    size_t count = 0, skipped = 0;
    int result = 0;
    char *first = NULL;
    char **names = folder_list(path, &count, error);
    if (!names)
        return -1;
    for (size_t i = 0; i < count && result == 0; i++) {
        char *reason = NULL;
        struct source *source = source_open_file(names[i], &options, &reason);
        if (source) {
            result = add(session, source, error);
            continue;
        }
        skipped++;
        if (first)
            free(reason);
        else
            first = reason;
    }
    if (result == 0 && skipped == count) {
        *error = mem_format(_("%s: no capture file in this folder"), path);
        result = -1;
    } else if (result == 0 && skipped) {
        note_skipped(session, path, skipped, count, first);
    }
    free(first);
    folder_list_free(names, count);
    return result;
}

int session_open_file(struct session *session, const char *path, char **error)
{
    const struct file_options options = file_options(session->settings);
    if (options.follow && set_is(path))
        return add(session, source_open_set(path, &options, error), error);
    if (folder_is(path))
        return open_folder(session, path, error);
    return add(session, source_open_file(path, &options, error), error);
}

/* What is read comes from files: this one has a name only until it is open. */
int session_open_text(struct session *session, struct span text, char **error)
{
    struct file_options options = file_options(session->settings);
    const char *tmp = getenv("TMPDIR");
    struct strbuf name = STRBUF_INIT;
    strbuf_format(&name, "%s/sipwhy-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
    char *folder = strbuf_take(&name), *path = NULL;
    struct source *source = NULL;
    options.follow = false;
    if (mkdtemp(folder)) {
        path = mem_format("%s/%s", folder, _("pasted"));
        FILE *file = fopen(path, "w");
        bool written = file && fwrite(text.p, 1, text.n, file) == text.n;
        if (file && fclose(file) == 0 && written)
            source = source_open_file(path, &options, error);
        unlink(path);
        rmdir(folder);
    }
    if (!source && !*error)
        *error = mem_format(_("%s: cannot write: %s"), folder, strerror(errno));
    free(path);
    free(folder);
    return source ? add(session, source, error) : -1;
}

static int open_interfaces(struct session *session, size_t count, char *const words[], char **error)
{
    const struct settings *settings = session->settings;
    struct strbuf bpf = STRBUF_INIT;
    int result = 0;
    for (size_t i = 0; i < count; i++)
        strbuf_format(&bpf, "%s%s", i ? " " : "", words[i]);
    for (size_t i = 0; i < settings->interfaces.count && result == 0; i++)
        result = add(session,
                     source_open_live(settings->interfaces.items[i], strbuf_str(&bpf),
                                      settings->promiscuous, (int)settings->buffer, error),
                     error);
    strbuf_free(&bpf);
    return result;
}

static int open_listeners(struct session *session, char **error)
{
    const struct settings *settings = session->settings;
    struct hep_listen listen = {
        .key = settings->hep_key,
        .certificate = settings->listen_cert,
        .certificate_key = settings->listen_key,
    };
    int result = 0;
    for (size_t i = 0; i < settings->listen.count && result == 0; i++)
        result = add(session, source_open_hep(settings->listen.items[i], &listen, error), error);
    return result;
}

static int open_tls_keys(struct session *session, char **error)
{
    const struct string_list *keys = &session->settings->tls_keys;
    for (size_t i = 0; i < keys->count; i++) {
        size_t n;
        char *pem = keyfile_read(keys->items[i], &n, error);
        if (!pem)
            return -1;
        int result = net_tls_key(session->pipeline.net, pem, n);
        explicit_bzero(pem, n);
        free(pem);
        if (result < 0) {
            *error = mem_format(_("%s: no RSA private key in PEM without a passphrase"),
                                keys->items[i]);
            return -1;
        }
    }
    return 0;
}

/* Secrets are there before the packets that need them, and what is added is read as it comes. */
static void read_keylog(struct session *session)
{
    const char *lines;
    size_t n;
    while (session->keylog && (lines = keylog_next(session->keylog, &n)))
        net_tls_log(session->pipeline.net, lines, n);
}

static int open_secrets(struct session *session, char **error)
{
    const char *path = session->settings->keylog;
    const char *habit = getenv(
        "SSLKEYLOGFILE"); /* set for a browser, perhaps: not held against us */
    char *ignored = NULL;
    if ((session->settings->tls_keys.count > 0 || path) && !tls_crypto_available()) {
        *error = mem_text(_("this sipwhy was built without OpenSSL and cannot read TLS"));
        return -1;
    }
    if (path)
        session->keylog = keylog_open(path, error);
    else if (habit && *habit && tls_crypto_available())
        session->keylog = keylog_open(habit, &ignored);
    free(ignored);
    if (path && !session->keylog)
        return -1;
    if (session->keylog)
        net_tls_expect(session->pipeline.net);
    read_keylog(session);
    return open_tls_keys(session, error);
}

/* What is read, on its way to a collector. */
static void forward(const struct packet *packet, const struct payload *payload,
                    const struct sip_message *sip, void *arg)
{
    struct session *session = arg;
    struct hep hep = { .protocol = transport_is_stream(payload->transport) ? HEP_TCP : HEP_UDP };
    if (payload->hep)
        hep = *payload->hep;
    else if (payload->transport == TRANSPORT_SCTP)
        hep.protocol = HEP_SCTP;
    if (hep.correlation.n == 0)
        hep.correlation = sip->call_id;
    hep.time_ns = packet->time_ns;
    hep.src = payload->src;
    hep.dst = payload->dst;
    hep.payload = (struct span){ (const char *)payload->data, payload->len };
    struct strbuf sent = STRBUF_INIT;
    if (payload->bare) {
        strbuf_lines(&sent, hep.payload);
        hep.payload = strbuf_as_span(&sent);
    }
    hep_sender_put(session->sender, &hep);
    strbuf_free(&sent);
}

static int open_sender(struct session *session, char **error)
{
    const struct settings *settings = session->settings;
    struct hep_sender_options options = {
        .target = settings->hep_send,
        .authorities = settings->hep_ca,
        .key = settings->hep_key,
        .name = settings->hep_name,
        .id = (uint32_t)settings->hep_id,
    };
    if (!settings->hep_send)
        return 0;
    session->sender = hep_sender_open(&options, error);
    session->pipeline.tap = session->sender ? forward : NULL;
    session->pipeline.tap_arg = session;
    return session->sender ? 0 : -1;
}

/* Gives up root for the named user; nothing after the opening of inputs needs it. */
static int become(const char *user, char **error)
{
    struct passwd *entry = getpwnam(user);
    if (!entry) {
        *error = mem_format(_("%s: no such user; -Z wants a user of this system"), user);
        return -1;
    }
    if (initgroups(user, entry->pw_gid) < 0 || setgid(entry->pw_gid) < 0 ||
        setuid(entry->pw_uid) < 0) {
        *error = mem_format(_("cannot become user %s: %s"), user, strerror(errno));
        return -1;
    }
    return 0;
}

int session_open(struct session *session, const struct settings *settings, size_t count,
                 char *const arguments[], char **error)
{
    int result = begin(session, settings, error);
    if (result == 0)
        result = open_secrets(session, error);
    for (size_t i = 0; i < settings->files.count && result == 0; i++)
        result = session_open_file(session, settings->files.items[i], error);
    if (result == 0)
        result = open_listeners(session, error);
    if (result == 0)
        result = open_sender(session, error);
    if (settings->interfaces.count && result == 0) {
        result = open_interfaces(session, count, arguments, error);
        count = 0;
    }
    for (size_t i = 0; i < count && result == 0; i++)
        result = session_open_file(session, arguments[i], error);
    if (result == 0 && settings->user)
        result = become(settings->user, error);
    return result;
}

int session_open_demo(struct session *session, const struct settings *settings, char **error)
{
    if (begin(session, settings, error) < 0)
        return -1;
    return add(session, source_open_replay("demo", demo_capture, demo_capture_size, error), error);
}

/* Sends on; files wait where the connection is slower than they are, but no longer than this. */
static void send_on(struct session *session, int64_t end_ns)
{
    if (!session->sender)
        return;
    hep_sender_work(session->sender);
    while (hep_sender_busy(session->sender) && !inputs_live(session->inputs) &&
           clock_monotonic() < end_ns)
        hep_sender_drain(session->sender, SEND_WAIT_NS);
    const char *trouble = hep_sender_trouble(session->sender);
    if (*trouble && !session->sender_told && !session->note)
        session->note = mem_format(_("--hep-send: cannot send: %s"), trouble);
    session->sender_told = *trouble != '\0';
}

bool session_has_inputs(const struct settings *settings)
{
    return settings->files.count || settings->interfaces.count || settings->listen.count;
}

void session_close(struct session *session)
{
    hep_sender_close(session->sender);
    /* The store first: its messages point into the inputs' mapped files. */
    pipeline_close(&session->pipeline);
    inputs_free(session->inputs);
    keylog_close(session->keylog);
    free(session->note);
}

static enum input_status next_packet(struct session *session, struct packet *packet)
{
    if (!session->holds)
        return inputs_next(session->inputs, packet);
    *packet = session->held;
    session->holds = false;
    return INPUT_PACKET;
}

/*
 * Where time leaps, as from one capture to the next, all that was open falls due: that may be a million
 * transactions. False when it is not done by `end_ns`; then the packet waits.
 */
static bool caught_up(struct session *session, const struct packet *packet, int64_t end_ns)
{
    if (packet->time_ns - session->pipeline.last_ns < LEAP_NS)
        return true;
    while (pipeline_catch_up(&session->pipeline, packet->time_ns))
        if (clock_monotonic() >= end_ns)
            return false;
    return true;
}

enum input_status session_feed(struct session *session, int64_t budget_ns)
{
    int64_t end = budget_ns ? clock_monotonic() + budget_ns : INT64_MAX;
    struct packet packet;
    enum input_status status;
    unsigned n = 0;
    read_keylog(session);
    while ((status = next_packet(session, &packet)) == INPUT_PACKET) {
        if (!caught_up(session, &packet, end)) {
            session->held = packet;
            session->holds = true;
            return INPUT_PACKET;
        }
        pipeline_packet(&session->pipeline, &packet);
        if (++n % PACKETS_A_LOOK != 0)
            continue;
        send_on(session, end);
        if (budget_ns && clock_monotonic() >= end)
            break;
    }
    send_on(session, end);
    if (status == INPUT_END)
        pipeline_finish(&session->pipeline);
    else
        pipeline_flush(&session->pipeline);
    return status;
}

void session_stop(struct session *session)
{
    inputs_stop(session->inputs);
    session_feed(session, 0);
}

void session_finish_sending(struct session *session)
{
    if (session->sender)
        hep_sender_drain(session->sender, LAST_SEND_NS);
}

void session_tick(struct session *session)
{
    read_keylog(session);
    /* before the first packet nobody knows how old a log is that others write */
    if (inputs_live(session->inputs) && session->pipeline.last_ns)
        pipeline_advance(&session->pipeline,
                         clock_realtime() - LATENESS_NS - inputs_late(session->inputs));
    send_on(session, 0);
}

/*
 * Whether capture time stands: a pipe or a log that others write brings nothing now, or the log is
 * written more slowly than its times go, so that the clock is ahead of them.
 */
static bool stands_still(struct session *session)
{
    int64_t capture = store_now(session->pipeline.store), now = clock_monotonic();
    if (capture != session->moved_ns || !session->moved_at_ns) {
        session->moved_ns = capture;
        session->moved_at_ns = now;
    }
    return now - session->moved_at_ns >= STANDSTILL_NS;
}

bool session_diagnose(struct session *session, size_t most)
{
    if (session->holds) /* with half of the timers run there is nothing to be judged */
        return false;
    return diagnosis_run(session->pipeline.diagnosis, most,
                         inputs_ended(session->inputs) || stands_still(session));
}
