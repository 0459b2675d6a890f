/* Rules: media. See rule.h. */
#include "diagnose/rule.h"

const struct rule rules_media[] = {
    { 0 },
};
