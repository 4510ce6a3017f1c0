/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation asks for beyond the work: photos at key steps and a checklist. */
#ifndef CATALOG_REQUIREMENT_H
#define CATALOG_REQUIREMENT_H

#include "db/db.h"

/* The members of a body that say it; body is the whole of it, for statements. */
struct requirement {
	const struct new_evidence *evidence;
	const struct new_check_item *checklist;
	size_t evidence_count, checklist_count;
	bool has_evidence, has_checklist;
	struct arg body;
};
#define REQUIREMENT_OF(type, in)                                                                \
	{                                                                                       \
		.evidence = (in)->evidence, .evidence_count = (in)->evidence_count,             \
		.has_evidence = (in)->has_evidence, .checklist = (in)->checklist,               \
		.checklist_count = (in)->checklist_count, .has_checklist = (in)->has_checklist, \
		.body = BODY_ARG(type, in),                                                     \
	}

/* ERR_NOT_UNIQUE, ERR_UNKNOWN_FIELD, ERR_REQUIRED, ERR_BAD_VALUE below /evidence and /checklist. */
MUSTCHECK enum err requirement_check(struct ctx *ctx, const struct requirement *in);

/* The revision after `was` (0: none yet) of an operation that is locked, or new; what is not sent stays. */
void requirement_revise(struct ctx *ctx, struct id operation, int64_t was,
                        const struct requirement *in);

#endif
