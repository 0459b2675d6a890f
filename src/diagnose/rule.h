/*
 * A rule of the diagnosis is a row of a table in the file of its subject. Its function looks at a
 * scene and finds; the same scene always gives the same findings, so nothing is remembered between
 * looks. What it says is put into words only when somebody reads it.
 *
 *     static void flow_failed(struct judge *j)
 *     {
 *         EACH_TRANSACTION(j, t) {
 *             if (scene_final(t) != 430 || judge_passed_on(t))
 *                 continue;
 *             struct draft *d = judge_find(j, t, 100);
 *             draft_say(d, _("the connection to the phone is gone"));
 *             draft_proof(d, t->final, _("430 from %s"), ...);
 *         }
 *     }
 */
#ifndef SIPWHY_DIAGNOSE_RULE_H
#define SIPWHY_DIAGNOSE_RULE_H

#include "base/tr.h"
#include "diagnose/diagnosis.h"
#include "diagnose/scene.h"

#define SECOND_NS 1000000000LL
#define JUDGE_DRAFTS 64
#define SENT_IN_VAIN \
    3 /* times that something is sent before nobody can say that it only was lost */

struct judge;

struct rule {
    const char *id; /* also its page in help/: finding/ID */
    uint8_t scope;  /* enum finding_scope */
    uint8_t severity;
    uint32_t when; /* enum call_mark: looked at only where a call bears one of them */
    void (*judge)(struct judge *j);
    const char *cause;  /* one sentence, N_() */
    const char *remedy; /* what to do first, N_() */
};

/* A finding that is being made. Texts are NULL unless somebody reads. */
struct draft {
    uint8_t rule;
    uint8_t confidence; /* percent */
    uint8_t severity;   /* the rule's, or less */
    uint16_t code;
    const struct scene_transaction *txn;
    const struct scene_call *call;
    struct addr host;     /* that the cause names */
    struct addr endpoint; /* of an endpoint rule */
    /* The other transactions of the call that it is about and leads; NULL: none. */
    bool (*concerns)(const struct judge *j, const struct scene_transaction *t);
    uint64_t about; /* and which of its things, a hash: a user, a server; 0: the host itself */
    int64_t time_ns;
    bool texts;   /* wanted */
    bool certain; /* is what the summary says */
    bool hidden;  /* another one says it better */
    char *summary, *cause, *because, *remedy;
    size_t nproofs;
    struct {
        const struct scene_message *message; /* NULL: another packet */
        uint32_t frame;
        uint16_t source;
        char *text;
    } proofs[FINDING_PROOFS];
};

struct suspects;
struct misses;

struct judge {
    const struct scene *scene;
    struct suspects *suspects; /* see suspects.h */
    struct misses *misses;     /* see misses.h */
    bool texts;                /* put into words */
    uint8_t rule;              /* that is at work */
    int64_t again_ns;          /* when to look again though nothing has changed; INT64_MAX: never */
    size_t ndrafts;
    struct draft drafts[JUDGE_DRAFTS];
};

#define EACH_TRANSACTION(j, t)                                   \
    for (struct scene_transaction *t = (j)->scene->transactions; \
         t < (j)->scene->transactions + (j)->scene->ntransactions; t++)
#define EACH_MESSAGE(j, m)                               \
    for (struct scene_message *m = (j)->scene->messages; \
         m < (j)->scene->messages + (j)->scene->nmessages; m++)

/*
 * Makes a finding of the rule at work about a transaction (with its call, code and time); never
 * NULL. Confidence in percent: 100 where the messages leave no doubt, else draft_because().
 */
struct draft *judge_find(struct judge *j, const struct scene_transaction *t, unsigned confidence);
/* Whether the rule at work has found something in the call already. */
bool judge_found_in_call(const struct judge *j, const struct scene_call *call);
/* Or about the same request, on whatever hop. */
bool judge_found_request(const struct judge *j, const struct scene_transaction *t);
/* Asks for another look when capture time has come so far. */
void judge_again(struct judge *j, int64_t time_ns);
/* Whether the capture goes on to this time; if not, asks for another look then. */
bool judge_waited(struct judge *j, int64_t time_ns);
/* The same, but the end of the capture is the end of waiting: for what is only not seen to follow. */
bool judge_over(struct judge *j, int64_t time_ns);

/* The one line of the lists: what happened in this call, without a full stop. */
void draft_say(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of what is certain, though what the rule concludes may not be: it is not "probably" so. */
void draft_state(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A message that proves it, with a sentence; a NULL message is left out. */
void draft_proof(struct draft *d, const struct scene_message *m, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Another packet that proves it: an ICMP error, a SYN. */
void draft_frame(struct draft *d, uint32_t frame, uint16_t source, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Why one may doubt it. */
void draft_because(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* It is true, but nobody need act: a notice, with the reason why. */
void draft_harmless(struct draft *d, const char *why);
/* The cause, instead of the rule's own sentence. */
void draft_cause(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What to do first, instead of the rule's own sentence. */
void draft_remedy(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * The host that the cause names, where something is to be done: without it the one that the request
 * went to. Its port is taken off.
 */
void draft_host(struct draft *d, const struct addr *address);
/* The address that an endpoint rule is about, which is also that host. */
void draft_endpoint(struct draft *d, const struct addr *address);
/* And which of the address's users or peers, as a hash: each is another finding. */
void draft_about(struct draft *d, uint64_t hash);

/* What rules ask in common. */

/* A failure of the other side, not a challenge and no end that its client asked for. */
bool judge_is_failure(uint16_t code);
/* An INVITE for a new call, or its answer alone. */
bool judge_begins_call(const struct scene_transaction *t);

/* Whether any answer will do: a request that only asks whether the other side is alive. */
bool judge_is_probe(const struct scene_transaction *t);
/* Whether its client asked again in the same call, in another way, and was granted it. */
bool judge_came_through(const struct judge *j, const struct scene_transaction *t);
/* Whether it is a branch of a fork or hunt of which another one was answered. */
bool judge_answered_elsewhere(const struct scene_transaction *t);

/* Whether the answer came from further on: then the finding belongs there. */
bool judge_passed_on(const struct scene_transaction *t);
/* The last transaction downstream that ended with a failure of its own, itself if it made it. */
const struct scene_transaction *judge_origin(const struct scene_transaction *t);
/* The hop on which the request began, as far as it was captured: its client made it, those between
 * only passed it on. A B2BUA makes a request of its own. */
const struct scene_transaction *judge_beginning(const struct scene_transaction *t);
/* Whether both name one host, whatever the ports and the ways to write a name or an address. */
bool judge_same_host(struct span a, struct span b);
/* Whether a private address is of no use to who reads it: its sender is on the public network. */
bool judge_private_from_public(struct span host, const struct addr *source);
/* Whether an ACK with the INVITE's number went over this hop, or left its client for somewhere else
 * and ended the repetitions. */
bool judge_acknowledged(const struct judge *j, const struct scene_transaction *t);
/* Whether an answer that was not seen may have been there: over UDP the client does not ask again,
 * over TCP the capture has nothing of the server. */
bool judge_unheard(const struct judge *j, const struct scene_transaction *t);
/* The leg's other transactions: later (or earlier) ones of a method within the same call. */
const struct scene_transaction *judge_next(const struct judge *j, const struct scene_transaction *t,
                                           uint8_t method);
/* A header value as a number of seconds ("20 (busy)", "1800;refresher=uas"), or `missing`. */
int64_t judge_seconds(struct span value, int64_t missing);
/* "192.0.2.1", "192.0.2.1:5080": SIP's usual port says nothing. `buf` has ADDR_TEXT bytes. */
const char *judge_address(const struct addr *a, char *buf);
/* At most 80 characters of text from the network, for quoting with %.*s. */
struct span judge_quote(struct span text);

/*
 * rules_network.c: the places that a request, or one that follows in its dialog, may be sent to, as
 * far as they are addresses; at most `max`, which is 12 or more. And whether the call came to a good
 * end all the same.
 */
size_t network_targets(const struct scene_transaction *t, struct addr *targets, size_t max);
bool network_succeeded(const struct judge *j, const struct scene_transaction *t);

extern const struct rule rules_transaction[], rules_answer[], rules_response[], rules_ack[],
    rules_dialog[], rules_cancel[], rules_auth[], rules_network[], rules_tls[], rules_codec[],
    rules_media[], rules_registration[], rules_address[], rules_endpoint[], rules_message[],
    rules_session[];

#endif
