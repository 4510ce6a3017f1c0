/* SPDX-License-Identifier: Apache-2.0 */
/* The library's daemon and the life of a request in it. */
#include "http.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/utc.h"
#include "http_body.h"
#include "http_head.h"
#include "http_reap.h"
#include "http_refusal.h"
#include "http_socket.h"

#define SPARES_MAX   256
#define REPLY_MAX    ((size_t)64 * 1024 * 1024)
#define ACCEPT_TURNS 128
#define IDLE_RUNS    64 /* in which nothing moved, until the library's haste is not believed */
#define IDLE_MS      5

enum stage {
	STAGE_HEAD,
	STAGE_REFUSED, /* head or body; the refusal is sent when the library takes a reply */
	STAGE_BODY,
	STAGE_RUNNING,
	STAGE_REPLIED,
	STAGE_SENDING
};

struct exchange {
	struct request req; /* first, so that one pointer is both */
	struct http *http;
	struct MHD_Connection *connection;
	struct link *link;
	struct exchange *prev, *next;
	enum stage stage;
	bool told; /* the dispatcher knows of it */
	bool suspended;
	struct head head;
	struct body body;
};

/* The library's own MHD_queue_response(). */
static enum MHD_Result (*queue_response)(struct MHD_Connection *, unsigned, struct MHD_Response *);

struct http {
	struct http_settings settings;
	struct MHD_Daemon *daemon;
	int listen_fd; /* -1 when quiet */
	uint16_t port;
	int epoll_fd;
	bool closing;
	bool again; /* a connection was resumed or has ended: there is work that no event tells of */
	unsigned idle_runs; /* of the library since it last called back */
	struct reaper reaper;
	struct exchange *exchanges, *spares;
	size_t exchanges_count, spares_count;
};

static struct link *
link_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	        ->socket_context;
}

/* --- A request's memory ----------------------------------------------------------------------- */

static struct exchange *
exchange_new(struct http *http, struct MHD_Connection *connection)
{
	struct exchange *x = http->spares;

	if (x) {
		http->spares = x->next;
		http->spares_count--;
	} else {
		x = malloc(sizeof(*x));
	}
	if (!x)
		die("out of memory: request");
	memset(x, 0, sizeof(*x));
	x->http = http;
	x->connection = connection;
	x->link = link_of(connection);
	x->link->exchange = x;
	arena_init(&x->req.arena);
	buf_init(&x->req.reply.body, REPLY_MAX);
	x->req.ctx.arena = &x->req.arena;
	x->req.method = x->req.path = x->req.body_text = "";
	x->req.peer = x->link->peer;
	x->req.body_file = -1;
	x->req.reply.file = -1;
	x->req.started_us = clock_monotonic_us();
	x->req.exchange = x;
	x->next = http->exchanges;
	if (x->next)
		x->next->prev = x;
	http->exchanges = x;
	http->exchanges_count++;
	return x;
}

static void
exchange_free(struct exchange *x)
{
	struct http *http = x->http;

	if (x->prev)
		x->prev->next = x->next;
	else
		http->exchanges = x->next;
	if (x->next)
		x->next->prev = x->prev;
	http->exchanges_count--;
	arena_clear(&x->req.arena);
	body_clear(&x->body, &x->req);
	buf_clear(&x->req.reply.body);
	if (x->req.reply.file >= 0)
		close(x->req.reply.file);
	if (http->spares_count == SPARES_MAX) {
		free(x);
		return;
	}
	x->next = http->spares;
	http->spares = x;
	http->spares_count++;
}

/* --- Replies ---------------------------------------------------------------------------------- */

static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	static struct log_cap cap;
	char quoted[64];

	if (head_is_token(name, strlen(name)) && head_is_value(value, strlen(value)) &&
	    MHD_add_response_header(response, name, value) == MHD_YES)
		return;
	/* An empty value and a tab are the library's own dislikes. */
	if (log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "http_header_dropped", "name=%s",
		         log_quote(quoted, sizeof(quoted), name));
}

/*
 * The reply's content becomes the response's; NULL when there is none to be had.  That of a 304 is
 * not sent, but its size is told.
 */
static struct MHD_Response *
response_new(struct reply *reply)
{
	static struct log_cap cap;
	struct MHD_Response *response;
	size_t size;
	char *data;

	/* The library wants memory to write to, but only reads it. */
	if (reply->status == MHD_HTTP_NO_CONTENT)
		return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "",
		                                       MHD_RESPMEM_PERSISTENT);
	if (reply->fixed)
		return MHD_create_response_from_buffer(reply->size, (void *)(uintptr_t)reply->fixed,
		                                       MHD_RESPMEM_PERSISTENT);
	if (reply->file >= 0) {
		response = MHD_create_response_from_fd_at_offset64(reply->size, reply->file,
		                                                   reply->offset);
		if (response)
			reply->file = -1;
		return response;
	}
	if (reply->body.full) {
		if (log_allow(&cap))
			log_line(LOG_LEVEL_ERROR, "http_reply_too_big", "max=%zu", reply->body.max);
		return NULL;
	}
	data = buf_take(&reply->body, &size);
	response = MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(data);
	return response;
}

/* Give the reply to the library; MHD_NO ends the connection. */
static enum MHD_Result
send_reply(struct exchange *x)
{
	struct reply *reply = &x->req.reply;
	struct MHD_Response *response = response_new(reply);
	enum MHD_Result result;
	size_t i;

	if (!response)
		return MHD_NO;
	if (reply->status != MHD_HTTP_NO_CONTENT && reply->status != MHD_HTTP_NOT_MODIFIED)
		add_header(response, "Content-Type",
		           reply->content_type ? reply->content_type : "application/json");
	for (i = 0; i < reply->headers_count; i++)
		add_header(response, reply->headers[i].name, reply->headers[i].value);
	if (reply->close || x->http->listen_fd < 0)
		add_header(response, "Connection", "close");
	x->stage = STAGE_SENDING;
	link_phase(x->link, LINK_REPLY);
	result = queue_response(x->connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

void
http_reply(struct request *req)
{
	struct exchange *x = req->exchange;

	assert(x->stage == STAGE_RUNNING);
	x->stage = STAGE_REPLIED;
	if (!x->suspended)
		return; /* on_request is still running and sends it */
	x->suspended = false;
	x->http->again = true;
	MHD_resume_connection(x->connection);
}

/* --- From the request line to the reply ------------------------------------------------------- */

static void
refuse(struct exchange *x, int status)
{
	x->stage = STAGE_REFUSED;
	x->told = true;
	x->http->settings.on_refused(&x->req, status);
	x->req.reply.close = true;
	x->link->unread = true;
}

/*
 * What the library itself refuses (a Content-Length it cannot read, a head beyond its memory) it
 * answers with pages of its own, the head of some of them written twice.  It hands them to this
 * function of its interface, and a program's own definition comes before the library's: so they
 * are sent from here, as problems, and MHD_NO ends the connection.
 */
enum MHD_Result
MHD_queue_response(struct MHD_Connection *connection, unsigned status,
                   struct MHD_Response *response)
{
	struct link *link = link_of(connection);
	struct exchange *x = link->exchange;

	(void)response;
	if (!x)
		x = exchange_new(link->http, connection);
	if (!x->req.max_body)
		x->req.max_body = UINT64_MAX; /* the library's */
	if (x->stage != STAGE_REFUSED && x->stage != STAGE_REPLIED)
		refuse(x, (int)status);
	x->stage = STAGE_SENDING;
	refusal_send(link->fd, MHD_get_reason_phrase_for((unsigned)x->req.reply.status), &x->req);
	return MHD_NO;
}

/* The request line is in.  What is returned is the exchange in all later calls. */
static void *
target_in(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = exchange_new(cls, connection);

	x->http->idle_runs = 0;
	link_phase(x->link, LINK_HEAD);
	head_target(&x->head, &x->req, target);
	return x;
}

static enum MHD_Result
field_in(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
         size_t value_len)
{
	struct exchange *x = cls;

	(void)kind;
	head_lies(&x->head, name, name_len, value, value_len);
	head_field(&x->head, &x->req, name, name_len, value, value_len);
	return MHD_YES;
}

/* The library keeps the whole head in one piece, from the method on. */
static const char *
end_of_head(const struct exchange *x, const char *method)
{
	return method +
	       MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
	               ->header_size;
}

static enum MHD_Result
head_in(struct exchange *x, const char *method, const char *version)
{
	head_line(&x->head, method, version);
	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, field_in, x);
	head_ends(&x->head, end_of_head(x, method));
	head_end(&x->head, &x->req, method, version);
	if (x->head.status) {
		refuse(x, x->head.status);
		return send_reply(x);
	}
	x->told = true;
	link_phase(x->link, LINK_BODY);
	if (!x->http->settings.on_head(&x->req)) {
		x->stage = STAGE_REPLIED;
		/* Without a body the library takes the reply in its next call, and goes on after
		 * it. */
		if (!head_has_body(&x->head))
			return MHD_YES;
		x->req.reply.close = true;
		x->link->unread = true;
		return send_reply(x);
	}
	if (x->head.length > x->req.max_body) {
		refuse(x, MHD_HTTP_CONTENT_TOO_LARGE);
		return send_reply(x);
	}
	x->stage = STAGE_BODY;
	return MHD_YES;
}

static enum MHD_Result
body_in(struct exchange *x, const char *data, size_t size)
{
	int status;

	if (x->stage == STAGE_REFUSED)
		return body_swallow(&x->body, size) ? MHD_YES : MHD_NO;
	if (x->stage != STAGE_BODY)
		return MHD_NO;
	status = body_add(&x->body, &x->req, x->http->settings.spool_dir, data, size);
	/* In the midst of a body the library takes no reply. */
	if (status)
		refuse(x, status);
	return MHD_YES;
}

static enum MHD_Result
request_in(struct exchange *x)
{
	body_end(&x->body, &x->req);
	x->stage = STAGE_RUNNING;
	link_phase(x->link, LINK_REPLY);
	x->http->settings.on_request(&x->req);
	if (x->stage == STAGE_REPLIED)
		return send_reply(x);
	x->suspended = true;
	MHD_suspend_connection(x->connection);
	return MHD_YES;
}

/* Called with the head, with each piece of the body, at its end, and when resumed. */
static enum MHD_Result
handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *data, size_t *size, void **req_cls)
{
	struct exchange *x = *req_cls;
	size_t len = *size;

	(void)cls;
	(void)connection;
	(void)url;
	*size = 0;
	x->http->idle_runs = 0;
	if (x->http->closing)
		return MHD_NO;
	if (x->stage == STAGE_HEAD)
		return head_in(x, method, version);
	if (len)
		return body_in(x, data, len);
	if (x->stage == STAGE_BODY)
		return request_in(x);
	if (x->stage == STAGE_REFUSED || x->stage == STAGE_REPLIED)
		return send_reply(x);
	return MHD_NO;
}

static void
exchange_over(struct exchange *x, bool sent)
{
	x->link->exchange = NULL;
	link_phase(x->link, LINK_IDLE);
	if (x->told)
		x->http->settings.on_done(&x->req, sent);
	exchange_free(x);
}

static void
completed(void *cls, struct MHD_Connection *connection, void **req_cls,
          enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *req_cls;

	(void)cls;
	(void)connection;
	if (!x)
		return;
	*req_cls = NULL;
	exchange_over(x, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

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
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)target_in, http },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)unescape, http },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, http },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, http },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* clang-format on */

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
	                        http->port, address_has_room, http, handle, http,
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
	/* ISO C has no cast from void * to a function */
	*(void **)&queue_response = dlsym(RTLD_NEXT, "MHD_queue_response");
	if (!queue_response)
		die("libmicrohttpd has no MHD_queue_response");
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
	struct exchange *x, *next;

	if (!http)
		return;
	http_quiesce(http);
	http->closing = true;
	/* The library may not be stopped with suspended connections. */
	for (x = http->exchanges; x; x = x->next) {
		if (!x->suspended)
			continue;
		x->suspended = false;
		MHD_resume_connection(x->connection);
	}
	http_run(http);
	MHD_stop_daemon(http->daemon);
	reaper_clear(&http->reaper);
	for (x = http->spares; x; x = next) {
		next = x->next;
		free(x);
	}
	free(http);
}
