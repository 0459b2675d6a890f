/*
 * Runs a fuzz target without libFuzzer, so that every compiler keeps it working:
 * each file of the corpus once, then simple random mutations for a while, as TAP.
 *
 *     fuzz_NAME [-s SECONDS] [-r SEED] [-d DICTIONARY] FOLDER_OR_FILE...
 *
 * The same seed gives the same inputs in the same order. When the target aborts,
 * the input stands in crash-fuzz_NAME.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUT_LIMIT 65536
#define GROWN_LIMIT 4096 /* mutations make nothing larger than this, nor than their seed */
#define SEED_LIMIT 4096
#define WORD_LIMIT 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
    uint8_t *p;
    size_t n;
};

static struct text seeds[SEED_LIMIT], words[WORD_LIMIT];
static size_t nseeds, nwords;
static uint8_t input[INPUT_LIMIT];
static size_t input_size;
static char crash_name[80] = "crash";
static uint64_t state = 1;

static uint32_t pick(uint32_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit ? (uint32_t)(state >> 16) % limit : 0;
}

static void on_abort(int number)
{
    int fd = open(crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, input, input_size) >= 0)
        close(fd);
    signal(number, SIG_DFL);
    raise(number);
}

static void keep(struct text *list, size_t *n, size_t limit, const uint8_t *p, size_t size)
{
    if (*n >= limit)
        return;
    list[*n].p = malloc(size ? size : 1);
    memcpy(list[*n].p, p, size);
    list[(*n)++].n = size;
}

static void read_seed(const char *path)
{
    static uint8_t buffer[INPUT_LIMIT];
    FILE *file = fopen(path, "rb");
    if (!file)
        return;
    keep(seeds, &nseeds, SEED_LIMIT, buffer, fread(buffer, 1, sizeof buffer, file));
    fclose(file);
}

/* In order of their names, which makes a run repeatable. */
static int read_seeds(const char *path)
{
    struct dirent **entries;
    struct stat st;
    char name[4096];
    if (stat(path, &st) < 0)
        return -1;
    if (!S_ISDIR(st.st_mode)) {
        read_seed(path);
        return 0;
    }
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            read_seed(name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return n < 0 ? -1 : 0;
}

/* One line of a libFuzzer dictionary: an optional name=, then "text" with \\ \" \xHH. */
static void read_word(const char *line)
{
    uint8_t word[256];
    size_t n = 0;
    const char *p = strchr(line, '"');
    if (line[0] == '#' || !p)
        return;
    for (p++; *p && *p != '"' && n < sizeof word; p++) {
        unsigned value;
        if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &value) == 1) {
            word[n++] = (uint8_t)value;
            p += 3;
        } else {
            p += p[0] == '\\' && p[1];
            word[n++] = (uint8_t)*p;
        }
    }
    keep(words, &nwords, WORD_LIMIT, word, n);
}

static int read_dictionary(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        read_word(line);
    fclose(file);
    return 0;
}

static void remove_at(size_t at, size_t n)
{
    memmove(input + at, input + at + n, input_size - at - n);
    input_size -= n;
}

/* `p` may not lie in the input. */
static void insert_at(size_t at, const uint8_t *p, size_t n, size_t limit)
{
    if (input_size + n > limit)
        return;
    memmove(input + at + n, input + at, input_size - at);
    memcpy(input + at, p, n);
    input_size += n;
}

static void overwrite_number(size_t at)
{
    static const uint32_t numbers[] = { 0,          1,          4,         7,      8,
                                        0x7f,       0xff,       0x100,     0x7fff, 0xffff,
                                        0x7fffffff, 0x80000000, 0xffffffff };
    uint32_t value = numbers[pick(sizeof numbers / sizeof numbers[0])];
    size_t n = (size_t)1 << pick(3);
    bool little = pick(2);
    for (size_t i = 0; i < n && at + i < input_size; i++)
        input[at + i] = (uint8_t)(value >> (little ? i : n - 1 - i) * 8);
}

static void mutate(size_t limit)
{
    uint8_t copy[256];
    size_t at = pick((uint32_t)input_size);
    size_t n = 1 + pick(pick(2) ? 4 : 64);
    n = n > input_size - at ? input_size - at : n;
    const struct text *other = &seeds[pick((uint32_t)nseeds)];
    memcpy(copy, input + at, n);
    switch (pick(8)) {
    case 0:
        input[at] ^= (uint8_t)(1u << pick(8));
        break;
    case 1:
        input[at] = (uint8_t)pick(256);
        break;
    case 2:
        overwrite_number(at);
        break;
    case 3:
        remove_at(at, n);
        break;
    case 4: /* the same piece somewhere else */
        insert_at(pick((uint32_t)input_size + 1), copy, n, limit);
        break;
    case 5:
        if (nwords) {
            const struct text *word = &words[pick((uint32_t)nwords)];
            insert_at(at, word->p, word->n, limit);
        }
        break;
    case 6: /* a piece of another seed */
        if (other->n) {
            size_t from = pick((uint32_t)other->n);
            n = 1 + pick((uint32_t)(other->n - from));
            insert_at(at, other->p + from, n, limit);
        }
        break;
    default: /* cut */
        if (pick(4) == 0)
            input_size = at;
        break;
    }
}

/* The target gets memory of just the right size, so that a sanitizer sees the first byte beyond. */
static void run(void)
{
    uint8_t *copy = malloc(input_size ? input_size : 1);
    memcpy(copy, input, input_size);
    LLVMFuzzerTestOneInput(copy, input_size);
    free(copy);
}

static void take_seed(const struct text *seed)
{
    memcpy(input, seed->p, seed->n);
    input_size = seed->n;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static unsigned long run_mutations(double seconds)
{
    struct timespec start;
    unsigned long inputs = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (nseeds > 0 && seconds_since(&start) < seconds) {
        for (int i = 0; i < 64; i++, inputs++) {
            const struct text *seed = &seeds[pick((uint32_t)nseeds)];
            take_seed(seed);
            for (uint32_t k = 1 + pick(6); k > 0 && input_size > 0; k--)
                mutate(seed->n > GROWN_LIMIT ? seed->n : GROWN_LIMIT);
            run();
        }
    }
    return inputs;
}

static void forget(struct text *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i].p);
}

static int usage(const char *name)
{
    fprintf(stderr, "%s: [-s SECONDS] [-r SEED] [-d DICTIONARY] FOLDER_OR_FILE...\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];
    double seconds = 2;
    int option;
    while ((option = getopt(argc, argv, "s:r:d:")) != -1) {
        if (option == 's')
            seconds = atof(optarg);
        else if (option == 'r')
            state = strtoull(optarg, NULL, 10) * 2 + 1;
        else if (option != 'd' || read_dictionary(optarg) < 0)
            return usage(name);
    }
    for (int i = optind; i < argc; i++)
        if (read_seeds(argv[i]) < 0)
            return usage(name);
    snprintf(crash_name, sizeof crash_name, "crash-%.70s", name);
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    for (size_t i = 0; i < nseeds; i++) {
        take_seed(&seeds[i]);
        run();
    }
    input_size = 0;
    run();
    printf("%s 1 - %s: %zu files of the corpus\n", nseeds ? "ok" : "not ok", name, nseeds);
    fflush(stdout);
    printf("ok 2 - %s: %lu inputs in %g s\n", name, run_mutations(seconds), seconds);
    printf("1..2\n");
    forget(seeds, nseeds);
    forget(words, nwords);
    return nseeds ? 0 : 1;
}
