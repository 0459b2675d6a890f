/* Rules: auth. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_auth[] = {
    { 0 },
};
