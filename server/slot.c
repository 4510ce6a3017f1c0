/* SPDX-License-Identifier: Apache-2.0 */
/* Slots by a short hash under a key that nobody knows. */
#include "slot.h"

#include <sodium.h>
#include <stdbool.h>

size_t
slot_of(const void *name, size_t size, size_t slots)
{
	static unsigned char key[crypto_shorthash_KEYBYTES];
	static bool keyed;
	uint64_t hash;

	if (!keyed) {
		randombytes_buf(key, sizeof(key));
		keyed = true;
	}
	crypto_shorthash((unsigned char *)&hash, name, size, key);
	return hash % slots;
}
