/* See utf16.h. */
#include "base/utf16.h"

#include <string.h>

#include "base/text.h"

#define MARK 0xfeff    /* the byte order mark, which is no text */
#define INSTEAD 0xfffd /* of what is no character */

/* One unit; UINT32_MAX when it is not all there. */
static uint32_t take_unit(struct utf16 *u, struct reader *in)
{
    if (!u->half) {
        u->first = reader_u8(in);
        u->half = true;
    }
    if (reader_left(in) == 0)
        return UINT32_MAX;
    uint8_t second = reader_u8(in);
    u->half = false;
    return u->little ? (uint32_t)(second << 8 | u->first) : (uint32_t)(u->first << 8 | second);
}

static size_t put(uint32_t rune, uint8_t *out)
{
    return text_encode(rune, (char *)out);
}

/* RFC 2781 §2.2. */
static size_t put_unit(struct utf16 *u, uint32_t unit, uint8_t *out)
{
    uint16_t high = u->high;
    size_t n = 0;
    u->high = 0;
    if (unit >= 0xdc00 && unit < 0xe000)
        return put(high ? 0x10000u + ((uint32_t)(high - 0xd800) << 10 | (unit - 0xdc00)) : INSTEAD,
                   out);
    if (high)
        n = put(INSTEAD, out);
    if (unit >= 0xd800 && unit < 0xdc00)
        u->high = (uint16_t)unit;
    else if (unit != MARK || u->begun)
        n += put(unit, out + n);
    u->begun = true;
    return n;
}

/* What waits goes out as far as there is room. */
static size_t put_waiting(struct utf16 *u, uint8_t *out, size_t size)
{
    size_t n = u->waiting < size ? u->waiting : size;
    memcpy(out, u->waits, n);
    memmove(u->waits, u->waits + n, u->waiting - n);
    u->waiting = (uint8_t)(u->waiting - n);
    return n;
}

size_t utf16_next(struct utf16 *u, struct reader *in, uint8_t *out, size_t size)
{
    size_t n = put_waiting(u, out, size);
    while (reader_left(in) > 0 && n < size) {
        uint32_t unit = take_unit(u, in);
        if (unit == UINT32_MAX)
            continue;
        if (size - n >= sizeof u->waits) {
            n += put_unit(u, unit, out + n);
        } else {
            u->waiting = (uint8_t)put_unit(u, unit, u->waits);
            n += put_waiting(u, out + n, size - n);
        }
    }
    return n;
}

bool utf16_is_whole(const struct utf16 *u)
{
    return !u->half && !u->high && !u->waiting;
}
