/* Live capture through libpcap: not promiscuous unless asked, never blocking. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "input/capture.h"
#include "input/input.h"

#define WAKE_MS 20 /* how long the kernel may gather packets before it wakes us */

struct live_source {
    struct source source;
    pcap_t *pcap;
    uint32_t frames;
    uint16_t linktype;
};

static enum input_status next_packet(struct source *source, struct packet *packet)
{
    struct live_source *l = (struct live_source *)source;
    struct pcap_pkthdr *header;
    const u_char *data;
    int result = pcap_next_ex(l->pcap, &header, &data);
    if (result == 0)
        return INPUT_WAIT;
    if (result < 0) {
        source_trouble(source, _("%s: the capture stopped: %s; what was captured stays"),
                       source->name, pcap_geterr(l->pcap));
        return INPUT_END;
    }
    *packet = (struct packet){
        /* the nanosecond precision asked for below puts nanoseconds into tv_usec */
        .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
        .data = data,
        .caplen = header->caplen,
        .origlen = header->len,
        .frame = ++l->frames,
        .linktype = l->linktype,
    };
    if (pcap_get_tstamp_precision(l->pcap) != PCAP_TSTAMP_PRECISION_NANO)
        packet->time_ns += (int64_t)header->ts.tv_usec * 999;
    return INPUT_PACKET;
}

static void refresh(struct source *source)
{
    struct pcap_stat stat;
    if (pcap_stats(((struct live_source *)source)->pcap, &stat) == 0) {
        source->stats.kernel_drops = stat.ps_drop;
        source->stats.interface_drops = stat.ps_ifdrop;
    }
}

static void close_live(struct source *source)
{
    pcap_close(((struct live_source *)source)->pcap);
    free(source);
}

static const struct source_ops live_ops = {
    .kind = N_("live"),
    .live = true,
    .next = next_packet,
    .refresh = refresh,
    .close = close_live,
};

/* The path of this program, for the command that grants it the right to capture. */
static char *grant_command(void)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return mem_format("sudo setcap cap_net_raw,cap_net_admin+ep %s", n > 0 ? path : "sipwhy");
}

static char *activation_error(pcap_t *pcap, const char *interface, int result)
{
    if (result == PCAP_ERROR_PERM_DENIED || result == PCAP_ERROR_PROMISC_PERM_DENIED) {
        char *command = grant_command();
        char *text = mem_format(_("%s: no permission to capture; grant it with: %s"), interface,
                                command);
        free(command);
        return text;
    }
    if (result == PCAP_ERROR_NO_SUCH_DEVICE)
        return mem_format(_("%s: no such interface; -D lists them"), interface);
    if (result == PCAP_ERROR_IFACE_NOT_UP)
        return mem_format(_("%s: the interface is down; bring it up with: ip link set %s up"),
                          interface, interface);
    const char *text = pcap_geterr(pcap);
    return mem_format(_("%s: cannot capture: %s"), interface,
                      text && *text ? text : pcap_statustostr(result));
}

static int activate(pcap_t *pcap, const char *interface, bool promiscuous, int buffer_mib,
                    char **error)
{
    pcap_set_snaplen(pcap, CAPTURE_MAX_PACKET);
    pcap_set_promisc(pcap, promiscuous);
    pcap_set_timeout(pcap, WAKE_MS);
    pcap_set_buffer_size(pcap, buffer_mib * 1024 * 1024);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
    int result = pcap_activate(pcap);
    if (result >= 0)
        return 0;
    *error = activation_error(pcap, interface, result);
    return -1;
}

static int set_filter(pcap_t *pcap, const char *interface, const char *bpf, char **error)
{
    struct bpf_program program;
    if (!bpf || !*bpf)
        return 0;
    if (pcap_compile(pcap, &program, bpf, 1, PCAP_NETMASK_UNKNOWN) < 0) {
        *error = mem_format(_("capture filter \"%s\": %s; see pcap-filter(7)"), bpf,
                            pcap_geterr(pcap));
        return -1;
    }
    int result = pcap_setfilter(pcap, &program);
    pcap_freecode(&program);
    if (result < 0)
        *error = mem_format(_("%s: cannot set the capture filter: %s"), interface,
                            pcap_geterr(pcap));
    return result < 0 ? -1 : 0;
}

struct source *source_open_live(const char *interface, const char *bpf, bool promiscuous,
                                int buffer_mib, char **error)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(interface, text);
    if (!pcap) {
        *error = mem_format(_("%s: cannot capture: %s"), interface, text);
        return NULL;
    }
    if (activate(pcap, interface, promiscuous, buffer_mib, error) < 0 ||
        set_filter(pcap, interface, bpf, error) < 0 || pcap_setnonblock(pcap, 1, text) < 0) {
        if (!*error)
            *error = mem_format(_("%s: cannot capture: %s"), interface, text);
        pcap_close(pcap);
        return NULL;
    }
    struct live_source *l = mem_zero(sizeof *l);
    l->source.ops = &live_ops;
    l->source.name = mem_text(interface);
    l->source.fd = pcap_get_selectable_fd(pcap);
    l->pcap = pcap;
    l->linktype = (uint16_t)pcap_datalink(pcap);
    return &l->source;
}

int live_list_interfaces(char **error)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all;
    if (pcap_findalldevs(&all, text) < 0) {
        *error = mem_format(_("cannot list interfaces: %s"), text);
        return -1;
    }
    for (pcap_if_t *i = all; i; i = i->next)
        printf("%s%s%s%s\n", i->name, i->description ? "  " : "",
               i->description ? i->description : "", i->flags & PCAP_IF_UP ? "" : _("  (down)"));
    pcap_freealldevs(all);
    return 0;
}
