/* SPDX-License-Identifier: Apache-2.0 */
/* The one search box, and the same keys as a filter of lists. */
#include "event/search.h"

#include "auth.h"
#include "routes/routes.h"

static const struct searched {
	const char *subject;
	enum permission permission;
} searched[] = {
	{ "customer", PERMISSION_CUSTOMER_READ },
	{ "vehicle", PERMISSION_VEHICLE_READ },
	{ "appointment", PERMISSION_APPOINTMENT_READ },
	{ "reception", PERMISSION_RECEPTION_READ },
	{ "work_order", PERMISSION_WORK_ORDER_READ },
	{ "settlement", PERMISSION_SETTLEMENT_READ },
	{ "complaint", PERMISSION_COMPLAINT_READ },
	{ "stock_document", PERMISSION_STOCK_READ },
	{ "part", PERMISSION_PART_READ },
	{ "operation", PERMISSION_CATALOG_READ },
};

static void
add_arg(struct request *req, struct arg arg)
{
	if (req->args_count == REQUEST_ARGS_MAX)
		die("too many arguments of a read");
	req->args[req->args_count++] = arg;
}

enum err
search_prepare(struct request *req)
{
	struct search_terms *terms = arena_alloc(&req->arena, sizeof(*terms));
	const char *const *typed = request_parameter(req, "q");

	if (typed)
		search_terms(&req->arena, *typed, terms);
	add_arg(req, TEXTS_ARG(search_kinds, terms->kinds, terms->count));
	add_arg(req, TEXTS_ARG(search_keys, terms->keys, terms->count));
	add_arg(req, TEXTS_ARG(search_ends, terms->ends, terms->count));
	return OK;
}

/* One scope serves all kinds of objects, so a kind is shown only where its permission is held in
 * all of it. */
static bool
holds_in_scope(const struct request *req, enum permission permission)
{
	if (!id_is_none(req->scope.store))
		return principal_holds(req->who, permission, req->scope.store);
	if (permission_in(&req->who->chain, permission))
		return true;
	if (req->scope.hq)
		return false;
	for (size_t i = 0; i < req->who->stores_count; i++)
		if (!permission_in(&req->who->stores[i].set, permission))
			return false;
	return true;
}

static enum err
prepare_box(struct request *req)
{
	const char **subjects = arena_array(&req->arena, COUNT_OF(searched), sizeof(*subjects));
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(searched); i++)
		if (holds_in_scope(req, searched[i].permission))
			subjects[count++] = searched[i].subject;
	add_arg(req, TEXTS_ARG(subjects, subjects, count));
	return search_prepare(req);
}

/* clang-format off */
const struct route search_routes[] = {
	READ_PREPARED(OP_search, prepare_box, NULL, PAGE(search_find)),
	ROUTES_END
};
/* clang-format on */
