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
    const struct message *m;        /* the one being written, */
    const struct icmp_error *error; /* or, not NULL, this one about it */
    int64_t time_ns;                /* of the one or the other */
    uint16_t link;                  /* of the first packet; 0: none yet */
    bool several_links, any_apart;
    void *own; /* the format's */
};

struct save_writer {
    const char *name;
    /* After all messages are known, before the first is written. -1 where it cannot begin. */
    int (*begin)(struct save_out *out);
    void (*write)(struct save_out *out, const char *comment);
    void (*end)(struct save_out *out); /* frees `own`; the file is the caller's; may be NULL */
    bool packets; /* a packet with several messages is written once, and ICMP errors are, too */
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
