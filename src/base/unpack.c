/* See unpack.h: one row a format, over zlib and libzstd. */
#include "base/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/tr.h"
#include "base/utf16.h"

struct unpack {
    const struct format *format;
    const char *error;
    uint64_t taken, made;
    bool whole;
    union {
        z_stream zlib;
        ZSTD_DStream *zstd;
        struct utf16 utf16;
    } state;
};

struct format {
    uint8_t magic[UNPACK_MAGIC];
    uint8_t magic_length; /* 0: not to be recognised */
    int window_bits;      /* zlib's word for what stands around the deflated bytes */
    int (*begin)(struct unpack *u);
    enum unpack_result (*next)(struct unpack *u, struct reader *in, uint8_t *out, size_t size,
                               size_t *made);
    void (*end)(struct unpack *u);
};

static enum unpack_result damaged(struct unpack *u, const char *error)
{
    u->error = error;
    return UNPACK_DAMAGED;
}

/* zlib */

static int begin_zlib(struct unpack *u)
{
    return inflateInit2(&u->state.zlib, u->format->window_bits) == Z_OK ? 0 : -1;
}

/* gzip members may follow one another (RFC 1952 §2.2). */
static enum unpack_result end_of_member(struct unpack *u, const struct reader *in)
{
    u->whole = true;
    if (u->format->magic_length && (reader_left(in) == 0 || *in->p == u->format->magic[0]) &&
        inflateReset(&u->state.zlib) == Z_OK)
        return UNPACK_MORE;
    return UNPACK_END;
}

static enum unpack_result next_zlib(struct unpack *u, struct reader *in, uint8_t *out, size_t size,
                                    size_t *made)
{
    z_stream *z = &u->state.zlib;
    size_t left = reader_left(in);
    z->next_in = in->p;
    z->avail_in = left < UINT_MAX ? (uInt)left : UINT_MAX;
    z->next_out = out;
    z->avail_out = size < UINT_MAX ? (uInt)size : UINT_MAX;
    if (u->whole && left > 0 && *in->p != u->format->magic[0])
        return UNPACK_END;
    u->whole = u->whole && left == 0;
    int result = inflate(z, Z_SYNC_FLUSH);
    in->p = z->next_in;
    *made = (size_t)(z->next_out - out);
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress: more input or room is needed */
        return UNPACK_MORE;
    case Z_STREAM_END:
        return end_of_member(u, in);
    case Z_MEM_ERROR:
        return damaged(u, N_("out of memory"));
    default:
        return damaged(u, N_("the compressed data are damaged"));
    }
}

static void end_zlib(struct unpack *u)
{
    inflateEnd(&u->state.zlib);
}

int unpack_forget_before(struct unpack *u)
{
    static const uint8_t unknown[32768]; /* the farthest that deflate refers to */
    return inflateSetDictionary(&u->state.zlib, unknown, sizeof unknown) == Z_OK ? 0 : -1;
}

/* Zstandard */

static int begin_zstd(struct unpack *u)
{
    u->state.zstd = ZSTD_createDStream();
    if (!u->state.zstd)
        return -1;
    ZSTD_DCtx_setParameter(u->state.zstd, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG);
    return 0;
}

static enum unpack_result next_zstd(struct unpack *u, struct reader *in, uint8_t *out, size_t size,
                                    size_t *made)
{
    ZSTD_inBuffer source = { in->p, reader_left(in), 0 };
    ZSTD_outBuffer target = { out, size, 0 };
    if (source.size == 0 && u->whole)
        return UNPACK_MORE;
    size_t result = ZSTD_decompressStream(u->state.zstd, &target, &source);
    in->p += source.pos;
    *made = target.pos;
    if (ZSTD_isError(result))
        return damaged(u, ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge
                              ? N_("the compressed data want too much memory")
                              : N_("the compressed data are damaged"));
    u->whole = result == 0;
    return UNPACK_MORE; /* another frame may follow (RFC 8878 §3.1) */
}

static void end_zstd(struct unpack *u)
{
    ZSTD_freeDStream(u->state.zstd);
}

/* UTF-16 */

static int begin_utf16(struct unpack *u)
{
    u->state.utf16 = (struct utf16){ .little = u->format->magic[0] == 0xff };
    return 0;
}

static enum unpack_result next_utf16(struct unpack *u, struct reader *in, uint8_t *out, size_t size,
                                     size_t *made)
{
    *made = utf16_next(&u->state.utf16, in, out, size);
    u->whole = utf16_is_whole(&u->state.utf16);
    return UNPACK_MORE;
}

static void end_utf16(struct unpack *u)
{
    (void)u;
}

static const struct format formats[] = {
    [UNPACK_GZIP] = { { 0x1f, 0x8b }, 2, 15 + 16, begin_zlib, next_zlib, end_zlib },
    [UNPACK_ZSTD] = { { 0x28, 0xb5, 0x2f, 0xfd }, 4, 0, begin_zstd, next_zstd, end_zstd },
    [UNPACK_ZLIB] = { { 0 }, 0, 15, begin_zlib, next_zlib, end_zlib },
    [UNPACK_DEFLATE] = { { 0 }, 0, -15, begin_zlib, next_zlib, end_zlib },
    [UNPACK_UTF16_LITTLE] = { { 0xff, 0xfe }, 2, 0, begin_utf16, next_utf16, end_utf16 },
    [UNPACK_UTF16_BIG] = { { 0xfe, 0xff }, 2, 0, begin_utf16, next_utf16, end_utf16 },
};

bool unpack_recognise(const uint8_t *data, size_t n, enum unpack_kind *kind)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t length = formats[i].magic_length;
        if (length == 0 || n < length || memcmp(data, formats[i].magic, length) != 0)
            continue;
        *kind = (enum unpack_kind)i;
        return true;
    }
    return false;
}

struct unpack *unpack_new(enum unpack_kind kind)
{
    struct unpack *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->format = &formats[kind];
    if (u->format->begin(u) == 0)
        return u;
    free(u);
    return NULL;
}

void unpack_free(struct unpack *unpack)
{
    if (unpack)
        unpack->format->end(unpack);
    free(unpack);
}

enum unpack_result unpack_next(struct unpack *unpack, struct reader *in, uint8_t *out, size_t size,
                               size_t *made)
{
    const uint8_t *before = in->p;
    *made = 0;
    if (unpack->error)
        return UNPACK_DAMAGED;
    enum unpack_result result = unpack->format->next(unpack, in, out, size, made);
    unpack->taken += (uint64_t)(in->p - before);
    unpack->made += *made;
    if (unpack->made > UNPACK_FREE && unpack->made / UNPACK_RATIO > unpack->taken)
        return damaged(unpack, N_("the compressed data grow beyond reason"));
    return result;
}

bool unpack_is_whole(const struct unpack *unpack)
{
    return unpack->whole;
}

const char *unpack_error(const struct unpack *unpack)
{
    return unpack->error ? unpack->error : N_("nothing is wrong");
}
