/* Rules: dialog. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_dialog[] = {
    { 0 },
};
