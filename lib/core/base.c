/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the process, for lack of memory and broken assumptions. */
#include "core/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/log.h"

void
die(const char *fmt, ...)
{
	char text[512], line[sizeof(text) + 16];
	va_list args;
	int n;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	n = snprintf(line, sizeof(line), "<2>fettled: %s\n", text);
	(void)log_write(line, (size_t)n);
	abort();
}
