/*
 * Calls that belong together though their Call-IDs differ: a B2BUA took one in and sent the other
 * out. Looked for when somebody asks, among the calls that its host sent about that time.
 */
#ifndef SIPWHY_STORE_LINK_H
#define SIPWHY_STORE_LINK_H

#include "base/strbuf.h"
#include "store/store.h"

/* Why two calls are taken for one, the strongest first. */
enum link_reason {
    LINK_NONE,
    LINK_SESSION_ID, /* RFC 7989 */
    LINK_HEADER,     /* X-CID, X-Call-ID and the like: link_header_names() */
    LINK_REPLACES,   /* Replaces or Referred-By names it (RFC 3891, RFC 3892) */
    LINK_REDIRECT,   /* its Request-URI is a Contact of the 3xx that its client got */
    LINK_CHARGING,   /* icid-value of P-Charging-Vector (RFC 7315) */
    LINK_CALL_ID,    /* one Call-ID contains the other */
    LINK_SDP, /* the same SDP origin, or media address and port; after seconds both, of one caller */
    LINK_NUMBERS, /* the same numbers, within seconds, through one host */
    LINK_REASONS
};

#define LINK_HEADERS 8
/*
 * Further header fields that name the other leg, besides X-CID and the like; at most LINK_HEADERS
 * are taken. The names must stay as long as the program runs.
 */
void link_name_headers(char *const *names, size_t count);
/* "Session-ID", ... for people, translated. */
const char *link_reason_name(enum link_reason reason);
/* "session-id", ... for programs; NULL for LINK_NONE. */
const char *link_reason_word(enum link_reason reason);
/* Whether the reason alone is proof: numbers and SDP may coincide. */
bool link_is_sure(enum link_reason reason);

/*
 * The calls that belong to this one, itself first, at most `max`; how many. A call that was
 * separated by hand stands alone.
 */
size_t link_group(const struct store *store, uint32_t call, uint32_t *ids, size_t max);
/* The same in the order in which they began: the first leg, at which the call came in, first. */
size_t link_legs(const struct store *store, uint32_t call, uint32_t *ids, size_t max);
/*
 * Why leg `leg` of such `n` belongs to the others: by which reason, and to which of them (*other, an
 * index), those before it asked first. LINK_NONE: the leg that it was joined to is not among them.
 */
enum link_reason link_leg(const struct store *store, const uint32_t *ids, size_t n, size_t leg,
                          size_t *other);
/* The calls that one came from, for who goes through all of them; how many. */
#define LINK_ORIGINS 2
size_t link_origins(const struct store *store, uint32_t call, uint32_t ids[LINK_ORIGINS]);
/*
 * The INVITE that the one of transaction `txn` was made from, on the hop before the B2BUA or another
 * one of its call, a transaction; 0: it came from none. A transfer makes none from another.
 */
uint32_t link_made_from(const struct store *store, uint32_t txn);
/* Why two calls of a group belong together; LINK_NONE when only others join them. */
enum link_reason link_why(const struct store *store, uint32_t a, uint32_t b);
/* Of LINK_HEADER: the name of the header that joins them, as it was sent; none: SPAN_NONE. */
struct span link_header(const struct store *store, uint32_t a, uint32_t b);
/* Appends "joined by X-CID", "probably joined: same SDP", for people; the header is made visible. */
void link_put_reason(struct strbuf *out, const struct store *store, uint32_t a, uint32_t b,
                     bool utf8);

#endif
