/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of permissions: what roles and keys are made of. */
#ifndef STAFF_PERMISSION_H
#define STAFF_PERMISSION_H

#include "contract.h"

/* The role's permissions, those of a comma separated list, or with both what stands in both; NULL
 * is not given, and unknown names are nothing. */
struct permission_set permissions_of(const char *role, const char *list);

bool permission_in(const struct permission_set *set, enum permission permission);
void permissions_unite(struct permission_set *into, const struct permission_set *set);
void permissions_intersect(struct permission_set *into, const struct permission_set *set);

/* The first permission of wanted that held lacks; PERMISSION_NONE when it has them all. */
enum permission permission_lacking(const struct permission_set *held,
                                   const struct permission_set *wanted);

#endif
