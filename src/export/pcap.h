/*
 * Writing stored messages as a capture file that any other tool reads: classic
 * pcap with nanoseconds. What is written are the packets themselves; only a message
 * that lay in no single one gets packets of its own (wrap.h).
 */
#ifndef SIPWHY_EXPORT_PCAP_H
#define SIPWHY_EXPORT_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/*
 * Writes the packets of `n` messages (ids) to `path` in order of capture time; ids that are
 * no longer stored are left out, and a packet that carries several of them is written once.
 * Packets of one link type are written as they were captured; of several, from the IP header
 * on (LINKTYPE_RAW). The file appears whole or not at all; without `overwrite` an existing
 * one is never replaced. Returns 0, or -1 with *error set to one line (what, where, what to
 * do) that the caller frees.
 */
int export_pcap(const char *path, bool overwrite, const struct store *store,
                const uint32_t *messages, size_t n, char **error);

#endif
