/* What reginfo bodies (RFC 3680 §5) say has ended, and what they look like when nobody wrote them. */
#include "sip/reginfo.h"
#include "tap.h"

static bool ends(struct reginfo *info, const char *aor, const char *contact)
{
    return reginfo_next_ended(info) && span_is(info->aor, aor) && span_is(info->contact, contact);
}

static void examples(void)
{
    struct reginfo info = reginfo_make(SPAN(
        "<?xml version=\"1.0\"?><reginfo xmlns='urn:ietf:params:xml:ns:reginfo' state=\"full\">\n"
        "<registration aor=\"sip:a@x\" id=\"a7\" state=\"active\">"
        "<contact id=\"1\" state=\"active\" event=\"registered\"><uri>sip:a@1</uri></contact>"
        "<contact id='2' state='terminated'\n event='unregistered'><display-name>A</display-name>"
        "<uri> sip:a@2 </uri></contact>"
        "<contact id=\"3\" state=\"terminated\" event=\"expired\"><uri>sip:a@3</uri></contact>"
        "</registration><r:registration aor=\"sip:b@x\" state=\"terminated\"/>"
        "<registration aor=\"sip:c@x\" state=\"terminated\"><contact state=\"terminated\" "
        "event=\"rejected\"><uri>sip:c@1</uri></contact></registration></reginfo>"));
    tap_ok(ends(&info, "sip:a@x", "sip:a@2"),
           "a contact that was taken out; not those that live or ran out");
    tap_ok(ends(&info, "sip:b@x", ""), "a registration with all its contacts");
    tap_ok(ends(&info, "sip:c@x", "sip:c@1"), "or with those that it names");
    tap_ok(!reginfo_next_ended(&info), "that was all");
}

static void broken(void)
{
    static const char *const bodies[] = {
        "",
        "<",
        "<>",
        "< >",
        "</",
        "<registration",
        "<registration>",
        "<registration state=terminated>",
        "<registration state=\"terminated",
        "<contact state='terminated'>",
        "<contact state='terminated'><uri>",
        "<contact state='terminated'><uri></uri>",
        "<contact state='terminated'></contact><uri>x</uri>",
        "<registration/ ==='\"><contact ='terminated'>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct span body = SPAN(bodies[i]);
        struct reginfo info = reginfo_make(body);
        tap_ok(!reginfo_next_ended(&info), "nothing: %.*s", SPAN_ARG(body));
    }
}

int main(void)
{
    examples();
    broken();
    return tap_done();
}
