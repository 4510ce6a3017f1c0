/* SPDX-License-Identifier: Apache-2.0 */
/* XXH64, as its specification has it. */
#include "core/hash.h"

#include <endian.h>
#include <string.h>

static const uint64_t prime[] = {
	0,
	UINT64_C(0x9E3779B185EBCA87),
	UINT64_C(0xC2B2AE3D27D4EB4F),
	UINT64_C(0x165667B19E3779F9),
	UINT64_C(0x85EBCA77C2B2AE63),
	UINT64_C(0x27D4EB2F165667C5),
};

static uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static uint64_t
read64(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

static uint32_t
read32(const unsigned char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return le32toh(word);
}

static uint64_t
mix(uint64_t lane, uint64_t word)
{
	return rotate(lane + word * prime[2], 31) * prime[1];
}

/* All whole stripes of 32 octets; *p is behind them then. */
static uint64_t
take_stripes(const unsigned char **p, size_t len)
{
	uint64_t lane[4] = { prime[1] + prime[2], prime[2], 0, -prime[1] }, all;

	for (; len >= 32; len -= 32, *p += 32)
		for (int i = 0; i < 4; i++)
			lane[i] = mix(lane[i], read64(*p + (size_t)i * 8));
	all = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
	for (int i = 0; i < 4; i++)
		all = (all ^ mix(0, lane[i])) * prime[1] + prime[4];
	return all;
}

uint64_t
hash64(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t hash = len >= 32 ? take_stripes(&p, len) : prime[5];
	size_t left = len % 32;

	hash += len;
	for (; left >= 8; left -= 8, p += 8)
		hash = rotate(hash ^ mix(0, read64(p)), 27) * prime[1] + prime[4];
	if (left >= 4) {
		hash = rotate(hash ^ read32(p) * prime[1], 23) * prime[2] + prime[3];
		left -= 4;
		p += 4;
	}
	for (; left > 0; left--, p++)
		hash = rotate(hash ^ *p * prime[5], 11) * prime[1];
	hash = (hash ^ hash >> 33) * prime[2];
	hash = (hash ^ hash >> 29) * prime[3];
	return hash ^ hash >> 32;
}
