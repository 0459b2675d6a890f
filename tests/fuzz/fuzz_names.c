/*
 * Any bytes as a file of names, and as the name that DNS tells: what is shown stays inside its
 * buffers, and what DNS told is a host name.
 */
#include <stdlib.h>
#include <string.h>

#include "store/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int good)
{
    if (!good)
        abort();
}

static void ask(const char *text)
{
    char host[ADDR_HOST], whole[ADDR_TEXT];
    struct addr a;
    insist(addr_read(SPAN(text), &a) == 0);
    insist(strlen(names_host(&a, host)) < sizeof host);
    insist(strlen(names_format(&a, whole)) < sizeof whole);
}

static void check_names(void)
{
    const char *name;
    for (size_t i = 0; (name = names_at(i)); i++) {
        insist(*name && strlen(name) < NAME_TEXT);
        for (const char *p = name; *p; p++)
            insist((unsigned char)*p > ' ' && *p != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = { (const char *)data, size };
    struct addr learnt;
    char host[ADDR_HOST];
    names_clear();
    names_set(true, size % 2);
    names_read(text);
    check_names();
    ask("192.0.2.1:5060");
    ask("192.0.2.1:5080");
    ask("[2001:db8::1]:5060");
    names_number(text);
    names_number(SPAN("+3225550199"));
    names_number_of(text);
    names_known(text);
    insist(addr_read(SPAN("198.51.100.77"), &learnt) == 0);
    names_learn(&learnt, text);
    names_host(&learnt, host);
    for (const char *p = host; *p && !names_at(0); p++)
        insist(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", *p) !=
               NULL);
    return 0;
}
