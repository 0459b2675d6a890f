/* See signs.h. A sign is drawn from here and from nowhere else, so that none lacks its explanation. */
#include "ui/signs.h"

#include "base/tr.h"
#include "ui/screen.h"

static const struct {
    const char *text, *ascii, *meaning;
} signs[SIGNS] = {
    [SIGN_ERROR] = { "◆", "E", N_("An error was found about what has not failed; Why says which") },
    [SIGN_WARNING] = { "!", "w", N_("The same with a warning") },
    [SIGN_NO_ANSWER] = { "·", ".", N_("An ACK: nothing answers it") },
    [SIGN_REPEATED] = { "↻", "R", N_("Retransmissions, and how many") },
    [SIGN_COPY] = { "≡", "=", N_("The packet was captured once more, at another place") },
    [SIGN_CUT_OFF] = { "✂", "C", N_("The capture has only the beginning of the message") },
    [SIGN_MARKED] = { "●", "*", N_("At the left edge of a list: a row that is marked") },
    [SIGN_GOES_ON] = { "●", "*",
                       N_("In the first line: live capture; before a duration: it still goes on") },
    [SIGN_ASCENDING] = { "▲", "^", NULL },
    [SIGN_DESCENDING] = { "▼", "v",
                          N_("Beside a column's title: rows are sorted by it, upwards or downwards") },
    [SIGN_ARROW] = { "→", "->", N_("From the sender to the receiver") },
    [SIGN_SHORTENED] = { "…", "~", N_("At the end of a text: there is more than room for it") },
    [SIGN_MORE_BELOW] = { "▾", "v",
                          N_("In a lower right corner: there is more; the key beside it, or Down, leads on") },
    [SIGN_OPEN] = { "▾", "-", NULL },
    [SIGN_CLOSED] = { "▸", "+", N_("Before a call or an element: its parts are shown, or folded") },
    [SIGN_BRANCH] = { "├", "|", NULL },
    [SIGN_LAST_BRANCH] = { "└", "`", N_("A row of the call above it; the last one") },
    [SIGN_LEG] = { "├┬", "|-", NULL },
    [SIGN_LAST_LEG] = { "└┬", "`-",
                        N_("A leg of the call above it; the last one; a number beside the call says how many") },
    [SIGN_EVIDENCE] = { "◆", "*",
                        N_("In the flow and the pane: a message that proves the finding") },
    [SIGN_TO_LEFT] = { "◀", "<", NULL },
    [SIGN_TO_RIGHT] = { "▶", ">", N_("In the flow: a message, to the left or to the right") },
    [SIGN_EVENT_TO_LEFT] = { "◁", "<", NULL },
    [SIGN_EVENT_TO_RIGHT] = { "▷", ">",
                              N_("In the flow, on a broken line: no message, but an ICMP error, a "
                                 "connection or a TLS handshake") },
    [SIGN_TIMER] = { "╌", ".", N_("A broken line without an end: a time ran out") },
    [SIGN_TO_ITSELF] = { "↩", "@", N_("In the flow: sent by a host to itself") },
    [SIGN_PAUSE] = { "···", "...", N_("In the flow: nothing was sent for the time that is named") },
    [SIGN_ALIKE] = { "×", "x", N_("In the flow from further away: so many transactions alike") },
    [SIGN_MORE_LEFT] = { "◀", "<", NULL },
    [SIGN_MORE_RIGHT] = { "▶", ">",
                          N_("At an edge of the flow: more columns there; in a form: more values") },
    [SIGN_SAME] = { "=", "=", NULL },
    [SIGN_DIFFERS] = { "≠", "!", NULL },
    [SIGN_UNKNOWN] = { "?", "?",
                       N_("Between the media of both sides: they agree, they do not, one is not known") },
    [SIGN_ONLY_LEFT] = { "-", "-", NULL },
    [SIGN_ONLY_RIGHT] = { "+", "+", NULL },
    [SIGN_CHANGED] = { "!", "!", NULL },
    [SIGN_IGNORED] = { "~", "~",
                       N_("In a comparison: only at the left, only at the right, different, different "
                          "in what does not count") },
    [SIGN_CHOSEN_BAR] = { "▲", "^", N_("Below the bars of the statistics: the chosen one") },
    [SIGN_BARS] = { "▁▄█", ".:#",
                    N_("In the statistics: the chosen metric over time, a dot where it is 0") },
    [SIGN_SHADES] = { "░▒▓█", ".:+#",
                      N_("Below the bars: how many answers of the class came then") },
    [SIGN_SHOWN] = { "✓", "x", N_("Among the columns: it is shown") },
    [SIGN_OWN_SETTING] = { "●", "*", N_("In the settings: not as it is by itself") },
    [SIGN_DONE] = { "█", "#", NULL },
    [SIGN_LEFT] = { "░", "-", N_("In the last line: how much of the work is done") },
};

const char *sign_text(enum sign sign, bool utf8)
{
    return utf8 ? signs[sign].text : signs[sign].ascii;
}

const char *sign(enum sign sign)
{
    return sign_text(sign, screen_utf8());
}

const char *sign_meaning(enum sign sign)
{
    return signs[sign].meaning;
}
