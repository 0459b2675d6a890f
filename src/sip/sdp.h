/*
 * Session descriptions (RFC 8866) as far as the diagnosis and the ladder ask: addresses,
 * media, codecs, directions. Everything is tolerant; spans point into the body and come from
 * the network: escape before showing.
 */
#ifndef SIPWHY_SIP_SDP_H
#define SIPWHY_SIP_SDP_H

#include "base/strbuf.h"
#include "sip/scan.h"

#define SDP_MEDIA 8    /* m= lines that are read */
#define SDP_FORMATS 32 /* formats of one */

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

struct sdp_format {
    struct span type;  /* as the m= line names it: a payload type, or "t38" */
    struct span codec; /* "PCMU", from a=rtpmap or RFC 3551; else `type` */
    uint32_t clock;    /* Hz; 0: not known */
};

struct sdp_media {
    struct span kind;     /* "audio", "video", "image" */
    struct span protocol; /* "RTP/AVP" */
    struct span address;  /* of its own c= line, else of the session's */
    uint16_t port;        /* 0: refused, or switched off */
    uint8_t direction;    /* enum sdp_direction */
    uint8_t formats;
    bool bundle_only; /* port 0 without being refused (RFC 9143) */
    struct sdp_format format[SDP_FORMATS];
};

struct sdp {
    struct span origin;  /* the o= line's value */
    struct span address; /* of the session's c= line */
    uint8_t medias;
    uint8_t direction; /* of the session: where a medium names none */
    bool ice;          /* candidates say more than c= does */
    struct sdp_media media[SDP_MEDIA];
};

/* The session description that a message carries, also as a part of a multipart body; or empty. */
struct span sdp_of(const struct sip_message *m);
/* Reads it; -1 for one without media lines. */
int sdp_read(struct sdp *sdp, struct span body);
/* Whether a format is a codec: it carries sound or pictures of its own, no tones, noise or repair. */
bool sdp_is_codec(const struct sdp_format *f);

/* Whether two formats are one codec at one clock rate; a rate that is not told fits any. */
bool sdp_same_format(const struct sdp_format *a, const struct sdp_format *b);

/* What the store wants to know of every description; found in one pass, without the codecs. */
enum sdp_glance_bit {
    SDP_AUDIO = 1 << 0,         /* an audio stream that is not refused */
    SDP_TELEPHONE = 1 << 1,     /* telephone-event is mapped at 8000 Hz */
    SDP_HOLE = 1 << 2,          /* c=0.0.0.0 */
    SDP_SOME_OFF = 1 << 3,      /* a media line has port 0 */
    SDP_TELEPHONE_WIDE = 1 << 4 /* telephone-event is mapped at another clock rate */
};
struct sdp_glance {
    unsigned bits;
    struct span origin;      /* what o= says */
    struct span first, last; /* the addresses of the first and of the last c= line */
    struct span address,
        port; /* where the first medium goes, as its own or the session's c= says */
};
/* What is not there is empty. */
void sdp_glance(struct sdp_glance *glance, struct span body);

/*
 * Appends what an SDP body offers, as "audio PCMU PCMA telephone-event, video off":
 * media, codec names, and "off" for port 0. Nothing for a body without media lines.
 */
void sdp_summary(struct strbuf *out, struct span body);

#endif
