/* One format of files with messages: what save.c asks of it. */
#ifndef SIPWHY_EXPORT_WRITER_H
#define SIPWHY_EXPORT_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include "export/save.h"

/* What is being written, and what the messages need. */
struct save_out {
    FILE *file;
    const struct store *store;
    const struct message *m; /* the one being written, or NULL */
    int64_t time_ns;         /* of what is being written, */
    uint16_t source;         /* and from where it comes */
    const char *comment;     /* on it; NULL: none, or it stands on another packet of it */
    uint16_t link;           /* of the first packet; 0: none yet */
    bool several_links, any_made;
    void *own; /* the format's */
};

struct save_writer {
    const char *name;
    /* After all messages are known, before the first is written. -1 where it cannot begin. */
    int (*begin)(struct save_out *out);
    void (*write)(struct save_out *out); /* the message, in the packet that it came in */
    /*
     * A packet that was made up, from its IP header on, of `length` bytes of which the last may be
     * missing; NULL: only messages are written.
     */
    void (*made)(struct save_out *out, struct span packet, uint32_t length);
    void (*end)(struct save_out *out); /* frees `own`; the file is the caller's; may be NULL */
};

extern const struct save_writer save_pcap, save_pcapng, save_text;

enum { LINK_ETHERNET = 1, LINK_RAW = 101 };

/* The link type by its number in files: live capture names raw IP as its operating system does. */
uint16_t save_link(const struct message *m);
/* It lay in no single packet, so that it has no link layer of its own. */
static inline bool save_apart(const struct message *m)
{
    return m->flags & MESSAGE_APART;
}

#endif
