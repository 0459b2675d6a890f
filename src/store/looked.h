/*
 * Messages of a log that stay in its file, with the log's marks around their lines. The few that are
 * asked for are made anew, and kept for a while, in memory that the oldest of them gives back.
 */
#ifndef SIPWHY_STORE_LOOKED_H
#define SIPWHY_STORE_LOOKED_H

#include "store/message.h"

/* What is made of a message stays at least until so many others were asked for. */
#define LOOKED_LASTS 14336

struct looked;
/* Leaves the message where the log has it, if one of `n` bytes can be made again; -1: it cannot. */
int looked_leave(struct store *store, struct message *m, const struct marked *marked, uint32_t n);
/* What counts of the copies. */
size_t looked_bytes(const struct store *store);
void looked_free(struct store *store);

#endif
