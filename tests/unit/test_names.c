/* Names of addresses and numbers: the lines of a file, which name is shown, what DNS may say. */
#include <stdio.h>
#include <string.h>

#include "store/names.h"
#include "tap.h"

static struct addr at(const char *text)
{
    struct addr a;
    if (addr_read(SPAN(text), &a) < 0)
        tap_ok(false, "%s is an address", text);
    return a;
}

static bool host_is(const char *address, const char *want)
{
    char text[ADDR_HOST];
    struct addr a = at(address);
    return strcmp(names_host(&a, text), want) == 0;
}

static bool format_is(const char *address, const char *want)
{
    char text[ADDR_TEXT];
    struct addr a = at(address);
    return strcmp(names_format(&a, text), want) == 0;
}

static bool fits(const char *address, const char *name)
{
    struct addr a = at(address);
    return names_fits(&a, SPAN(name));
}

static bool number_is(const char *number, const char *want)
{
    return span_equal(names_number(SPAN(number)), SPAN(want));
}

static void test_lines(void)
{
    static const char text[] = "# who is who\n\n127.0.0.1\tlocalhost\n"
                               "192.0.2.1   carrier-a sbc1 # the first\n"
                               "  192.0.2.1:5080 carrier-a-test\r\n"
                               "2001:db8::1 pbx pbx6\n+3225550199 front-desk\n"
                               "+3225550* brussels\n+32* belgium\n*97 voicemail";
    names_clear();
    tap_ok(host_is("192.0.2.1", "192.0.2.1"), "no file, no name");
    tap_ok(names_read(SPAN(text)) == 0, "all lines are understood");
    tap_ok(host_is("192.0.2.1", "carrier-a"), "the first name is the one shown");
    tap_ok(format_is("192.0.2.1:5060", "carrier-a:5060") &&
               format_is("192.0.2.2:5060", "192.0.2.2:5060"),
           "the port follows; who has no name keeps the address");
    tap_ok(format_is("192.0.2.1:5080", "carrier-a-test"), "a port may have a name of its own");
    tap_ok(format_is("[2001:db8::1]:5061", "pbx:5061"), "IPv6");
    tap_ok(fits("192.0.2.1:5060", "SBC1") && fits("192.0.2.1:5060", "carrier-a") &&
               !fits("192.0.2.2:5060", "sbc1"),
           "all names of an address fit, in any case");
    tap_ok(fits("192.0.2.1:5080", "carrier-a-test") && !fits("192.0.2.1:5060", "carrier-a-test") &&
               fits("192.0.2.1:5080", "carrier-a"),
           "the name of a port fits there only, the host's there, too");
    tap_ok(names_known(SPAN("pbx6")) && !names_known(SPAN("front-desk")), "known names");
    tap_ok(number_is("+3225550199", "front-desk") && number_is("*97", "voicemail"), "a number");
    tap_ok(number_is("+3225550100", "brussels") && number_is("+3239", "belgium") &&
               number_is("+33", "+33") && number_is("+3", "+3"),
           "the longest beginning counts");
    tap_ok(span_equal(names_number_of(SPAN("front-desk")), SPAN("+3225550199")) &&
               names_number_of(SPAN("belgium")).n == 0,
           "a number by its name");
    names_set(false, false);
    tap_ok(host_is("192.0.2.1", "192.0.2.1") && number_is("*97", "*97") &&
               fits("192.0.2.1:5060", "sbc1"),
           "hidden, they are not shown, but known");
    names_set(true, false);
    tap_ok(names_read(SPAN("192.0.2.1 later\n")) == 0 && host_is("192.0.2.1", "later") &&
               fits("192.0.2.1:5060", "sbc1"),
           "a later file's name goes before");
}

static void test_faults(void)
{
    static const char zero[] = "1.2.3.4 a\0b\n";
    char text[256];
    names_clear();
    tap_ok(names_read(SPAN("1.2.3.4 a\nnonsense here\n1.2.3.4\n5.6.7.8 b\n")) == 2,
           "the first wrong line is told");
    tap_ok(host_is("5.6.7.8", "b"), "the others count");
    tap_ok(names_read(SPAN("9.9.9.9 # nobody\n")) == 1 && names_read(SPAN("12345678901234567890"
                                                                          "123456789012 x")) == 1,
           "an address without a name; a number that is too long");
    tap_ok(names_read((struct span){ zero, sizeof zero - 1 }) == 1 &&
               names_read(SPAN("1.2.3.4 a\033[31m\n")) == 1,
           "a control character is in no name");
    memset(text, 'n', sizeof text);
    memcpy(text, "10.0.0.1 ", 9);
    tap_ok(names_read((struct span){ text, sizeof text }) == 0 && !host_is("10.0.0.1", "10.0.0.1"),
           "a long name is cut");
    tap_ok(names_read(SPAN_NONE) == 0, "an empty file");
}

static void learn(const char *address, const char *name)
{
    struct addr a = at(address);
    names_learn(&a, SPAN(name));
}

static void test_dns(void)
{
    struct addr a, again;
    char text[ADDR_HOST], address[32];
    names_clear();
    tap_ok(host_is("10.0.0.1", "10.0.0.1") && names_wanted(&a) < 0, "off: nothing is wanted");
    names_set(true, true);
    tap_ok(host_is("10.0.0.1", "10.0.0.1") && host_is("10.0.0.1", "10.0.0.1") &&
               names_wanted(&a) == 0 && names_wanted(&again) < 0,
           "what is shown without a name is wanted, once");
    learn("10.0.0.1", "pbx.example.net.");
    tap_ok(host_is("10.0.0.1", "pbx.example.net") && fits("10.0.0.1:5060", "PBX.example.net"),
           "then it has one, without the dot at its end");
    learn("10.0.0.2", "bad\033[31m.example");
    learn("10.0.0.3", "");
    learn("10.0.0.4", "two words");
    tap_ok(host_is("10.0.0.2", "10.0.0.2") && host_is("10.0.0.3", "10.0.0.3") &&
               host_is("10.0.0.4", "10.0.0.4") && names_wanted(&a) < 0,
           "what is no host name is none, and not asked for again");
    names_read(SPAN("10.0.0.1 core\n"));
    tap_ok(host_is("10.0.0.1", "core"), "a file's name goes before");
    for (unsigned i = 0; i < 200; i++) {
        snprintf(address, sizeof address, "10.1.0.%u", i);
        a = at(address);
        names_host(&a, text);
    }
    unsigned n = 0;
    while (names_wanted(&a) == 0)
        n++;
    tap_ok(n == 64, "few are wanted at a time");
    for (unsigned i = 0; i < 3 * NAMES_LEARNT; i++) {
        snprintf(address, sizeof address, "11.%u.%u.1", i / 256, i % 256);
        learn(address, "many.example");
    }
    learn("10.2.0.1", "last.example");
    tap_ok(host_is("10.2.0.1", "last.example") && host_is("11.0.0.1", "11.0.0.1"),
           "the oldest make room");
    names_clear();
    tap_ok(host_is("10.2.0.1", "10.2.0.1"), "all is forgotten");
}

int main(void)
{
    test_lines();
    test_faults();
    test_dns();
    return tap_done();
}
