/*
 * What people call addresses and numbers: names from files in the form of /etc/hosts, and those
 * that DNS told. One table for the program, like its language. It does no I/O: who reads files and
 * asks servers tells it (src/hosts.c, ui/resolver.c).
 *
 * A line names an address, one of its ports, or a number:
 *     192.0.2.1 carrier-a sbc1      # the first name is shown, filters know all
 *     192.0.2.1:5080 carrier-a-test
 *     2001:db8::1 pbx
 *     +3225550199 front-desk        # a number, or the user part of a URI, in all its digits
 *     +3225550* brussels            # all that begin so
 */
#ifndef SIPWHY_STORE_NAMES_H
#define SIPWHY_STORE_NAMES_H

#include "net/addr.h"

#define NAME_TEXT 48 /* a name with its end; longer ones are cut */

/* Takes the lines of a file; a later name goes before an earlier one. 0, or the first wrong line's number. */
unsigned names_read(struct span text);
/* Forgets everything. */
void names_clear(void);
/* Whether names are shown, and whether those that are missing are wanted from DNS. */
void names_set(bool shown, bool wanted);
bool names_shown(void);

/* As addr_host() and addr_format() write it, with the name in the address's place if it has one. */
char *names_host(const struct addr *a, char *buf);
char *names_format(const struct addr *a, char *buf);
/* A number's name while names are shown, else the number itself. */
struct span names_number(struct span number);

/* Whether that is one of the address's names, in any case; shown or not. */
bool names_fits(const struct addr *a, struct span name);
/* Whether any address has the name. */
bool names_known(struct span name);
/* The number that has this name, SPAN_NONE: none. One with a '*' has none of its own. */
struct span names_number_of(struct span name);
/* Name `i` of those that files gave, for completion; NULL beyond them. */
const char *names_at(size_t i);

/*
 * Reverse DNS: an address whose name was looked for and is not known, once; -1 when there is none.
 * names_learn() tells what came of it: a host name, or an empty span. What is no host name
 * (RFC 1123 §2.1) is no name. NAMES_LEARNT are kept.
 */
#define NAMES_LEARNT 4096
int names_wanted(struct addr *a);
void names_learn(const struct addr *a, struct span name);

#endif
