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
	{ "transfer", PERMISSION_STOCK_READ },
	{ "stocktake", PERMISSION_STOCK_READ },
	{ "supplier", PERMISSION_PURCHASE_READ },
	{ "purchase_order", PERMISSION_PURCHASE_READ },
	{ "sales_order", PERMISSION_SALE_READ },
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

/* What was typed, for these subjects, and whose keys are looked at: those of the stores in the
 * scope, or with none the chain's. */
static void
add_terms(struct request *req, const char *const *subjects, size_t count)
{
	struct search_terms *terms = arena_alloc(&req->arena, sizeof(*terms));
	const char *const *typed = request_parameter(req, "q");
	const char *stores = req->scope.hq ? NULL : req->scope.stores;

	terms->count = 0;
	if (typed)
		search_terms(&req->arena, *typed, subjects, count, terms);
	add_arg(req, TEXTS_ARG(search_subjects, terms->subjects, terms->count));
	add_arg(req, TEXTS_ARG(search_kinds, terms->kinds, terms->count));
	add_arg(req, TEXTS_ARG(search_keys, terms->keys, terms->count));
	add_arg(req, TEXTS_ARG(search_ends, terms->ends, terms->count));
	if (id_is_none(req->scope.store))
		add_arg(req, ARG(search_stores, stores));
	else
		add_arg(req, IDS_ARG(search_stores, &req->scope.store, 1));
}

enum err
customers_prepare(struct request *req)
{
	static const char *const customer = "customer";

	add_terms(req, &customer, 1);
	return OK;
}

enum err
vehicles_prepare(struct request *req)
{
	static const char *const vehicle = "vehicle";

	add_terms(req, &vehicle, 1);
	return OK;
}

/* One scope serves all kinds of objects: a kind is searched where its permission is held in all of
 * it.  Stores that keep apart do not narrow what is searched elsewhere; they are left out of it. */
static bool
holds_in_scope(const struct request *req, enum permission permission)
{
	const struct principal *who = req->who;
	bool only_apart = true;

	if (!id_is_none(req->scope.store))
		return principal_holds(who, permission, req->scope.store);
	if (req->scope.hq)
		return permission_in(&who->chain, permission);
	for (size_t i = 0; i < who->stores_count; i++)
		only_apart = only_apart && who->stores[i].apart;
	for (size_t i = 0; i < who->stores_count; i++)
		if ((only_apart || !who->stores[i].apart) &&
		    !permission_in(&who->stores[i].set, permission))
			return false;
	return true;
}

static enum err
prepare_box(struct request *req)
{
	const char **subjects = arena_array(&req->arena, COUNT_OF(searched), sizeof(*subjects));
	enum permission held[COUNT_OF(searched)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(searched); i++) {
		if (!holds_in_scope(req, searched[i].permission))
			continue;
		held[count] = searched[i].permission;
		subjects[count++] = searched[i].subject;
	}
	if (id_is_none(req->scope.store))
		(void)principal_scope(req->who, req->operation, held, count, &req->arena,
		                      &req->scope);
	add_terms(req, subjects, count);
	return OK;
}

/* clang-format off */
const struct route search_routes[] = {
	READ_PREPARED(OP_search, prepare_box, NULL, PAGE(search_find)),
	ROUTES_END
};
/* clang-format on */
