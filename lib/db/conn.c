/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a connection, and waiting on its socket no longer than its deadline. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "db/conn_private.h"
#include "db/connect.h"

static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

struct conn *
conn_open(const char *url)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		die("out of memory");
	conn->url = url;
	conn->settings = "";
	conn->begin = SQL_transaction_begin;
	conn->deadline_us = INT64_MAX;
	return conn;
}

struct conn *
conn_open_for_commands(const char *url)
{
	struct conn *conn = conn_open(url);

	conn->settings = "-c statement_timeout=5000 -c lock_timeout=4000 "
			 "-c idle_in_transaction_session_timeout=10000";
	return conn;
}

struct conn *
conn_open_for_demo(const char *url)
{
	struct conn *conn = conn_open(url);

	conn->settings = "-c synchronous_commit=off";
	return conn;
}

struct conn *
conn_open_for_reports(const char *url)
{
	struct conn *conn = conn_open(url);

	conn->begin = SQL_transaction_begin_report;
	return conn;
}

void
conn_disconnect(struct conn *conn)
{
	PQfinish(conn->pg);
	conn->pg = NULL;
	memset(conn->prepared, PREPARED_NO, sizeof(conn->prepared));
	conn->entries_count = 0;
	conn->bytes = 0;
}

void
conn_close(struct conn *conn)
{
	if (!conn)
		return;
	conn_disconnect(conn);
	free(conn);
}

void
conn_set_deadline(struct conn *conn, int64_t deadline_us)
{
	conn->deadline_us = deadline_us;
}

/* Wait for the socket; false when the deadline has passed. */
bool
conn_wait(struct conn *conn, short events)
{
	struct pollfd pfd = { .fd = PQsocket(conn->pg), .events = events };
	int64_t left = -1;
	int n;

	do {
		if (conn->deadline_us != INT64_MAX) {
			left = (conn->deadline_us - clock_monotonic_us() + 999) / 1000;
			if (left <= 0)
				return false;
		}
		n = poll(&pfd, 1, left > 60000 ? 60000 : (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0;
}

static enum err
connect_now(struct conn *conn)
{
	static struct log_cap cap;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	char message[512];

	conn->pg = connect_start(conn->url, conn->settings);
	if (!conn->pg || PQstatus(conn->pg) == CONNECTION_BAD)
		goto lost;
	while (status != PGRES_POLLING_OK) {
		if (!conn_wait(conn, status == PGRES_POLLING_READING ? POLLIN : POLLOUT))
			goto lost;
		status = PQconnectPoll(conn->pg);
		if (status == PGRES_POLLING_FAILED)
			goto lost;
	}
	PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
	if (PQsetnonblocking(conn->pg, 1) != 0)
		goto lost;
	return OK;
lost:
	if (log_allow(&cap))
		log_line(LOG_LEVEL_WARN, "connect", "message=%s",
		         log_quote(message, sizeof(message), PQerrorMessage(conn->pg)));
	conn_disconnect(conn);
	return ERR_CONNECTION_LOST;
}

/* The server may have ended the session while nobody looked.  Its last words come first, the end of
 * the stream with the second look; found out later, a commit would have an unknown outcome. */
static bool
is_alive(PGconn *pg)
{
	return pg && PQstatus(pg) == CONNECTION_OK && PQconsumeInput(pg) && PQconsumeInput(pg);
}

enum err
conn_ensure(struct conn *conn)
{
	if (is_alive(conn->pg))
		return OK;
	conn_disconnect(conn);
	return connect_now(conn);
}

enum err
conn_flush_out(struct conn *conn)
{
	int n;

	while ((n = PQflush(conn->pg)) == 1) {
		if (!conn_wait(conn, POLLIN | POLLOUT))
			return ERR_CONNECTION_LOST;
		if (!PQconsumeInput(conn->pg))
			return ERR_CONNECTION_LOST;
	}
	return n == 0 ? OK : ERR_CONNECTION_LOST;
}

/* The next result, NULL for an end of results; sets lost when the connection is gone. */
PGresult *
conn_next_result(struct conn *conn, bool *lost)
{
	*lost = false;
	while (PQisBusy(conn->pg)) {
		if (!conn_wait(conn, POLLIN) || !PQconsumeInput(conn->pg)) {
			*lost = true;
			return NULL;
		}
	}
	return PQgetResult(conn->pg);
}
