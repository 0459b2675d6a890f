/*
 * The signed token of an Identity field (RFC 8224, PASSporT RFC 8225) as nodes: header and claims,
 * each base64url of a JSON text. The signature is not checked.
 */
#include "sip/fields.h"
#include "sip/tree_private.h"

#define TOKEN_BYTES 8192 /* of a decoded part */

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_digit(c))
        return c - '0' + 52;
    return c == '-' || c == '+' ? 62 : c == '_' || c == '/' ? 63 : -1;
}

/* base64url (RFC 4648 §5), as far as it is that. */
static struct span decode(struct tree_maker *t, struct span text)
{
    struct strbuf out = STRBUF_INIT;
    uint32_t bits = 0;
    unsigned n = 0;
    for (size_t i = 0; i < text.n && out.n < TOKEN_BYTES && digit_of(text.p[i]) >= 0; i++) {
        bits = (bits << 6 | (uint32_t)digit_of(text.p[i])) & 0xfff;
        n += 6;
        if (n >= 8) {
            n -= 8;
            strbuf_char(&out, (char)(bits >> n & 0xff));
        }
    }
    return tree_keep(t, &out);
}

static void add_part(struct tree_maker *t, const char *label, struct span part)
{
    struct span text = decode(t, part);
    struct sip_node *node = tree_enter(t, SIP_NODE_PART, SPAN(tr(label)), text, part);
    tree_topic(node, "claim", SPAN(label));
    if (text.n > 0 && tree_json(t, text) < 0)
        node->note = SPAN(_("not JSON"));
    tree_leave(t, node);
    for (struct sip_node *n = node + 1; node != &t->beyond && n < t->tree->nodes + node->end; n++)
        tree_topic(n, "claim", n->label);
}

/* header.claims.signature; in the compact form the first two are empty. */
void tree_token(struct tree_maker *t, struct span token)
{
    struct span part;
    static const char *const labels[] = { N_("token"), N_("claims") };
    for (size_t i = 0; i < 2; i++) {
        const char *dot = span_find(token, '.');
        if (!dot)
            return;
        part = span_make(token.p, dot);
        token = span_make(dot + 1, span_end(token));
        if (part.n > 0)
            add_part(t, labels[i], part);
    }
    if (token.n > 0)
        tree_named(t, "claim", N_("signature"), token, token)->note = SPAN(_("not checked"));
}
