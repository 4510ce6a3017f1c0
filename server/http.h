/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 by libmicrohttpd, hardened: the only part that knows the library.
 *
 * All functions belong to the loop's thread.  For each request it makes a struct request,
 * calls on_head when the head is in (its framing already checked), collects the body, suspends the
 * connection and calls on_request.  Later, exactly once, http_reply() sends req->reply; the request
 * and its arena are freed when the library is done with it.  on_head may fill req->reply and return
 * false: then the reply is sent without reading the body (connection closed if a body was
 * announced). */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "request.h"

struct http;

struct http_settings {
	const char *address; /* numeric */
	uint16_t port;       /* 0: any; http_port() tells */
	unsigned max_connections;
	unsigned max_connections_per_address; /* 0: no limit */
	unsigned idle_seconds;                /* keep-alive without a request */
	unsigned head_seconds, body_seconds;  /* absolute, by the reaper */
	const char *spool_dir;                /* for bodies that go to a file */
	bool (*on_head)(struct request *req);
	void (*on_request)(struct request *req);
	/* Fills req->reply with the problem of a head that was refused (400, 413, 414, 431, 501,
	 * 505). */
	void (*on_refused)(struct request *req, int status);
	/* Called when the exchange is over, for log and metrics; the request is freed after it. */
	void (*on_done)(struct request *req, bool sent);
};

/* NULL with a line in the log when the address is in use or not to be had. */
struct http *http_open(const struct http_settings *settings);
uint16_t http_port(const struct http *http);
int http_fd(const struct http *http);         /* epoll fd to wait on */
void http_run(struct http *http);             /* one turn of the library */
int http_timeout_ms(const struct http *http); /* -1: none; 0: run again before sleeping */
void http_tick(struct http *http);            /* the reaper; call about every 200 ms */
void http_reply(struct request *req);         /* send req->reply */
void http_quiesce(struct http *http);         /* stop accepting */
size_t http_pending(const struct http *http); /* requests begun and not yet answered in full */
size_t http_connections(const struct http *http);
void http_close(struct http *http); /* after everything pending is answered; NULL is nothing */

#endif
