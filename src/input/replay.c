/* A capture in memory, played at its own pace with the times moved to now. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/tr.h"
#include "input/capture.h"
#include "input/input.h"

struct replay_source {
    struct source source;
    struct capture *capture;
    const uint8_t *data;
    struct packet next;
    bool has_next;
    int64_t shift_ns;
};

static bool read_next(struct replay_source *r)
{
    enum capture_result result;
    struct source_stats *stats = &r->source.stats;
    do {
        size_t used;
        result = capture_next(r->capture, r->data + stats->position,
                              (size_t)(stats->size - stats->position), &used, &r->next);
        stats->position += used;
    } while (result == CAPTURE_SKIP);
    return result == CAPTURE_PACKET;
}

static enum input_status next_packet(struct source *source, struct packet *packet)
{
    struct replay_source *r = (struct replay_source *)source;
    if (!r->has_next) {
        if (!read_next(r))
            return INPUT_END;
        if (r->shift_ns == 0)
            r->shift_ns = clock_realtime() - r->next.time_ns;
        r->next.time_ns += r->shift_ns;
        r->next.mapped = true;
        r->has_next = true;
    }
    source->due_ns = r->next.time_ns;
    if (r->next.time_ns > clock_realtime())
        return INPUT_WAIT;
    *packet = r->next;
    r->has_next = false;
    return INPUT_PACKET;
}

static void close_replay(struct source *source)
{
    capture_close(((struct replay_source *)source)->capture);
    free(source);
}

static const struct source_ops replay_ops = {
    .kind = N_("demo"),
    .live = true,
    .next = next_packet,
    .close = close_replay,
};

struct source *source_open_replay(const char *name, const uint8_t *data, size_t n, char **error)
{
    struct capture *capture = capture_open(data, n);
    if (!capture) {
        *error = mem_format(_("%s: not a capture"), name);
        return NULL;
    }
    struct replay_source *r = mem_zero(sizeof *r);
    r->source.ops = &replay_ops;
    r->source.name = mem_text(name);
    r->source.fd = -1;
    r->source.stats.size = n;
    r->capture = capture;
    r->data = data;
    return &r->source;
}
