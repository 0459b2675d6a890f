/* Saving as classic pcap, by libpcap: every packet from one link layer, or from IP on. */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "export/writer.h"

#define SNAPLEN 262144
#define NANOSECONDS 1000000000

struct pcap_own {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    uint16_t link;
    bool cut; /* the link layer has to go */
};

/* The link type that all share; without one, or where it cannot be made up, LINK_RAW. */
static void choose_link(struct pcap_own *own, const struct save_out *out)
{
    uint16_t link = out->link ? out->link : LINK_RAW;
    own->cut = out->several_links || (out->any_made && link != LINK_ETHERNET);
    own->link = own->cut ? LINK_RAW : link;
}

static int begin(struct save_out *out)
{
    struct pcap_own *own = mem_zero(sizeof *own);
    out->own = own;
    choose_link(own, out);
    /* libpcap wants its own number, which differs for raw IP only (of what the decoders know). */
    own->pcap = pcap_open_dead_with_tstamp_precision(own->link == LINK_RAW ? DLT_RAW : own->link,
                                                     SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    own->dumper = own->pcap ? pcap_dump_fopen(own->pcap, out->file) : NULL;
    return own->dumper ? 0 : -1;
}

static void dump(struct save_out *out, const uint8_t *bytes, size_t caplen, size_t origlen)
{
    struct pcap_own *own = out->own;
    int64_t seconds = out->time_ns / NANOSECONDS;
    struct pcap_pkthdr header = {
        .ts = { .tv_sec = seconds, .tv_usec = out->time_ns - seconds * NANOSECONDS },
        .caplen = (bpf_u_int32)caplen,
        .len = (bpf_u_int32)origlen,
    };
    pcap_dump((u_char *)own->dumper, &header, bytes);
}

/* A made-up IP packet; in Ethernet it goes from nowhere to nowhere. */
static void dump_made(struct save_out *out, struct span packet, uint32_t length)
{
    const struct pcap_own *own = out->own;
    if (own->link != LINK_ETHERNET) {
        dump(out, (const uint8_t *)packet.p, packet.n, length);
        return;
    }
    uint8_t *frame = mem_zero(packet.n + 14);
    bool ip6 = (uint8_t)packet.p[0] >> 4 == 6;
    frame[12] = ip6 ? 0x86 : 0x08;
    frame[13] = ip6 ? 0xdd : 0x00;
    memcpy(frame + 14, packet.p, packet.n);
    dump(out, frame, packet.n + 14, length + 14);
    free(frame);
}

/* The format has no place for comments. */
static void write_message(struct save_out *out)
{
    const struct pcap_own *own = out->own;
    const struct message *m = out->m;
    uint32_t skip = own->cut ? m->ip_off : 0;
    dump(out, m->packet + skip, m->caplen - skip, m->origlen - skip);
}

/* The dumper is the file itself, which the caller closes. */
static void end(struct save_out *out)
{
    struct pcap_own *own = out->own;
    if (own && own->pcap)
        pcap_close(own->pcap);
    free(own);
    out->own = NULL;
}

const struct save_writer save_pcap = {
    .name = "pcap", .begin = begin, .write = write_message, .made = dump_made, .end = end
};
