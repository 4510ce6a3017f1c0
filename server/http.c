/* SPDX-License-Identifier: Apache-2.0 */
/* The library's daemon: its settings, its connections, its turns. */
#include "http.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "http_head.h"
#include "http_private.h"
#include "http_socket.h"

#define ACCEPT_TURNS 128
#define IDLE_RUNS    64 /* in which nothing moved, until the library's haste is not believed */
#define IDLE_MS      5

/* The library's own limit tells the addresses of a /64 apart. */
static enum MHD_Result
address_has_room(void *cls, const struct sockaddr *address, socklen_t size)
{
	const unsigned limit = ((struct http *)cls)->settings.max_connections_per_address;

	(void)size;
	return limit == 0 || links_of_address(address) < limit ? MHD_YES : MHD_NO;
}

static void
connection_changed(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode what)
{
	struct http *http = cls;

	http->idle_runs = 0;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		                 ->connect_fd;

		*context = link_new(
			&http->reaper, fd,
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				->client_addr);
		((struct link *)*context)->http = http;
	} else {
		struct link *link = *context;

		/* A head that the library itself refused is not completed. */
		if (link->exchange)
			exchange_over(link->exchange, false);
		link_free(&http->reaper, link);
		*context = NULL;
		http->again = true; /* at its limit the library looks for who waits only then */
	}
}

/* Escapes stay as they are: the path is split before they are decoded. */
static size_t
unescape(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

static void PRINTF_LIKE(2, 0) log_message(void *cls, const char *format, va_list args)
{
	static struct log_cap cap;
	char text[256], quoted[256];

	(void)cls;
	if (!log_allow(&cap))
		return;
	(void)vsnprintf(text, sizeof(text), format, args);
	log_line(LOG_LEVEL_DEBUG, "http_library", "text=%s",
	         log_quote(quoted, sizeof(quoted), text));
}

NORETURN static void
library_panic(void *cls, const char *file, unsigned line, const char *reason)
{
	(void)cls;
	die("libmicrohttpd %s:%u: %s", file, line, reason ? reason : "panic");
}

/* --- The daemon ------------------------------------------------------------------------------- */

static struct MHD_Daemon *
daemon_start(struct http *http)
{
	/* clang-format off */
	const struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, http->listen_fd, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)HEAD_POOL, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)http->settings.max_connections, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)http->settings.idle_seconds, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_target, http },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)unescape, http },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_completed, http },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, http },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* clang-format on */

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
	                        http->port, address_has_room, http, exchange_handle, http,
	                        MHD_OPTION_EXTERNAL_LOGGER, log_message, NULL, MHD_OPTION_ARRAY,
	                        options, MHD_OPTION_END);
}

struct http *
http_open(const struct http_settings *settings)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		die("out of memory: http");
	MHD_set_panic_func(library_panic, NULL);
	exchanges_init();
	http->settings = *settings;
	http->port = settings->port;
	http->settings.max_connections = socket_connections_allowed(settings->max_connections);
	http->reaper.idle_us = (int64_t)settings->idle_seconds * 1000000;
	http->reaper.head_us = (int64_t)settings->head_seconds * 1000000;
	http->reaper.body_us = (int64_t)settings->body_seconds * 1000000;
	http->listen_fd = socket_listen(settings->address, &http->port);
	if (http->listen_fd < 0) {
		log_line(LOG_LEVEL_ERROR, "http_listen_failed", "address=%s port=%u why=\"%s\"",
		         settings->address, settings->port, strerrordesc_np(errno));
		free(http);
		return NULL;
	}
	http->daemon = daemon_start(http);
	if (!http->daemon) {
		log_line(LOG_LEVEL_ERROR, "http_start_failed", "address=%s port=%u",
		         settings->address, http->port);
		close(http->listen_fd);
		free(http);
		return NULL;
	}
	http->epoll_fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	return http;
}

uint16_t
http_port(const struct http *http)
{
	return http->port;
}

int
http_fd(const struct http *http)
{
	return http->epoll_fd;
}

void
http_run(struct http *http)
{
	http->again = false;
	http->idle_runs++;
	(void)MHD_run(http->daemon);
}

int
http_timeout_ms(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	if (http->again)
		return 0;
	if (MHD_get_timeout(http->daemon, &timeout) != MHD_YES)
		return -1;
	/* A chunk's line that is longer than its memory makes the library ask to be run for ever. */
	if (timeout == 0 && http->idle_runs > IDLE_RUNS)
		return IDLE_MS;
	return timeout > INT_MAX ? INT_MAX : (int)timeout;
}

void
http_tick(struct http *http)
{
	reaper_tick(&http->reaper);
}

size_t
http_pending(const struct http *http)
{
	return http->exchanges_count;
}

size_t
http_connections(const struct http *http)
{
	return http->reaper.count;
}

void
http_quiesce(struct http *http)
{
	struct pollfd waiting = { .fd = http->listen_fd, .events = POLLIN };
	int i;

	if (http->listen_fd < 0)
		return;
	/* Who already waits in the backlog would get a reset: he is served. */
	for (i = 0; i < ACCEPT_TURNS && poll(&waiting, 1, 0) > 0; i++)
		http_run(http);
	(void)MHD_quiesce_daemon(http->daemon);
	close(http->listen_fd);
	http->listen_fd = -1;
}

void
http_close(struct http *http)
{
	if (!http)
		return;
	http_quiesce(http);
	http->closing = true;
	/* The library may not be stopped with suspended connections. */
	exchanges_resume(http);
	http_run(http);
	MHD_stop_daemon(http->daemon);
	reaper_clear(&http->reaper);
	exchanges_clear(http);
	free(http);
}
