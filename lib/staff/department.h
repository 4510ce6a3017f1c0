/* SPDX-License-Identifier: Apache-2.0 */
/* Departments of stores, their people, and the rules that send work to them. */
#ifndef ORG_DEPARTMENT_H
#define ORG_DEPARTMENT_H

#include "db/machine.h"

extern const struct machine department_machine;

/* All set ctx->subject.  ERR_DUPLICATE at /code; ERR_NOT_FOUND at /lead_id for who does not work in the store. */
MUSTCHECK enum err department_create(struct ctx *ctx, const struct create_department *in);
MUSTCHECK enum err department_update(struct ctx *ctx, struct id id,
                                     const struct update_department *in);

/* Lines of orders that are still here go into in->into_id (in may be NULL); ERR_DEPARTMENT_BUSY with their number when
 * it names none.  At /into_id: ERR_NOT_FOUND, ERR_DEPARTMENT_RETIRED, ERR_BAD_VALUE (the same one). */
MUSTCHECK enum err department_retire(struct ctx *ctx, struct id id,
                                     const struct retire_department *in);
MUSTCHECK enum err department_reinstate(struct ctx *ctx, struct id id);

/* The departments of a person in one store, the first one first; the subject is the person.  ERR_NOT_FOUND at
 * /store_id for who does not work there, ERR_NOT_FOUND and ERR_DEPARTMENT_RETIRED below /department_ids. */
MUSTCHECK enum err staff_set_departments(struct ctx *ctx, struct id staff,
                                         const struct set_staff_departments *in);

/* Without a store a rule is the chain's, which only headquarters writes: ERR_FORBIDDEN.  ERR_REQUIRED and
 * ERR_UNKNOWN_FIELD at /department_id and /department_kind. */
MUSTCHECK enum err routing_rule_create(struct ctx *ctx, const struct create_routing_rule *in);
MUSTCHECK enum err routing_rule_update(struct ctx *ctx, struct id id,
                                       const struct update_routing_rule *in);
MUSTCHECK enum err routing_rule_delete(struct ctx *ctx, struct id id, const char *reason);

#endif
