/* SPDX-License-Identifier: Apache-2.0 */
/* A fast hash of contents. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): tells contents apart, the same
 * on every machine, and many times as fast as a keyed hash.  Who chooses the content can choose one
 * that collides: for nothing that must not be forged.
 */
uint64_t hash64(const void *data, size_t len);

#endif
