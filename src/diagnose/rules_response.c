/* Rules: response. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_response[] = {
    { 0 },
};
