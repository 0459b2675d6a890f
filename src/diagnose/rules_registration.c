/* Rules: registration. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_registration[] = {
    { 0 },
};
