/* What the capture left out of a message: of its headers or of its body, and why. */
#ifndef SIPWHY_STORE_CUT_H
#define SIPWHY_STORE_CUT_H

#include "base/strbuf.h"
#include "store/store.h"

enum cut {
    CUT_NOTHING, /* also where no byte of the message itself is missing */
    CUT_HEADERS, /* they do not end: whether there was a body is not known */
    CUT_BODY,    /* it is shorter than Content-Length says (RFC 3261 §20.14) */
    CUT_SDP      /* as CUT_BODY, of a session description */
};

/* `sip` is the message, scanned (message_scan()). */
enum cut message_cut(const struct message *m, const struct sip_message *sip);
/*
 * "the body is cut: 812 of 1734 bytes captured (first IP fragments only)", translated. Puts nothing where
 * nothing is cut, or where the message has gone.
 */
void cut_put(struct strbuf *out, const struct store *store, uint32_t message);
/* The message of a transaction that is cut: its request, else what answers it; 0: neither. */
uint32_t transaction_cut(const struct store *store, const struct transaction *txn);

#endif
