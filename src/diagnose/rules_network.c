/* Rules: network. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_network[] = {
    { 0 },
};
