/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a request: its memory, its head and body as the library hands them over, its reply. */
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/utc.h"
#include "http_body.h"
#include "http_head.h"
#include "http_private.h"
#include "http_refusal.h"

#define SPARES_MAX 256
#define FILE_PIECE 32768 /* octets read for a client at a time */
#define REPLY_MAX  ((size_t)64 * 1024 * 1024)

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

/* A file on its way to a client. */
struct sent_file {
	struct http *http;
	int fd;
	uint64_t offset;
};

static ssize_t
read_file(void *cls, uint64_t pos, char *data, size_t size)
{
	const struct sent_file *file = cls;
	ssize_t n;

	/* the library's own reading would tell nothing, and its haste be taken for idleness */
	file->http->idle_runs = 0;
	do
		n = pread(file->fd, data, size, (off_t)(file->offset + pos));
	while (n < 0 && errno == EINTR);
	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR; /* its length was told */
}

static void
close_file(void *cls)
{
	struct sent_file *file = cls;

	close(file->fd);
	free(file);
}

static struct MHD_Response *
response_of_file(struct http *http, struct reply *reply)
{
	struct sent_file *file = malloc(sizeof(*file));
	struct MHD_Response *response;

	if (!file)
		die("out of memory: file");
	*file = (struct sent_file){ http, reply->file, reply->offset };
	response = MHD_create_response_from_callback(reply->size, FILE_PIECE, read_file, file,
	                                             close_file);
	if (response)
		reply->file = -1;
	else
		free(file);
	return response;
}

/*
 * The reply's content becomes the response's; NULL when there is none to be had.  That of a 304 is
 * not sent, but its size is told.
 */
static struct MHD_Response *
response_new(struct http *http, struct reply *reply)
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
	if (reply->file >= 0)
		return response_of_file(http, reply);
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
	struct MHD_Response *response = response_new(x->http, reply);
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

void *
exchange_target(void *cls, const char *target, struct MHD_Connection *connection)
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

	if (x->stage == STAGE_REFUSED && body_swallow(&x->body, size))
		return MHD_YES;
	if (x->stage == STAGE_REFUSED) { /* the rest is not worth reading: it is told now */
		x->stage = STAGE_SENDING;
		refusal_send(x->link->fd, MHD_get_reason_phrase_for((unsigned)x->req.reply.status),
		             &x->req);
		return MHD_NO;
	}
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

enum MHD_Result
exchange_handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
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

void
exchange_over(struct exchange *x, bool sent)
{
	x->link->exchange = NULL;
	link_phase(x->link, LINK_IDLE);
	if (x->told)
		x->http->settings.on_done(&x->req, sent);
	exchange_free(x);
}

void
exchange_completed(void *cls, struct MHD_Connection *connection, void **req_cls,
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

void
exchanges_resume(struct http *http)
{
	for (struct exchange *x = http->exchanges; x; x = x->next) {
		if (!x->suspended)
			continue;
		x->suspended = false;
		MHD_resume_connection(x->connection);
	}
}

void
exchanges_clear(struct http *http)
{
	struct exchange *x, *next;

	for (x = http->spares; x; x = next) {
		next = x->next;
		free(x);
	}
	http->spares = NULL;
}

void
exchanges_init(void)
{
	/* ISO C has no cast from void * to a function */
	*(void **)&queue_response = dlsym(RTLD_NEXT, "MHD_queue_response");
	if (!queue_response)
		die("libmicrohttpd has no MHD_queue_response");
}
