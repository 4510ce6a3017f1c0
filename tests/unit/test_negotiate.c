/* SPDX-License-Identifier: Apache-2.0 */
/* Accept and Accept-Language: what a client would rather have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base.h"
#include "negotiate.h"

static void
the_language_that_is_wanted_more(void **state)
{
	static const struct {
		const char *sent;
		bool chinese;
	} cases[] = {
		{ NULL, false },
		{ "", false },
		{ "zh", true },
		{ "ZH-cn", true },
		{ "zhx", false },
		{ "en;q=0.1, zh", true },
		{ "en;q=0.1,zh;q=0.2", true },
		{ "zh;q=0.1, en", false },
		{ "zh, en", true },
		{ "en, zh", false },
		{ "en-GB, zh-CN;q=1.0", false },
		{ "fr, zh;q=0.001", true },
		{ "fr", false },
		{ "*", false },
		{ "en;q=0, *", true },
		{ "zh;q=0, *", false },
		{ "*;q=0.5, zh;q=0.4", false },
		{ "zh-TW;q=0.1, en;q=0.5, zh-CN;q=0.9", true },
		{ "zh;q=0", false },
		{ "zh;q=0, en;q=0", false },
		{ "zh;q=2", false },
		{ "zh;q=0.1234, en;q=0.1", false },
		{ " ,, zh ;\tq=1 ,", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (negotiate_chinese(cases[i].sent) != cases[i].chinese)
			fail_msg("%s", cases[i].sent ? cases[i].sent : "(none)");
}

static void
what_speaks_of_json_most_exactly_decides(void **state)
{
	static const struct {
		const char *sent;
		bool json;
	} cases[] = {
		{ NULL, true },
		{ "", true },
		{ "application/json", true },
		{ "Application/JSON; charset=utf-8", true },
		{ "text/html, application/*;q=0.1", true },
		{ "text/html, */*;q=0.8", true },
		{ "text/html", false },
		{ "application/json;q=0", false },
		{ "application/json;q=0, */*", false },
		{ "*/*;q=0, application/json;q=0.001", true },
		{ "*/*;q=0", false },
		{ "application/*;q=0, */*", false },
		{ "application/problem+json", true },
		{ "application/xml, text/x-json-like", false },
		{ "application/json;v=1;q=0.0", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (negotiate_json(cases[i].sent) != cases[i].json)
			fail_msg("%s", cases[i].sent ? cases[i].sent : "(none)");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_language_that_is_wanted_more),
		cmocka_unit_test(what_speaks_of_json_most_exactly_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
