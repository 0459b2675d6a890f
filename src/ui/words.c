/* How the views write addresses, names of findings, the capture agents that saw a message, and large numbers. */
#include <stdio.h>

#include "base/strbuf.h"
#include "base/tr.h"
#include "store/names.h"
#include "ui/signs.h"
#include "ui/ui.h"

char *ui_address(const struct addr *a, char *buf)
{
    return a->port == 5060 || a->port == 0 ? names_host(a, buf) : names_format(a, buf);
}

void ui_put_agent(const struct ui *ui, const struct message *message, struct strbuf *out)
{
    const struct flow *flow = message ? store_flow(ui->store, message->flow) : NULL;
    struct span agent = flow ? store_agent_name(ui->store, flow->agent) : SPAN_NONE;
    if (agent.n == 0)
        return;
    strbuf_format(out, "  %s ", _("seen by"));
    strbuf_span(out, agent);
}

const char *ui_arrow(void)
{
    return sign(SIGN_ARROW);
}

void ui_put_rule(const struct ui *ui, uint8_t rule, struct strbuf *out)
{
    char topic[HELP_TOPIC_SIZE];
    snprintf(topic, sizeof topic, "finding/%s", finding_rule_id(rule));
    help_topic_title(ui->help, topic, out);
}

char *ui_grouped(uint64_t n, char *buf, size_t size)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buf[at++] = ',';
        buf[at++] = digits[i];
    }
    buf[at] = '\0';
    return buf;
}
