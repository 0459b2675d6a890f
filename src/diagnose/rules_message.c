/* Rules about single messages that break the grammar, or miscount their bytes. See rule.h. */
#include "diagnose/rule.h"
#include "sip/problems.h"

static bool is_whole(const struct scene_message *m)
{
    return !(m->stored->flags & MESSAGE_TRUNCATED);
}

/*
 * A response repeats much of its request, a proxy's copy all of it, and so their faults: those
 * are told once, where they began (RFC 3261 §8.2.6.2, §16.6).
 */
static uint32_t own_problems(const struct scene_message *m)
{
    uint32_t problems = scene_sip(m)->problems;
    const struct scene_message *before = m->stored->code    ? m->txn->request
                                         : m->txn->upstream ? m->txn->upstream->request
                                                            : NULL;
    if (m->stored->code)
        problems &= ~(uint32_t)(SIP_BAD_CSEQ | SIP_METHOD_DIFFERS);
    return before && before != m ? problems & ~scene_sip(before)->problems : problems;
}

/* The rule that is broken, the line that breaks it, and in what message. */
static void prove_problem(struct draft *d, const struct scene_message *m,
                          const struct sip_problem_words *problem)
{
    struct span start = judge_quote(scene_sip(m)->start_line);
    struct span value = problem->header ? judge_quote(scene_header(m, problem->header)) : SPAN_NONE;
    if (value.n)
        draft_proof(d, m, _("%s (%s): \"%s: %.*s\" in \"%.*s\""), tr(problem->words),
                    problem->section, problem->header, SPAN_ARG(value), SPAN_ARG(start));
    else
        draft_proof(d, m, _("%s (%s) in \"%.*s\""), tr(problem->words), problem->section,
                    SPAN_ARG(start));
}

static void malformed_message(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_MESSAGE(j, m) {
        uint32_t problems = own_problems(m);
        size_t i = 0;
        while (sip_problem_words[i].words && !(sip_problem_words[i].problem & problems))
            i++;
        if (!sip_problem_words[i].words || m->repeated || !is_whole(m))
            continue;
        struct draft *d = judge_find(j, m->txn, 100);
        draft_host(d, &m->flow->src);
        d->time_ns = m->stored->time_ns;
        d->code = m->stored->code;
        judge_address(&m->flow->src, from);
        draft_say(d, _("malformed: %s; from %s"), tr(sip_problem_words[i].words), from);
        draft_remedy(d, _("Correct what %s sends: the evidence names the rule that it breaks"),
                     from);
        for (; sip_problem_words[i].words; i++)
            if (sip_problem_words[i].problem & problems)
                prove_problem(d, m, &sip_problem_words[i]);
    }
}

/* Line ends behind a whole body are harmless: keep-alives and careless senders add them. */
static bool only_blank(struct span body, const char *end)
{
    const char *p = span_end(body);
    if (body.n > 0 && p[-1] != '\n')
        return false;
    while (p < end && (ascii_blank(*p) || *p == '\0'))
        p++;
    return p == end;
}

/* On a stream the length is the only thing that tells where the next message begins (§18.3). */
static bool lacks_length(const struct scene_message *m)
{
    return scene_sip(m)->content_length < 0 && !(scene_sip(m)->problems & SIP_BAD_LENGTH) &&
           (m->flow->transport == TRANSPORT_TCP || m->flow->transport == TRANSPORT_TLS);
}

static bool miscounted(const struct scene_message *m)
{
    struct span payload = scene_payload(m);
    if ((scene_sip(m)->problems & SIP_BODY_SHORT) || (m->stored->flags & MESSAGE_MISFRAMED) ||
        lacks_length(m))
        return true;
    return (scene_sip(m)->problems & SIP_BODY_LONG) &&
           !only_blank(scene_sip(m)->body, span_end(payload));
}

static void content_length_mismatch(struct judge *j)
{
    char from[ADDR_TEXT];
    EACH_MESSAGE(j, m) {
        if (m->repeated || !is_whole(m) || !miscounted(m))
            continue;
        struct span payload = scene_payload(m);
        const char *body = scene_sip(m)->body.p ? scene_sip(m)->body.p : span_end(payload);
        size_t there = (size_t)(span_end(payload) - body);
        struct draft *d = judge_find(j, m->txn, 100);
        draft_host(d, &m->flow->src);
        d->time_ns = m->stored->time_ns;
        d->code = m->stored->code;
        judge_address(&m->flow->src, from);
        struct span start = judge_quote(scene_sip(m)->start_line);
        if (lacks_length(m))
            draft_say(d, _("no Content-Length from %s over a stream"), from);
        else
            draft_say(d, _("wrong length: Content-Length says %lld, the body has %zu; from %s"),
                      (long long)scene_sip(m)->content_length, there, from);
        draft_proof(d, m, _("\"%.*s\": %zu bytes behind the headers"), SPAN_ARG(start), there);
    }
}

const struct rule rules_message[] = {
    { "malformed-message", SCOPE_MESSAGE, SEVERITY_ERROR, CALL_PROBLEM, malformed_message,
      N_("A broken or hostile sender"),
      N_("Correct the sender: the evidence names the line and the rule that it breaks") },
    { "content-length-mismatch", SCOPE_MESSAGE, SEVERITY_ERROR, CALL_PROBLEM,
      content_length_mismatch, N_("The sender miscounts, or a device on the way changed the body"),
      N_("Turn a SIP ALG off; correct the sender") },
    { 0 },
};
