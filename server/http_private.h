/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files that know libmicrohttpd share: http.c runs the library, http_exchange.c is what it
 * calls for each request. */
#ifndef SERVER_HTTP_PRIVATE_H
#define SERVER_HTTP_PRIVATE_H

#include <microhttpd.h>

#include "http.h"
#include "http_reap.h"

struct exchange; /* one request, from its line to the end of its reply */

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

/* The library's calls.  The request line is in: what is returned is the exchange in all later ones. */
void *exchange_target(void *cls, const char *target, struct MHD_Connection *connection);
/* With the head, with each piece of the body, at its end, and when resumed. */
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **req_cls);
void exchange_completed(void *cls, struct MHD_Connection *connection, void **req_cls,
                        enum MHD_RequestTerminationCode why);

/* Tell the dispatcher that it is over, and free it. */
void exchange_over(struct exchange *x, bool sent);

void exchanges_init(void);                /* before the library runs */
void exchanges_resume(struct http *http); /* all that are suspended, for the end */
void exchanges_clear(struct http *http);  /* what is kept for later requests */

#endif
