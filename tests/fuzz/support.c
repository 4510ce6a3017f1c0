/* SPDX-License-Identifier: Apache-2.0 */
/* Input and properties of the fuzzers. */
#include "fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "decode_place.h"
#include "problem.h"

/* A pointer this long was cut. */
#define POINTER_WHOLE 500

void
broken(const char *file, int line, const char *property)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
	abort();
}

unsigned
take_octet(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return (unsigned char)*in->at++;
}

char *
take_line(struct input *in, struct arena *arena)
{
	const char *end = in->left ? memchr(in->at, '\n', in->left) : NULL;
	size_t size = end ? (size_t)(end - in->at) : in->left;
	char *line = arena_copy(arena, in->at, size);

	in->at += size + (end != NULL);
	in->left -= size + (end != NULL);
	return line;
}

char *
take_rest(struct input *in, size_t *size)
{
	char *copy = malloc(in->left ? in->left : 1);

	if (!copy)
		die("out of memory");
	if (in->left)
		memcpy(copy, in->at, in->left);
	*size = in->left;
	in->left = 0;
	return copy;
}

enum op
take_operation(struct input *in, struct arena *arena)
{
	const char *name = take_line(in, arena);
	unsigned number;

	for (int op = OP_NONE + 1; op < OP_COUNT; op++)
		if (strcmp(operations[op].name, name) == 0)
			return (enum op)op;
	number = (unsigned char)name[0] * 256u + (name[0] ? (unsigned char)name[1] : 0u);
	return (enum op)(OP_NONE + 1 + number % (OP_COUNT - OP_NONE - 1));
}

void
request_begin(struct request *req, int language)
{
	memset(req, 0, sizeof(*req));
	arena_init(&req->arena);
	buf_init(&req->reply.body, 64u << 20);
	req->ctx.arena = &req->arena;
	req->ctx.scope = &req->scope;
	req->ctx.request_id = "fuzz";
	req->ctx.if_match = -1;
	req->language = req->ctx.language = language;
	req->method = req->path = req->body_text = "";
	req->peer = "127.0.0.1";
	req->body_file = req->reply.file = -1;
}

void
request_end(struct request *req)
{
	buf_clear(&req->reply.body);
	arena_clear(&req->arena);
}

/* ------------------------------------------------------------ what was accepted */

static void
must_fit_text(const struct member *m, const char *text)
{
	if (!text)
		return;
	MUST(utf8_valid(text, strlen(text)));
	MUST((int64_t)utf8_length(text, strlen(text)) <= m->max);
	MUST(m->min == 0 || !text_is_blank(text));
}

static void
must_fit_number(const struct member *m, int64_t value)
{
	MUST(value >= m->min && value <= m->max);
	MUST(m->multiple <= 1 || value % m->multiple == 0);
}

static void
must_fit_map(const struct member *m, const struct map *map)
{
	MUST(map->count <= m->max_items);
	for (size_t i = 0; i < map->count; i++) {
		MUST(map->keys[i][0] && utf8_length(map->keys[i], strlen(map->keys[i])) <= 64);
		MUST((int64_t)utf8_length(map->values[i], strlen(map->values[i])) <= m->max);
	}
}

/* One value that was sent. */
static void
must_fit_value(const struct member *m, const void *at)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
		must_fit_text(m, *(const char *const *)at);
		break;
	case MEMBER_ENUM:
		MUST(enum_code(m->enumeration, *(const int *)at) != NULL);
		break;
	case MEMBER_ID:
		MUST(!id_is_none(*(const struct id *)at));
		break;
	case MEMBER_INT:
		must_fit_number(m, *(const int64_t *)at);
		break;
	case MEMBER_QTY:
		must_fit_number(m, ((const struct qty *)at)->milli);
		break;
	case MEMBER_UTC:
		MUST(((const struct utc *)at)->us != 0);
		break;
	case MEMBER_DATE:
		MUST(((const struct date *)at)->set);
		break;
	case MEMBER_MAP:
		must_fit_map(m, at);
		break;
	case MEMBER_OBJECT:
		must_fit(m->object, at);
		break;
	case MEMBER_BOOL:
		MUST(*(const unsigned char *)at <= 1);
		break;
	}
}

/* Was the member sent?  Those without a has_ bit tell it by their none, where they have one. */
static bool
is_there(const struct member *m, const void *at)
{
	static const unsigned char zeros[64];

	if (m->flags & MEMBER_REQUIRED)
		return !(m->flags & MEMBER_NULLABLE);
	if (m->kind == MEMBER_OBJECT)
		return *(void *const *)at != NULL;
	return memcmp(at, zeros, member_size(m)) != 0;
}

static void
must_fit_array(const struct member *m, const char *base)
{
	const char *items = *(const char *const *)(base + m->offset);
	size_t count = *(const size_t *)(base + m->count_offset);

	if (!items)
		return;
	MUST(count >= m->min_items && count <= m->max_items);
	for (size_t i = 0; i < count; i++)
		must_fit_value(m, items + i * member_size(m));
}

void
must_fit(const struct shape *shape, const void *decoded)
{
	const char *base = decoded;

	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		const char *at = base + m->offset;

		if (m->flags & MEMBER_ARRAY)
			must_fit_array(m, base);
		else if (is_there(m, at))
			must_fit_value(m, m->kind == MEMBER_OBJECT ? *(const void *const *)at : at);
	}
}

/* ------------------------------------------------------------ what was refused */

/* One step of a JSON Pointer, unescaped; NULL when an escape is wrong. */
static const char *
step_of(const char **pointer, char *out, size_t size)
{
	const char *p = *pointer;
	size_t n = 0;

	for (; *p && *p != '/' && n + 1 < size; p++) {
		if (*p == '~') {
			p++;
			if (*p != '0' && *p != '1')
				return NULL;
			out[n++] = *p == '0' ? '~' : '/';
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	*pointer = p;
	return out;
}

/* The pointer leads to a value, or to a member that its object lacks. */
static void
must_lead(const char *pointer, const json_t *value)
{
	char step[512];
	size_t index;

	if (strlen(pointer) >= POINTER_WHOLE)
		return;
	while (*pointer) {
		MUST(*pointer++ == '/' && value != NULL);
		MUST(step_of(&pointer, step, sizeof(step)) != NULL);
		MUST(json_is_object(value) || json_is_array(value));
		if (json_is_object(value)) {
			value = json_object_get(value, step);
			MUST(value || *pointer == '\0');
			continue;
		}
		index = (size_t)strtoull(step, NULL, 10);
		MUST(step[0] && strspn(step, "0123456789") == strlen(step));
		value = json_array_get(value, index);
		MUST(value != NULL);
	}
}

static void
must_tell_places(const json_t *problem, size_t count, const char *body, size_t size)
{
	const json_t *errors = json_object_get(problem, "errors"), *one;
	json_t *sent = body ? json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
	size_t i;

	MUST(json_array_size(errors) <= count);
	json_array_foreach (errors, i, one) {
		const char *pointer = json_string_value(json_object_get(one, "pointer"));
		const char *code = json_string_value(json_object_get(one, "code"));

		MUST(code && code[0]);
		MUST(json_string_length(json_object_get(one, "message")) > 0);
		MUST(pointer || json_string_value(json_object_get(one, "parameter")));
		if (pointer && sent)
			must_lead(pointer, sent);
	}
	json_decref(sent);
}

void
must_be_problem(struct request *req, enum err err, const char *body, size_t size)
{
	json_t *problem;

	problem_reply(req, err, NULL);
	MUST(!req->reply.body.full);
	MUST(req->reply.status >= 400 && req->reply.status < 500);
	problem =
		json_loadb(req->reply.body.data, req->reply.body.len, JSON_REJECT_DUPLICATES, NULL);
	MUST(json_is_object(problem));
	MUST(json_integer_value(json_object_get(problem, "status")) == req->reply.status);
	MUST(json_string_length(json_object_get(problem, "code")) > 0);
	must_tell_places(problem, req->ctx.failures_count, body, size);
	json_decref(problem);
}
