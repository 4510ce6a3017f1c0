/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses count as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "address.h"
#include "core/base.h"

static bool
same(struct address_block a, struct address_block b)
{
	return a.size == b.size && memcmp(a.b, b.b, a.size) == 0;
}

static void
test_texts(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "192.0.2.1", "::FFFF:c000:201", true },
		{ "192.0.2.1", "::192.0.2.1", false },
		{ "192.0.2.1", "c000:201::", false },
		{ "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true },
		{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
		{ "::", "::1", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(same(address_block(cases[i].one), address_block(cases[i].other)),
		                 cases[i].same);
	assert_int_equal(address_block("192.0.2.1").size, 4);
	assert_int_equal(address_block("::1").size, 8);
}

static void
test_what_is_none(void **state)
{
	static const char *const cases[] = { "",          "unknown", "192.0.2",      "192.0.2.256",
		                             "[::1]",     "::1%lo",  "192.0.2.1:80", " 192.0.2.1",
		                             "192.0.2.1 " };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(address_block(cases[i]).size, 0);
}

static void
test_sockets(void **state)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct sockaddr other = { .sa_family = AF_UNIX };

	(void)state;
	inet_pton(AF_INET, "192.0.2.1", &four.sin_addr);
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &six.sin6_addr);
	assert_true(same(address_block_of((const struct sockaddr *)&four),
	                 address_block_of((const struct sockaddr *)&six)));
	inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
	assert_true(same(address_block_of((const struct sockaddr *)&six),
	                 address_block("2001:db8::2")));
	assert_int_equal(address_block_of(&other).size, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
