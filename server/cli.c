/* SPDX-License-Identifier: Apache-2.0 */
/* Subcommands of fettled. */
#include "cli.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin.h"
#include "core/log.h"
#include "demo.h"
#include "import_cli.h"
#include "recount.h"
#include "serve.h"
#include "verify.h"

struct options {
	struct config config;
	struct database database;
	bool demo, migrate;
	struct import_options import;
	struct verify_plan plan;
	int argc;
	char **argv; /* what stands behind the options */
};

static int
complain(int status, const char *error)
{
	fprintf(stderr, "fettled: %s\n", error);
	return status;
}

static int
command_version(struct options *options)
{
	(void)options;
	printf("fettled %s\n", FETTLE_VERSION);
	return EX_OK;
}

static int
command_config(struct options *options)
{
	config_print(&options->config, stdout);
	return EX_OK;
}

static int
command_migrate(struct options *options)
{
	char error[2048];

	if (!database_migrate(&options->database, error, sizeof(error)))
		return complain(EX_SOFTWARE, error);
	return EX_OK;
}

/* The private cluster needs root to become another user; what serves strangers needs it for nothing. */
static bool
is_needless_root(const struct options *options)
{
	return geteuid() == 0 && !options->database.private && !options->config.allow_root;
}

static const char refuse_root[] =
	"runs as root, which serving does not need; use a user of its own, or set "
	"FETTLE_ALLOW_ROOT=1";

static int
command_serve(struct options *options)
{
	char error[2048];

	if (is_needless_root(options))
		return complain(EX_NOPERM, refuse_root);
	if (options->migrate && !options->database.private &&
	    !database_migrate(&options->database, error, sizeof(error)))
		return complain(EX_SOFTWARE, error);
	if (!database_fits(&options->database, error, sizeof(error)))
		return complain(EX_CONFIG, error);
	if (!config_link_key(&options->config, error, sizeof(error)))
		return complain(EX_CANTCREAT, error);
	if (options->demo && !demo_load(options->database.url, error, sizeof(error)))
		return complain(EX_DATAERR, error);
	return serve(&options->config, &options->database);
}

static int
command_jobs(struct options *options)
{
	char error[2048];

	if (options->database.private)
		return complain(EX_USAGE, "the private cluster belongs to `serve`, which does its "
		                          "jobs; set FETTLE_DATABASE_URL");
	if (is_needless_root(options))
		return complain(EX_NOPERM, refuse_root);
	if (!database_fits(&options->database, error, sizeof(error)))
		return complain(EX_CONFIG, error);
	if (!config_link_key(&options->config, error, sizeof(error)))
		return complain(EX_CANTCREAT, error);
	return serve_jobs(&options->config, &options->database);
}

/* The password comes from standard input, never from the arguments others can see. */
static int
command_create_admin(struct options *options)
{
	char error[1024], password[4096];
	size_t len;
	bool made;

	if (options->argc != 2)
		return complain(EX_USAGE, "usage: fettled create-admin USERNAME NAME");
	fputs("password: ", stderr);
	if (!fgets(password, sizeof(password), stdin))
		return complain(EX_USAGE, "no password on standard input");
	len = strcspn(password, "\n");
	if (len == sizeof(password) - 1)
		return complain(EX_USAGE, "the password is too long");
	password[len] = '\0';
	made = create_admin(options->database.url, options->argv[0], options->argv[1], password,
	                    error, sizeof(error));
	explicit_bzero(password, sizeof(password));
	return made ? EX_OK : complain(EX_DATAERR, error);
}

/* Ends with 1 when the books differ: for cron and for tests. */
static int
command_verify(struct options *options)
{
	size_t differences;
	char error[1024];

	if (!verify(options->database.url, &options->plan, stdout, &differences, error,
	            sizeof(error)))
		return complain(EX_UNAVAILABLE, error);
	return differences ? 1 : EX_OK;
}

static int
command_recount(struct options *options)
{
	char error[1024];

	if (options->argc != 2)
		return complain(EX_USAGE, "usage: fettled recount [--store CODE] FROM TO");
	if (!recount(options->database.url, options->import.store, options->argv[0],
	             options->argv[1], stdout, error, sizeof(error)))
		return complain(EX_DATAERR, error);
	return EX_OK;
}

static int
command_import(struct options *options)
{
	if (options->argc != 1 || !options->import.kind || !options->import.store)
		return complain(
			EX_USAGE,
			"usage: fettled import --kind customers|vehicles|parts|part_prices|complaints --store "
			"CODE "
			"[--dry-run] [--format csv|ndjson] FILE");
	return import_cli(options->database.url, options->config.data, &options->import,
	                  options->argv[0]);
}

static const struct command {
	const char *name, *meaning;
	bool database;
	int (*run)(struct options *options);
} commands[] = {
	{ "serve", "serve the API ([--migrate] [--demo])", true, command_serve },
	{ "jobs", "do the background work alone, for a `serve` with FETTLE_JOBS=0", true,
	  command_jobs },
	{ "migrate", "bring the database up to date", true, command_migrate },
	{ "create-admin", "make an administrator (USERNAME NAME)", true, command_create_admin },
	{ "import",
	  "import a file (--kind KIND --store CODE [--dry-run] [--format csv|ndjson] FILE)", true,
	  command_import },
	{ "verify",
	  "recompute ledgers and totals, and name every difference ([--books] [--times N] [--every "
	  "MILLISECONDS])",
	  true, command_verify },
	{ "recount", "count the KPIs of some days anew ([--store CODE] FROM TO)", true,
	  command_recount },
	{ "config", "print every setting", false, command_config },
	{ "version", "print the version", false, command_version },
};

static int
usage(void)
{
	fputs("usage: fettled COMMAND [--config FILE] [options]\n\n", stderr);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(stderr, "  %-14s %s\n", commands[i].name, commands[i].meaning);
	fputs("\nSettings come from FETTLE_* and the file; `fettled config` lists them.\n", stderr);
	return EX_USAGE;
}

static int
run_command(const struct command *command, struct options *options)
{
	char error[2048];
	int status;

	if (!command->database)
		return command->run(options);
	if (!database_open(&options->config, &options->database, error, sizeof(error)))
		return complain(EX_UNAVAILABLE, error);
	if (options->database.url[0] == '\0' && command->run != command_migrate)
		return complain(EX_CONFIG, "FETTLE_DATABASE_URL is not set, and FETTLE_OWNER_URL "
		                           "is for migrations only");
	/* a private cluster is nobody else's: it follows the program */
	if (options->database.private && command->run != command_migrate &&
	    !database_migrate(&options->database, error, sizeof(error)))
		status = complain(EX_SOFTWARE, error);
	else
		status = command->run(options);
	database_close(&options->database);
	return status;
}

/* As with the arena: for lack of memory the process ends, and no good body is called malformed. */
static void *
json_memory(size_t size)
{
	void *p = malloc(size);

	if (!p)
		die("out of memory: JSON, %zu bytes", size);
	return p;
}

/* A whole number from 1 to a billion, and nothing else. */
static bool
count_parse(const char *text, int64_t *n)
{
	char *end;
	long long value;

	value = strtoll(text, &end, 10);
	*n = value;
	return *text >= '0' && *text <= '9' && *end == '\0' && value >= 1 && value <= 1000000000;
}

int
cli_run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "demo", no_argument, NULL, 'd' },
		{ "migrate", no_argument, NULL, 'm' },
		{ "kind", required_argument, NULL, 'k' },
		{ "store", required_argument, NULL, 's' },
		{ "format", required_argument, NULL, 'f' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "books", no_argument, NULL, 'b' },
		{ "times", required_argument, NULL, 't' },
		{ "every", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { 0 };
	const char *file = NULL;
	char error[1024];
	int c, status;

	if (argc < 2)
		return usage();
	optind = 2;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'c')
			file = optarg;
		else if (c == 'd')
			options.demo = true;
		else if (c == 'm')
			options.migrate = true;
		else if (c == 'k')
			options.import.kind = optarg;
		else if (c == 's')
			options.import.store = optarg;
		else if (c == 'f')
			options.import.format = optarg;
		else if (c == 'n')
			options.import.dry_run = true;
		else if (c == 'b')
			options.plan.books = true;
		else if ((c != 't' || !count_parse(optarg, &options.plan.times)) &&
		         (c != 'e' || !count_parse(optarg, &options.plan.every_ms)))
			return usage();
	}
	options.argc = argc - optind;
	options.argv = argv + optind;
	if (sodium_init() < 0)
		return complain(EX_SOFTWARE, "libsodium cannot be initialised");
	json_set_alloc_funcs(json_memory, free);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!config_load(&options.config, file, error, sizeof(error))) {
			status = complain(EX_CONFIG, error);
		} else {
			log_set_level(options.config.log_level);
			status = run_command(&commands[i], &options);
		}
		config_clear(&options.config);
		return status;
	}
	return usage();
}
