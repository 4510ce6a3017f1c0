/* SPDX-License-Identifier: Apache-2.0 */
/* The database of a command: an external one, or the private cluster; and its migrations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "db/cluster.h"
#include "db/migrate.h"
#include "serve.h"

static const char *
asset_text(const char *path)
{
	for (size_t i = 0; i < assets_count; i++)
		if (strcmp(assets[i].path, path) == 0)
			return (const char *)assets[i].data;
	die("%s is not embedded", path);
}

bool
database_open(const struct config *config, struct database *database, char *error, size_t size)
{
	const struct cluster_settings settings = {
		.data_dir = config->data,
		.bin_dir = config->pg_bindir,
		.bootstrap = asset_text("migrations/bootstrap.sql"),
	};

	*database =
		(struct database){ .private = !config->database_url[0] && !config->owner_url[0] };
	if (database->private)
		return cluster_start(&settings, database->url, sizeof(database->url),
		                     database->owner_url, sizeof(database->owner_url), error, size);
	if (strlen(config->database_url) >= sizeof(database->url) ||
	    strlen(config->owner_url) >= sizeof(database->owner_url)) {
		snprintf(error, size, "a database URL has at most %zu octets",
		         sizeof(database->url) - 1);
		return false;
	}
	snprintf(database->url, sizeof(database->url), "%s", config->database_url);
	snprintf(database->owner_url, sizeof(database->owner_url), "%s", config->owner_url);
	return true;
}

void
database_close(const struct database *database)
{
	if (database->private)
		cluster_stop();
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Numbered migrations, then the repeatable ones: the order of their paths. */
static size_t
collect_migrations(struct migration list[])
{
	size_t n = 0;

	for (int repeatable = 0; repeatable < 2; repeatable++) {
		for (size_t i = 0; i < assets_count; i++) {
			const char *name = assets[i].path + strlen("migrations/");

			if (!has_prefix(assets[i].path, "migrations/"))
				continue;
			if (repeatable ? has_prefix(name, "repeatable/")
			               : name[0] >= '0' && name[0] <= '9')
				list[n++] =
					(struct migration){ name, (const char *)assets[i].data };
		}
	}
	return n;
}

static size_t
collect_data(struct arena *arena, struct reference_data list[])
{
	size_t n = 0;

	for (size_t i = 0; i < assets_count; i++) {
		const char *name = assets[i].path + strlen("data/");
		size_t len;

		if (!has_prefix(assets[i].path, "data/"))
			continue;
		len = strlen(name);
		if (len > 4 && strcmp(name + len - 4, ".csv") == 0)
			list[n++] = (struct reference_data){ arena_copy(arena, name, len - 4),
				                             (const char *)assets[i].data,
				                             assets[i].size };
	}
	return n;
}

bool
database_migrate(const struct database *database, char *error, size_t size)
{
	struct conn *conn;
	struct arena arena;
	struct migration *migrations;
	struct reference_data *data;
	size_t count, data_count;
	bool ok;

	if (database->owner_url[0] == '\0') {
		snprintf(error, size,
		         "FETTLE_OWNER_URL is not set: migrations need the owner's own URL");
		return false;
	}
	arena_init(&arena);
	migrations = arena_array(&arena, assets_count, sizeof(*migrations));
	data = arena_array(&arena, assets_count, sizeof(*data));
	count = collect_migrations(migrations);
	data_count = collect_data(&arena, data);
	conn = conn_open(database->owner_url);
	ok = migrate(conn, migrations, count, data, data_count, error, size);
	conn_close(conn);
	arena_clear(&arena);
	return ok;
}

bool
database_fits(const struct database *database, char *error, size_t size)
{
	struct conn *conn = conn_open(database->url);
	struct migration *migrations;
	struct arena arena;
	const char *why;
	int missing;

	arena_init(&arena);
	migrations = arena_array(&arena, assets_count, sizeof(*migrations));
	why = server_unfit(conn, &arena);
	if (why) {
		snprintf(error, size, "%s", why);
	} else {
		missing = migrations_missing(conn, migrations, collect_migrations(migrations));
		if (missing > 0)
			snprintf(error, size, "%d migrations are missing: run `fettled migrate`",
			         missing);
		else if (missing < 0)
			snprintf(error, size,
			         "the database has migrations this program does not know: it is "
			         "older");
		else if (positions_ahead(conn))
			snprintf(
				error, size,
				"the data come from a server whose transactions counted further, "
				"so feeds and jobs would skip what happens now: stop PostgreSQL and "
				"run `pg_resetwal --epoch=N` with an N above that server's");
		else
			error[0] = '\0';
		why = error[0] ? error : NULL;
	}
	conn_close(conn);
	arena_clear(&arena);
	return why == NULL;
}
