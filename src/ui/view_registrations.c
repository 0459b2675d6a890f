/*
 * The list of registrations: a row a binding, with how it stands at the capture's time. Enter leads
 * to the flow of its latest REGISTER.
 */
#include "store/registration.h"

#include "base/strbuf.h"
#include "base/timefmt.h"
#include "base/tr.h"
#include "ui/cells.h"
#include "ui/pane_text.h"

static const struct registration *registration_of(const struct list_row *row)
{
    return row->item;
}

static enum registration_state state_of(const struct list_row *row)
{
    return registration_state(registration_of(row), store_now(row->ui->store));
}

static bool load(struct list_row *row)
{
    static const uint8_t classes[REGISTRATION_STATES] = {
        SIP_CLASS_PROVISIONAL, SIP_CLASS_SUCCESS, SIP_CLASS_TIMEOUT,
        SIP_CLASS_CANCELLED,   SIP_CLASS_CLIENT,  SIP_CLASS_TIMEOUT,
    };
    const struct registration *r = list_ledger_load(row);
    if (!r)
        return false;
    enum registration_state state = state_of(row);
    row->class = state == REGISTRATION_REFUSED ? (uint8_t)sip_class_of(r->code) : classes[state];
    return true;
}

static void start(struct list *list)
{
    list_ledger_start(list, &registration_ledger);
}

static struct registration_words words_of(const struct list_row *row)
{
    struct registration_words words;
    registration_words(row->list->own, registration_of(row), &words);
    return words;
}

static void put_aor(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).aor);
}

static void put_contact(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).contact);
}

static void aor_example(struct list_row *row, struct strbuf *out)
{
    if (words_of(row).aor.n)
        cell_put_aor_condition("to", words_of(row).aor, out);
}

/* Without a user the whole URI is meant, since every contact at that host is equal to it. */
static void contact_example(struct list_row *row, struct strbuf *out)
{
    struct span contact = words_of(row).contact;
    char *uri = mem_format(":%.*s", SPAN_ARG(contact));
    if (span_find(contact, '@'))
        cell_put_text_condition("contact ==", contact, out);
    else if (contact.n)
        cell_put_text_condition("contact contains", SPAN(uri), out);
    free(uri);
}

static void instance_example(struct list_row *row, struct strbuf *out)
{
    if (words_of(row).instance.n)
        cell_put_text_condition("contact contains", words_of(row).instance, out);
}

static void put_instance(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).instance);
}

static void put_flow(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).reg_id);
}

static void put_agent(struct list_row *row, struct strbuf *out)
{
    strbuf_span(out, words_of(row).agent);
}

static void put_client(struct list_row *row, struct strbuf *out)
{
    char text[ADDR_TEXT];
    struct addr client, registrar;
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) == 0 &&
        client.family)
        strbuf_text(out, ui_address(&client, text));
}

/* By its address, whatever it is called. */
static void client_example(struct list_row *row, struct strbuf *out)
{
    char text[ADDR_TEXT];
    struct addr client, registrar;
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) == 0 &&
        client.family)
        strbuf_format(out, "src == %s", addr_format(&client, text));
}

static void put_registrar(struct list_row *row, struct strbuf *out)
{
    char text[ADDR_TEXT];
    struct addr client, registrar;
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) == 0)
        strbuf_text(out, ui_address(&registrar, text));
}

/* A REGISTER to that host, on any hop. */
static void registrar_example(struct list_row *row, struct strbuf *out)
{
    char host[ADDR_HOST];
    struct addr client, registrar;
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) == 0)
        strbuf_format(out, "(method == REGISTER and dst == %s)", addr_host(&registrar, host));
}

static void put_state(struct list_row *row, struct strbuf *out)
{
    enum registration_state state = state_of(row);
    strbuf_format(out, "%s %s", theme_mark(row->class, screen_utf8()),
                  tr(registration_state_name(state)));
    if (state == REGISTRATION_REFUSED)
        strbuf_format(out, " %u", registration_of(row)->code);
}

/* A state that depends on the time, or on what others did, is no transaction's. */
static void state_example(struct list_row *row, struct strbuf *out)
{
    enum registration_state state = state_of(row);
    if (state == REGISTRATION_REFUSED)
        strbuf_format(out, "(method == REGISTER and code == %u)", registration_of(row)->code);
    else if (state == REGISTRATION_UNANSWERED)
        strbuf_text(out, "(method == REGISTER and class == timeout)");
}

static int64_t state_number(struct list_row *row)
{
    return state_of(row);
}

static int64_t until(struct list_row *row)
{
    return state_of(row) == REGISTRATION_REMOVED ? 0 : registration_of(row)->until_ns;
}

static void put_left(struct list_row *row, struct strbuf *out)
{
    cell_left(row, until(row), out);
}

static int64_t expires(struct list_row *row)
{
    return registration_of(row)->expires_s;
}

static int64_t last(struct list_row *row)
{
    return registration_of(row)->refreshed_ns;
}

static int64_t refreshes(struct list_row *row)
{
    const struct registration *r = registration_of(row);
    return r->granted ? r->granted - 1 : 0;
}

static int64_t challenges(struct list_row *row)
{
    return registration_of(row)->challenges;
}

static void put_why(struct list_row *row, struct strbuf *out)
{
    if (registration_of(row)->asked_seq)
        cell_why(row, out);
    else
        strbuf_text(out, _("listed by the registrar"));
}

static void why_example(struct list_row *row, struct strbuf *out)
{
    if (registration_of(row)->asked_seq)
        cell_why_example(row, out);
}

static const struct list_column columns[] = {
    { .name = "last",
      .title = N_("Refreshed"),
      .put = cell_moment,
      .number = last,
      .example = cell_moment_example,
      .least = 110,
      .narrow = 12,
      .wide = 12,
      .measure = cell_time_width },
    { .name = "aor",
      .title = N_("Address of record"),
      .put = put_aor,
      .example = aor_example,
      .narrow = 21,
      .roomy = 110,
      .wide = 28 },
    { .name = "contact",
      .title = N_("Contact"),
      .put = put_contact,
      .example = contact_example,
      .least = 60,
      .narrow = 21,
      .roomy = 110,
      .wide = 26 },
    { .name = "registrar",
      .title = N_("Registrar"),
      .put = put_registrar,
      .example = registrar_example,
      .least = 158,
      .narrow = 16,
      .wide = 16 },
    { .name = "ua",
      .title = "User-Agent",
      .put = put_agent,
      .field = "ua",
      .least = 178,
      .narrow = 20,
      .wide = 20 },
    { .name = "state",
      .title = N_("State"),
      .put = put_state,
      .number = state_number,
      .example = state_example,
      .refusal = N_(
          "filters know refused ones and those without an answer; but rows can be sorted by it"),
      .narrow = 13,
      .wide = 13,
      .colour = COLOUR_CLASS },
    { .name = "left",
      .title = N_("Left"),
      .put = put_left,
      .number = until,
      .refusal = NO_EXAMPLE,
      .narrow = 5,
      .wide = 5,
      .align = ALIGN_RIGHT },
    COLUMN_COUNT("expires", N_("Granted"), expires, 128, 7, .refusal = NO_EXAMPLE),
    COLUMN_COUNT("refreshes", N_("Renewed"), refreshes, 140, 7, .refusal = NO_EXAMPLE),
    COLUMN_COUNT("challenges", N_("Asked"), challenges, 146, 5, .refusal = NO_EXAMPLE),
    { .name = "why",
      .title = N_("Why"),
      .put = put_why,
      .example = why_example,
      .least = 70,
      .colour = COLOUR_CLASS },
    { .name = "client",
      .title = N_("Client"),
      .put = put_client,
      .example = client_example,
      .least = COLUMN_HIDDEN,
      .narrow = 21,
      .wide = 21 },
    { .name = "instance",
      .title = "+sip.instance",
      .put = put_instance,
      .example = instance_example,
      .least = COLUMN_HIDDEN,
      .narrow = 24,
      .wide = 24 },
    { .name = "reg_id",
      .title = "reg-id",
      .put = put_flow,
      .refusal = NO_EXAMPLE,
      .least = COLUMN_HIDDEN,
      .narrow = 6,
      .wide = 6 },
    COLUMN_CALL_ID,
    { 0 },
};

/* ---- the pane ------------------------------------------------------------------------------------ */

static void put_head(struct list_row *row, struct strbuf *out)
{
    put_aor(row, out);
    strbuf_text(out, "  ");
    put_state(row, out);
}

static void tell_binding(struct list_row *row, struct layout *out)
{
    char text[ADDR_TEXT], other[ADDR_TEXT];
    struct addr client, registrar;
    struct registration_words words = words_of(row);
    pane_label(out, _("Binding"));
    pane_line(out, _("%.*s at %.*s"), SPAN_ARG(words.aor), SPAN_ARG(words.contact));
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) == 0) {
        if (client.family)
            pane_line(out, _("registered from %s at %s"), ui_address(&client, text),
                      ui_address(&registrar, other));
        else
            pane_line(out, _("told by %s; its own REGISTER was not seen"),
                      ui_address(&registrar, other));
    }
    if (words.agent.n)
        pane_line(out, "User-Agent: %.*s", SPAN_ARG(words.agent));
    if (words.instance.n)
        pane_line(out, "+sip.instance: %.*s  reg-id: %.*s", SPAN_ARG(words.instance),
                  SPAN_ARG(words.reg_id));
}

/* A contact that names another address than the packets come from. */
static void tell_nat(struct list_row *row, struct layout *out)
{
    char text[ADDR_TEXT], host[ADDR_HOST];
    struct addr client, registrar, named;
    struct span contact = words_of(row).contact;
    const char *at = span_find(contact, '@');
    struct span place = at ? span_make(at + 1, span_end(contact)) : contact;
    if (registration_ends(row->list->own, registration_of(row), &client, &registrar) < 0 ||
        !client.family || addr_read(place, &named) < 0 || addr_same_host(&named, &client))
        return;
    pane_line(out, _("NAT: the contact names %s, its packets come from %s"),
              addr_host(&named, host), ui_address(&client, text));
}

/* Until when it holds, or when that ended. */
static void tell_time(struct list_row *row, struct layout *out)
{
    char when[TIME_TEXT], left[TIME_TEXT];
    const struct registration *r = registration_of(row);
    int64_t until_ns = until(row), rest = until_ns - store_now(row->ui->store);
    time_clock(until_ns, when);
    time_short(rest < 0 ? -rest : rest, left);
    if (until_ns && rest > 0)
        pane_line(out, _("until %s, for another %s"), when, left);
    else if (until_ns)
        pane_line(out, _("it ran out at %s, %s ago"), when, left);
    if (until_ns && r->expires_s)
        pane_line(out, _("%u s were granted"), r->expires_s);
    if (r->refreshed_ns)
        pane_line(out,
                  state_of(row) == REGISTRATION_REMOVED ? _("removed at %s") : _("granted at %s"),
                  time_clock(r->refreshed_ns, when));
}

static void tell_state(struct list_row *row, struct layout *out)
{
    const struct registration *r = registration_of(row);
    pane_label(out, _("State"));
    tell_time(row, out);
    if (refreshes(row))
        pane_line(out, tr_n("renewed %u time", "renewed %u times", (unsigned long)refreshes(row)),
                  (unsigned)refreshes(row));
    if (r->challenges)
        pane_line(
            out,
            tr_n("asked for credentials %u time", "asked for credentials %u times", r->challenges),
            r->challenges);
    tell_nat(row, out);
}

static void tell(struct list_row *row, struct layout *out)
{
    char topic[HELP_TOPIC_SIZE] = "";
    tell_binding(row, out);
    tell_state(row, out);
    list_ledger_history(row, out);
    if (registration_of(row)->asked_seq && row->txn->code)
        help_code_topic(row->txn->code, topic);
    pane_transaction(out, row->transaction, topic);
}

const struct list_ops registrations_list = {
    .name = "registrations",
    .title = N_("Registrations"),
    .brief = N_("Regs"),
    .empty = N_("No registrations."),
    .columns = columns,
    .cursor = "aor",
    .start = start,
    .stop = list_ledger_stop,
    .note = list_ledger_note,
    .work = list_ledger_work,
    .tick = list_ledger_tick,
    .evicted = list_ledger_evicted,
    .alive = list_ledger_alive,
    .load = load,
    .head = put_head,
    .tell = tell,
};
