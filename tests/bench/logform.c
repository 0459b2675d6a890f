/*
 * See logform.h. A form is a row: what stands before and behind a message, and what was done to its
 * lines. In those texts %s are the seconds since 1970, %T is the time of day, %m and %u milli- and
 * microseconds, %S, %R and %P the addresses of sender, receiver and peer, %n the message's length, and
 * {a|b} is a for a message that came in and b for one that went out.
 */
#include "logform.h"

#include <stdbool.h>
#include <string.h>

struct logform {
    const char *name;
    const char *before, *behind;
    const char *line;  /* in front of each line of the message; NULL: nothing, */
    const char *ended; /* and behind each one; NULL: CR and LF, as the message has it */
};

#define DASHES "------------------------------------------------------------------------\n"

static const struct logform forms[] = {
    { .name = "pjsua",
      .before = "%T.%m   pjsua_core.c  .{RX|TX} %n bytes Message msg X/cseq=1 (tdta0x7f1c) "
                "{from|to} UDP %P:5060:\n",
      .behind = "\n--end msg--\n" },
    { .name = "sipdump",
      .before = "====================\ntag: {rcv|snd}\npid: 31\nprocess: 3\ntime: %s.%u\n"
                "date: Thu Jan  1 10:00:00 2026\nproto: udp ipv4\nsrcip: %S\nsrcport: 5060\n"
                "dstip: %R\ndstport: 5060\n~~~~~~~~~~~~~~~~~~~~\n",
      .behind = "||||||||||||||||||||\n" },
    { .name = "asterisk",
      .before = "[Jan  1 %T] VERBOSE[1001] res_pjsip_logger.c: <--- {Received|Transmitting} SIP "
                "message (%n bytes) {from|to} UDP:%P:5060 --->\n",
      .behind = "\n" },
    { .name = "chan_sip",
      .before = "\n<--- {SIP read from UDP:|Reliably Transmitting (no NAT) to }%P:5060 --->\n",
      .ended = "\n",
      .behind = "<------------->\n--- (9 headers 0 lines) ---\n" },
    { .name = "sofia",
      .before = "{recv|send} %n bytes {from|to} udp/[%P]:5060 at %T.%u:\n   " DASHES,
      .line = "   ",
      .ended = "\n",
      .behind = "   " DASHES },
    { .name = "cube",
      .before = "661105: Jan  1 %T.%m: //2113420/C544D4800002/SIP/Msg/ccsipDisplayMsg:\n"
                "{Received|Sent}:\n",
      .ended = "\n",
      .behind = "\n" },
    { .name = "cucm",
      .before = "00802148.002 |%T.%m |AppInfo  |SIPUdp - wait_UdpDataInd: {Incoming|Outgoing} SIP "
                "UDP message size %n {from|to} %P:[5060]:\n[120,NET]\n",
      .ended = "\n",
      .behind = "" },
    { .name = "audiocodes",
      .before = "<133>[S=1718543] [SID=b9027c:24:198171]  (N 6891937) ---- "
                "{Incoming|Outgoing} SIP Message {from|to} %P:5060 {to|from} SIPInterface #2 "
                "(SIP) UDP TO(#138) SocketID(204) ---- #012 [Time:01-01@%T.%m]\n"
                "<133>[S=1718544] [SID=b9027c:24:198171]  (N 6891938) ",
      .ended = "#012",
      .behind = "#012 [Time:01-01@%T.%m]\n" },
    { .name = "oracle",
      .before = "Jan  1 %T.%m On [0:0]{%R|%S}:5060 {received from|sent to} %P:5060\n",
      .ended = "\n",
      .behind = "----------------------------------------\n" },
    { .name = "ribbon",
      .before = "2026-01-01 %T.%m SIP message {received from|sent to} IP/port:%P/5060, Local "
                "IP/port:{%R|%S}/5060\nRAW PDU:\n",
      .ended = "\n",
      .behind = "\n" },
    { .name = "baresip",
      .before = "\33[36;1m%T.%m#\nUDP %S:5060 -> %R:5060\n",
      .behind = "\33[;m\n" },
    { .name = "sipp",
      .before = "----------------------------------------------- 2026-01-01 %T.%u\nUDP message "
                "{received [%n] bytes :|sent (%n bytes):}\n\n",
      .behind = "\n" },
    { .name = "ngrep",
      .before = "U 2026/01/01 %T.%u %S:5060 -> %R:5060\n",
      .ended = ".\n",
      .behind = "\n" },
    { .name = "syslog",
      .before = "Jan  1 %T pbx asterisk[9]: <--- {Received|Transmitting} SIP message (%n bytes) "
                "{from|to} UDP:%P:5060 --->\n",
      .line = "Jan  1 %T pbx asterisk[9]: ",
      .ended = "\n",
      .behind = "" },
    { .name = "rsyslog",
      .before = "Jan  1 %T pbx asterisk[9]: <--- {Received|Transmitting} SIP message (%n bytes) "
                "{from|to} UDP:%P:5060 --->#012",
      .ended = "#015#012",
      .behind = "\n" },
};

const struct logform *logform_find(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

void logform_list(FILE *out)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        fprintf(out, "%s%s", i ? ", " : "", forms[i].name);
}

/* One of the letters behind '%'. */
static void put_field(FILE *out, char letter, const struct logged *m)
{
    long long second = m->time_ns / 1000000000, day = second % 86400;
    long long us = m->time_ns % 1000000000 / 1000;
    uint32_t ip = letter == 'S' || (letter == 'P' && m->dst == m->own) ? m->src : m->dst;
    if (letter == 's')
        fprintf(out, "%lld", second);
    else if (letter == 'T')
        fprintf(out, "%02lld:%02lld:%02lld", day / 3600, day / 60 % 60, day % 60);
    else if (letter == 'm')
        fprintf(out, "%03lld", us / 1000);
    else if (letter == 'u')
        fprintf(out, "%06lld", us);
    else if (letter == 'n')
        fprintf(out, "%zu", m->n);
    else
        fprintf(out, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

static void put(FILE *out, const char *form, const struct logged *m)
{
    bool in = m->dst == m->own, choosing = false, skip = false;
    for (const char *p = form; *p; p++) {
        if (*p == '{' || *p == '}' || (*p == '|' && choosing)) {
            choosing = *p != '}';
            skip = choosing && (*p == '{') != in;
        } else if (!skip && *p == '%') {
            put_field(out, *++p, m);
        } else if (!skip) {
            putc(*p, out);
        }
    }
}

static void put_lines(FILE *out, const struct logform *form, const struct logged *m)
{
    for (const char *p = m->text, *end = m->text + m->n; p < end;) {
        const char *cr = memchr(p, '\r', (size_t)(end - p));
        if (form->line)
            put(out, form->line, m);
        fwrite(p, 1, (size_t)((cr ? cr : end) - p), out);
        fputs(form->ended, out);
        p = cr ? cr + 2 : end;
    }
}

int logform_write(const struct logform *form, const struct logged *m, FILE *out)
{
    put(out, form->before, m);
    if (form->ended)
        put_lines(out, form, m);
    else
        fwrite(m->text, 1, m->n, out);
    put(out, form->behind, m);
    return ferror(out) ? -1 : 0;
}
