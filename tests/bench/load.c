/*
 * What the console costs when nobody touches it:
 *
 *     load SIPWHY ROWS HEP
 *
 * ROWS is a large capture: the console reads it to the end, and is left alone; then it gets a few
 * keys. HEP is a capture of what agents send to a collector (gencap --hep): its datagrams go to a
 * console that listens, RATE a second.
 *
 * Model: processor time is the kernel's count for the console's process; a redraw is what it writes
 * without a pause of PAUSE_MS. Boundary: figures and verdicts are printed; only a console that does
 * not work is a failure.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../screen/term.h"

#define COLS 200
#define ROWS 50
#define PATIENCE_MS 60000
#define IDLE_MS 5000
#define LIVE_MS 10000
#define WARM_MS 2000
#define RATE 5000
#define TICK_MS 10
#define PAUSE_MS 3
#define KEYS 100

/* ---- the console's process ------------------------------------------------------------------- */

/* The one child of a process, or of this one; 0: none. */
static pid_t child_of(pid_t pid)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%d", &child) != 1)
        child = 0;
    if (file)
        fclose(file);
    return child;
}

/* Its processor time: the harness starts a leader, and that one the program. */
static int64_t cpu_ns(void)
{
    clockid_t clock;
    struct timespec t = { 0 };
    pid_t leader = child_of(getpid()), program = leader ? child_of(leader) : 0;
    if (program && clock_getcpuclockid(program, &clock) == 0)
        clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* ---- looking on ------------------------------------------------------------------------------- */

struct cost {
    double cpu;    /* of a core, percent */
    double frames; /* redraws a second */
    double bytes;  /* of one redraw */
};

struct feed {
    int socket;
    FILE *capture;
    struct sockaddr_in to;
};

/* Sends the datagrams of so many records of the capture: IPv4 and UDP without options. */
static void send_some(struct feed *feed, int count)
{
    uint8_t record[16], packet[65536];
    const size_t front = 14 + 20 + 8;
    for (; feed && count > 0; count--) {
        uint32_t n = 0;
        if (fread(record, 1, sizeof record, feed->capture) != sizeof record)
            return;
        memcpy(&n, record + 8, sizeof n);
        if (n > sizeof packet || n < front || fread(packet, 1, n, feed->capture) != n)
            return;
        sendto(feed->socket, packet + front, n - front, 0, (struct sockaddr *)&feed->to,
               sizeof feed->to);
    }
}

/* Looks on for `ms`, sending what there is to send in steps; what it cost. */
static struct cost look_on(struct term *t, int ms, struct feed *feed)
{
    size_t bytes = term_bytes(t), frames = 0;
    int64_t cpu = cpu_ns(), start = term_now_ns(), end = start + ms * INT64_C(1000000),
            tick = start;
    bool drawing = false;
    while (term_now_ns() < end) {
        for (; feed && tick <= term_now_ns(); tick += TICK_MS * INT64_C(1000000))
            send_some(feed, RATE * TICK_MS / 1000);
        bool drawn = term_step(t, PAUSE_MS) > 0;
        frames += drawn && !drawing;
        drawing = drawn;
    }
    double seconds = (double)(term_now_ns() - start) / 1e9;
    return (struct cost){ .cpu = (double)(cpu_ns() - cpu) / 1e7 / seconds,
                          .frames = (double)frames / seconds,
                          .bytes = frames ? (double)(term_bytes(t) - bytes) / (double)frames : 0 };
}

static void print(const char *what, double value, const char *unit, double budget, const char *note)
{
    printf("%-42s %9.2f %-5s budget %5.0f %-3s %s   %s\n", what, value, unit, budget, unit,
           value <= budget ? "PASS" : "over", note);
    fflush(stdout);
}

/* ---- what is measured ------------------------------------------------------------------------- */

static bool all_read(struct term *t, void *arg)
{
    (void)arg;
    return term_find(t, "Method", 2, 2, NULL) == 0 && term_find(t, "reading", 0, 0, NULL) < 0 &&
           term_find(t, " trans", 0, 0, NULL) == 0;
}

static struct term *start(const char *sipwhy, const char *argument, const char *value)
{
    char *argv[] = { (char *)sipwhy,   "--no-config", "--memory", "4096",
                     (char *)argument, (char *)value, NULL };
    struct child_plan plan = { .argv = argv, .cols = COLS, .rows = ROWS };
    struct term *t = NULL;
    if (term_open(&t, &plan) < 0 || term_wait(t, all_read, NULL, PATIENCE_MS) < 0) {
        char *screen = t ? term_text(t) : NULL;
        fprintf(stderr, "load: the console does not come\n%s\n", screen ? screen : "");
        exit(1);
    }
    return t;
}

static void measure_idle(const char *sipwhy, const char *rows)
{
    char note[64];
    struct term *t = start(sipwhy, rows, NULL);
    term_pump(t, WARM_MS);
    struct cost idle = look_on(t, IDLE_MS, NULL);
    snprintf(note, sizeof note, "of a core; %.1f redraws/s of %.0f bytes", idle.frames, idle.bytes);
    print("idle, a large capture read", idle.cpu, "%", 1, note);
    size_t bytes = term_bytes(t);
    for (int i = 0; i < KEYS; i++) {
        term_key(t, i % 10 < 5 ? "Down" : "Up");
        term_pump(t, 2 * TICK_MS);
    }
    print("a key: bytes to the terminal", (double)(term_bytes(t) - bytes) / KEYS, "bytes", 4096,
          "the selection moves by a line");
    term_close(t);
}

static struct sockaddr_in free_port(int fd)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int probe = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || probe < 0 || bind(probe, (struct sockaddr *)&a, n) < 0 ||
        getsockname(probe, (struct sockaddr *)&a, &n) < 0) {
        perror("load: socket");
        exit(1);
    }
    close(probe);
    return a;
}

static int measure_live(const char *sipwhy, const char *hep)
{
    char address[64], note[96];
    struct feed feed = { .socket = socket(AF_INET, SOCK_DGRAM, 0), .capture = fopen(hep, "rb") };
    if (!feed.capture || fseek(feed.capture, 24, SEEK_SET) < 0) {
        perror(hep);
        return 1;
    }
    feed.to = free_port(feed.socket);
    snprintf(address, sizeof address, "hep:udp:127.0.0.1:%u", ntohs(feed.to.sin_port));
    struct term *t = start(sipwhy, "--listen", address);
    look_on(t, WARM_MS, &feed);
    struct cost live = look_on(t, LIVE_MS, &feed);
    snprintf(note, sizeof note, "of a core; %.1f redraws/s of %.0f bytes", live.frames, live.bytes);
    print("live, 5000 messages/s from agents", live.cpu, "%", 15, note);
    int failed = live.frames < 1;
    term_close(t);
    fclose(feed.capture);
    close(feed.socket);
    return failed;
}

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fputs("usage: load SIPWHY ROWS HEP\n", stderr);
        return 2;
    }
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC0", 1);
    measure_idle(argv[1], argv[2]);
    return measure_live(argv[1], argv[3]);
}
