/* SPDX-License-Identifier: Apache-2.0 */
/* The principal's settings, from a scope. */
#include "db/principal.h"

#include <string.h>

#include "core/text.h"

const char **
principal_values(struct arena *arena, const struct scope *scope, const char *request_id)
{
	const struct ctx ctx = { .arena = arena, .scope = scope, .request_id = request_id };
	const struct arg args[] = {
		ARG(scope_store, scope->store),
		ARG(scope_hq, !scope->hq      ? (const char *)NULL
		              : scope->stores ? "but"
		                              : "1"),
		ARG(scope_stores, scope->stores),
		ARG(scope_customer, scope->customer),
		ARG(scope_actor, scope->actor),
	};

	return bind_args(arena, &statements[SQL_principal_set], &ctx, args, COUNT_OF(args));
}

enum sql
principal_next(struct arena *arena, const char *const *was, const char *const *is,
               const char ***values)
{
	const struct statement *whole = &statements[SQL_principal_set];
	const struct statement *change = &statements[SQL_principal_change];
	enum sql next = SQL_NONE;

	for (uint16_t i = 0; i < whole->params_count; i++) {
		if (text_equal(was[i], is[i]))
			continue;
		if (whole->params[i] != PARAM_scope_store && whole->params[i] != PARAM_scope_actor)
			return SQL_principal_set;
		next = SQL_principal_change;
	}
	if (next == SQL_NONE)
		return SQL_NONE;
	*values = arena_array(arena, change->params_count, sizeof(**values));
	for (uint16_t i = 0; i < change->params_count; i++)
		for (uint16_t k = 0; k < whole->params_count; k++)
			if (whole->params[k] == change->params[i])
				(*values)[i] = is[k];
	return next;
}
