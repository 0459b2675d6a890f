/*
 * What ISUP messages are made of, for the files that take them apart: codes of parameters, and the
 * dialects, which share most of them (ITU-T Q.763; ANSI T1.113, chapter 3).
 */
#ifndef SIPWHY_SIP_TREE_ISUP_H
#define SIPWHY_SIP_TREE_ISUP_H

#include "sip/tree_private.h"

enum isup_dialect { ISUP_ITU = 1, ISUP_ANSI = 2, ISUP_BOTH = 3 };

enum isup_code { /* Q.763 table 5 */
                 P_END = 0x00,
                 P_TMR = 0x02,
                 P_CALLED = 0x04,
                 P_SUBSEQUENT = 0x05,
                 P_NATURE = 0x06,
                 P_FORWARD = 0x07,
                 P_OPTIONAL_FORWARD = 0x08,
                 P_CATEGORY = 0x09,
                 P_CALLING = 0x0a,
                 P_REDIRECTING = 0x0b,
                 P_BACKWARD = 0x11,
                 P_CAUSE = 0x12,
                 P_REDIRECTION = 0x13,
                 P_RANGE = 0x16,
                 P_FACILITY = 0x18,
                 P_USER_SERVICE = 0x1d,
                 P_SUSPEND = 0x22,
                 P_EVENT = 0x24,
                 P_ORIGINAL = 0x28,
                 P_OPTIONAL_BACKWARD = 0x29,
                 P_INFORMATION_REQUEST = 0x0e,
                 P_INFORMATION = 0x0f,
                 P_HOPS = 0x3d,
                 P_LOCATION = 0x3f,
                 P_GENERIC = 0xc0,
                 P_REDIRECTION_NUMBER = 0x0c,
                 P_CONNECTED = 0x21,
                 P_CALLED_IN = 0x6f,
                 P_JURISDICTION = 0xc4, /* from here on T1.113 alone */
                 P_NAME = 0xc7,
                 P_LINE = 0xea,
                 P_CHARGE = 0xeb,
};

/* Adds a parameter: its decoded value with the bytes as the note; the bytes alone where nobody decodes it. */
void isup_parameter(struct tree_maker *t, enum isup_dialect dialect, uint8_t code, const uint8_t *p,
                    size_t n);

#endif
