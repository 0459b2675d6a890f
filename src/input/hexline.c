/* See hexline.h. */
#include "input/hexline.h"

#define OFFSET_LEAST 4 /* digits */
#define OFFSET_MOST 8
#define OFFSET_ALONE 6 /* of an offset without bytes */
#define HALF 8         /* bytes behind which there may be two blanks */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Also what quotes the line in a mail. */
static size_t count_margin(struct span s)
{
    size_t n = 0;
    while (n < s.n && (is_blank(s.p[n]) || s.p[n] == '>' || s.p[n] == '|'))
        n++;
    return n;
}

static size_t count_digits(struct span s)
{
    size_t n = 0;
    while (n < s.n && ascii_hex(s.p[n]) >= 0)
        n++;
    return n;
}

static size_t count_blanks(struct span s)
{
    size_t n = 0;
    while (n < s.n && is_blank(s.p[n]))
        n++;
    return n;
}

/* "0x0010:", "00000010"; what follows is left in *rest. */
static bool read_offset(struct span *rest, size_t *offset)
{
    bool prefixed = rest->n > 2 && rest->p[0] == '0' && ascii_lower(rest->p[1]) == 'x';
    *rest = span_behind(*rest, prefixed ? 2 : 0);
    size_t n = count_digits(*rest);
    if (n < OFFSET_LEAST || n > OFFSET_MOST)
        return false;
    *offset = 0;
    for (size_t i = 0; i < n; i++)
        *offset = *offset * 16 + (size_t)ascii_hex(rest->p[i]);
    *rest = span_behind(*rest, n);
    if (rest->n > 0 && rest->p[0] == ':')
        *rest = span_behind(*rest, 1);
    return rest->n == 0 ? n >= OFFSET_ALONE : is_blank(rest->p[0]);
}

/* The bytes of the next word, no more than `most` of them; 0: it is none. */
static size_t read_group(struct span *rest, size_t most, uint8_t *bytes)
{
    size_t n = count_digits(*rest);
    if (n == 0 || n % 2 || n / 2 > most || (n < rest->n && !is_blank(rest->p[n])))
        return 0;
    for (size_t i = 0; i < n / 2; i++)
        bytes[i] = (uint8_t)(ascii_hex(rest->p[2 * i]) * 16 + ascii_hex(rest->p[2 * i + 1]));
    *rest = span_behind(*rest, n);
    return n / 2;
}

/* The text has more blanks in front of it than bytes have, and the last word may be the shortest. */
bool hexline_read(struct span line, struct hexline *hex)
{
    struct span rest = span_behind(line, count_margin(line));
    size_t group = 4, got = 0;
    hex->n = 0;
    if (!read_offset(&rest, &hex->offset))
        return false;
    while (rest.n > 0) {
        size_t blanks = count_blanks(rest);
        rest = span_behind(rest, blanks);
        bool far = hex->n > 0 && blanks > (group == 1 && hex->n == HALF ? 2 : 1);
        size_t room = HEXLINE_MOST - hex->n < group ? HEXLINE_MOST - hex->n : group;
        if (far || got < (hex->n ? group : 0) ||
            !(got = read_group(&rest, room, &hex->bytes[hex->n])))
            return hex->n > 0;
        if (hex->n == 0)
            group = got;
        hex->n += got;
    }
    return true;
}

bool hexline_repeats(struct span line)
{
    line = span_trim(line);
    return line.n == 1 && line.p[0] == '*';
}
