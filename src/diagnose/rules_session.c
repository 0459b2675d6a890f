/* Rules: session. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_session[] = {
    { 0 },
};
