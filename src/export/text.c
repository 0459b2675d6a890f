/*
 * Saving as text: each message under a line with its time and addresses, as ngrep writes it, so that
 * it can be read back. Control bytes are made visible, so that a file can be looked at in a terminal.
 */
#include "base/text.h"

#include "base/timefmt.h"
#include "export/writer.h"

static int begin(struct save_out *out)
{
    (void)out;
    return 0;
}

static void write_lines(FILE *file, struct span text)
{
    struct strbuf line = STRBUF_INIT;
    while (text.n > 0) {
        const char *end = span_find(text, '\n');
        struct span whole = span_make(text.p, end ? end : span_end(text));
        text = end ? span_make(end + 1, span_end(text)) : SPAN_NONE;
        if (whole.n > 0 && whole.p[whole.n - 1] == '\r')
            whole.n--;
        strbuf_clear(&line);
        text_visible(&line, whole, true);
        fprintf(file, "%s\n", strbuf_str(&line));
    }
    strbuf_free(&line);
}

static void write_message(struct save_out *out)
{
    char when[TIME_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
    const struct message *m = out->m;
    const struct flow *flow = store_flow(out->store, m->flow);
    bool datagram = flow->transport == TRANSPORT_UDP;
    fprintf(out->file, "%c %s %s -> %s\n", datagram ? 'U' : 'T', time_date(m->time_ns, when),
            addr_format(&flow->src, src), addr_format(&flow->dst, dst));
    if (out->comment)
        write_lines(out->file, SPAN(out->comment));
    write_lines(out->file, message_payload(out->store, m));
    fputc('\n', out->file);
}

const struct save_writer save_text = { .name = "text", .begin = begin, .write = write_message };
