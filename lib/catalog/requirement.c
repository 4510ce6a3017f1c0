/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation asks for: photos at key steps and a checklist, in revisions that never change. */
#include "catalog/requirement.h"

#include <string.h>

/* One item of a checklist: what its kind needs, and nothing of another's. */
static enum err
check_item(struct ctx *ctx, const struct new_check_item *in, size_t i)
{
	const bool measure = in->kind == CHECK_KIND_MEASURE, choice = in->kind == CHECK_KIND_CHOICE;
	const struct {
		const char *name;
		bool sent, fits;
	} members[] = {
		{ "unit", in->has_unit, measure },
		{ "minimum", in->has_minimum, measure },
		{ "maximum", in->has_maximum, measure },
		{ "out_of_bounds", in->has_out_of_bounds, measure },
		{ "choices", in->has_choices, choice },
	};

	for (size_t m = 0; m < COUNT_OF(members); m++)
		if (members[m].sent && !members[m].fits)
			return failf(ctx, ERR_UNKNOWN_FIELD, "/checklist/%zu/%s", i,
			             members[m].name);
	if (choice && !in->has_choices)
		return failf(ctx, ERR_REQUIRED, "/checklist/%zu/choices", i);
	if (in->has_minimum && in->has_maximum && in->minimum.milli > in->maximum.milli)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/checklist/%zu/maximum", i),
		                 "must not be below the minimum", NULL);
	return OK;
}

/* Codes name an item for good, in the photos and in the list each. */
static enum err
check_codes(struct ctx *ctx, const struct requirement *in)
{
	for (size_t i = 0; i < in->evidence_count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->evidence[k].code, in->evidence[i].code) == 0)
				return failf(ctx, ERR_NOT_UNIQUE, "/evidence/%zu/code", i);
	for (size_t i = 0; i < in->checklist_count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->checklist[k].code, in->checklist[i].code) == 0)
				return failf(ctx, ERR_NOT_UNIQUE, "/checklist/%zu/code", i);
	return OK;
}

enum err
requirement_check(struct ctx *ctx, const struct requirement *in)
{
	enum err err = check_codes(ctx, in);

	for (size_t i = 0; !err && i < in->checklist_count; i++)
		err = check_item(ctx, &in->checklist[i], i);
	return err;
}

static void
add_checks(struct ctx *ctx, struct id operation, int64_t revision, const struct requirement *in)
{
	const char **texts;
	int64_t *places;
	size_t all = 0, n = 0;

	for (size_t i = 0; i < in->checklist_count; i++)
		all += in->checklist[i].choices_count;
	texts = arena_array(ctx->arena, all + 1, sizeof(*texts));
	places = arena_array(ctx->arena, all + 1, sizeof(*places));
	for (size_t i = 0; i < in->checklist_count; i++)
		for (size_t k = 0; k < in->checklist[i].choices_count; k++) {
			places[n] = (int64_t)i + 1;
			texts[n++] = in->checklist[i].choices[k];
		}
	db_write(ctx, operation_checks_add, ARG(operation_id, operation), ARG(revision, revision),
	         INTS_ARG(choice_places, places, all), TEXTS_ARG(choice_texts, texts, all),
	         in->body);
}

void
requirement_revise(struct ctx *ctx, struct id operation, int64_t was, const struct requirement *in)
{
	const int64_t revision = was + 1;

	db_write(ctx, operation_requirement_add, ARG(operation_id, operation),
	         ARG(revision, revision));
	if (in->has_evidence)
		db_write(ctx, operation_evidence_add, ARG(operation_id, operation),
		         ARG(revision, revision), in->body);
	else
		db_write(ctx, operation_evidence_copy, ARG(operation_id, operation),
		         ARG(revision, revision));
	if (in->has_checklist)
		add_checks(ctx, operation, revision, in);
	else
		db_write(ctx, operation_checks_copy, ARG(operation_id, operation),
		         ARG(revision, revision));
	db_write(ctx, operation_requirement_set, ARG(operation_id, operation),
	         ARG(revision, revision));
}
