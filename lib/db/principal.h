/* SPDX-License-Identifier: Apache-2.0 */
/* The principal's settings, sent in front of every request's statements and never by a route. */
#ifndef DB_PRINCIPAL_H
#define DB_PRINCIPAL_H

#include "db/db.h"

/* Values of SQL_principal_set for a scope. */
const char **principal_values(struct arena *arena, const struct scope *scope,
                              const char *request_id);

/* What must be sent when `was` is set in the same transaction, by this very sender, and `is` is wanted:
 * SQL_NONE, the short SQL_principal_change (store and actor alone differ; *values becomes its own), or
 * the whole SQL_principal_set. */
enum sql principal_next(struct arena *arena, const char *const *was, const char *const *is,
                        const char ***values);

#endif
