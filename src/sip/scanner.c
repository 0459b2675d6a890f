/* See scanner.h. Whole product tokens count: SIPClient is no sipcli. */
#include "sip/scanner.h"

#include "sip/fields.h"

#define PRODUCT(text)          \
    {                          \
        text, sizeof(text) - 1 \
    }
static const struct span products[] = {
    PRODUCT("friendly-scanner"),
    PRODUCT("friendly-request"),
    PRODUCT("sipvicious"),
    PRODUCT("sipcli"),
    PRODUCT("sip-scan"),
    PRODUCT("sipscan"),
    PRODUCT("sundayddr"),
    PRODUCT("iWar"),
    PRODUCT("VaxSIPUserAgent"),
    PRODUCT("VaxIPUserAgent"),
    PRODUCT("siparmyknife"),
    PRODUCT("svmap"),
    PRODUCT("svwar"),
    PRODUCT("svcrack"),
    PRODUCT("svcrash"),
    PRODUCT("svreport"),
    PRODUCT("pplsip"),
    PRODUCT("smap"),
    PRODUCT("sipptk"),
    PRODUCT("sivus"),
    PRODUCT("sip-probe"),
    PRODUCT("sipsscuser"),
    PRODUCT("voiper"),
    PRODUCT("enumiax"),
};

/* The first letters of those names: nearly all other words end here. */
static bool may_begin(char c)
{
    const uint32_t letters = 1u << ('e' - 'a') | 1u << ('f' - 'a') | 1u << ('i' - 'a') |
                             1u << ('p' - 'a') | 1u << ('s' - 'a') | 1u << ('v' - 'a');
    unsigned letter = (unsigned)(ascii_lower(c) - 'a');
    return letter < 26 && (letters >> letter & 1);
}

static bool is_product(struct span word)
{
    if (word.n < 4 || !may_begin(word.p[0]))
        return false;
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (products[i].n == word.n && span_same(word, products[i]))
            return true;
    return false;
}

/* The words that `text` consists of, between blanks and punctuation. */
static bool names_product(struct span text)
{
    static const bool ends[UINT8_MAX + 1] = {
        [' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, ['/'] = true,
        ['('] = true, [')'] = true,  [';'] = true,  [','] = true
    };
    for (size_t i = 0, begin; i < text.n; i++) {
        for (begin = i; i < text.n && !ends[(uint8_t)text.p[i]];)
            i++;
        if (is_product((struct span){ text.p + begin, i - begin }))
            return true;
    }
    return false;
}

bool sip_is_scanner(struct span agent, struct span from)
{
    struct sip_address a;
    if (names_product(agent))
        return true;
    /* `"sipvicious" <sip:100@1.1.1.1>`, `<sip:sipvicious@...>`: the first letter of either */
    bool named = from.n > 1 && from.p[0] != '<' && may_begin(from.p[from.p[0] == '"']);
    const char *colon = span_find(from, ':');
    if (!named && !(colon && colon + 1 < span_end(from) && may_begin(colon[1])))
        return false;
    sip_read_address(from, &a);
    return is_product(a.display) || is_product(a.user);
}
