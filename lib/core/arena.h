/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is allocated piece by piece and given back all at once, with the request. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

#include "core/base.h"

/*
 * Lives in its owner's storage and belongs to one thread at a time.  Small objects share chunks of
 * 8 KiB, doubling to 256 KiB; an object too big for that has a block of its own.
 */
struct arena {
	struct arena_chunk *chunk;       /* newest first; the newest is being filled */
	struct arena_chunk *big;         /* newest first; one object each */
	struct arena_deferred *deferred; /* newest first */
};

/* A moment in an arena's life, to rewind to.  Marks nest like brackets. */
struct arena_mark {
	struct arena_chunk *chunk;
	struct arena_chunk *big;
	struct arena_deferred *deferred;
	size_t used;
};

void arena_init(struct arena *arena);

/* Run the deferred clean-ups, newest first, and free everything.  The arena can be used again. */
void arena_clear(struct arena *arena);

/* Zeroed, aligned to 16, never NULL: out of memory ends the process. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for `n` objects of `size` bytes each; a product that overflows ends the process. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* A copy of `len` bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const char *s, size_t len);

/* A copy of a text; NULL stays NULL. */
char *arena_text(struct arena *arena, const char *s);

char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Call `fn(p)` when the arena is cleared or rewound to before this call. */
void arena_defer(struct arena *arena, void (*fn)(void *), void *p);

struct arena_mark arena_mark(struct arena *arena);

/* Drop what was allocated after the mark and run the clean-ups deferred after it, newest first. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
