/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request, from its target to the operation that is meant: what gets past the checks
 * cannot split a header or leave its path, and a route is found for what fits it and nothing else.
 *
 * Input: method, target and version, then the fields, each on a line. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "decode.h"
#include "dispatch.h"
#include "fuzz.h"
#include "http_head.h"

static bool
starts_as(const char *path, const char *pattern)
{
	size_t n = strcspn(pattern, "{");

	return strncmp(path, pattern, n) == 0;
}

static void
must_be_routed(struct request *req)
{
	struct parameter list[PARAMETERS_MAX];
	const struct operation *operation = req->operation;
	size_t count, parameters = 0;
	void *params;
	enum err err;

	MUST(req->op != OP_NONE && req->route != NULL);
	MUST(starts_as(req->path, operation->path));
	for (const char *p = operation->path; (p = strchr(p, '{')) != NULL; p++)
		MUST(req->segments[parameters] && !strchr(req->segments[parameters++], '/'));
	if (!collect_parameters(&req->arena, operation->path, req->segments, req->query, list,
	                        &count))
		return;
	err = decode_parameters(&req->ctx, operation->params, list, count, &params);
	if (err == OK)
		must_fit(operation->params, params);
	else
		must_be_problem(req, err, NULL, 0);
}

static void
must_be_replied(const struct request *req)
{
	json_t *problem;

	MUST(req->reply.status == 204 || req->reply.status >= 400);
	if (req->reply.status == 204)
		return;
	problem =
		json_loadb(req->reply.body.data, req->reply.body.len, JSON_REJECT_DUPLICATES, NULL);
	MUST(json_is_object(problem));
	json_decref(problem);
}

static void
dispatch(struct request *req)
{
	const char *id;

	if (!dispatch_head(req))
		must_be_replied(req);
	else
		must_be_routed(req);
	id = req->ctx.request_id;
	MUST(id[0] && strlen(id) <= 64 && head_is_token(id, strlen(id)));
	for (size_t i = 0; i < req->reply.headers_count; i++) {
		const char *name = req->reply.headers[i].name, *value = req->reply.headers[i].value;

		MUST(head_is_token(name, strlen(name)) && head_is_value(value, strlen(value)));
	}
}

static void
read_fields(struct head *head, struct request *req, struct input *in)
{
	while (in->left) {
		char *line = take_line(in, &req->arena), *colon = strchr(line, ':');
		const char *value = "";

		if (colon) {
			*colon = '\0';
			value = colon + 1 + strspn(colon + 1, " \t");
		}
		head_field(head, req, line, strlen(line), value, strlen(value));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char origin[] = "https://shop.example";
	static struct config config = { .cors_origins = { 1, { origin } } };
	static bool ready;
	struct input in = { (const char *)data, size };
	const char *method, *target, *version;
	struct head head = { 0 };
	struct request req;

	if (!ready)
		dispatch_init(&(struct dispatch){ .config = &config });
	ready = true;
	request_begin(&req, 0);
	method = take_line(&in, &req.arena);
	target = take_line(&in, &req.arena);
	version = take_line(&in, &req.arena);
	head_target(&head, &req, target);
	read_fields(&head, &req, &in);
	head_end(&head, &req, method, version);
	if (head.status) {
		dispatch_refused(&req, head.status);
		MUST(req.reply.status == head.status);
		must_be_replied(&req);
	} else {
		MUST(head.size <= HEAD_SIZE_MAX && !strchr(req.path, '?'));
		MUST(head.hosts <= 1 && head.lengths + head.encodings <= 1);
		dispatch(&req);
	}
	request_end(&req);
	return 0;
}
