/*
 * Writing stored messages to a file for other tools or for people, a little at a time: messages
 * are named in any order, put in the order of their times, and written. What is written are the
 * packets themselves; only a message that lay in no single one gets packets of its own (wrap.h), and
 * so do ICMP errors about the messages, TCP connections and TLS handshakes (streams.h): a call that is
 * read again must fail for the same reason.
 */
#ifndef SIPWHY_EXPORT_SAVE_H
#define SIPWHY_EXPORT_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

enum save_format {
    SAVE_PCAP,   /* nanoseconds; of several link types, from the IP header on (LINKTYPE_RAW) */
    SAVE_PCAPNG, /* with interfaces, and comments on packets */
    SAVE_TEXT,   /* the messages, readable */
    SAVE_FORMATS
};

struct save;

const char *save_format_name(enum save_format format); /* "pcap": not translated */
/* By a file's name: "x.pcapng", "x.txt"; anything else is pcap. */
enum save_format save_format_of(const char *path);

/*
 * Begins a file; it appears whole or not at all. Without `overwrite` an existing one is never
 * replaced. NULL with *error, one line (what, where, what to do) that the caller frees.
 */
struct save *save_new(const char *path, enum save_format format, bool overwrite,
                      const struct store *store, char **error);
/* What is remarked on a message: text that the save frees, or NULL. */
typedef char *save_comment_fn(uint32_t message, void *arg);
void save_comment(struct save *save, save_comment_fn *fn, void *arg);
/* Names a message; one that is no longer stored is left out, also later. */
void save_add(struct save *save, uint32_t message);

/*
 * Names what is known besides messages: all of it, or the connections of the messages that were named
 * before, those that their hosts tried in vain meanwhile, and what STUN told these hosts.
 */
void save_add_others(struct save *save, bool all);

enum save_state { SAVE_GOES_ON, SAVE_DONE, SAVE_FAILED };
/* Sorts or writes about `most` messages; to be called until it is done, or failed with *error. */
enum save_state save_step(struct save *save, size_t most, char **error);
/* How much of that is done, in thousandths. */
unsigned save_progress(const struct save *save);
/* Messages named. */
size_t save_count(const struct save *save);
/* Frees it; a file that is not done leaves nothing behind. */
void save_free(struct save *save);

#endif
