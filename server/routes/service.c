/* SPDX-License-Identifier: Apache-2.0 */
/* Health, metrics, the contract and its page, code lists: all answered from memory, on the loop. */
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "clock.h"
#include "db/lane.h"
#include "metrics.h"
#include "routes/routes.h"
#include "service.h"

static struct service state;

void
service_init(const struct service *service)
{
	state = *service;
}

void
service_drain(void)
{
	state.draining = true;
}

static enum err
text(struct request *req, int status, const char *said)
{
	req->reply.status = status;
	req->reply.content_type = "text/plain; charset=utf-8";
	buf_puts(&req->reply.body, said);
	return OK;
}

static enum err
health(struct request *req)
{
	return text(req, 200, "ok\n");
}

static enum err
readiness(struct request *req)
{
	if (state.draining)
		return text(req, 503, "draining\n");
	if (!clock_agrees())
		return text(req, 503, "the clocks of this machine and of the database differ\n");
	return lanes_up(state.lanes) ? text(req, 200, "ready\n")
	                             : text(req, 503, "the database is away\n");
}

static void
by_class(struct buf *out, const char *name, size_t critical, size_t others)
{
	buf_printf(out,
	           "# TYPE fettle_%s gauge\nfettle_%s{critical=\"true\"} %zu\n"
	           "fettle_%s{critical=\"false\"} %zu\n",
	           name, name, critical, name, others);
}

static enum err
metrics(struct request *req)
{
	struct buf *out = &req->reply.body;

	req->reply.status = 200;
	req->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(out);
	buf_printf(out, "# TYPE fettle_connections gauge\nfettle_connections %zu\n",
	           http_connections(state.http));
	buf_printf(out, "# TYPE fettle_reads_in_flight gauge\nfettle_reads_in_flight %zu\n",
	           lanes_in_flight(state.lanes));
	by_class(out, "reads_waiting", lanes_waiting(state.lanes, true),
	         lanes_waiting(state.lanes, false));
	by_class(out, "commands_waiting", workers_waiting(state.workers, true),
	         workers_waiting(state.workers, false));
	by_class(out, "commands_running", workers_running(state.workers, true),
	         workers_running(state.workers, false));
	buf_printf(out, "# TYPE fettle_database_up gauge\nfettle_database_up %d\n",
	           lanes_up(state.lanes));
	return OK;
}

static int
compare_asset(const void *path, const void *asset)
{
	return strcmp(path, ((const struct asset *)asset)->path);
}

static enum err
asset(struct request *req, const char *path, const char *type)
{
	const struct asset *found =
		bsearch(path, assets, assets_count, sizeof(assets[0]), compare_asset);

	if (!found)
		return ERR_NOT_FOUND;
	req->reply.status = 200;
	req->reply.content_type = type;
	req->reply.fixed = found->data;
	req->reply.size = found->size;
	return OK;
}

static enum err
contract(struct request *req)
{
	return asset(req, "openapi.json", "application/json");
}

static enum err
docs(struct request *req)
{
	reply_header(
		req, "Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src "
		"'self' data:; "
		"connect-src 'self'; base-uri 'none'; form-action 'none'");
	return asset(req, "vendor/swagger-ui/index.html", "text/html; charset=utf-8");
}

static enum err
docs_file(struct request *req)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".png", "image/png" },
	};
	const char *file = ((const struct get_docs_file_params *)req->params)->file,
		   *dot = strrchr(file, '.');

	for (size_t i = 0; dot && i < COUNT_OF(types); i++)
		if (strcmp(dot, types[i].ending) == 0)
			return asset(req, arena_printf(&req->arena, "vendor/swagger-ui/%s", file),
			             types[i].type);
	return ERR_NOT_FOUND;
}

static void
write_enum(struct buf *out, const struct enumeration *e)
{
	buf_printf(out, "\"%s\":{\"may_grow\":%s,\"values\":[", e->name,
	           e->may_grow ? "true" : "false");
	for (size_t i = 1; i < e->count; i++) {
		buf_printf(out, "%s{\"code\":\"%s\",\"en\":", i > 1 ? "," : "", e->values[i].code);
		buf_json(out, e->values[i].en, strlen(e->values[i].en));
		buf_puts(out, ",\"zh\":");
		buf_json(out, e->values[i].zh, strlen(e->values[i].zh));
		buf_char(out, '}');
	}
	buf_puts(out, "]}");
}

static enum err
enums(struct request *req)
{
	struct buf *out = &req->reply.body;

	req->reply.status = 200;
	buf_char(out, '{');
	for (size_t i = 0; i < enumerations_count; i++) {
		write_enum(out, enumerations[i]);
		buf_char(out, ',');
	}
	write_enum(out, &role_enum);
	buf_char(out, ',');
	write_enum(out, &permission_enum);
	buf_char(out, '}');
	return OK;
}

static bool
is_reasons(const struct enumeration *e)
{
	static const char *const endings[] = { "_reason", "_cause" };
	size_t length = strlen(e->name);

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t n = strlen(endings[i]);

		if (length > n && strcmp(e->name + length - n, endings[i]) == 0)
			return true;
	}
	return false;
}

static enum err
reason_codes(struct request *req)
{
	const struct list_reason_codes_params *in = req->params;
	struct buf *out = &req->reply.body;
	bool any = false;

	req->reply.status = 200;
	buf_char(out, '{');
	for (size_t i = 0; i < enumerations_count; i++) {
		if (!is_reasons(enumerations[i]) ||
		    (in->kind && strcmp(in->kind, enumerations[i]->name) != 0))
			continue;
		if (any)
			buf_char(out, ',');
		write_enum(out, enumerations[i]);
		any = true;
	}
	buf_char(out, '}');
	if (any)
		return OK;
	buf_clear(out);
	return fail_parameter(&req->ctx, ERR_BAD_VALUE, "kind",
	                      "names no set of reasons; without it all of them are told");
}

/* clang-format off */
const struct route service_routes[] = {
	CODE(OP_getHealth,    health),
	CODE(OP_getReadiness, readiness),
	CODE(OP_getMetrics,   metrics),
	CODE(OP_getContract,  contract),
	CODE(OP_getDocs,      docs),
	CODE(OP_getDocsFile,  docs_file),
	CODE(OP_listEnums,    enums),
	CODE(OP_listReasonCodes, reason_codes),
	ROUTES_END
};
/* clang-format on */
