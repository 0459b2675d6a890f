/* Rules: address. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_address[] = {
    { 0 },
};
