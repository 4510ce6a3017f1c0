/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: their form, quoting against forged lines, and the cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/utc.h"

/* NOLINTBEGIN(concurrency-mt-unsafe): the environment of a test with one thread */

#define THREADS 4

/* Stderr goes to a pipe while a line is caught. */
static int pipe_fds[2], real_stderr;

static void
catch_begin(void)
{
	assert_int_equal(pipe(pipe_fds), 0);
	real_stderr = dup(STDERR_FILENO);
	assert_true(real_stderr >= 0);
	assert_int_equal(dup2(pipe_fds[1], STDERR_FILENO), STDERR_FILENO);
	(void)close(pipe_fds[1]);
}

/* What was written since catch_begin, as text. */
static void
catch_end(char *out, size_t size)
{
	size_t len = 0;
	ssize_t n;

	assert_int_equal(dup2(real_stderr, STDERR_FILENO), STDERR_FILENO);
	(void)close(real_stderr);
	while ((n = read(pipe_fds[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(pipe_fds[0]);
	out[len] = '\0';
}

static int
without_journal(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	return unsetenv("JOURNAL_STREAM");
}

static void
a_line_has_time_level_and_event(void **state)
{
	char line[256];
	const char *space;
	struct utc utc;

	(void)state;
	catch_begin();
	log_line(LOG_LEVEL_WARN, "request", "status=%d ms=%d", 503, 12);
	catch_end(line, sizeof(line));
	assert_memory_equal(line, "time=", 5);
	space = strchr(line, ' ');
	assert_non_null(space);
	assert_true(utc_parse(line + 5, (size_t)(space - line - 5), &utc));
	assert_string_equal(space, " level=warn event=request status=503 ms=12\n");
}

static void
the_journal_gets_the_priority_in_front(void **state)
{
	static const char *const prefixes[] = { "<7>time=", "<6>time=", "<4>time=", "<3>time=" };
	static const char *const names[] = { "debug", "info", "warn", "error" };
	char line[256], level[32];
	int i;

	(void)state;
	log_set_level(LOG_LEVEL_DEBUG);
	assert_int_equal(setenv("JOURNAL_STREAM", "8:1234", 1), 0);
	for (i = LOG_LEVEL_DEBUG; i <= LOG_LEVEL_ERROR; i++) {
		catch_begin();
		log_line((enum log_level)i, "start", "%s", "");
		catch_end(line, sizeof(line));
		assert_memory_equal(line, prefixes[i], 8);
		(void)snprintf(level, sizeof(level), " level=%s event=start", names[i]);
		assert_non_null(strstr(line, level));
	}
}

static void
lines_below_the_level_are_not_written(void **state)
{
	char line[256];

	(void)state;
	catch_begin();
	log_line(LOG_LEVEL_DEBUG, "detail", "n=%d", 1);
	log_set_level(LOG_LEVEL_ERROR);
	log_line(LOG_LEVEL_WARN, "detail", "n=%d", 2);
	catch_end(line, sizeof(line));
	assert_string_equal(line, "");
}

static void
a_line_cannot_be_forged(void **state)
{
	const char *evil = "x\" level=error event=forged\n<2>time=now";
	char line[512], quoted[128];

	(void)state;
	catch_begin();
	log_line(LOG_LEVEL_INFO, "request", "agent=%s", log_quote(quoted, sizeof(quoted), evil));
	log_line(LOG_LEVEL_INFO, "request", "agent=%s", "raw\nline\r\x7f");
	catch_end(line, sizeof(line));
	assert_non_null(strstr(line, "agent=\"x\\\" level=error event=forged\\x0a<2>time=now\"\n"));
	assert_non_null(strstr(line, "agent=raw?line??\n"));
	assert_ptr_equal(strrchr(line, '\n'), line + strlen(line) - 1);
}

static void
a_long_line_is_cut_between_characters(void **state)
{
	static char line[2 * LOG_LINE_MAX], text[2 * LOG_LINE_MAX];
	size_t i, pad;

	(void)state;
	for (pad = 0; pad < 3; pad++) {
		memset(text, 'a', pad);
		for (i = pad; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe8\xbd\xa6", 3);
		text[i] = '\0';
		catch_begin();
		log_line(LOG_LEVEL_INFO, "long", "text=%s", text);
		catch_end(line, sizeof(line));
		assert_in_range(strlen(line), LOG_LINE_MAX - 3, LOG_LINE_MAX);
		assert_string_equal(line + strlen(line) - 7, "\xe8\xbd\xa6...\n");
	}
}

static void
quoting_escapes_every_control_byte(void **state)
{
	char out[32], expected[32];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		const char s[] = { 'a', (char)c, 'z', '\0' };

		if (c == '"' || c == '\\')
			(void)snprintf(expected, sizeof(expected), "\"a\\%cz\"", c);
		else if (c < 0x20 || c == 0x7f)
			(void)snprintf(expected, sizeof(expected), "\"a\\x%02xz\"", (unsigned)c);
		else
			(void)snprintf(expected, sizeof(expected), "\"a%cz\"", c);
		assert_ptr_equal(log_quote(out, sizeof(out), s), out);
		assert_string_equal(out, expected);
	}
	assert_string_equal(log_quote(out, sizeof(out), NULL), "-");
	assert_string_equal(log_quote(out, sizeof(out), ""), "\"\"");
}

/* Whatever the room, the value stays closed by its quote and no escape is cut in two. */
static void
quoting_fits_the_room_it_has(void **state)
{
	static const char value[] = "\n\"a\\\n\n\"\"\\b\\\n\n\n\n";
	static const char *const spelled[] = { "\\x0a", "\\\"",  "a",     "\\\\",  "\\x0a",
		                               "\\x0a", "\\\"",  "\\\"",  "\\\\",  "b",
		                               "\\\\",  "\\x0a", "\\x0a", "\\x0a", "\\x0a" };
	char *out;
	size_t size;

	(void)state;
	for (size = 8; size < 60; size++) {
		const char *at;
		size_t i = 0;

		out = malloc(size);
		assert_non_null(out);
		(void)log_quote(out, size, value);
		assert_true(strlen(out) < size);
		assert_int_equal(out[0], '"');
		for (at = out + 1; strcmp(at, "\"") != 0; at += strlen(spelled[i++]))
			assert_true(i < COUNT_OF(spelled) &&
			            strncmp(at, spelled[i], strlen(spelled[i])) == 0);
		/* Nothing is left out while there was room for it. */
		assert_true(i == COUNT_OF(spelled) || strlen(out) + 6 > size);
		free(out);
	}
}

/* Wait for the first tenth of a second of the monotonic clock. */
static void
wait_for_a_new_second(void)
{
	const struct timespec tick = { .tv_nsec = 10000000 };

	while (clock_monotonic_us() % 1000000 < 900000)
		(void)nanosleep(&tick, NULL);
	while (clock_monotonic_us() % 1000000 >= 900000)
		(void)nanosleep(&tick, NULL);
}

static void *
ask_a_hundred_times(void *p)
{
	static _Atomic int allowed;
	int i;

	for (i = 0; i < 100; i++)
		allowed += log_allow(p);
	return &allowed;
}

static void
ten_lines_a_second_are_allowed_and_the_rest_counted(void **state)
{
	static struct log_cap cap;
	pthread_t threads[THREADS];
	void *allowed;
	char line[512];
	int t;

	(void)state;
	wait_for_a_new_second();
	for (t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, ask_a_hundred_times, &cap), 0);
	for (t = 0; t < THREADS; t++)
		assert_int_equal(pthread_join(threads[t], &allowed), 0);
	assert_int_equal(*(_Atomic int *)allowed, 10);
	assert_int_equal(cap.dropped, 390);

	wait_for_a_new_second();
	assert_true(log_allow(&cap));
	catch_begin();
	log_line(LOG_LEVEL_WARN, "slow", "ms=%d", 1);
	log_line(LOG_LEVEL_WARN, "slow", "ms=%d", 2);
	catch_end(line, sizeof(line));
	assert_non_null(strstr(line, "event=slow dropped=390 ms=1\n"));
	assert_non_null(strstr(line, "event=slow ms=2\n"));
	assert_int_equal(cap.dropped, 0);
}

/* Stderr is a pipe without room for a line, and nobody reads: the writer goes on, and tells later. */
static void
a_full_pipe_holds_up_nobody(void **state)
{
	static char text[128 * 1024], fill[4096];
	int64_t begin;
	int i;

	(void)state;
	catch_begin();
	for (i = fcntl(STDERR_FILENO, F_GETPIPE_SZ); i > 0; i -= (int)sizeof(fill))
		assert_int_equal(write(STDERR_FILENO, fill, sizeof(fill)), sizeof(fill));
	(void)alarm(10);
	begin = clock_monotonic_us();
	for (i = 0; i < 3; i++)
		log_line(LOG_LEVEL_INFO, "unread", "i=%d", i);
	assert_false(log_write("last words\n", 11));
	assert_in_range(clock_monotonic_us() - begin, 0, 1000000);
	for (i = fcntl(STDERR_FILENO, F_GETPIPE_SZ); i > 0; i -= (int)sizeof(fill))
		assert_int_equal(read(pipe_fds[0], fill, sizeof(fill)), sizeof(fill));
	log_line(LOG_LEVEL_INFO, "read", "i=%d", 3);
	log_line(LOG_LEVEL_INFO, "read", "i=%d", 4);
	(void)alarm(0);
	catch_end(text, sizeof(text));
	assert_non_null(strstr(text, " event=read lost=3 i=3\n"));
	assert_non_null(strstr(text, " event=read i=4\n"));
	assert_null(strstr(text, "unread"));
}

/* What was not written for lack of room is counted, and a torn line does not swallow the next one. */
static void
a_full_file_system_tears_no_lines(void **state)
{
	char path[] = "/tmp/fettle-log-XXXXXX", text[4096], *last;
	struct rlimit before, small;
	int fd = mkstemp(path), out = dup(STDERR_FILENO);
	ssize_t n;

	(void)state;
	assert_true(fd >= 0 && out >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ 100, before.rlim_max };
	assert_false(signal(SIGXFSZ, SIG_IGN) == SIG_ERR);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	log_line(LOG_LEVEL_INFO, "whole", "i=%d", 0);
	log_line(LOG_LEVEL_INFO, "torn", "i=%d", 1);
	log_line(LOG_LEVEL_INFO, "none", "i=%d", 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	log_line(LOG_LEVEL_INFO, "again", "i=%d", 3);
	assert_true(dup2(out, STDERR_FILENO) >= 0);
	(void)close(out);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	(void)close(fd);
	assert_non_null(strstr(text, " event=whole i=0\n"));
	assert_null(strstr(text, "none"));
	last = strstr(text, " event=again lost=2 i=3\n");
	assert_non_null(last);
	while (last > text && last[-1] != '\n')
		last--;
	assert_memory_equal(last, "time=", 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_has_time_level_and_event, without_journal),
		cmocka_unit_test_setup(the_journal_gets_the_priority_in_front, without_journal),
		cmocka_unit_test_setup(lines_below_the_level_are_not_written, without_journal),
		cmocka_unit_test_setup(a_line_cannot_be_forged, without_journal),
		cmocka_unit_test_setup(a_long_line_is_cut_between_characters, without_journal),
		cmocka_unit_test(quoting_escapes_every_control_byte),
		cmocka_unit_test(quoting_fits_the_room_it_has),
		cmocka_unit_test_setup(ten_lines_a_second_are_allowed_and_the_rest_counted,
		                       without_journal),
		cmocka_unit_test_setup(a_full_pipe_holds_up_nobody, without_journal),
		cmocka_unit_test_setup(a_full_file_system_tears_no_lines, without_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(concurrency-mt-unsafe) */
