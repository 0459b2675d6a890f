/*
 * Any bytes as a compressed stream: the first says which kind and how much room there is each
 * time. Unpacking must get on or stop, and write no more than it may.
 */
#include <stdlib.h>
#include <string.h>

#include "base/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST (1u << 20)

static void insist(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum unpack_kind kind;
    if (size < 1)
        return 0;
    size_t room = 1u + (size_t)(data[0] / UNPACK_KINDS) * 64u, total = 0, made = 0;
    uint8_t *out = malloc(room);
    struct reader in = reader_make(data + 1, size - 1);
    struct unpack *unpack = unpack_new(data[0] % UNPACK_KINDS);
    enum unpack_result result = UNPACK_MORE;
    while (out && unpack && result == UNPACK_MORE && total < MOST) {
        const uint8_t *before = in.p;
        result = unpack_next(unpack, &in, out, room, &made);
        insist(made <= room && in.p >= before && in.p <= in.end);
        if (made == 0 && in.p == before && reader_left(&in) == 0)
            break;
        insist(made > 0 || in.p > before || result != UNPACK_MORE);
        total += made;
    }
    if (unpack)
        insist(unpack_error(unpack) != NULL);
    unpack_recognise(data, size, &kind);
    unpack_free(unpack);
    free(out);
    return 0;
}
