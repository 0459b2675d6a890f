/*
 * What is saved and read again must tell the same: counts, connections, metrics and findings of a capture
 * and of all its messages saved as pcap and as pcapng. Of a part that is saved no message is lost. Over the captures named on the command line, or
 * those of the golden cases and under $SIPWHY_CAPTURES.
 */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "connections.h"
#include "findings.h"
#include "headless.h"
#include "export/save.h"
#include "metrics.h"
#include "session.h"
#include "tap.h"

static char folder[] = "/tmp/sipwhy-again-XXXXXX";

/* The session of one file, read to its end; secrets lie beside it. */
static int open_file(struct session *session, struct settings *settings, const char *path)
{
    char *error = NULL, *files[] = { (char *)path };
    char *keys = mem_format("%.*s.keys", (int)(strrchr(path, '.') - path), path);
    char *rsa = mem_format("%.*s.pem", (int)(strrchr(path, '.') - path), path);
    settings_init(settings);
    if (access(keys, R_OK) == 0)
        settings->keylog = mem_format("%s", keys);
    if (access(rsa, R_OK) == 0)
        option_set(settings, option_find("tls-key"), rsa, &error);
    free(keys);
    free(rsa);
    if (session_open(session, settings, 1, files, &error) < 0) {
        tap_note("%s", error);
        free(error);
        settings_free(settings);
        return -1;
    }
    headless_read(session);
    return 0;
}

static void close_file(struct session *session, struct settings *settings)
{
    session_close(session);
    settings_free(settings);
}

/* What numbers packets differs: only messages and what the network said are saved. */
static json_t *told_findings(const struct session *session)
{
    json_t *findings = findings_json(session), *one, *proof;
    size_t i, k;
    json_array_foreach(findings, i, one)
    {
        json_object_del(one, "messages");
        json_array_foreach(json_object_get(one, "evidence"), k, proof)
            json_object_del(proof, "frame");
    }
    return findings;
}

static json_t *told_counts(const struct store_counts *c)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "messages", (json_int_t)c->messages,
                     "malformed", (json_int_t)c->malformed, "cut", (json_int_t)c->cut,
                     "retransmissions", (json_int_t)c->retransmissions, "duplicates",
                     (json_int_t)c->duplicates, "transactions", (json_int_t)c->transactions,
                     "dialogs", (json_int_t)c->dialogs, "calls", (json_int_t)c->calls);
}

/* How many messages each transport brought. */
static json_t *told_transports(const struct store *store)
{
    json_int_t counts[TRANSPORTS] = { 0 };
    json_t *list = json_array();
    const struct message *m;
    for (uint32_t id = 1; (m = store_message(store, id)) != NULL; id++)
        counts[store_flow(store, m->flow)->transport]++;
    for (size_t i = 0; i < TRANSPORTS; i++)
        json_array_append_new(list, json_integer(counts[i]));
    return list;
}

/* What was decrypted of TLS 1.3 is saved as TLS 1.2 without encryption: 1.3 has none. */
static json_t *told_connections(const struct session *session)
{
    json_t *list = connections_json(session), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        json_t *tls = json_object_get(one, "tls");
        const char *version = json_string_value(json_object_get(tls, "version"));
        if (version && strcmp(version, "TLS 1.3") == 0 &&
            json_integer_value(json_object_get(tls, "unread")) == 0)
            json_object_set_new(tls, "version", json_string("TLS 1.2"));
    }
    return list;
}

static json_t *told(const struct session *session)
{
    json_t *all = json_object();
    json_object_set_new(all, "counts", told_counts(store_counts(session->pipeline.store)));
    json_object_set_new(all, "connections", told_connections(session));
    json_object_set_new(all, "transports", told_transports(session->pipeline.store));
    json_object_set_new(all, "metrics", metrics_json(session));
    json_object_set_new(all, "findings", told_findings(session));
    return all;
}

static bool every(uint32_t call)
{
    return call > 0;
}

static bool every_second(uint32_t call)
{
    return call % 2;
}

/* The messages of some calls; how many, or -1. */
static int save_some(const struct store *store, const char *path, enum save_format format,
                     bool (*wanted)(uint32_t call))
{
    char *error = NULL;
    struct save *save = save_new(path, format, true, store, &error);
    enum save_state state = save ? SAVE_GOES_ON : SAVE_FAILED;
    const struct message *m;
    for (uint32_t id = 1; save && (m = store_message(store, id)) != NULL; id++)
        if (wanted(store_transaction(store, m->transaction)->call))
            save_add(save, id);
    int n = save ? (int)save_count(save) : 0;
    if (save)
        save_add_others(save, wanted == every);
    while (state == SAVE_GOES_ON)
        state = save_step(save, 100, &error);
    save_free(save);
    free(error);
    return state == SAVE_DONE ? n : -1;
}

static void show(const char *key, json_t *was, json_t *is)
{
    char *before = json_dumps(was, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    char *after = json_dumps(is, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    if (strlen(before) < 4000)
        tap_note("%s: %s", key, before), tap_note("%s: %s", key, after);
    else
        tap_note("%s differs", key);
    free(before);
    free(after);
}

static void compare(json_t *before, json_t *after, const char *file, const char *format)
{
    const char *key;
    json_t *value;
    bool same = json_equal(before, after);
    tap_ok(same, "%s as %s and read again tells the same", file, format);
    json_object_foreach(before, key, value)
    {
        json_t *other = json_object_get(after, key);
        if (!json_equal(value, other))
            show(key, value, other);
    }
}

static void try_part(const struct store *store, const char *copy, enum save_format format,
                     const char *path)
{
    struct session again;
    struct settings settings;
    int n = save_some(store, copy, format, every_second);
    if (n <= 0 || open_file(&again, &settings, copy) < 0)
        return;
    uint64_t found = store_counts(again.pipeline.store)->messages;
    tap_ok(found == (uint64_t)n, "%s, a part as %s: %d messages, %llu again", path,
           save_format_name(format), n, (unsigned long long)found);
    close_file(&again, &settings);
    unlink(copy);
}

static void try_file(const char *path)
{
    struct session session, again;
    struct settings settings, settings_again;
    if (open_file(&session, &settings, path) < 0)
        return;
    json_t *before = told(&session);
    for (int format = SAVE_PCAP; format <= SAVE_PCAPNG; format++) {
        const char *name = save_format_name((enum save_format)format);
        char *copy = mem_format("%s/again.%s", folder, name);
        if (store_counts(session.pipeline.store)->messages > 0 &&
            save_some(session.pipeline.store, copy, (enum save_format)format, every) > 0 &&
            open_file(&again, &settings_again, copy) == 0) {
            json_t *after = told(&again);
            compare(before, after, path, name);
            json_decref(after);
            close_file(&again, &settings_again);
        }
        if (!getenv("KEEP"))
            unlink(copy);
        try_part(session.pipeline.store, copy, (enum save_format)format, path);
        free(copy);
    }
    json_decref(before);
    close_file(&session, &settings);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    static const char *const endings[] = { ".pcap", ".pcapng", ".snoop" };
    (void)st;
    (void)ftw;
    for (size_t i = 0; type == FTW_F && i < sizeof endings / sizeof endings[0]; i++)
        if (strlen(path) > strlen(endings[i]) &&
            strcmp(path + strlen(path) - strlen(endings[i]), endings[i]) == 0)
            try_file(path);
    return 0;
}

int main(int argc, char **argv)
{
    const char *source = getenv("SRCDIR"), *captures = getenv("SIPWHY_CAPTURES");
    char *cases = mem_format("%s/tests/cases", source ? source : ".");
    if (!mkdtemp(folder))
        return 1;
    for (int i = 1; i < argc; i++)
        try_file(argv[i]);
    if (argc == 1)
        nftw(cases, visit, 8, FTW_PHYS);
    if (argc == 1 && captures)
        nftw(captures, visit, 8, FTW_PHYS);
    if (!getenv("KEEP"))
        rmdir(folder);
    free(cases);
    return tap_done();
}
