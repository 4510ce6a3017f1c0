/* SPDX-License-Identifier: Apache-2.0 */
/* A refusal as HTTP/1.1 (RFC 9112 4 and 6). */
#include "http_refusal.h"

#include <sys/socket.h>
#include <time.h>

#define REFUSAL_MAX ((size_t)64 * 1024)

static void
put_date(struct buf *out)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[64];

	if (gmtime_r(&now, &tm) && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm))
		buf_printf(out, "Date: %s\r\n", text);
}

void
refusal_send(int fd, const char *reason, const struct request *req)
{
	const struct reply *reply = &req->reply;
	struct buf out;

	buf_init(&out, REFUSAL_MAX);
	buf_printf(&out, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n",
	           reply->status, reason, reply->body.len);
	buf_printf(&out, "Content-Type: %s\r\n", reply->content_type);
	put_date(&out);
	for (size_t i = 0; i < reply->headers_count; i++)
		buf_printf(&out, "%s: %s\r\n", reply->headers[i].name, reply->headers[i].value);
	buf_puts(&out, "\r\n");
	buf_put(&out, reply->body.data, reply->body.len);
	(void)send(fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	buf_clear(&out);
}
