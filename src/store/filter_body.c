/* Fields of filter expressions that look into bodies, mostly into session descriptions. */
#include "sip/sdp.h"
#include "store/filter_private.h"

typedef bool body_fits_fn(const struct sip_message *m, const struct filter_test *t);

/* Whether one of the messages that bear all of `flags`, repetitions left out, fits. */
static bool any_body(struct filter_view *v, const struct filter_test *t, uint16_t flags,
                     body_fits_fn *fits)
{
    uint32_t id = 0;
    int left = MESSAGES_LOOKED;
    for (const struct message *m; (m = filter_next_message(v, &id, &left));) {
        bool looked = !filter_repeats(v, m) && (m->flags & flags) == flags;
        const struct sip_message *sip = looked ? filter_scan(v, id) : NULL;
        if (sip && fits(sip, t))
            return true;
    }
    return false;
}

static bool body_fits(const struct sip_message *m, const struct filter_test *t)
{
    return filter_fits_text(t, m->body);
}

bool filter_read_body(struct filter_view *v, const struct filter_test *t)
{
    return any_body(v, t, 0, body_fits);
}

static bool codec_fits(const struct sip_message *m, const struct filter_test *t)
{
    struct sdp sdp;
    if (sdp_read(&sdp, sdp_of(m)) < 0)
        return false;
    for (int i = 0; i < sdp.medias; i++)
        for (int j = 0; j < sdp.media[i].formats; j++)
            if (filter_fits_text(t, sdp.media[i].format[j].codec))
                return true;
    return false;
}

bool filter_read_codec(struct filter_view *v, const struct filter_test *t)
{
    return any_body(v, t, MESSAGE_SDP, codec_fits);
}

static bool media_fits(const struct sip_message *m, const struct filter_test *t)
{
    struct sdp sdp;
    if (sdp_read(&sdp, sdp_of(m)) < 0)
        return false;
    for (int i = 0; i < sdp.medias; i++)
        if (filter_fits_text(t, sdp.media[i].kind))
            return true;
    return false;
}

bool filter_read_media(struct filter_view *v, const struct filter_test *t)
{
    return any_body(v, t, MESSAGE_SDP, media_fits);
}

static bool address_fits(const struct sip_message *m, const struct filter_test *t)
{
    struct sdp sdp;
    struct addr addr;
    if (sdp_read(&sdp, sdp_of(m)) < 0)
        return false;
    for (int i = 0; i < sdp.medias; i++) {
        if (addr_read(sdp.media[i].address, &addr) < 0)
            continue;
        addr.port = sdp.media[i].port;
        if (filter_fits_address(t, &addr))
            return true;
    }
    return false;
}

bool filter_read_media_address(struct filter_view *v, const struct filter_test *t)
{
    return any_body(v, t, MESSAGE_SDP, address_fits);
}

static bool port_fits(const struct sip_message *m, const struct filter_test *t)
{
    struct sdp sdp;
    if (sdp_read(&sdp, sdp_of(m)) < 0)
        return false;
    for (int i = 0; i < sdp.medias; i++)
        if (filter_fits_number(t, sdp.media[i].port))
            return true;
    return false;
}

bool filter_read_media_port(struct filter_view *v, const struct filter_test *t)
{
    return any_body(v, t, MESSAGE_SDP, port_fits);
}
