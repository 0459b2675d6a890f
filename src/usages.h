/* `list registrations` and `list subscriptions`: a row each, headless. */
#ifndef SIPWHY_USAGES_H
#define SIPWHY_USAGES_H

#include "headless.h"
#include "store/filter.h"

/* Those whose latest request fits the filter (NULL: all). */
void usages_registrations(const struct session *session, const struct filter *filter);
void usages_subscriptions(const struct session *session, const struct filter *filter);

#endif
