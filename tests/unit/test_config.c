/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: defaults, the file, the environment, and what each refusal says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

/* NOLINTBEGIN(concurrency-mt-unsafe): the environment of a test with one thread */

static char dir[] = "/tmp/fettle-config-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *
file_with(const char *text)
{
	const char *path = path_of("fettle.env");
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* No setting is left over from another test or from who runs this. */
static int
setup(void **state)
{
	extern char **environ;
	char **variable = environ;

	(void)state;
	while (*variable) {
		char name[128];
		const char *end = strchr(*variable, '=');

		if (strncmp(*variable, "FETTLE_", 7) != 0 || !end) {
			variable++;
			continue;
		}
		(void)snprintf(name, sizeof(name), "%.*s", (int)(end - *variable), *variable);
		assert_int_equal(unsetenv(name), 0);
		variable = environ;
	}
	return 0;
}

static void
assert_loads(struct config *config, const char *file)
{
	char error[256] = "";

	if (!config_load(config, file, error, sizeof(error)))
		fail_msg("%s", error);
}

static void
assert_refused(const char *file, const char *says)
{
	struct config config;
	char error[256] = "";

	assert_false(config_load(&config, file, error, sizeof(error)));
	if (!strstr(error, says))
		fail_msg("\"%s\" does not say \"%s\"", error, says);
	config_clear(&config);
}

static void
defaults_without_file_and_environment(void **state)
{
	struct config config;

	(void)state;
	assert_loads(&config, NULL);
	assert_string_equal(config.database_url, "");
	assert_string_equal(config.address, "127.0.0.1");
	assert_string_equal(config.data, "./fettle-data");
	assert_int_equal(config.port, 8080);
	assert_int_equal(config.lanes, 4);
	assert_int_equal(config.workers, 20);
	assert_int_equal(config.queue, 512);
	assert_int_equal(config.read_deadline_ms, 2000);
	assert_int_equal(config.command_deadline_ms, 5000);
	assert_int_equal(config.max_connections, 20000);
	assert_int_equal(config.rate_principal, 6000);
	assert_int_equal(config.rate_link, 120);
	assert_int_equal(config.trusted_proxy.count, 0);
	assert_int_equal(config.log_level, LOG_LEVEL_INFO);
	config_clear(&config);
}

static void
a_share_is_kept(void **state)
{
	static const struct {
		int64_t percent, n, others;
	} table[] = {
		{ 20, 20, 16 }, { 20, 4, 3 },     { 20, 3, 2 },  { 20, 2, 1 },
		{ 20, 1, 1 },   { 20, 512, 409 }, { 0, 20, 20 }, { 0, 1, 1 },
		{ 1, 20, 19 },  { 90, 10, 1 },    { 90, 4, 1 },
	};
	struct config config = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		config.kept_percent = table[i].percent;
		assert_int_equal(config_for_others(&config, table[i].n), table[i].others);
	}
}

static void
environment_beats_file_beats_default(void **state)
{
	struct config config;
	const char *file = file_with("# a comment\n"
	                             "; another\n"
	                             "\n"
	                             "FETTLE_PORT=81\n"
	                             "  FETTLE_LANES = 2 \r\n"
	                             "FETTLE_ADDRESS=\"::1\"\n"
	                             "FETTLE_DATA='/srv/a b'\n"
	                             "FETTLE_DATABASE_URL=host=x options=-cjit=off");

	(void)state;
	assert_int_equal(setenv("FETTLE_PORT", "82", 1), 0);
	assert_loads(&config, file);
	assert_int_equal(config.port, 82);
	assert_int_equal(config.lanes, 2);
	assert_string_equal(config.address, "::1");
	assert_string_equal(config.data, "/srv/a b");
	assert_string_equal(config.database_url, "host=x options=-cjit=off");
	assert_int_equal(config.workers, 20);
	config_clear(&config);
}

static void
the_environment_can_name_the_file(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(setenv("FETTLE_CONFIG", file_with("FETTLE_PORT=83\n"), 1), 0);
	assert_loads(&config, NULL);
	assert_int_equal(config.port, 83);
	config_clear(&config);
	assert_int_equal(setenv("FETTLE_CONFIG", "/nonexistent/fettle.env", 1), 0);
	assert_refused(NULL, "/nonexistent/fettle.env: No such file");
}

static void
an_unknown_name_is_told_its_neighbour(void **state)
{
	(void)state;
	assert_refused(file_with("FETTLE_PORT=1\n\nFETTLE_WORKER=3\n"),
	               ":3: there is no setting FETTLE_WORKER");
	assert_refused(file_with("FETTLE_WORKER=3\n"), "did you mean FETTLE_WORKERS?");
	assert_refused(file_with("PORT=3\n"), "PORT is not a setting: all begin with FETTLE_");
	assert_int_equal(setenv("FETTLE_DATABASE_URI", "x", 1), 0);
	assert_refused(NULL, "FETTLE_DATABASE_URI; did you mean FETTLE_DATABASE_URL?");
}

static void
values_out_of_range_are_refused(void **state)
{
	static const char *const bad[] = { "FETTLE_PORT=65536",
		                           "FETTLE_PORT=-1",
		                           "FETTLE_PORT=",
		                           "FETTLE_PORT=80a",
		                           "FETTLE_PORT=99999999999999999999",
		                           "FETTLE_WORKERS=0",
		                           "FETTLE_LANES=33" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++)
		assert_refused(file_with(bad[i]), "must be a whole number from");
	assert_refused(file_with("FETTLE_LOG_LEVEL=loud"),
	               "debug, info, warn or error, not \"loud\"");
	assert_refused(file_with("FETTLE_PORT"), ":1: NAME=value is expected");
}

static void
lists_are_split(void **state)
{
	struct config config;
	char many[4096] = "FETTLE_CORS_ORIGINS=";
	size_t i, len = strlen(many);

	(void)state;
	assert_loads(&config, file_with("FETTLE_TRUSTED_PROXY=, 10.0.0.1,10.0.0.2  ::1 ,\n"));
	assert_int_equal(config.trusted_proxy.count, 3);
	assert_string_equal(config.trusted_proxy.items[0], "10.0.0.1");
	assert_string_equal(config.trusted_proxy.items[1], "10.0.0.2");
	assert_string_equal(config.trusted_proxy.items[2], "::1");
	config_clear(&config);
	for (i = 0; i <= CONFIG_LIST_MAX; i++)
		len += (size_t)snprintf(many + len, sizeof(many) - len, "https://%zu.example,", i);
	assert_refused(file_with(many), "FETTLE_CORS_ORIGINS takes at most 16 items");
}

static void
what_is_printed_can_be_read_and_hides_secrets(void **state)
{
	struct config config;
	char text[16384];
	FILE *file;
	size_t len;

	(void)state;
	assert_loads(&config, file_with("FETTLE_OWNER_URL=postgresql://o:geheim@h/f\n"
	                                "FETTLE_LINK_KEY=geheim2\n"
	                                "FETTLE_PORT=84\n"
	                                "FETTLE_CORS_ORIGINS=https://a, https://b\n"
	                                "FETTLE_LOG_LEVEL=warn\n"));
	file = fopen(path_of("printed.env"), "w+e");
	assert_non_null(file);
	config_print(&config, file);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	assert_int_equal(fclose(file), 0);
	assert_null(strstr(text, "geheim"));
	assert_non_null(strstr(text, "FETTLE_LINK_KEY=(set)\n"));
	assert_non_null(strstr(text, "FETTLE_DATABASE_URL=\n"));
	assert_non_null(strstr(text, "FETTLE_CORS_ORIGINS=https://a,https://b\n"));
	assert_non_null(strstr(text, "Default: 8080\nFETTLE_PORT=84\n"));
	config_clear(&config);
	assert_loads(&config, path_of("printed.env"));
	assert_int_equal(config.port, 84);
	assert_int_equal(config.log_level, LOG_LEVEL_WARN);
	config_clear(&config);
}

static void
the_link_key_is_made_once(void **state)
{
	struct config config, again;
	char data[256], error[256] = "";
	struct stat info;
	FILE *file;

	(void)state;
	(void)snprintf(data, sizeof(data), "%s", path_of("data"));
	assert_int_equal(setenv("FETTLE_DATA", data, 1), 0);
	assert_loads(&config, NULL);
	assert_loads(&again, NULL);
	assert_true(config_link_key(&config, error, sizeof(error)));
	assert_true(config_link_key(&again, error, sizeof(error)));
	assert_int_equal(strlen(config.link_key), 64);
	assert_string_equal(config.link_key, again.link_key);
	assert_int_equal(stat(path_of("data/link.key"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	config_clear(&config);
	config_clear(&again);

	file = fopen(path_of("data/link.key"), "we");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_loads(&config, NULL);
	assert_false(config_link_key(&config, error, sizeof(error)));
	assert_non_null(strstr(error, "link.key: not a key"));
	config_clear(&config);

	assert_int_equal(setenv("FETTLE_LINK_KEY", "mine", 1), 0);
	assert_loads(&config, NULL);
	assert_true(config_link_key(&config, error, sizeof(error)));
	assert_string_equal(config.link_key, "mine");
	config_clear(&config);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	(void)state;
	(void)remove(path_of("data/link.key"));
	(void)remove(path_of("data"));
	(void)remove(path_of("printed.env"));
	(void)remove(path_of("fettle.env"));
	return remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults_without_file_and_environment, setup),
		cmocka_unit_test_setup(environment_beats_file_beats_default, setup),
		cmocka_unit_test_setup(the_environment_can_name_the_file, setup),
		cmocka_unit_test_setup(an_unknown_name_is_told_its_neighbour, setup),
		cmocka_unit_test_setup(values_out_of_range_are_refused, setup),
		cmocka_unit_test_setup(lists_are_split, setup),
		cmocka_unit_test_setup(what_is_printed_can_be_read_and_hides_secrets, setup),
		cmocka_unit_test_setup(a_share_is_kept, setup),
		cmocka_unit_test_setup(the_link_key_is_made_once, setup),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
/* NOLINTEND(concurrency-mt-unsafe) */
