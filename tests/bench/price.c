/*
 * What the diagnosis costs:
 *
 *     price CAPTURE [ROUNDS]      ->  a line a round: "WITHOUT_SECONDS WITH_SECONDS MESSAGES FINDINGS"
 *
 * Model: the capture is read into a store in this process, once without marks, so that no call is
 * ever looked at, and once as always, with all rules and to the last finding. Processor time, since
 * others may be at work. Boundary: reading alone; nothing is counted, put into words or drawn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "diagnose/diagnosis.h"
#include "session.h"

#define ROUNDS 3
#define MEMORY_MIB 4096

struct reading {
    double seconds;
    uint64_t messages, findings;
};

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t count_findings(const struct diagnosis *diagnosis)
{
    uint64_t n = 0;
    for (unsigned rule = 1; rule <= finding_rules(); rule++)
        n += diagnosis_count(diagnosis, (uint8_t)rule).findings;
    return n;
}

static int read_capture(struct settings *settings, char *path, bool marked, struct reading *out)
{
    struct session session;
    char *error = NULL;
    if (session_open(&session, settings, 1, &path, &error) < 0) {
        fprintf(stderr, "price: %s\n", error);
        free(error);
        return -1;
    }
    store_set_marking(session.pipeline.store, marked);
    double start = cpu_now();
    while (session_feed(&session, 0) != INPUT_END)
        continue;
    session_stop(&session);
    diagnosis_run(session.pipeline.diagnosis, SIZE_MAX, true);
    out->seconds = cpu_now() - start;
    out->messages = store_counts(session.pipeline.store)->messages;
    out->findings = count_findings(session.pipeline.diagnosis);
    session_close(&session);
    return 0;
}

int main(int argc, char *argv[])
{
    struct settings settings;
    struct reading without, with;
    int rounds = argc == 3 ? atoi(argv[2]) : ROUNDS, failed = argc < 2 || argc > 3 || rounds < 1;
    if (failed) {
        fputs("usage: price CAPTURE [ROUNDS]\n", stderr);
        return 2;
    }
    settings_init(&settings);
    settings.memory = MEMORY_MIB;
    for (int i = 0; i < rounds && !failed; i++) {
        failed = read_capture(&settings, argv[1], false, &without) < 0 ||
                 read_capture(&settings, argv[1], true, &with) < 0 || without.findings > 0 ||
                 with.findings == 0;
        printf("%.4f %.4f %llu %llu\n", without.seconds, with.seconds,
               (unsigned long long)with.messages, (unsigned long long)with.findings);
    }
    settings_free(&settings);
    return failed;
}
