/*
 * The names of SIP: methods, header fields, classes of response codes. Tables;
 * what a name means to operations people stands in help/, not here.
 */
#ifndef SIPWHY_SIP_NAMES_H
#define SIPWHY_SIP_NAMES_H

#include "base/span.h"

/* The registered methods; SIP_OTHER is any further token. */
enum sip_method {
    SIP_OTHER,
    SIP_INVITE,
    SIP_ACK,
    SIP_BYE,
    SIP_CANCEL,
    SIP_REGISTER,
    SIP_OPTIONS,
    SIP_PRACK,
    SIP_SUBSCRIBE,
    SIP_NOTIFY,
    SIP_PUBLISH,
    SIP_INFO,
    SIP_REFER,
    SIP_MESSAGE,
    SIP_UPDATE,
    SIP_METHODS
};

/* Case-sensitive, as RFC 3261 §7.1 has it. */
enum sip_method sip_method_of(struct span text);
/* "INVITE"; "?" for SIP_OTHER. */
const char *sip_method_name(uint8_t method);

/* The header fields that the scanner keeps; everything else is SIP_H_OTHER. */
enum sip_header {
    SIP_H_OTHER,
    SIP_H_VIA,
    SIP_H_FROM,
    SIP_H_TO,
    SIP_H_CALL_ID,
    SIP_H_CSEQ,
    SIP_H_CONTENT_LENGTH,
    SIP_H_CONTENT_TYPE,
    SIP_H_CONTACT,
    SIP_H_MAX_FORWARDS,
    SIP_H_EXPIRES,
    SIP_H_SERVER,
    SIP_H_SESSION_EXPIRES,
    SIP_H_USER_AGENT,
    SIP_HEADERS
};

/* Looks a field name up, compact forms included, without regard to case. */
enum sip_header sip_header_of(struct span name);
/* Whether a name with this first letter can be one that the scanner keeps. */
static inline bool sip_header_kept(char first)
{
    const uint32_t letters = 1u << ('v' - 'a') | 1u << ('f' - 'a') | 1u << ('t' - 'a') |
                             1u << ('c' - 'a') | 1u << ('m' - 'a') | 1u << ('i' - 'a') |
                             1u << ('l' - 'a') | 1u << ('e' - 'a') | 1u << ('s' - 'a') |
                             1u << ('u' - 'a') | 1u << ('x' - 'a');
    unsigned letter = (unsigned)(ascii_lower(first) - 'a');
    return letter < 26 && (letters >> letter & 1);
}
/* "Via" for "v"; other names as they are. */
struct span sip_header_full(struct span name);
/* Whether two field names mean the same header ("v" and "Via"). */
bool sip_header_same(struct span name, const char *full);

/*
 * How a status is shown and counted: a challenge and a cancelled call are no failures. A request
 * that was refused and then sent again as the answer asks (sip_asks_for_more()) counts as challenged.
 */
enum sip_class {
    SIP_CLASS_NONE, /* no response yet */
    SIP_CLASS_PROVISIONAL,
    SIP_CLASS_SUCCESS,
    SIP_CLASS_REDIRECT,
    SIP_CLASS_CHALLENGE,
    SIP_CLASS_CANCELLED,
    SIP_CLASS_CLIENT,
    SIP_CLASS_SERVER,
    SIP_CLASS_GLOBAL,
    SIP_CLASS_TIMEOUT,
    SIP_CLASSES
};

/* The class that a response code alone tells: 401, 407 and 494 are challenges, 487 is cancelled. */
enum sip_class sip_class_of(uint16_t code);
/*
 * Whether the answer asks for the same request in another shape: 422 a longer session timer (RFC 4028
 * §7.3), 423 a longer expiry (RFC 3261 §10.2.8), 491 a little later (§14.1).
 */
bool sip_asks_for_more(uint16_t code);
/* Whether the class counts as a failure: 4xx to 6xx and timed out. */
bool sip_class_failed(enum sip_class c);
/*
 * Of transactions, counted by class: how many failed, and what share of those that have ended that
 * is, 0 to 1; -1: none has. ACKs, which are not answered, must not be among them, or only as
 * SIP_CLASS_NONE.
 */
uint64_t sip_failed(const uint64_t classes[SIP_CLASSES]);
double sip_failed_share(const uint64_t classes[SIP_CLASSES]);

#endif
