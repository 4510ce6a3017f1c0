/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as they are for what was asked: what is absent, and codes and limits, stand in the text.
 *
 * A list is written with `:x IS NULL OR ...` for each of its filters, which PostgreSQL plans well only
 * when it knows which of them are absent; planning at every execution costs more than most executions
 * do.  So each combination that is asked for is a statement of its own, which a connection prepares
 * once: absent parameters are NULL in it, tests for absence their answer, and limits and codes of the
 * contract (param_infos' `literal`) their values, since the planner's choice hangs on them.  The rest
 * stay parameters. */
#ifndef DB_VARIANT_H
#define DB_VARIANT_H

#include "db/db.h"

/* How many are kept; the one that was not asked for the longest goes for a new one. */
#define VARIANTS_MAX 256

struct variant {
	const char *text;
	uint16_t slot;          /* below VARIANTS_MAX */
	uint32_t serial;        /* never 0; another one when it is to be planned anew */
	uint16_t count;         /* of its parameters */
	const uint16_t *params; /* its n-th parameter is this one of the statement's */
};

struct variants;

struct variants *variants_new(void);
void variants_free(struct variants *variants);

/* The variant of a statement for these values; good until the next call. */
const struct variant *variant_for(struct variants *variants, enum sql sql,
                                  const char *const *values);

#endif
