/* See problems.h. */
#include "sip/problems.h"

#include <stddef.h>

#include "base/tr.h"
#include "sip/scan.h"

const struct sip_problem_words sip_problem_words[] = {
    { SIP_BAD_START, N_("the start line is malformed"), "RFC 3261 §7.1, §7.2", NULL },
    { SIP_NO_END, N_("the headers never end"), "RFC 3261 §7", NULL },
    { SIP_NO_VIA, N_("Via is missing"), "RFC 3261 §8.1.1", NULL },
    { SIP_NO_FROM, N_("From is missing"), "RFC 3261 §8.1.1", NULL },
    { SIP_NO_TO, N_("To is missing"), "RFC 3261 §8.1.1", NULL },
    { SIP_NO_CALL_ID, N_("Call-ID is missing"), "RFC 3261 §8.1.1", NULL },
    { SIP_NO_CSEQ, N_("CSeq is missing"), "RFC 3261 §8.1.1", NULL },
    { SIP_BAD_CSEQ, N_("CSeq cannot be read"), "RFC 3261 §8.1.1.5", "CSeq" },
    { SIP_METHOD_DIFFERS, N_("CSeq names another method than the request line"),
      "RFC 3261 §8.1.1.5", "CSeq" },
    { SIP_NO_MAX_FORWARDS, N_("Max-Forwards is missing"), "RFC 3261 §8.1.1.6", NULL },
    { SIP_BAD_HEADER, N_("a header line has no colon"), "RFC 3261 §7.3.1", NULL },
    { SIP_BAD_LENGTH, N_("Content-Length is no number, or two that differ"), "RFC 3261 §20.14",
      "Content-Length" },
    { SIP_BAD_VALUE, N_("a port or number is out of range"), "RFC 3261 §25.1", NULL },
    { SIP_BAD_ADDRESS, N_("Via, From, To or Contact holds no readable address"), "RFC 3261 §25.1",
      NULL },
    { 0, NULL, NULL, NULL },
};
