/* Rules: endpoint. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_endpoint[] = {
    { 0 },
};
