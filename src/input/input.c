/* The registry of sources, and merging files by time. See input.h. */
#include "input/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tr.h"

struct inputs {
    struct source **sources;
    size_t count;
    size_t turn; /* which live source is asked first */
    /* Merging: files with a packet read ahead, as a heap with the oldest on top; and the rest. */
    uint16_t *heap, *asked;
    size_t ready, asked_count;
};

struct inputs *inputs_new(void)
{
    return mem_zero(sizeof(struct inputs));
}

static void close_source(struct source *source)
{
    free(source->name);
    free(source->trouble);
    free(source->notice);
    source->ops->close(source);
}

void inputs_free(struct inputs *inputs)
{
    if (!inputs)
        return;
    for (size_t i = 0; i < inputs->count; i++)
        close_source(inputs->sources[i]);
    free(inputs->sources);
    free(inputs->heap);
    free(inputs->asked);
    free(inputs);
}

int inputs_add(struct inputs *inputs, struct source *source)
{
    if (inputs->count >= INPUT_SOURCES)
        return -1;
    size_t n = inputs->count + 1;
    inputs->sources = mem_grow(inputs->sources, n * sizeof *inputs->sources);
    inputs->heap = mem_grow(inputs->heap, n * sizeof *inputs->heap);
    inputs->asked = mem_grow(inputs->asked, n * sizeof *inputs->asked);
    if (!source->ops->live || source->backlog)
        inputs->asked[inputs->asked_count++] = (uint16_t)inputs->count;
    inputs->sources[inputs->count++] = source;
    return 0;
}

/* Takes `gone` out of the numbers, whose place `last` takes. */
static size_t renumber(uint16_t *numbers, size_t count, size_t gone, size_t last)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (numbers[i] != gone)
            numbers[n++] = numbers[i] == last ? (uint16_t)gone : numbers[i];
    return n;
}

void inputs_remove(struct inputs *inputs, size_t i)
{
    size_t last = --inputs->count;
    close_source(inputs->sources[i]);
    inputs->sources[i] = inputs->sources[last];
    renumber(inputs->heap, inputs->ready, i, last);
    inputs->asked_count = renumber(inputs->asked, inputs->asked_count, i, last);
}

size_t inputs_count(const struct inputs *inputs)
{
    return inputs->count;
}

struct source *inputs_at(const struct inputs *inputs, size_t i)
{
    return inputs->sources[i];
}

bool inputs_live(const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->sources[i]->ops->live && !inputs->sources[i]->ended)
            return true;
    return false;
}

int64_t inputs_late(const struct inputs *inputs)
{
    int64_t late = 0;
    for (size_t i = 0; i < inputs->count; i++)
        if (!inputs->sources[i]->ended && inputs->sources[i]->lateness.late_ns > late)
            late = inputs->sources[i]->lateness.late_ns;
    return late;
}

bool inputs_ended(const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (!inputs->sources[i]->ended)
            return false;
    return true;
}

void inputs_stop(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        struct source *source = inputs->sources[i];
        if (source->ops->stop)
            source->ops->stop(source);
        else
            source->ended = true;
    }
}

void inputs_refresh(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->sources[i]->ops->refresh && !inputs->sources[i]->ended)
            inputs->sources[i]->ops->refresh(inputs->sources[i]);
}

/* What was there before was all written by the time when the file was written last. */
static void note_delay(struct source *source, int64_t time_ns)
{
    int64_t now_ns = source->backlog ? source->written_ns : clock_realtime();
    if (source->backlog)
        source->lateness.since_ns = 0; /* how long each took is not known */
    lateness_note(&source->lateness, now_ns - time_ns, now_ns);
}

static enum input_status read_source(struct source *source, struct packet *packet)
{
    if (source->ended)
        return INPUT_END;
    enum input_status status = source->ops->next(source, packet);
    if (status == INPUT_PACKET)
        source->stats.packets += packet_is_frame(packet);
    if (status == INPUT_PACKET && source->written_ns)
        note_delay(source, packet->time_ns);
    source->ended = status == INPUT_END;
    source->backlog = source->backlog && status == INPUT_PACKET;
    return status;
}

/* Of one time, the file named first comes first. */
static bool is_older(const struct inputs *inputs, uint16_t a, uint16_t b)
{
    int64_t time_a = inputs->sources[a]->ahead.time_ns, time_b = inputs->sources[b]->ahead.time_ns;
    return time_a < time_b || (time_a == time_b && a < b);
}

static void heap_push(struct inputs *inputs, uint16_t file)
{
    size_t i = inputs->ready++;
    for (; i > 0 && is_older(inputs, file, inputs->heap[(i - 1) / 2]); i = (i - 1) / 2)
        inputs->heap[i] = inputs->heap[(i - 1) / 2];
    inputs->heap[i] = file;
}

static uint16_t heap_pop(struct inputs *inputs)
{
    uint16_t top = inputs->heap[0], last = inputs->heap[--inputs->ready];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < inputs->ready; i = child) {
        if (child + 1 < inputs->ready &&
            is_older(inputs, inputs->heap[child + 1], inputs->heap[child]))
            child++;
        if (!is_older(inputs, inputs->heap[child], last))
            break;
        inputs->heap[i] = inputs->heap[child];
    }
    inputs->heap[i] = last;
    return top;
}

/* Reads ahead in the files that have nothing to compare; false while one of them has to wait. */
static bool ask_files(struct inputs *inputs)
{
    size_t waiting = 0;
    for (size_t i = 0; i < inputs->asked_count; i++) {
        uint16_t file = inputs->asked[i];
        struct source *source = inputs->sources[file];
        enum input_status status = read_source(source, &source->ahead);
        if (status == INPUT_PACKET)
            heap_push(inputs, file);
        if (status == INPUT_WAIT && !source->ops->live)
            inputs->asked[waiting++] = file;
    }
    inputs->asked_count = waiting;
    return waiting == 0;
}

static enum input_status next_file(struct inputs *inputs, struct packet *packet)
{
    if (!ask_files(inputs))
        return INPUT_WAIT;
    if (inputs->ready == 0)
        return INPUT_END;
    uint16_t file = heap_pop(inputs);
    *packet = inputs->sources[file]->ahead;
    packet->source = file;
    inputs->asked[inputs->asked_count++] = file;
    return INPUT_PACKET;
}

static enum input_status next_live(struct inputs *inputs, struct packet *packet)
{
    enum input_status status = INPUT_END;
    for (size_t n = 0; n < inputs->count; n++) {
        size_t i = (inputs->turn + n) % inputs->count;
        if (!inputs->sources[i]->ops->live || inputs->sources[i]->backlog)
            continue;
        enum input_status one = read_source(inputs->sources[i], packet);
        if (one == INPUT_PACKET) {
            packet->source = (uint16_t)i;
            inputs->turn = i + 1;
            return one;
        }
        if (one == INPUT_WAIT)
            status = INPUT_WAIT;
    }
    return status;
}

enum input_status inputs_next(struct inputs *inputs, struct packet *packet)
{
    enum input_status status;
    if (inputs->count == 1) {
        status = read_source(inputs->sources[0], packet);
        packet->source = 0;
        return status;
    }
    status = next_file(inputs, packet);
    if (status == INPUT_PACKET)
        return status;
    enum input_status live = next_live(inputs, packet);
    return live == INPUT_END ? status : live;
}

const char *source_title(const struct source *source)
{
    return tr(source->name); /* "standard input" is a name of our own */
}

enum source_state source_state(const struct source *source)
{
    if (source->ended)
        return source->trouble ? SOURCE_FAILED : SOURCE_DONE;
    return source->ops->live && !source->backlog ? SOURCE_LIVE : SOURCE_READING;
}

const char *source_state_word(enum source_state state)
{
    static const char *const words[] = { N_("reading"), N_("live"), N_("done"), N_("failed") };
    return words[state];
}

uint64_t source_drops(const struct source *source)
{
    const struct source_stats *stats = &source->stats;
    uint64_t sum = stats->kernel_drops + stats->interface_drops;
    for (size_t i = 0; stats->refused && stats->refused_names[i]; i++)
        sum += stats->refused[i];
    return sum;
}

void source_notice(struct source *source, const char *format, ...)
{
    va_list args;
    if (source->notice)
        return;
    va_start(args, format);
    source->notice = mem_format_args(format, args);
    va_end(args);
}

void source_trouble(struct source *source, const char *format, ...)
{
    va_list args;
    if (source->trouble)
        return;
    va_start(args, format);
    source->trouble = mem_format_args(format, args);
    va_end(args);
}
