/* See naming.h. */
#include "ui/naming.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "hosts.h"
#include "store/names.h"
#include "ui/resolver.h"

static void on_learnt(void *arg)
{
    struct ui *ui = arg;
    ui->dirty = ui->renamed = true;
}

static bool asks(const struct settings *settings)
{
    return !settings->numeric && settings->dns && strcmp(settings->dns, "off") != 0;
}

/* Another server is another resolver; one that does not work is told, and taken back. */
static void change_resolver(struct ui *ui)
{
    const char *server = asks(ui->settings) ? ui->settings->dns : "";
    if (!ui->events || (ui->resolver_server && strcmp(server, ui->resolver_server) == 0))
        return;
    resolver_free(ui->resolver);
    free(ui->resolver_server);
    ui->resolver = NULL;
    ui->resolver_server = mem_text(server);
    if (!*server)
        return;
    ui->resolver = resolver_new(ui->events, server, on_learnt, ui);
    if (!ui->resolver)
        ui_notice(ui, true, _("dns: no server at '%s'; say on, off, or ADDRESS[:PORT]"), server);
}

void naming_apply(struct ui *ui)
{
    char *error = NULL;
    int result = hosts_read(ui->settings, &error);
    if (result != 0)
        ui_notice(ui, true, "%s", error);
    if (result < 0) /* the last that was asked for: it is not kept */
        free(ui->settings->hosts.items[--ui->settings->hosts.count]);
    free(error);
    change_resolver(ui);
    names_set(ui->settings->names && !ui->settings->numeric, ui->resolver != NULL);
    ui->renamed = true;
}

void naming_tick(struct ui *ui)
{
    if (ui->resolver)
        resolver_work(ui->resolver);
}

void naming_stop(struct ui *ui)
{
    resolver_free(ui->resolver);
    free(ui->resolver_server);
    ui->resolver = NULL;
    ui->resolver_server = NULL;
}

void naming_run(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->settings->names = !names_shown();
    ui->settings->numeric = false;
    naming_apply(ui);
    ui_notice(ui, false,
              names_shown() ? _("Names, where there are any") : _("Addresses and numbers"));
}
