/* SPDX-License-Identifier: Apache-2.0 */
/* Structured log lines, `key=value`, on stderr. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base.h"

#define LOG_LINE_MAX 2048 /* bytes of a line and its newline; a longer one is cut, ending in ... */

/* LOG_LEVEL_ERROR means that an operator must act. */
enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR,
};

/* Allows ten lines in each second.  Static and zero to begin with; threads may share it. */
struct log_cap {
	_Atomic uint64_t window;  /* second of the monotonic clock << 8 | lines allowed in it */
	_Atomic uint32_t dropped; /* lines refused and not yet reported */
};

/* Lines below this level are not written.  LOG_LEVEL_INFO unless set. */
void log_set_level(enum log_level level);

/*
 * Write `time=<utc> level=info event=<event> <rest>` in one write(2), with the level as `<6>` in
 * front where JOURNAL_STREAM is set.  Values that come from outside go through log_quote; a control
 * byte that gets here nevertheless is written as `?`.  A line that stderr does not take at once is
 * left out; the next one that it takes has `lost=<how many>` behind its event.
 */
void log_line(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * Write to stderr what it takes at once, up to LOG_LINE_MAX bytes: never wait for a reader.  False
 * when not all of it was taken.
 */
bool log_write(const char *line, size_t size);

/*
 * May a line be written under this cap?  If lines were dropped since the last yes, the next line
 * that this thread writes has `dropped=<how many>` behind its event.
 */
MUSTCHECK bool log_allow(struct log_cap *cap);

/*
 * Put `s` in quotes into `out`, with `"`, `\` and control bytes escaped, so that it cannot pass for
 * another key or line; cut to fit `size` (at least 8).  NULL gives `-`.  Returns `out`.
 */
const char *log_quote(char *out, size_t size, const char *s);

#endif
