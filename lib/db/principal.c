/* SPDX-License-Identifier: Apache-2.0 */
/* The principal's settings, from a scope. */
#include "db/principal.h"

const char **
principal_values(struct arena *arena, const struct scope *scope, const char *request_id,
                 enum plan_mode mode)
{
	const struct ctx ctx = { .arena = arena, .scope = scope, .request_id = request_id };
	const struct arg args[] = {
		ARG(scope_store, scope->store),
		ARG(scope_hq, scope->hq ? "1" : (const char *)NULL),
		ARG(scope_stores, scope->stores),
		ARG(scope_customer, scope->customer),
		ARG(scope_actor, scope->actor),
		ARG(plan_mode, mode == PLAN_CUSTOM ? "force_custom_plan" : "force_generic_plan"),
	};

	return bind_args(arena, &statements[SQL_principal_set], &ctx, args, COUNT_OF(args));
}
