/*
 * Reverse DNS for addresses whose names store/names.h wants: in the event loop, without waiting,
 * few requests at a time.
 */
#ifndef SIPWHY_UI_RESOLVER_H
#define SIPWHY_UI_RESOLVER_H

struct event_base;
struct resolver;

/*
 * Asks the system's servers for "on", else the server at ADDRESS[:PORT]. NULL when there is none.
 * `learnt` is called after an answer.
 */
struct resolver *resolver_new(struct event_base *base, const char *server,
                              void (*learnt)(void *arg), void *arg);
void resolver_free(struct resolver *resolver);
/* Sends what is wanted, as far as there is room. */
void resolver_work(struct resolver *resolver);

#endif
