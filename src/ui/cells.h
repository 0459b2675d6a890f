/*
 * Cells that lists have in common. They read what the list's load() found: the
 * transaction, the message whose header fields count, the call.
 */
#ifndef SIPWHY_UI_CELLS_H
#define SIPWHY_UI_CELLS_H

#include "ui/list.h"

/* A time as the setting has it; `first_ns` is where relative ones begin. */
void cell_put_time(const struct list_row *row, int64_t time_ns, int64_t first_ns,
                   struct strbuf *out);
int cell_time_width(const struct ui *ui);
/* The transaction's time, relative to the first one's. */
void cell_time(struct list_row *row, struct strbuf *out);
int64_t cell_time_number(struct list_row *row);
void cell_method(struct list_row *row, struct strbuf *out);
/* User, else host. */
void cell_from(struct list_row *row, struct strbuf *out);
void cell_to(struct list_row *row, struct strbuf *out);
/* Who sent the request to whom. */
void cell_hop(struct list_row *row, struct strbuf *out);
void cell_hop_example(struct list_row *row, struct strbuf *out);
/* Mark, code, time to the final response, retransmissions. */
void cell_status(struct list_row *row, struct strbuf *out);
int64_t cell_status_number(struct list_row *row);
void cell_status_example(struct list_row *row, struct strbuf *out);
/* Nanoseconds from request to final response, -1 without one. */
int64_t cell_rtt_number(struct list_row *row);
void cell_rtt(struct list_row *row, struct strbuf *out);
void cell_why(struct list_row *row, struct strbuf *out);
void cell_call_id(struct list_row *row, struct strbuf *out);
void cell_cseq(struct list_row *row, struct strbuf *out);
int64_t cell_cseq_number(struct list_row *row);
void cell_transport(struct list_row *row, struct strbuf *out);
void cell_agent(struct list_row *row, struct strbuf *out);

#endif
