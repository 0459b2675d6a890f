/* The registry of sources, and merging files by time. See input.h. */
#include "input/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"

struct inputs {
    struct source **sources;
    size_t count;
    size_t turn; /* which live source is asked first */
};

struct inputs *inputs_new(void)
{
    return mem_zero(sizeof(struct inputs));
}

void inputs_free(struct inputs *inputs)
{
    if (!inputs)
        return;
    for (size_t i = 0; i < inputs->count; i++) {
        struct source *source = inputs->sources[i];
        free(source->name);
        free(source->trouble);
        source->ops->close(source);
    }
    free(inputs->sources);
    free(inputs);
}

int inputs_add(struct inputs *inputs, struct source *source)
{
    if (inputs->count >= INPUT_SOURCES)
        return -1;
    inputs->sources = mem_grow(inputs->sources, (inputs->count + 1) * sizeof *inputs->sources);
    inputs->sources[inputs->count++] = source;
    return 0;
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

bool inputs_ended(const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (!inputs->sources[i]->ended)
            return false;
    return true;
}

void inputs_refresh(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->sources[i]->ops->refresh && !inputs->sources[i]->ended)
            inputs->sources[i]->ops->refresh(inputs->sources[i]);
}

static enum input_status read_source(struct source *source, struct packet *packet)
{
    if (source->ended)
        return INPUT_END;
    enum input_status status = source->ops->next(source, packet);
    if (status == INPUT_PACKET)
        source->stats.packets++;
    source->ended = status == INPUT_END;
    return status;
}

/* Fills the packet read ahead; false while the source has nothing to compare. */
static bool look_ahead(struct source *source)
{
    if (!source->has_ahead)
        source->has_ahead = read_source(source, &source->ahead) == INPUT_PACKET;
    return source->has_ahead;
}

/* The file whose next packet is the oldest; *waiting when one of them has none yet. */
static size_t oldest_file(struct inputs *inputs, bool *waiting)
{
    size_t best = inputs->count;
    for (size_t i = 0; i < inputs->count; i++) {
        struct source *source = inputs->sources[i];
        if (source->ops->live)
            continue;
        if (!look_ahead(source)) {
            *waiting = *waiting || !source->ended;
            continue;
        }
        if (best == inputs->count || source->ahead.time_ns < inputs->sources[best]->ahead.time_ns)
            best = i;
    }
    return best;
}

static enum input_status next_file(struct inputs *inputs, struct packet *packet)
{
    bool waiting = false;
    size_t i = oldest_file(inputs, &waiting);
    if (waiting)
        return INPUT_WAIT;
    if (i == inputs->count)
        return INPUT_END;
    *packet = inputs->sources[i]->ahead;
    packet->source = (uint16_t)i;
    inputs->sources[i]->has_ahead = false;
    return INPUT_PACKET;
}

static enum input_status next_live(struct inputs *inputs, struct packet *packet)
{
    enum input_status status = INPUT_END;
    for (size_t n = 0; n < inputs->count; n++) {
        size_t i = (inputs->turn + n) % inputs->count;
        if (!inputs->sources[i]->ops->live)
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

void source_trouble(struct source *source, const char *format, ...)
{
    va_list args;
    if (source->trouble)
        return;
    va_start(args, format);
    source->trouble = mem_format_args(format, args);
    va_end(args);
}
