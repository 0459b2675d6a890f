/* What link.c, link_compare.c and link_keys.c share. Nobody else includes this. */
#ifndef SIPWHY_STORE_LINK_PRIVATE_H
#define SIPWHY_STORE_LINK_PRIVATE_H

#include "store/link.h"
#include "store/private.h"

#define LINK_SECOND_NS 1000000000LL
/* A leg out may be captured a little before the one in; queues and announcements come before it. */
#define LINK_BEFORE_NS (LINK_SECOND_NS / 20)
#define LINK_AFTER_NS (30 * LINK_SECOND_NS)
#define LINK_NEAR_NS (3 * LINK_SECOND_NS) /* for reasons that may be chance */

#define LINK_TEXT 96
/* What of an INVITE may be found in another one again, as hashes: 0 is nothing. */
struct link_keys {
    uint32_t txn, stamp;  /* whose they are */
    uint32_t session[2];  /* Session-ID: local, remote */
    uint64_t call_id;     /* as call_key_of() */
    uint32_t begin, end;  /* of the Call-ID: its first and last characters, */
    uint32_t local;       /* what stands before the '@', */
    uint32_t length;      /* how long that is, */
    char text[LINK_TEXT]; /* and how it begins */
    uint64_t named;       /* as call_key_of(): the Call-ID in such a header as X-CID */
    uint64_t replaced;    /* the same in Replaces or Join; of a REFER: in Refer-To */
    uint32_t charging;
    uint32_t media, origin;
    uint32_t caller, callee; /* of a REFER: who is to be called */
    uint32_t referrer;       /* Referred-By, of a REFER else From */
    bool nearby;             /* the media address can only be reached from nearby */
};

/* Of an INVITE or a REFER, by transaction. Kept, as long as others do not push them out; NULL: no memory. */
const struct link_keys *link_keys_of(const struct store *store, uint32_t txn);

/* Keys of kin.h. Those of what headers name; how many. */
#define LINK_NAMED_KEYS 6
size_t link_named_keys(const struct link_keys *k, uint64_t keys[LINK_NAMED_KEYS]);
/* Of a REFER: that its receiver, a host, is to call somebody. */
uint64_t link_asked_key(const struct link_keys *k, uint32_t receiver);
/* That a host sent the INVITE of a new call in that second. */
uint64_t link_sent_key(uint32_t host, int64_t time_ns);
/* Of what may be alike by chance, and counts only among those of about one time. */
enum link_likeness {
    LINK_LIKE_BEGIN,
    LINK_LIKE_END,
    LINK_LIKE_MEDIA,
    LINK_LIKE_ORIGIN,
    LINK_LIKES
};
/* As one that came at that time has it; 0: nothing to be alike in. */
uint64_t link_like_key(const struct link_keys *k, enum link_likeness like, int64_t time_ns);

static inline bool link_same(uint64_t a, uint64_t b)
{
    return a && a == b;
}

/* Of an INVITE that is stored. */
static inline const struct flow *link_flow(const struct store *s, const struct transaction *txn)
{
    return store_flow(s, store_message(s, txn->request)->flow);
}

/* What a site's header says of everything tells nothing of two. */
bool link_is_rare(const struct store *s, uint64_t named);
/* What headers say that a B2BUA passes on, or makes. */
enum link_reason link_compare_names(const struct store *s, const struct link_keys *a,
                                    const struct link_keys *b);
/* Why the leg `b` may come from the leg `a`, which its sender got `apart_ns` earlier. */
enum link_reason link_compare(const struct store *s, const struct link_keys *a,
                              const struct link_keys *b, int64_t apart_ns);
/*
 * Why `b` may come from `a`, earlier, when no host sent the one and got the other: only what is no
 * chance. Of two that one host sent: why they may be legs of one, or calls of a client that says so
 * in all of them.
 */
enum link_reason link_compare_apart(const struct store *s, const struct link_keys *a,
                                    const struct link_keys *b);

/* Which parent was found for an INVITE, and why: kept until link_forget(), once it cannot change. */
struct link_parent {
    uint32_t txn, stamp, parent, parent_stamp;
    enum link_reason why;
};
struct link_parent *link_parent_place(const struct store *store, uint32_t txn);

#endif
