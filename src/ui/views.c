/* The stack of views, and what is told and asked in the bottom line. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "ui/ui.h"

struct view *ui_top(struct ui *ui)
{
    return ui->views[ui->nviews - 1];
}

bool verb_scroll(enum verb verb, int *first, int height, int lines)
{
    switch (verb) {
    case VERB_UP:
        --*first;
        return true;
    case VERB_DOWN:
        ++*first;
        return true;
    case VERB_PAGE_UP:
        *first -= height;
        return true;
    case VERB_PAGE_DOWN:
        *first += height;
        return true;
    case VERB_TOP:
        *first = 0;
        return true;
    case VERB_BOTTOM:
        *first = lines;
        return true;
    default:
        return false;
    }
}

void ui_push(struct ui *ui, struct view *view)
{
    if (!view)
        return;
    if (ui->nviews == VIEW_DEPTH) {
        view->ops->close(view);
        ui_notice(ui, true, _("too many views are open; close some with Esc"));
        return;
    }
    ui->views[ui->nviews++] = view;
}

void ui_pop(struct ui *ui)
{
    struct view *view = ui->views[--ui->nviews];
    view->ops->close(view);
}

void ui_notice(struct ui *ui, bool error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_format_args(format, args);
    va_end(args);
    free(ui->notice);
    ui->notice = text;
    ui->notice_is_error = error;
    ui->dirty = true;
}

bool ui_confirmed(struct ui *ui, enum question question)
{
    ui->asked = question;
    return ui->typed || ui->before == question;
}

bool ui_has_pane(struct ui *ui)
{
    return ui_top(ui)->ops->verbs & VERB_BIT(VERB_PANE_DOWN);
}

bool ui_goes_on(const struct ui *ui)
{
    return inputs_live(ui->session->inputs) || ui->session->settings->follow;
}

bool ui_capturing(const struct ui *ui)
{
    for (size_t i = 0; i < inputs_count(ui->session->inputs); i++) {
        const struct source *source = inputs_at(ui->session->inputs, i);
        if (source->ops->live && !source->ended && strcmp(source->ops->kind, "demo") != 0)
            return true;
    }
    return false;
}

bool ui_search_fits(const struct ui *ui, struct span text)
{
    return ui->search && regex_match(ui->search, text);
}

uint32_t ui_selected_message(struct ui *ui)
{
    struct view *view = ui_top(ui);
    if (!view->ops->subject)
        return 0;
    struct subject subject = view->ops->subject(ui, view);
    const struct transaction *txn = store_transaction(ui->store, subject.transaction);
    if (subject.message || !txn)
        return subject.message;
    return txn->final ? txn->final : txn->provisional ? txn->provisional : txn->first;
}
