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

/* Most names differ in their length or first letter, so most words cost no comparison. */
static bool is_product(struct span word)
{
    if (word.n < 4)
        return false;
    char first = ascii_lower(word.p[0]);
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (products[i].n == word.n && ascii_lower(products[i].p[0]) == first &&
            span_same(word, products[i]))
            return true;
    return false;
}

static bool ends_product(char c)
{
    return ascii_blank(c) || c == '/' || c == '(' || c == ')' || c == ';' || c == ',';
}

bool sip_is_scanner(struct span agent, struct span from)
{
    struct sip_address a;
    for (size_t i = 0; i < agent.n;) {
        size_t begin = i;
        while (i < agent.n && !ends_product(agent.p[i]))
            i++;
        if (is_product((struct span){ agent.p + begin, i - begin }))
            return true;
        i++;
    }
    if (from.n == 0)
        return false;
    sip_read_address(from, &a);
    return is_product(a.display) || is_product(a.user);
}
