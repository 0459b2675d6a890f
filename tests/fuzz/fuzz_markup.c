/*
 * Any bytes as a help page: the checker must point into the text, the layout must
 * stay inside its columns and free of control characters. The first byte chooses the
 * widths, the rest is the page.
 */
#include <locale.h>
#include <stdlib.h>

#include "base/text.h"
#include "help/block.h"
#include "help/markup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ids[] = { "meaning", "when", "fix", "alike", "develop", "learn" };

static void insist(int good)
{
    if (!good)
        abort();
}

static void try_check(struct span page)
{
    size_t line = 0;
    const char *message = NULL;
    size_t nids = sizeof(ids) / sizeof(ids[0]);
    static const bool required[sizeof(ids) / sizeof(ids[0])] = { true, true, true };
    if (help_check(page, ids, page.n % 2 ? required : NULL, page.n % 3 ? nids : 0, &line,
                   &message) == 0)
        return;
    size_t lines = 1;
    for (size_t i = 0; i < page.n; i++)
        lines += page.p[i] == '\n';
    insist(message && line >= 1 && line <= lines);
}

static void check_lines(const struct styled_text *t, size_t width)
{
    for (size_t i = 0; i < t->nlines; i++) {
        size_t used = t->lines[i].indent;
        for (size_t r = 0; r < t->lines[i].count; r++) {
            struct span s = styled_run_text(t, &t->runs[t->lines[i].first + r]);
            used += text_width(s);
            for (size_t k = 0; k < s.n; k++)
                insist((uint8_t)s.p[k] >= 0x20 && s.p[k] != 0x7f);
        }
        insist(used <= width);
    }
}

static void try_layout(struct span page, size_t width, size_t indent, bool utf8)
{
    struct styled_text t = STYLED_INIT(utf8);
    struct span content;
    styled_markup(&t, page, width, indent);
    styled_blank(&t);
    styled_label(&t, HELP_HEADING, "Fix");
    if (block_section(page, "fix", &content) == 0)
        styled_markup(&t, content, width, indent);
    styled_paragraph(&t, HELP_PLAIN, page, width, 0, indent);
    check_lines(&t, width);
    styled_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started)
        setlocale(LC_ALL, "C.UTF-8");
    started = true;
    if (size == 0)
        return 0;
    struct span page = { (const char *)data + 1, size - 1 };
    try_check(page);
    try_layout(page, 20, 0, true);
    try_layout(page, 20 + data[0] % 100, data[0] % 40, true);
    try_layout(page, 20 + data[0] % 100, 2, false);
    return 0;
}
