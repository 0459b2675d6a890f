/* See paste.h. */
#include "ui/paste.h"

#include <stdlib.h>

#include "base/tr.h"
#include "ui/prompt.h"
#include "ui/ui.h"

#define PASTE_MOST ((size_t)4 << 20) /* bytes */

static const char closing[] = "\033[201~";

void paste_begin(struct ui *ui)
{
    ui->paste.on = true;
    ui->paste.matched = 0;
    ui->paste.too_long = false;
    strbuf_clear(&ui->paste.text);
    screen_whole_keys(false);
}

void paste_byte(struct ui *ui, unsigned char byte)
{
    struct paste *paste = &ui->paste;
    bool fits = byte == (unsigned char)closing[paste->matched];
    paste->matched = fits ? paste->matched + 1 : byte == (unsigned char)closing[0];
    if (paste->text.n < PASTE_MOST)
        strbuf_char(&paste->text, (char)byte);
    else
        paste->too_long = true;
    if (closing[paste->matched])
        return;
    if (!paste->too_long)
        paste->text.n -= sizeof closing - 1;
    paste_end(ui);
}

static void read_messages(struct ui *ui, struct span text)
{
    char *error = NULL;
    if (!span_search(text, "SIP/2.0"))
        ui_notice(ui, false, _("A paste is typed behind : or /, or is SIP messages to be read"));
    else if (session_open_text(ui->session, text, &error) < 0)
        ui_notice(ui, true, "%s", error);
    else
        ui_wake(ui);
    free(error);
}

void paste_end(struct ui *ui)
{
    struct paste *paste = &ui->paste;
    paste->on = false;
    if (!ui->prompting)
        screen_whole_keys(true);
    if (paste->too_long)
        ui_notice(ui, true, _("A paste of more than %zu MiB is left alone"), PASTE_MOST >> 20);
    else if (ui->prompting)
        prompt_insert(strbuf_as_span(&paste->text));
    else
        read_messages(ui, strbuf_as_span(&paste->text));
    strbuf_free(&paste->text);
    paste->text = (struct strbuf)STRBUF_INIT;
}
