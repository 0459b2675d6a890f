/*
 * Unpacking compressed bytes piece by piece: gzip (RFC 1952), Zstandard (RFC 8878), and the bare
 * deflate (RFC 1951) and zlib (RFC 1950) streams of network protocols; and text that begins with the
 * byte order mark of UTF-16, which becomes UTF-8. Memory is bounded; what grows beyond reason is
 * refused.
 */
#ifndef SIPWHY_BASE_UNPACK_H
#define SIPWHY_BASE_UNPACK_H

#include "base/reader.h"

enum unpack_kind {
    UNPACK_GZIP,
    UNPACK_ZSTD,
    UNPACK_ZLIB,
    UNPACK_DEFLATE,
    UNPACK_UTF16_LITTLE,
    UNPACK_UTF16_BIG,
    UNPACK_KINDS
};

enum unpack_result {
    UNPACK_MORE,   /* go on, with more input or more room */
    UNPACK_END,    /* the stream has ended; what follows is something else */
    UNPACK_DAMAGED /* cannot go on; unpack_error() says why */
};

/* Past this much output a stream may be this many times its input; SIP is some ten times. */
#define UNPACK_FREE (64u << 20)
#define UNPACK_RATIO 250u
/* A Zstandard stream may ask for a window of this many bytes (2^27). */
#define UNPACK_WINDOW_LOG 27

#define UNPACK_MAGIC 4 /* how many first bytes unpack_recognise() wants to see */

struct unpack;

/* Whether the bytes begin like gzip, Zstandard or UTF-16, and which. */
bool unpack_recognise(const uint8_t *data, size_t n, enum unpack_kind *kind);
/* NULL when memory is short. */
struct unpack *unpack_new(enum unpack_kind kind);
void unpack_free(struct unpack *unpack);
/*
 * Of UNPACK_DEFLATE: what came before is not known, though what comes may refer to it, and later to
 * that: such bytes come out as NUL. -1 when memory is short.
 */
int unpack_forget_before(struct unpack *unpack);
/* Takes from `in`, writes at most `size` bytes and says in *made how many they were. */
enum unpack_result unpack_next(struct unpack *unpack, struct reader *in, uint8_t *out, size_t size,
                               size_t *made);
/* Whether what was taken so far could be the whole: no frame or member is open. */
bool unpack_is_whole(const struct unpack *unpack);
/* What is damaged, without a final full stop; tr() has it in the language. */
const char *unpack_error(const struct unpack *unpack);

#endif
