/* SPDX-License-Identifier: Apache-2.0 */
/* Running migrations and checking that a server may be served from. */
#include "db/migrate.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/log.h"

#define LOCK_KEY "7239114046"

/* FNV-1a, as hex: tells a changed file, guards against nothing else. */
static const char *
checksum(struct arena *arena, const char *text, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return arena_printf(arena, "%016llx", (unsigned long long)hash);
}

static bool
is_repeatable(const char *name)
{
	return strncmp(name, "repeatable/", 11) == 0;
}

static bool
run(struct conn *conn, struct arena *arena, const char *sql, char *error, size_t error_size)
{
	return conn_exec(conn, arena, sql, NULL, error, error_size) == OK;
}

/* The checksum under which a file was applied, or NULL. */
static const char *
applied(const struct rows *done, const char *name)
{
	for (size_t i = 0; i < rows_count(done); i++)
		if (strcmp(row_text(done, i, "name"), name) == 0)
			return row_text(done, i, "checksum");
	return NULL;
}

static bool
apply(struct conn *conn, struct arena *arena, const struct migration *m, char *error,
      size_t error_size)
{
	const char *record = arena_printf(
		arena,
		"INSERT INTO schema_migration (name, checksum, at) VALUES ('%s', '%s', "
		"clock_timestamp())"
		" ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, at = excluded.at",
		m->name, checksum(arena, m->sql, strlen(m->sql)));
	char message[1024];

	/* migrations see everything: the system principal, for this transaction */
	if (run(conn, arena, "BEGIN; SELECT set_config('app.hq', '1', true);", message,
	        sizeof(message)) &&
	    run(conn, arena, m->sql, message, sizeof(message)) &&
	    run(conn, arena, record, message, sizeof(message)) &&
	    run(conn, arena, "COMMIT", message, sizeof(message))) {
		log_line(LOG_LEVEL_INFO, "migrated", "name=%s", m->name);
		return true;
	}
	snprintf(error, error_size, "migration %s: %s", m->name, message);
	(void)run(conn, arena, "ROLLBACK", message, sizeof(message));
	return false;
}

static bool
load(struct conn *conn, struct arena *arena, const struct reference_data *data, const char *sum,
     char *error, size_t error_size)
{
	size_t head = 0;
	const char *copy, *record;
	char message[1024] = "the connection was lost";
	bool ok;

	while (head < data->size && data->csv[head] != '\n')
		head++;
	copy = arena_printf(arena, "COPY %s (%.*s) FROM STDIN (FORMAT csv, HEADER)", data->table,
	                    (int)(head > 0 && data->csv[head - 1] == '\r' ? head - 1 : head),
	                    data->csv);
	record = arena_printf(
		arena,
		"ANALYZE %s; INSERT INTO schema_migration (name, checksum, at) VALUES ('data/%s', "
		"'%s', clock_timestamp())"
		" ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, at = excluded.at; "
		"COMMIT",
		data->table, data->table, sum);
	ok = run(conn, arena, arena_printf(arena, "BEGIN; DELETE FROM %s", data->table), message,
	         sizeof(message)) &&
	     conn_copy_begin(conn, copy) == OK &&
	     conn_copy_data(conn, data->csv, data->size) == OK &&
	     conn_copy_end(conn, message, sizeof(message)) == OK &&
	     run(conn, arena, record, message, sizeof(message));
	if (!ok) {
		snprintf(error, error_size, "data %s: %s", data->table, message);
		(void)run(conn, arena, "ROLLBACK", message, sizeof(message));
	}
	return ok;
}

static bool
migrate_in(struct conn *conn, struct arena *arena, const struct migration *migrations, size_t count,
           const struct reference_data *data, size_t data_count, char *error, size_t error_size)
{
	struct rows *done;
	bool changed = false;

	if (!run(conn, arena,
	         "SELECT pg_advisory_lock(" LOCK_KEY ");"
	         "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, "
	         "checksum text NOT NULL,"
	         " at timestamptz NOT NULL)",
	         error, error_size))
		return false;
	if (conn_exec(conn, arena, "SELECT name, checksum FROM schema_migration", &done, error,
	              error_size) != OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *sum = checksum(arena, migrations[i].sql, strlen(migrations[i].sql));
		const char *was = applied(done, migrations[i].name);

		if (was && strcmp(was, sum) == 0)
			continue;
		if (was && !is_repeatable(migrations[i].name)) {
			snprintf(error, error_size, "migration %s was changed after it had run",
			         migrations[i].name);
			return false;
		}
		changed = true;
		if (!is_repeatable(migrations[i].name) &&
		    !apply(conn, arena, &migrations[i], error, error_size))
			return false;
	}
	for (size_t i = 0; i < count && changed; i++)
		if (is_repeatable(migrations[i].name) &&
		    !apply(conn, arena, &migrations[i], error, error_size))
			return false;
	for (size_t i = 0; i < data_count; i++) {
		const char *sum = checksum(arena, data[i].csv, data[i].size);
		const char *was = applied(done, arena_printf(arena, "data/%s", data[i].table));

		if ((!was || strcmp(was, sum) != 0) &&
		    !load(conn, arena, &data[i], sum, error, error_size))
			return false;
	}
	return true;
}

bool
migrate(struct conn *conn, const struct migration *migrations, size_t count,
        const struct reference_data *data, size_t data_count, char *error, size_t error_size)
{
	struct arena arena;
	char message[256];
	bool ok;

	arena_init(&arena);
	ok = migrate_in(conn, &arena, migrations, count, data, data_count, error, error_size);
	(void)run(conn, &arena, "SELECT pg_advisory_unlock_all()", message, sizeof(message));
	arena_clear(&arena);
	return ok;
}

int
migrations_missing(struct conn *conn, const struct migration *migrations, size_t count)
{
	struct arena arena;
	struct rows *done;
	int missing = 0;

	arena_init(&arena);
	if (conn_exec(conn, &arena,
	              "SELECT name, checksum FROM schema_migration WHERE name NOT LIKE 'data/%'",
	              &done, NULL, 0) != OK) {
		arena_clear(&arena);
		return (int)count;
	}
	for (size_t i = 0; i < count; i++)
		if (!applied(done, migrations[i].name))
			missing++;
	if (rows_count(done) + (size_t)missing > count)
		missing = -1;
	arena_clear(&arena);
	return missing;
}

static const char fitness[] =
	"SELECT CASE"
	" WHEN current_setting('server_version_num')::int < 150014"
	"  THEN 'PostgreSQL ' || current_setting('server_version') || ' is older than 15.14'"
	" WHEN r.rolsuper OR r.rolbypassrls THEN 'role ' || r.rolname || ' is superuser or may "
	"bypass row security'"
	" WHEN EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	"              WHERE n.nspname = 'public' AND pg_has_role(c.relowner, 'USAGE'))"
	"  THEN 'role ' || r.rolname || ' owns tables'"
	" WHEN current_setting('fsync') = 'off' THEN 'fsync is off'"
	" WHEN current_setting('full_page_writes') = 'off' THEN 'full_page_writes is off'"
	" END AS why, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock"
	" FROM pg_roles r WHERE r.rolname = current_user";

const char *
server_unfit(struct conn *conn, struct arena *arena)
{
	char message[512];
	struct rows *rows;
	int64_t off;

	if (conn_exec(conn, arena, fitness, &rows, message, sizeof(message)) != OK)
		return arena_text(arena, message);
	if (row_text(rows, 0, "why"))
		return row_text(rows, 0, "why");
	off = row_int(rows, 0, "clock") - utc_now().us;
	if (off > CLOCK_OFF_MAX_US || off < -CLOCK_OFF_MAX_US)
		return arena_printf(
			arena, "the clocks of this machine and of PostgreSQL differ by %lld ms",
			(long long)(off / 1000));
	return NULL;
}

bool
positions_ahead(struct conn *conn)
{
	struct arena arena;
	struct rows *ahead;
	enum err err;
	bool any;

	arena_init(&arena);
	err = conn_exec(conn, &arena,
	                "SELECT 1 FROM event_consumer"
	                " WHERE position >= pg_snapshot_xmax(pg_current_snapshot())",
	                &ahead, NULL, 0);
	any = err == OK && rows_count(ahead) > 0;
	arena_clear(&arena);
	return any;
}
