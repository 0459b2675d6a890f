/* Lines of a theme. What is wrong is told in a line; what is good can be written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "ui/theme_file.h"

/* The look of a style, written and read again, must be the same. */
static void read_again(const struct theme *theme, int style)
{
    struct theme again = { 0 };
    struct span like;
    struct strbuf line = STRBUF_INIT;
    char *error = NULL;
    strbuf_format(&line, "%s ", style_name((enum style)style));
    look_write(&theme->looks[style], &line);
    if (theme_line(&again, strbuf_as_span(&line), &like, &error) < 0 ||
        memcmp(&again.looks[style], &theme->looks[style], sizeof again.looks[style]) != 0)
        abort();
    strbuf_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme = { 0 };
    struct span text = { (const char *)data, size }, like = SPAN_NONE;
    while (text.n) {
        const char *end = span_find(text, '\n');
        char *error = NULL;
        if (theme_line(&theme, end ? span_make(text.p, end) : text, &like, &error) < 0 && !error)
            abort();
        free(error);
        text = end ? span_make(end + 1, span_end(text)) : SPAN_NONE;
    }
    for (int i = 0; i < STYLES; i++)
        if (theme.told >> i & 1)
            read_again(&theme, i);
    return 0;
}
