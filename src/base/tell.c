/* See tell.h. */
#include "base/tell.h"

#include <stdarg.h>
#include <stdio.h>

void tell(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sipwhy: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}
