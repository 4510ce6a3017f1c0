/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines, each written at once, so that threads and processes do not mix theirs. */
#include "core/log.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/utc.h"

#define LINES_A_SECOND 10

struct level {
	const char *name;
	const char *journal;
};

/* clang-format off */
static const struct level levels[] = {
	[LOG_LEVEL_DEBUG] = { "debug", "<7>" },
	[LOG_LEVEL_INFO]  = { "info",  "<6>" },
	[LOG_LEVEL_WARN]  = { "warn",  "<4>" },
	[LOG_LEVEL_ERROR] = { "error", "<3>" },
};
/* clang-format on */

static _Atomic int lowest = LOG_LEVEL_INFO;

/* What log_allow found dropped, for the next line of this thread. */
static _Thread_local uint32_t dropped_before;

/* Lines that could not be written, for the next one that can. */
static _Atomic uint32_t lost;

void
log_set_level(enum log_level level)
{
	lowest = (int)level;
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Append to the line at `len`, as much as fits below LOG_LINE_MAX; LOG_LINE_MAX once it is cut. */
static size_t PRINTF_LIKE(3, 0) append(char *line, size_t len, const char *fmt, va_list args)
{
	int more;

	if (len >= LOG_LINE_MAX)
		return len;
	more = vsnprintf(line + len, LOG_LINE_MAX - len, fmt, args);
	if (more < 0)
		return len;
	return (size_t)more < LOG_LINE_MAX - len ? len + (size_t)more : LOG_LINE_MAX;
}

static size_t PRINTF_LIKE(3, 4) appendf(char *line, size_t len, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	len = append(line, len, fmt, args);
	va_end(args);
	return len;
}

/* Whole characters only before the dots: a reader may refuse a line that is not UTF-8. */
static size_t
cut(char *line)
{
	size_t len = LOG_LINE_MAX - 4;

	while (len && ((unsigned char)line[len] & 0xc0) == 0x80)
		len--;
	line[len++] = '.';
	line[len++] = '.';
	line[len++] = '.';
	return len;
}

/*
 * A pipe that nobody empties holds up whoever writes to it.  What poll() promises is room for a
 * line, hence one thread at a time.
 */
bool
log_write(const char *line, size_t size)
{
	static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
	static bool torn; /* a full file system took a part of the last line */
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n = -1;

	(void)pthread_mutex_lock(&alone);
	if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT)) {
		if (torn && write(STDERR_FILENO, "\n", 1) == 1)
			torn = false;
		if (!torn)
			n = write(STDERR_FILENO, line, size);
		torn = torn || (n > 0 && (size_t)n < size);
	}
	(void)pthread_mutex_unlock(&alone);
	return n == (ssize_t)size;
}

void
log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[LOG_LINE_MAX], time[UTC_TEXT];
	uint32_t lost_before;
	size_t len = 0, i;
	va_list args;

	if ((int)level < lowest) {
		dropped_before = 0;
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment */
	if (getenv("JOURNAL_STREAM"))
		len = appendf(line, 0, "%s", levels[level].journal);
	len = appendf(line, len, "time=%s level=%s event=%s", utc_format(utc_now(), time),
	              levels[level].name, event);
	if (dropped_before)
		len = appendf(line, len, " dropped=%u", (unsigned)dropped_before);
	dropped_before = 0;
	lost_before = atomic_exchange(&lost, 0);
	if (lost_before)
		len = appendf(line, len, " lost=%u", (unsigned)lost_before);
	if (*fmt)
		len = appendf(line, len, " ");
	va_start(args, fmt);
	len = append(line, len, fmt, args);
	va_end(args);
	if (len >= LOG_LINE_MAX)
		len = cut(line);
	for (i = 0; i < len; i++) {
		if (is_control(line[i]))
			line[i] = '?';
	}
	line[len++] = '\n';
	if (!log_write(line, len))
		lost += lost_before + 1;
}

bool
log_allow(struct log_cap *cap)
{
	uint64_t second = (uint64_t)(clock_monotonic_us() / 1000000) << 8;
	uint64_t window = cap->window;
	uint64_t next;

	do {
		/* A thread that read the clock before the others counts in their second. */
		next = window >> 8 < second >> 8 ? second + 1 : window + 1;
		if ((next & 0xff) > LINES_A_SECOND) {
			cap->dropped++;
			return false;
		}
	} while (!atomic_compare_exchange_weak(&cap->window, &window, next));
	dropped_before += atomic_exchange(&cap->dropped, 0);
	return true;
}

const char *
log_quote(char *out, size_t size, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	size_t len = 0;

	assert(size >= 8);
	if (!s)
		return memcpy(out, "-", 2);
	out[len++] = '"';
	/* Four more for the longest spelling of a byte, two for the closing quote and the NUL. */
	for (; *s && len + 6 <= size; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_control(*s)) {
			memcpy(out + len, (const char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
			len += 4;
			continue;
		}
		if (c == '"' || c == '\\')
			out[len++] = '\\';
		out[len++] = *s;
	}
	out[len++] = '"';
	out[len] = '\0';
	return out;
}
