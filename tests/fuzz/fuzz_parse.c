/*
 * Any bytes for libosip2's parser behind sip_parse(): what it gives must be readable
 * to the last byte, and nothing may leak.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sip/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sum;

static void read_span(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        sum ^= (uint8_t)s.p[i];
}

static void read_address(const struct sip_parsed_address *address)
{
    if (!address)
        return;
    read_span(address->display);
    read_span(address->uri);
    read_span(address->tag);
}

static void read_lists(const struct sip_parsed *p)
{
    size_t n;
    const struct sip_parsed_via *vias = sip_parsed_vias(p, &n);
    for (size_t i = 0; i < n; i++) {
        read_span(vias[i].host);
        read_span(vias[i].branch);
        read_span(vias[i].rport);
    }
    const struct sip_parsed_address *contacts = sip_parsed_contacts(p, &n);
    for (size_t i = 0; i < n; i++)
        read_address(&contacts[i]);
    const struct sip_parsed_header *headers = sip_parsed_headers(p, &n);
    for (size_t i = 0; i < n; i++) {
        read_span(headers[i].name);
        read_span(headers[i].value);
    }
    const struct sip_parsed_body *bodies = sip_parsed_bodies(p, &n);
    for (size_t i = 0; i < n; i++) {
        read_span(bodies[i].type);
        read_span(bodies[i].bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sip_parsed *p = sip_parse((struct span){ (const char *)data, size });
    if (!p)
        return 0;
    read_span(sip_parsed_method(p));
    read_span(sip_parsed_uri(p));
    read_span(sip_parsed_reason(p));
    read_span(sip_parsed_call_id(p));
    read_span(sip_parsed_cseq_method(p));
    read_span(sip_parsed_content_length(p));
    read_address(sip_parsed_from(p));
    read_address(sip_parsed_to(p));
    read_lists(p);
    sip_parsed_free(p);
    return 0;
}
