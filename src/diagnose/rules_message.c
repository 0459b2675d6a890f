/* Rules: message. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_message[] = {
    { 0 },
};
