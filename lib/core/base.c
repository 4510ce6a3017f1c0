/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the process, for lack of memory and broken assumptions. */
#include "core/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
die(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)fprintf(stderr, "<2>fettled: %s\n", text);
	abort();
}
