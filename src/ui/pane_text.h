/*
 * The pane's text while it is laid out, for those who know a subject that is no transaction: labelled
 * parts with lines, findings, and pages of the knowledge base.
 */
#ifndef SIPWHY_UI_PANE_TEXT_H
#define SIPWHY_UI_PANE_TEXT_H

#include "store/event.h"
#include "ui/ui.h"

struct layout;

/* Begins a part. */
void pane_label(struct layout *out, const char *title);
/* Adds a line to it, which may quote the network. */
void pane_line(struct layout *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A finding by its number in the diagnosis: what was found, what proves it, what to do first. */
void pane_finding(struct layout *out, uint32_t finding);
/* A topic's page. */
void pane_page(struct layout *out, const char *topic);
/* What was found about a subject and is known of its transaction, and the page of `topic` ("": none). */
void pane_subject(struct layout *out, struct subject subject, const char *topic);
/* The same of a transaction, with what explains it. */
void pane_transaction(struct layout *out, uint32_t transaction, const char *topic);
/* pane_connection.c: all that is known of a TCP connection, and of TLS in it. */
void pane_connection(struct ui *ui, struct layout *out, const struct connection *connection);

#endif
