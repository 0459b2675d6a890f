/* What a run without a console has to say besides its output. */
#ifndef SIPWHY_BASE_TELL_H
#define SIPWHY_BASE_TELL_H

/* One line on standard error: "sipwhy: ...". */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
