/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of permissions as bits. */
#include "staff/permission.h"

#include <string.h>

#include "core/base.h"

static void
add(struct permission_set *set, int permission)
{
	set->bits[permission / 64] |= UINT64_C(1) << (permission % 64);
}

static struct permission_set
listed(const char *text)
{
	struct permission_set set = { { 0 } };
	char name[80];

	while (*text) {
		size_t n = strcspn(text, ",");

		if (n < sizeof(name)) {
			int value;

			memcpy(name, text, n);
			name[n] = '\0';
			value = enum_value(&permission_enum, name);
			if (value)
				add(&set, value);
		}
		text += n + (text[n] == ',');
	}
	return set;
}

struct permission_set
permissions_of(const char *role, const char *list)
{
	struct permission_set set = { { 0 } }, own;
	int value = role ? enum_value(&role_enum, role) : 0;

	if (role)
		set = role_permissions[value];
	if (!list)
		return set;
	own = listed(list);
	if (role)
		permissions_intersect(&own, &set);
	return own;
}

bool
permission_in(const struct permission_set *set, enum permission permission)
{
	return set->bits[permission / 64] & (UINT64_C(1) << (permission % 64));
}

void
permissions_unite(struct permission_set *into, const struct permission_set *set)
{
	for (size_t i = 0; i < COUNT_OF(into->bits); i++)
		into->bits[i] |= set->bits[i];
}

void
permissions_intersect(struct permission_set *into, const struct permission_set *set)
{
	for (size_t i = 0; i < COUNT_OF(into->bits); i++)
		into->bits[i] &= set->bits[i];
}

enum permission
permission_lacking(const struct permission_set *held, const struct permission_set *wanted)
{
	for (int p = PERMISSION_NONE + 1; p < PERMISSION_COUNT; p++)
		if (permission_in(wanted, (enum permission)p) &&
		    !permission_in(held, (enum permission)p))
			return (enum permission)p;
	return PERMISSION_NONE;
}
