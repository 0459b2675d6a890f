/* Rows of a list in which something went wrong: their colour and mark, and the way to the next one. */
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/tr.h"
#include "ui/list.h"
#include "ui/signs.h"

#define ROWS_A_CLOCK 64
#define AT_ONCE_NS 6000000LL /* counted before the key is answered */

static bool found_badly(const struct list_row *row)
{
    return row->severity >= SEVERITY_WARNING;
}

/* Where calls are listed, their parts are not counted. */
bool list_row_failed(struct list_row *row)
{
    if (row->list->rows.whole && !row->heads)
        return false;
    return sip_class_failed((enum sip_class)row->class) || found_badly(row);
}

uint8_t list_row_colour(const struct list_row *row)
{
    if (!found_badly(row) || sip_class_failed((enum sip_class)row->class))
        return row->class;
    return row->severity == SEVERITY_ERROR ? SIP_CLASS_CLIENT : SIP_CLASS_CHALLENGE;
}

/* Crosses are what the first line counts as failed; what ended well has other marks. */
const char *list_row_mark(const struct list_row *row)
{
    if (!found_badly(row) || sip_class_failed((enum sip_class)row->class))
        return theme_mark(row->class, screen_utf8());
    return sign(row->severity == SEVERITY_ERROR ? SIGN_ERROR : SIGN_WARNING);
}

static void tell(struct list *list, const char *text)
{
    struct list_tally *t = &list->tally;
    text_copy(SPAN(text), t->told, sizeof t->told);
    ui_notice(list->ui, false, "%s", t->told);
}

static void tell_count(struct list *list)
{
    const struct list_tally *t = &list->tally;
    struct strbuf text = STRBUF_INIT;
    bool none_failed = t->found == t->total;
    strbuf_format(&text,
                  none_failed
                      ? _("%zu of %zu with an error or a warning")
                      : tr_n("%zu of %zu failure", "%zu of %zu failures", (unsigned)t->total),
                  t->before, t->total);
    if (t->found && !none_failed)
        strbuf_format(&text, _(" (%zu failed, %zu with an error or a warning only)"),
                      t->total - t->found, t->found);
    tell(list, strbuf_str(&text));
    strbuf_free(&text);
}

bool list_count_failures(struct list *list, int64_t budget_ns)
{
    struct list_tally *t = &list->tally;
    struct list_row row;
    int64_t until = t->on ? clock_monotonic() + budget_ns : 0;
    size_t count = rows_count(&list->rows);
    while (t->on && t->next < count) {
        bool failed = list_load(list, rows_at(&list->rows, t->next), &row) && list_row_failed(&row);
        t->total += failed;
        t->before += failed && t->next <= t->at;
        t->found += failed && !sip_class_failed((enum sip_class)row.class);
        if (++t->next % ROWS_A_CLOCK == 0 && clock_monotonic() >= until)
            return true;
    }
    /* unless a key has taken away what was told */
    if (t->on && list->ui->notice && strcmp(list->ui->notice, t->told) == 0)
        tell_count(list);
    t->on = false;
    return false;
}

void list_next_failure(struct list *list, bool backwards)
{
    if (!list_find(list, backwards, list_row_failed)) {
        ui_notice(list->ui, false,
                  ui_interrupted(list->ui) ? _("Search stopped") : _("Nothing here has failed"));
        return;
    }
    list->tally = (struct list_tally){ .on = true, .at = list_selected_row(list) };
    tell(list, _("counting the failures..."));
    if (list_count_failures(list, AT_ONCE_NS))
        ui_busy(list->ui);
}
