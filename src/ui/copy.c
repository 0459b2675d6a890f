/* See copy.h. */
#include "ui/copy.h"

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/ui.h"

#define NOTICE_TEXT 60 /* bytes of what was copied that are shown */

/* One line for the notice: what was copied, as far as it fits. */
static void tell(struct ui *ui, struct span bytes)
{
    const char *lf = span_find(bytes, '\n');
    struct span line = span_trim(span_make(bytes.p, lf ? lf : span_end(bytes)));
    bool cut = lf || line.n > NOTICE_TEXT;
    line.n = line.n > NOTICE_TEXT ? NOTICE_TEXT : line.n;
    ui_notice(ui, false,
              tr_n("Copied %zu byte: %.*s%s", "Copied %zu bytes: %.*s%s", (unsigned long)bytes.n),
              bytes.n, SPAN_ARG(line), cut ? "..." : "");
}

void ui_copy(struct ui *ui, struct span bytes)
{
    if (bytes.n == 0)
        ui_notice(ui, false, _("There is nothing to copy here"));
    else if (screen_copy(bytes) < 0)
        ui_notice(ui, true, _("%zu bytes are more than terminals take (%d); nothing was copied"),
                  bytes.n, SCREEN_COPY_MAX);
    else
        tell(ui, bytes);
}

void copy_run(struct ui *ui, const char *argument)
{
    struct view *view = ui_top(ui);
    struct strbuf text = STRBUF_INIT;
    if (!view->ops->copy) {
        copy_run_message(ui, argument);
        return;
    }
    view->ops->copy(ui, view, &text);
    ui_copy(ui, strbuf_as_span(&text));
    strbuf_free(&text);
}

void copy_run_message(struct ui *ui, const char *argument)
{
    struct sip_message sip;
    uint32_t id = ui_selected_message(ui);
    (void)argument;
    bool there = id && store_scan(ui->store, id, &sip) == 0;
    ui_copy(ui, there ? message_payload(ui->store, store_message(ui->store, id)) : SPAN_NONE);
}
