/*
 * Any bytes as a message, and the same as a body of each type: whatever comes out, every node must
 * be readable to the last byte, lie in the message, and stand within its parent.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "sip/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sum;

static void read_span(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        sum ^= (uint8_t)s.p[i];
}

static void check(struct span message)
{
    struct sip_tree t;
    sip_tree_make(&t, message);
    for (size_t i = 0; i < t.count; i++) {
        const struct sip_node *n = &t.nodes[i];
        read_span(n->label);
        read_span(n->value);
        read_span(n->note);
        if (n->end <= i || n->end > t.count || n->depth > SIP_TREE_DEPTH ||
            (n->source.n &&
             (n->source.p < t.bytes.p || n->source.p + n->source.n > t.bytes.p + t.bytes.n)))
            abort();
        size_t parent = sip_tree_parent(&t, i);
        if (n->depth && (parent == SIZE_MAX || t.nodes[parent].end < n->end))
            abort();
    }
    for (size_t at = 0; at < t.bytes.n; at += 97)
        sum ^= (uint8_t)sip_tree_at(&t, at);
    sip_tree_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = { "application/sdp",   "application/isup",
                                         "message/sipfrag",   "text/xml",
                                         "application/json",  "multipart/mixed;boundary=x",
                                         "application/bytes", "application/dtmf" };
    struct span bytes = { (const char *)data, size };
    struct strbuf text = STRBUF_INIT;
    if (size == 0)
        return 0;
    check(bytes);
    strbuf_format(&text, "INFO sip:b@c SIP/2.0\r\nContent-Type: %s\r\n\r\n", types[data[0] % 8]);
    strbuf_span(&text, (struct span){ bytes.p + 1, size - 1 });
    check(strbuf_as_span(&text));
    strbuf_free(&text);
    return 0;
}
