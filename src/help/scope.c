/* See scope.h. */
#include "help/scope.h"

#include "help/block.h"

static bool has_signs(struct span markup)
{
    struct block block;
    while (block_next(&markup, &block))
        if (block.methods.n)
            return true;
    return false;
}

static void put_block(struct strbuf *out, const struct block *block, unsigned step)
{
    if (block->kind == BLOCK_NUMBER)
        strbuf_format(out, "%u. ", step);
    else if (block->mark.n)
        strbuf_format(out, "%.*s ", SPAN_ARG(block->mark));
    strbuf_span(out, block->text);
}

void scope_text(struct strbuf *out, struct span markup, const char *method)
{
    struct block block;
    bool gap = false, any = false;
    unsigned step = 0;
    if (!has_signs(markup)) {
        strbuf_span(out, markup);
        return;
    }
    while (block_next(&markup, &block)) {
        bool first = block.kind == BLOCK_NUMBER && span_is(block.mark, "1.");
        step = first ? 0 : step;
        gap = gap || block.gap;
        if (!block_holds(&block, method))
            continue;
        step += block.kind == BLOCK_NUMBER;
        if (any)
            strbuf_text(out, gap ? "\n\n" : "\n");
        put_block(out, &block, step);
        any = true;
        gap = false;
    }
}
