/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked bump allocation with deferred clean-ups. */
#include "core/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* AddressSanitizer watches a gap behind each object, and all that is not allocated. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(p, size)   ASAN_POISON_MEMORY_REGION(p, size)
#define UNPOISON(p, size) ASAN_UNPOISON_MEMORY_REGION(p, size)
#define GAP               ALIGNMENT
#else
#define POISON(p, size)   ((void)(p), (void)(size))
#define UNPOISON(p, size) ((void)(p), (void)(size))
#define GAP               0
#endif

#define ALIGNMENT   16
#define CHUNK_FIRST ((size_t)8 * 1024)
#define CHUNK_LAST  ((size_t)256 * 1024)

/* `size` is what malloc was asked for, header and all, so that chunks fill its size classes. */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct arena_deferred {
	struct arena_deferred *next;
	void (*fn)(void *);
	void *p;
};

static struct arena_chunk *
chunk_new(size_t size, struct arena_chunk *next)
{
	struct arena_chunk *chunk = malloc(size);

	if (!chunk)
		die("out of memory: arena chunk of %zu bytes", size);
	chunk->next = next;
	chunk->size = size;
	chunk->used = 0;
	POISON(chunk->data, size - sizeof(*chunk));
	return chunk;
}

/* Free the newest chunks until `last` is the newest. */
static struct arena_chunk *
chunks_free(struct arena_chunk *chunk, const struct arena_chunk *last)
{
	while (chunk != last) {
		struct arena_chunk *next = chunk->next;

		UNPOISON(chunk->data, chunk->size - sizeof(*chunk));
		free(chunk);
		chunk = next;
	}
	return chunk;
}

static void *
chunk_take(struct arena_chunk *chunk, size_t size, size_t space)
{
	void *p = chunk->data + chunk->used;

	chunk->used += space;
	UNPOISON(p, size);
	return memset(p, 0, size);
}

static size_t
room(const struct arena_chunk *chunk)
{
	return chunk->size - sizeof(*chunk) - chunk->used;
}

void
arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

void
arena_clear(struct arena *arena)
{
	arena_rewind(arena, (struct arena_mark){ 0 });
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t space, next;

	if (size > SIZE_MAX / 2)
		die("out of memory: %zu bytes", size);
	space = (size + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (arena->chunk && space <= room(arena->chunk))
		return chunk_take(arena->chunk, size, space);

	/* Only objects up to a quarter of a chunk share it, so that little is lost at its end. */
	next = arena->chunk ? arena->chunk->size * 2 : CHUNK_FIRST;
	if (next > CHUNK_LAST)
		next = CHUNK_LAST;
	if (space > next / 4) {
		arena->big = chunk_new(sizeof(struct arena_chunk) + space, arena->big);
		return chunk_take(arena->big, size, space);
	}
	arena->chunk = chunk_new(next, arena->chunk);
	return chunk_take(arena->chunk, size, space);
}

void *
arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		die("out of memory: %zu objects of %zu bytes", n, size);
	return arena_alloc(arena, total);
}

char *
arena_copy(struct arena *arena, const char *s, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		die("out of memory: %zu bytes", len);
	copy = arena_alloc(arena, len + 1);
	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *
arena_text(struct arena *arena, const char *s)
{
	return s ? arena_copy(arena, s, strlen(s)) : NULL;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		die("bad format: %s", fmt);
	text = arena_alloc(arena, (size_t)len + 1);
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

void
arena_defer(struct arena *arena, void (*fn)(void *), void *p)
{
	struct arena_deferred *deferred = arena_alloc(arena, sizeof(*deferred));

	deferred->next = arena->deferred;
	deferred->fn = fn;
	deferred->p = p;
	arena->deferred = deferred;
}

struct arena_mark
arena_mark(struct arena *arena)
{
	return (struct arena_mark){
		.chunk = arena->chunk,
		.big = arena->big,
		.deferred = arena->deferred,
		.used = arena->chunk ? arena->chunk->used : 0,
	};
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
	struct arena_chunk *chunk;

	/* Memory goes last: a clean-up may look at what was allocated before it was deferred. */
	while (arena->deferred != mark.deferred) {
		struct arena_deferred *deferred = arena->deferred;

		arena->deferred = deferred->next;
		deferred->fn(deferred->p);
	}
	arena->big = chunks_free(arena->big, mark.big);
	chunk = arena->chunk = chunks_free(arena->chunk, mark.chunk);
	if (chunk) {
		chunk->used = mark.used;
		POISON(chunk->data + chunk->used, room(chunk));
	}
}
