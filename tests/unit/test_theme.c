/* Colours and what comes nearest to them, lines of themes, and the themes that are built in. */
#include "ui/theme_file.h"

#include <stdlib.h>

#include "tap.h"

static int32_t fit(const char *text, enum palette_depth depth, bool *brighter)
{
    struct palette_colour colour;
    return palette_parse(SPAN(text), &colour) < 0 ? -9 : palette_fit(&colour, depth, brighter);
}

/* What a colour becomes with 8, 16, 256 and all. */
static void is(const char *text, int few, int more, int many, int all)
{
    bool brighter;
    int got[] = { fit(text, PALETTE_8, &brighter), fit(text, PALETTE_16, &brighter),
                  fit(text, PALETTE_256, &brighter), fit(text, PALETTE_ALL, &brighter) };
    if (!tap_ok(got[0] == few && got[1] == more && got[2] == many && got[3] == all,
                "%s in 8, 16, 256 and all colours", text))
        tap_note("%d %d %d %#x", got[0], got[1], got[2], (unsigned)got[3]);
}

static void test_colours(void)
{
    bool brighter;
    is("default", -1, -1, -1, -1);
    is("red", 1, 1, 1, 1);
    is("bright-red", 1, 9, 9, 0xff0000);
    is("grey", -1, 8, 8, 0x7f7f7f);
    is("#ff0000", 1, 9, 196, 0xff0000); /* 16 + 36 * 5 */
    is("196", 1, 9, 196, 0xff0000);
    is("#5f87af", -1, 8, 67, 0x5f87af); /* 16 + 36 * 1 + 6 * 2 + 3 */
    is("244", -1, 8, 244, 0x808080);    /* 8 + 10 * (244 - 232) */
    is("yellow/#e69f00", 3, 3, 178, 0xe69f00);
    fit("bright-red", PALETTE_8, &brighter);
    tap_ok(brighter, "bold stands in where brightness is missing");
    fit("red", PALETTE_8, &brighter);
    tap_ok(!brighter, "and only there");
    static const char *const wrong[] = { "",      "rot",      "256",     "-1",
                                         "#ff00", "#ff00000", "#gg0000", "bright-",
                                         "red/",  "/red",     "1/2/3",   "bright-grey",
                                         "#",     "red/nope", "#ff0000 " };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        tap_ok(fit(wrong[i], PALETTE_256, &brighter) == -9, "'%s' is no colour", wrong[i]);
}

static void test_lines(void)
{
    struct theme theme = { 0 };
    struct span like = SPAN_NONE;
    struct strbuf out = STRBUF_INIT;
    char *error = NULL;
    tap_ok(theme_line(&theme, SPAN("  # all"), &like, &error) == 0 && theme.told == 0, "a comment");
    tap_ok(theme_line(&theme, SPAN("\tlike  light "), &like, &error) == 0 && span_is(like, "light"),
           "what it is like");
    tap_ok(theme_line(&theme, SPAN("link 12/#0a0b0c default underline bold"), &like, &error) == 0 &&
               theme.told == UINT64_C(1) << STYLE_LINK,
           "a style");
    look_write(&theme.looks[STYLE_LINK], &out);
    tap_ok(strcmp(strbuf_str(&out), "bright-blue/#0a0b0c default bold underline") == 0,
           "is written as it is read");
    strbuf_free(&out);
    static const char *const wrong[] = { "links red default", "link", "link red", "link red rd",
                                         "link red default bold blink" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error = NULL;
        tap_ok(theme_line(&theme, SPAN(wrong[i]), &like, &error) < 0 && error, "'%s': %s", wrong[i],
               error ? error : "");
        free(error);
    }
}

/* Each is whole, and says without colour what it says with it. */
static void test_built_in(void)
{
    for (size_t i = 0; i < theme_bundle_count; i++) {
        struct theme theme;
        char *fault = NULL;
        const char *name = theme_bundle[i].name;
        bool found = theme_load(&theme, name, &fault) == 0;
        tap_ok(found && !fault, "%s has no fault%s%s", name, fault ? ": " : "", fault ? fault : "");
        tap_ok(theme.told == (UINT64_C(1) << STYLES) - 1, "%s tells of every style", name);
        tap_ok(theme.looks[STYLE_MATCH].attributes & LOOK_REVERSE ||
                   theme.looks[STYLE_MATCH].background.many !=
                       theme.looks[STYLE_NORMAL].background.many,
               "%s: what was found stands out", name);
        free(fault);
    }
}

int main(void)
{
    unsetenv("HOME"); /* no themes of the user */
    unsetenv("XDG_CONFIG_HOME");
    test_colours();
    test_lines();
    test_built_in();
    return tap_done();
}
