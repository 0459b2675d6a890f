/* The words of a flow: labels of arrows, what session descriptions say, why legs are joined. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "sip/sdp.h"
#include "store/cut.h"
#include "store/event.h"
#include "store/ladder_session.h"
#include "store/link.h"
#include "ui/ladder.h"
#include "ui/signs.h"

/* ---- sessions ------------------------------------------------------------------------------- */

static bool is_encrypted(const struct sdp_media *m)
{
    return span_search(m->protocol, "SAVP") != NULL;
}

/* "PCMU PCMA", and all else that people ask about: "PCMU PCMA DTMF SRTP". */
static void put_codecs(const struct sdp_media *m, bool all, struct strbuf *out)
{
    const char *between = "";
    bool tones = false;
    for (int i = 0; i < m->formats; i++) {
        tones = tones || span_is(m->format[i].codec, "telephone-event");
        if (!sdp_is_codec(&m->format[i]))
            continue;
        strbuf_text(out, between);
        strbuf_span(out, m->format[i].codec);
        between = " ";
    }
    if (tones && (all || !*between))
        strbuf_format(out, "%s%s", between, "DTMF");
    if (is_encrypted(m) && all)
        strbuf_text(out, " SRTP");
}

/* "10.1.0.5:4000" */
static void put_target(const struct sdp_media *m, struct strbuf *out)
{
    bool colons = span_find(m->address, ':') != NULL;
    strbuf_format(out, colons ? "[%.*s]:%u" : "%.*s:%u", SPAN_ARG(m->address), m->port);
}

static void put_direction(const struct sdp_media *m, struct strbuf *out)
{
    static const char *const names[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
    strbuf_text(out, m->direction == SDP_SENDRECV ? "0.0.0.0" : names[m->direction]);
}

static bool is_off(const struct sdp_media *m)
{
    return m->port == 0 && !m->bundle_only;
}

/* What port 0 means: an offer has the stream off, an answer refuses it (RFC 3264 §5.1, §6). */
static void put_off(uint8_t role, struct strbuf *out)
{
    bool answer = role == SESSION_ANSWER || role == SESSION_EARLY;
    strbuf_text(out, answer ? _("refused (port 0)") : _("off (port 0)"));
}

/* Who tells what it is able to do names no port, and need not (RFC 3264 §9). */
static void put_stream(const struct sdp_media *m, bool named, uint8_t role, struct strbuf *out)
{
    if (named) {
        strbuf_char(out, ' ');
        strbuf_span(out, m->kind);
    }
    strbuf_char(out, ' ');
    if (is_off(m) && role != SESSION_CAPABLE) {
        put_off(role, out);
        return;
    }
    put_codecs(m, true, out);
    if (is_off(m))
        return;
    strbuf_char(out, ' ');
    put_target(m, out);
    if (session_is_held(m)) {
        strbuf_char(out, ' ');
        put_direction(m, out);
    }
}

/* All streams; what sound is needs no name where there is nothing else. */
static void put_streams(const struct session_note *note, struct strbuf *out)
{
    const struct sdp *sdp = &note->now;
    bool named = sdp->medias > 1 || !span_is(sdp->media[0].kind, "audio");
    for (int i = 0; i < sdp->medias; i++) {
        strbuf_text(out, i ? "," : "");
        put_stream(&sdp->media[i], named, note->role, out);
    }
}

/* What has become different, in the words of those who hold and resume calls. */
static void put_changes(const struct session_note *note, struct strbuf *out)
{
    const struct sdp_media *was = session_main(&note->before), *is = session_main(&note->now);
    size_t before = out->n;
    if (note->changes & SESSION_STREAMS) {
        put_streams(note, out);
        return;
    }
    if (note->changes & SESSION_HOLD) { /* an answer only follows */
        if (note->role == SESSION_OFFER)
            strbuf_format(out, " %s", _("hold:"));
        strbuf_char(out, ' ');
        put_direction(is, out);
    }
    if (note->changes & SESSION_RESUME)
        strbuf_format(out, " %s", _("resume"));
    if (note->changes & SESSION_CODECS) {
        strbuf_text(out, out->n > before ? ", " : " ");
        put_codecs(was, true, out);
        strbuf_format(out, " %s ", ui_arrow());
        put_codecs(is, true, out);
    }
    if (note->changes & SESSION_ADDRESS) {
        strbuf_text(out, out->n > before ? ", " : " ");
        put_target(was, out);
        strbuf_format(out, " %s ", ui_arrow());
        put_target(is, out);
    }
    if (out->n == before)
        strbuf_format(out, ", %s", _("nothing new"));
}

static void put_agreement(const struct session_note *note, struct strbuf *out)
{
    const struct sdp_media *m = session_main(&note->now);
    const struct sdp_format *agreed = session_agreed(note);
    int codecs = 0;
    if (!note->answers || m->port == 0 || !span_is(m->kind, "audio"))
        return;
    for (int i = 0; i < m->formats; i++)
        codecs += sdp_is_codec(&m->format[i]);
    if (!agreed)
        strbuf_format(out, ", %s", _("no codec in common"));
    else if (codecs > 1 || note->renewed)
        strbuf_format(out, ", %s %.*s", _("agreed"), SPAN_ARG(agreed->codec));
}

void ladder_put_note(struct ui *ui, const struct ladder_view *v, size_t row, struct strbuf *out)
{
    static const char *const roles[] = {
        [SESSION_OFFER] = N_("offer"),        [SESSION_ANSWER] = N_("answer"),
        [SESSION_EARLY] = N_("early answer"), [SESSION_CAPABLE] = N_("supports"),
        [SESSION_UNEXPECTED] = "SDP",
    };
    static struct session_note note; /* too large for a stack that others share */
    struct strbuf text = STRBUF_INIT;
    session_look(&note, &v->ladder, ui->store, row);
    if (note.role == SESSION_NONE)
        return;
    strbuf_text(&text, tr(roles[note.role]));
    if (note.renewed)
        put_changes(&note, &text);
    else
        put_streams(&note, &text);
    if (note.role == SESSION_ANSWER || note.role == SESSION_EARLY)
        put_agreement(&note, &text);
    text_visible(out, strbuf_as_span(&text), screen_utf8());
    strbuf_free(&text);
}

/* " (PCMU PCMA)": what an arrow says of its session description, where there is room. */
static void put_media(struct strbuf *out, const struct message *m, struct span body, bool cut)
{
    static struct sdp sdp;
    struct strbuf text = STRBUF_INIT;
    bool able = m->code >= 300 || m->method == SIP_OPTIONS; /* it tells no more than what it can */
    if (sdp_read(&sdp, body) == 0) {
        for (int i = 0; i < sdp.medias; i++) {
            bool named = sdp.medias > 1 || !span_is(sdp.media[i].kind, "audio");
            strbuf_text(&text, i ? ", " : "");
            if (named) {
                strbuf_span(&text, sdp.media[i].kind);
                strbuf_char(&text, ' ');
            }
            if (is_off(&sdp.media[i]) && !able)
                strbuf_text(&text, _("port 0"));
            else
                put_codecs(&sdp.media[i], false, &text);
        }
    }
    strbuf_text(out, " (");
    strbuf_text(out, text.n ? strbuf_str(&text) : cut ? "" : "SDP");
    if (cut)
        strbuf_format(out, "%s%s", text.n ? ", " : "", _("SDP cut"));
    strbuf_char(out, ')');
    strbuf_free(&text);
}

/* ---- labels --------------------------------------------------------------------------------- */

/* What the start line leaves open: the media, that an INVITE offers none, or what is answered. */
static void put_remark(struct strbuf *out, const struct message *m, const struct sip_message *sip,
                       bool plain)
{
    enum cut cut = message_cut(m, sip);
    if (m->flags & MESSAGE_SDP) {
        if (!plain)
            put_media(out, m, sdp_of(sip), cut == CUT_SDP);
        else if (cut)
            strbuf_format(out, " (%s)", _("SDP cut"));
    } else if (cut) {
        strbuf_format(out, " (%s)", cut == CUT_SDP ? _("SDP cut") : _("cut"));
    } else if (m->code == 0 && m->method == SIP_INVITE) {
        strbuf_format(out, " (%s)", _("no SDP"));
    } else if (m->code >= 200 && m->method != SIP_INVITE && m->method != SIP_OTHER) {
        strbuf_format(out, " (%s)", sip_method_name(m->method));
    }
}

static void put_message(struct ui *ui, const struct ladder_row *row, bool plain, size_t room,
                        struct strbuf *out)
{
    struct sip_message sip;
    const struct message *m = store_message(ui->store, row->message);
    if (!m || store_scan(ui->store, row->message, &sip) < 0)
        return;
    if (m->flags & MESSAGE_DUPLICATE)
        strbuf_format(out, "%s ", sign(SIGN_COPY));
    else if (m->flags & MESSAGE_RETRANSMISSION)
        strbuf_format(out, "%s ", sign(SIGN_REPEATED));
    if (m->code) {
        strbuf_format(out, "%u ", m->code);
        strbuf_span(out, sip.reason);
    } else {
        strbuf_span(out, sip.method);
    }
    size_t before = out->n;
    put_remark(out, m, &sip, plain);
    if (text_width(strbuf_as_span(out)) > room) {
        out->n = before;
        if (m->flags & MESSAGE_SDP)
            strbuf_text(out, " SDP");
        if (message_cut(m, &sip))
            strbuf_format(out, " %s", _("cut"));
    }
}

/* "INVITE ✗ 488 Not Acceptable Here 29ms" */
static void put_transaction(struct ui *ui, const struct ladder_row *row, size_t room,
                            struct strbuf *out)
{
    struct sip_message sip;
    char took[TIME_TEXT];
    const struct transaction *t = store_transaction(ui->store, row->transaction);
    if (!t || store_scan(ui->store, row->message, &sip) < 0)
        return;
    int64_t rtt = transaction_rtt(ui->store, t);
    strbuf_span(out, sip.method);
    strbuf_format(out, " %s", theme_mark(t->class, screen_utf8()));
    if (t->code)
        strbuf_format(out, " %u", t->code);
    took[0] = '\0';
    if (rtt >= 0)
        time_short(rtt, took);
    size_t left = room > text_width(strbuf_as_span(out)) ? room - text_width(strbuf_as_span(out))
                                                         : 0;
    size_t timed = *took ? strlen(took) + 1 : 0;
    if (sip.code >= 300 && sip.reason.n + 1 + timed <= left)
        strbuf_format(out, " %.*s", SPAN_ARG(sip.reason));
    else if (timed > left)
        return;
    strbuf_format(out, *took ? " %s" : "%s", took);
}

/* What is no message; those with a number in it take row->detail. */
static const char *event_words(const struct ladder_row *row, const struct message *m)
{
    switch (row->kind) {
    case LADDER_TIMEOUT:
        return m && m->method == SIP_INVITE ? _("no answer in %u s: timer B")
                                            : _("no answer in %u s: timer F");
    case LADDER_EXPIRED:
        return _("expired after %u s");
    case LADDER_SESSION_OVER:
        return _("session timer of %u s ran out: not refreshed");
    case LADDER_CONNECT:
        return _("TCP connect");
    case LADDER_UNANSWERED:
        return _("TCP connect: no answer to %u SYN");
    case LADDER_REFUSED:
        return _("TCP connection refused");
    case LADDER_CLOSED:
        return _("TCP connection closed");
    default:
        return _("TCP connection reset");
    }
}

/* What the error says; where there is little room, without the reason behind a colon or bracket. */
static void put_icmp(const struct ladder_row *row, size_t room, struct strbuf *out)
{
    uint8_t type = (uint8_t)(row->detail >> 8), code = (uint8_t)row->detail;
    const char *said = icmp_words((uint8_t)(row->detail >> 16), type, code);
    if (!said) {
        strbuf_format(out, "ICMP %u/%u", type, code);
        return;
    }
    strbuf_format(out, "ICMP: %s", said);
    if (text_width(strbuf_as_span(out)) > room)
        out->n = 6 + strcspn(said, ":(");
}

/* "TLS alert unknown_ca: the issuer ..."; where there is little room, the name alone. */
static void put_alert(const struct ladder_row *row, size_t room, struct strbuf *out)
{
    strbuf_text(out, _("TLS alert "));
    size_t before = out->n;
    tls_alert_put((uint8_t)row->detail, out);
    if (text_width(strbuf_as_span(out)) > room)
        out->n = before + strcspn(strbuf_str(out) + before, ":");
}

static void put_tls(struct ui *ui, const struct ladder_row *row, struct strbuf *out)
{
    const struct connection *c = store_connection_of(ui->store, row->frame, row->source);
    const struct connection_tls *tls = c ? store_connection_tls(ui->store, c) : NULL;
    if (tls)
        connection_tls_put(tls, row->time_ns, out);
}

static void put_event(struct ui *ui, const struct ladder_row *row, size_t room, struct strbuf *out)
{
    if (row->kind == LADDER_ICMP)
        put_icmp(row, room, out);
    else if (row->kind == LADDER_ALERT)
        put_alert(row, room, out);
    else if (row->kind == LADDER_TLS)
        put_tls(ui, row, out);
    else
        strbuf_format(out, event_words(row, store_message(ui->store, row->message)), row->detail);
}

/*
 * How often it came: " ↻3" retransmissions and, not `brief`ly, how long they went on, " ×3"
 * transactions alike, " ≡1" second captures.
 */
static void put_counts(const struct ladder_row *row, bool brief, struct strbuf *out)
{
    char text[TIME_TEXT];
    if (row->repeats && row->kind == LADDER_TRANSACTION)
        strbuf_format(out, " %s%u", sign(SIGN_ALIKE), row->repeats + 1u);
    else if (row->repeats)
        strbuf_format(out, " %s%u", sign(SIGN_REPEATED), row->repeats);
    if (row->repeats && row->kind == LADDER_MESSAGE && !brief)
        strbuf_format(out, _(" in %s"), time_short(row->last_ns - row->time_ns, text));
    if (row->copies)
        strbuf_format(out, " %s%u", sign(SIGN_COPY), row->copies);
}

/* What it is, in `room` columns if possible. */
static void put_words(struct ui *ui, const struct ladder_row *row, bool plain, size_t room,
                      struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    if (row->kind == LADDER_MESSAGE)
        put_message(ui, row, plain, room, &text);
    else if (row->kind == LADDER_TRANSACTION)
        put_transaction(ui, row, room, &text);
    else
        put_event(ui, row, room, &text);
    text_visible(out, strbuf_as_span(&text), screen_utf8());
    strbuf_free(&text);
}

/* The counts stay in view where the words are cut; what is no message may take more room. */
void ladder_put_label(struct ui *ui, const struct ladder_row *row, bool plain, size_t room,
                      struct strbuf *out)
{
    struct strbuf words = STRBUF_INIT, counts = STRBUF_INIT;
    size_t left = 0;
    for (int brief = 0; brief < 2; brief++) {
        strbuf_clear(&words);
        strbuf_clear(&counts);
        put_counts(row, brief, &counts);
        size_t taken = text_width(strbuf_as_span(&counts));
        left = room > taken ? room - taken : 0;
        put_words(ui, row, plain, left, &words);
        if (!row->repeats || text_width(strbuf_as_span(&words)) <= left)
            break;
    }
    bool cut = counts.n && row->kind <= LADDER_TRANSACTION && left > 1 &&
               text_width(strbuf_as_span(&words)) > left;
    strbuf_span(out, cut ? text_fit(strbuf_as_span(&words), left - 1) : strbuf_as_span(&words));
    if (cut)
        strbuf_text(out, sign(SIGN_SHORTENED));
    strbuf_span(out, strbuf_as_span(&counts));
    strbuf_free(&words);
    strbuf_free(&counts);
}

enum style ladder_style(struct ui *ui, const struct ladder_row *row)
{
    const struct message *m = store_message(ui->store, row->message);
    const struct transaction *t = store_transaction(ui->store, row->transaction);
    switch (row->kind) {
    case LADDER_MESSAGE:
        return m->flags & (MESSAGE_RETRANSMISSION | MESSAGE_DUPLICATE) ? STYLE_DIM
               : m->code ? theme_class((uint8_t)sip_class_of(m->code))
                         : STYLE_BOLD;
    case LADDER_TRANSACTION:
        return t->class ? theme_class(t->class) : STYLE_BOLD;
    case LADDER_CONNECT:
    case LADDER_CLOSED:
        return STYLE_DIM;
    case LADDER_TLS:
        return row->detail ? STYLE_ALERT : STYLE_DIM;
    case LADDER_TIMEOUT:
    case LADDER_EXPIRED:
    case LADDER_SESSION_OVER:
        return theme_class(SIP_CLASS_TIMEOUT);
    default:
        return STYLE_ALERT;
    }
}

void ladder_put_leg(struct ui *ui, const struct ladder_view *v, size_t leg, struct strbuf *out)
{
    size_t near = 0;
    struct strbuf reason = STRBUF_INIT;
    enum link_reason why = link_leg(ui->store, v->legs, v->nlegs, leg, &near);
    link_put_reason(&reason, ui->store, v->legs[near], v->legs[leg], screen_utf8());
    if (why == LINK_NONE)
        strbuf_format(out, _("leg %zu, joined to another leg"), leg + 1);
    else if (near == 0)
        strbuf_format(out, _("leg %zu, %s"), leg + 1, strbuf_str(&reason));
    else
        strbuf_format(out, _("leg %zu, %s (with leg %zu)"), leg + 1, strbuf_str(&reason), near + 1);
    strbuf_free(&reason);
    strbuf_text(out, "  Call-ID ");
    struct sip_message sip;
    const struct call *call = store_call(ui->store, v->legs[leg]);
    const struct transaction *t = call ? store_transaction(ui->store, call->first_txn) : NULL;
    if (t && store_scan(ui->store, t->first, &sip) == 0)
        text_visible(out, sip.call_id, screen_utf8());
}
