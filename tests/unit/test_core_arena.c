/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: alignment, zeroing, big objects, marks and the order of clean-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"

/* Which clean-ups ran, in order. */
static char ran[16];

static void
note(void *p)
{
	strncat(ran, p, sizeof(ran) - strlen(ran) - 1);
}

static bool
is_zero(const unsigned char *p, size_t size)
{
	while (size && p[size - 1] == 0)
		size--;
	return size == 0;
}

static void
objects_are_aligned_zeroed_and_apart(void **state)
{
	struct arena arena;
	unsigned char *before = NULL;
	size_t before_size = 0, size;

	(void)state;
	arena_init(&arena);
	for (size = 0; size < 600; size++) {
		unsigned char *p = arena_alloc(&arena, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		assert_true(is_zero(p, size));
		memset(p, 0xff, size);
		if (before)
			assert_true(p >= before + before_size || p + size <= before);
		before = p;
		before_size = size;
	}
	arena_clear(&arena);
}

static void
big_objects_leave_the_chunk_to_the_small_ones(void **state)
{
	struct arena arena;
	char *first, *big, *second;

	(void)state;
	arena_init(&arena);
	first = arena_alloc(&arena, 16);
	big = arena_alloc(&arena, 3000000);
	second = arena_alloc(&arena, 16);
	assert_int_equal((uintptr_t)big % 16, 0);
	assert_true(is_zero((unsigned char *)big, 3000000));
	assert_true(second > first && second - first <= 32);
	memset(big, 1, 3000000);
	arena_clear(&arena);
	assert_null(arena.chunk);
	assert_null(arena.big);
}

static void
cleanups_run_newest_first(void **state)
{
	struct arena arena;
	char a[] = "a", b[] = "b", c[] = "c";

	(void)state;
	ran[0] = '\0';
	arena_init(&arena);
	arena_defer(&arena, note, a);
	arena_alloc(&arena, 100000);
	arena_defer(&arena, note, b);
	arena_defer(&arena, note, c);
	arena_clear(&arena);
	assert_string_equal(ran, "cba");
	arena_clear(&arena);
	assert_string_equal(ran, "cba");
	assert_string_equal(arena_text(&arena, "again"), "again");
	arena_clear(&arena);
}

static void
rewinding_drops_what_came_later(void **state)
{
	struct arena arena;
	struct arena_mark outer, inner;
	char a[] = "a", b[] = "b", c[] = "c";
	char *kept, *again;
	int i;

	(void)state;
	ran[0] = '\0';
	arena_init(&arena);
	arena_defer(&arena, note, a);
	kept = arena_text(&arena, "kept");
	outer = arena_mark(&arena);
	again = arena_alloc(&arena, 64);
	memset(again, 0xee, 64);
	arena_defer(&arena, note, b);
	inner = arena_mark(&arena);
	for (i = 0; i < 2000; i++)
		memset(arena_alloc(&arena, 200), 0xee, 200);
	arena_alloc(&arena, 500000);
	arena_defer(&arena, note, c);

	arena_rewind(&arena, inner);
	assert_string_equal(ran, "c");
	assert_null(arena.big);
	arena_rewind(&arena, outer);
	assert_string_equal(ran, "cb");
	assert_string_equal(kept, "kept");
	assert_ptr_equal(arena_alloc(&arena, 64), again);
	assert_true(is_zero((unsigned char *)again, 64));
	arena_clear(&arena);
	assert_string_equal(ran, "cba");
}

static void
a_mark_of_an_empty_arena_frees_it(void **state)
{
	struct arena arena;
	struct arena_mark mark;

	(void)state;
	arena_init(&arena);
	mark = arena_mark(&arena);
	arena_alloc(&arena, 10);
	arena_rewind(&arena, mark);
	assert_null(arena.chunk);
}

static void
texts_are_copied(void **state)
{
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena);
	assert_null(arena_text(&arena, NULL));
	assert_string_equal(arena_copy(&arena, "workshop", 4), "work");
	assert_string_equal(arena_copy(&arena, NULL, 0), "");
	assert_string_equal(arena_printf(&arena, "%s-%d", "bay", 7), "bay-7");
	text = arena_printf(&arena, "%10000d", 1);
	assert_int_equal(strlen(text), 10000);
	arena_clear(&arena);
}

static void
an_overflowing_array_ends_the_process(void **state)
{
	const struct rlimit no_core = { 0, 0 };
	struct arena arena;
	int status;
	pid_t pid;

	(void)state;
	arena_init(&arena);
	assert_non_null(arena_array(&arena, 1000, 24));
	pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		(void)setrlimit(RLIMIT_CORE, &no_core);
		(void)close(STDERR_FILENO);
		arena_array(&arena, SIZE_MAX / 2, 3);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_aligned_zeroed_and_apart),
		cmocka_unit_test(big_objects_leave_the_chunk_to_the_small_ones),
		cmocka_unit_test(cleanups_run_newest_first),
		cmocka_unit_test(rewinding_drops_what_came_later),
		cmocka_unit_test(a_mark_of_an_empty_arena_frees_it),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(an_overflowing_array_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
