/* SPDX-License-Identifier: Apache-2.0 */
/* A query string of any operation, with texts for its path: what is taken keeps every limit of the
 * contract, what is refused is told as a problem.
 *
 * Input: name of the operation, the path's texts, the query, each on a line. */
#include <string.h>

#include "core/text.h"
#include "decode.h"
#include "fuzz.h"

static void
decode(struct request *req, const struct operation *operation)
{
	struct parameter list[PARAMETERS_MAX];
	size_t count = 0;
	void *params;
	enum err err;

	if (!collect_parameters(&req->arena, operation->path, req->segments, req->query, list,
	                        &count)) {
		must_be_problem(req, fail(&req->ctx, ERR_BAD_PARAMETER, NULL), NULL, 0);
		return;
	}
	for (size_t i = 0; i < count; i++)
		MUST(utf8_valid(list[i].name, strlen(list[i].name)) &&
		     utf8_valid(list[i].value, strlen(list[i].value)));
	err = decode_parameters(&req->ctx, operation->params, list, count, &params);
	if (err == OK)
		must_fit(operation->params, params);
	else
		must_be_problem(req, err, NULL, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	const struct operation *operation;
	struct request req;
	size_t n = 0;

	request_begin(&req, (int)(size % 2));
	operation = &operations[take_operation(&in, &req.arena)];
	for (const char *p = operation->path; (p = strchr(p, '{')) != NULL; p++)
		req.segments[n++] = take_line(&in, &req.arena);
	req.query = take_line(&in, &req.arena);
	decode(&req, operation);
	request_end(&req);
	return 0;
}
