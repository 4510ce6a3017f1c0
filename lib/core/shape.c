/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the descriptors of the contract. */
#include "core/shape.h"

#include <string.h>

int
enum_value(const struct enumeration *e, const char *code)
{
	if (!code)
		return 0;
	for (size_t i = 1; i < e->count; i++)
		if (strcmp(e->values[i].code, code) == 0)
			return (int)i;
	return 0;
}
