/* Comparing response codes on the traffic at hand. */
#ifndef SIPWHY_UI_COMPARE_H
#define SIPWHY_UI_COMPARE_H

#include "help/document.h"
#include "ui/ui.h"

/*
 * Puts in front of a comparison how often each code was answered in this capture, by answering
 * endpoint. Does nothing for code 0, or where neither was seen.
 */
void compare_add_counts(struct ui *ui, struct document *doc, uint16_t a, uint16_t b);
/* The two codes of the first marked transactions with different ones. False if there are not two. */
bool compare_marked(struct ui *ui, uint16_t codes[2]);
/*
 * The first two marked transactions; how many are marked, COMPARE_MORE for more than two. Of calls: two
 * of different calls, or else two legs of one call; `only_calls`: without REGISTER and the like, which
 * make none.
 */
#define COMPARE_MORE 3
size_t compare_marked_transactions(struct ui *ui, uint32_t transactions[2]);
size_t compare_marked_calls(struct ui *ui, bool only_calls, uint32_t transactions[2]);

#endif
