/* SPDX-License-Identifier: Apache-2.0 */
/* Plain SQL and COPY, for migrations, imports and start-up checks. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "db/conn_private.h"
#include "db/rows.h"

static void
say(char *message, size_t size, const char *text)
{
	size_t n;

	if (!message || size == 0)
		return;
	snprintf(message, size, "%s", text ? text : "");
	for (n = strlen(message); n > 0 && message[n - 1] == '\n'; n--)
		message[n - 1] = '\0';
}

enum err
conn_exec(struct conn *conn, struct arena *arena, const char *text, struct rows **rows,
          char *message, size_t message_size)
{
	PGresult *result, *last = NULL;
	enum err err = conn_ensure(conn);
	bool lost = false;

	if (rows)
		*rows = NULL;
	if (err) {
		say(message, message_size, "no connection to the database");
		return err;
	}
	if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_ON && !PQexitPipelineMode(conn->pg))
		return ERR_INTERNAL;
	if (!PQsendQuery(conn->pg, text) || conn_flush_out(conn) != OK)
		lost = true;
	while (!lost && (result = conn_next_result(conn, &lost)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		PQclear(last);
		last = result;
		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
			say(message, message_size, PQresultErrorMessage(result));
			err = result_error(result, NULL);
		}
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			lost = true;
	}
	if (lost) {
		PQclear(last);
		conn_disconnect(conn);
		say(message, message_size, "the connection to the database was lost");
		return ERR_CONNECTION_LOST;
	}
	if (err == OK && rows && last)
		*rows = rows_take(arena, last, SQL_NONE);
	else
		PQclear(last);
	return err;
}

enum err
conn_copy_begin(struct conn *conn, const char *text)
{
	PGresult *result;
	enum err err = OK;
	bool lost;

	if (!conn->pg || !PQsendQuery(conn->pg, text) || conn_flush_out(conn) != OK)
		return ERR_CONNECTION_LOST;
	result = conn_next_result(conn, &lost);
	if (lost)
		return ERR_CONNECTION_LOST;
	if (PQresultStatus(result) != PGRES_COPY_IN) {
		err = result_error(result, NULL);
		while (!lost && result) {
			PQclear(result);
			result = conn_next_result(conn, &lost);
		}
	}
	PQclear(result);
	return err;
}

enum err
conn_copy_data(struct conn *conn, const char *data, size_t size)
{
	int n;

	while ((n = PQputCopyData(conn->pg, data, (int)size)) == 0)
		if (!conn_wait(conn, POLLOUT))
			return ERR_CONNECTION_LOST;
	return n == 1 ? OK : ERR_CONNECTION_LOST;
}

enum err
conn_copy_end(struct conn *conn, char *message, size_t message_size)
{
	PGresult *result;
	enum err err = OK;
	bool lost = false;
	int n;

	while ((n = PQputCopyEnd(conn->pg, NULL)) == 0)
		if (!conn_wait(conn, POLLOUT))
			return ERR_CONNECTION_LOST;
	if (n != 1 || conn_flush_out(conn) != OK)
		return ERR_CONNECTION_LOST;
	while ((result = conn_next_result(conn, &lost)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK) {
			say(message, message_size, PQresultErrorMessage(result));
			err = result_error(result, NULL);
		}
		PQclear(result);
	}
	return lost ? ERR_CONNECTION_LOST : err;
}
