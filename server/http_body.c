/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in memory and in unlinked temporary files. */
#include "http_body.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "spool.h"

#define CAP_FIRST   ((size_t)4096)
#define SWALLOW_MAX UINT64_C(1048576)

static void
add_to_memory(struct body *body, struct request *req, const char *data, size_t size)
{
	/* max_body bounds it, far from an overflow. */
	size_t need = (size_t)req->body_size + size + 1;

	if (need > body->cap) {
		size_t cap = body->cap ? body->cap * 2 : CAP_FIRST;

		if (cap < need)
			cap = need;
		body->data = realloc(body->data, cap);
		if (!body->data)
			die("out of memory: request body of %zu bytes", cap);
		body->cap = cap;
	}
	memcpy(body->data + req->body_size, data, size);
}

static bool
add_to_file(struct request *req, const char *dir, const char *data, size_t size)
{
	static struct log_cap cap;

	if (req->body_file < 0)
		req->body_file = spool_open(dir);
	if (req->body_file >= 0 && spool_write(req->body_file, data, size))
		return true;
	if (log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "http_spool_failed", "dir=%s why=\"%s\"", dir,
		         strerrordesc_np(errno));
	return false;
}

int
body_add(struct body *body, struct request *req, const char *spool_dir, const char *data,
         size_t size)
{
	if (size > req->max_body - req->body_size)
		return 413;
	if (!req->spool)
		add_to_memory(body, req, data, size);
	else if (!add_to_file(req, spool_dir, data, size))
		return 503;
	req->body_size += size;
	return 0;
}

void
body_end(struct body *body, struct request *req)
{
	if (body->data) {
		body->data[req->body_size] = '\0';
		req->body_text = body->data;
	}
	if (req->body_file >= 0)
		(void)lseek(req->body_file, 0, SEEK_SET);
}

bool
body_swallow(struct body *body, size_t size)
{
	body->swallowed += size;
	return body->swallowed <= SWALLOW_MAX;
}

void
body_clear(struct body *body, struct request *req)
{
	free(body->data);
	body->data = NULL;
	if (req->body_file >= 0)
		close(req->body_file);
	req->body_file = -1;
}
