/*
 * Runs a command and writes what it cost as one line into a file:
 *
 *     measure RESULT COMMAND [ARGUMENT]...     ->  "SECONDS CPU_SECONDS ANON_KIB PEAK_KIB STATUS"
 *
 * Model: wall and processor time from start to end; ANON_KIB is the highest RssAnon seen (memory
 * beyond mapped files), looked at every two milliseconds; PEAK_KIB is the kernel's own high-water
 * mark of everything resident, as of the last look. Boundary: the first process only, not what it
 * starts. The exit status is 0 whenever the command could be run, whatever it said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_US 2000

struct cost {
    double seconds, cpu;
    long anon, peak; /* KiB */
    int status;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void note(const char *line, const char *name, long *highest)
{
    size_t n = strlen(name);
    long value = strncmp(line, name, n) == 0 ? atol(line + n) : 0;
    if (value > *highest)
        *highest = value;
}

static void look(pid_t pid, struct cost *cost)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        note(line, "RssAnon:", &cost->anon);
        note(line, "VmHWM:", &cost->peak);
    }
    fclose(file);
}

static int run(char *argv[], struct cost *cost)
{
    struct rusage usage;
    int status;
    double start = now();
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    while (wait4(pid, &status, WNOHANG, &usage) == 0) {
        look(pid, cost);
        usleep(LOOK_US);
    }
    cost->seconds = now() - start;
    cost->cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    cost->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return cost->status == 127 ? -1 : 0;
}

int main(int argc, char *argv[])
{
    struct cost cost = { 0 };
    if (argc < 3) {
        fputs("usage: measure RESULT COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    if (run(argv + 2, &cost) < 0)
        return 1;
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    fprintf(out, "%.4f %.4f %ld %ld %d\n", cost.seconds, cost.cpu, cost.anon, cost.peak,
            cost.status);
    return fclose(out) != 0;
}
