/* SPDX-License-Identifier: Apache-2.0 */
/* From named C values to the text parameters of a statement. */
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "db/db.h"

#define ARRAY_MAX (16u << 20)

/* Append one element of an array literal, quoted as array_in wants it. */
static void
put_element(struct buf *buf, const char *text)
{
	if (buf->len > 1)
		buf_char(buf, ',');
	if (!text) {
		buf_puts(buf, "NULL");
		return;
	}
	buf_char(buf, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_char(buf, '\\');
		buf_char(buf, *text);
	}
	buf_char(buf, '"');
}

static void
put_map(struct buf *buf, const struct map *map)
{
	buf_char(buf, '{');
	for (size_t i = 0; i < map->count; i++) {
		if (i)
			buf_char(buf, ',');
		buf_json(buf, map->keys[i], strlen(map->keys[i]));
		buf_char(buf, ':');
		if (map->values[i])
			buf_json(buf, map->values[i], strlen(map->values[i]));
		else
			buf_puts(buf, "null");
	}
	buf_char(buf, '}');
}

static const char *
finish(struct arena *arena, struct buf *buf)
{
	const char *text;

	if (buf->full)
		die("an array parameter outgrew its ceiling");
	text = arena_copy(arena, buf->data ? buf->data : "", buf->len);
	buf_clear(buf);
	return text;
}

static const char *
int_text(struct arena *arena, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)value);

	return arena_copy(arena, text, (size_t)n);
}

static const char *
id_text(struct arena *arena, struct id id)
{
	char text[ID_TEXT];

	return id_is_none(id) ? NULL : arena_text(arena, id_format(id, text));
}

static const char *
utc_text(struct arena *arena, struct utc utc)
{
	char text[UTC_TEXT];

	return utc.us == 0 ? NULL : arena_text(arena, utc_format(utc, text));
}

static const char *
date_text(struct arena *arena, struct date date)
{
	char text[DATE_TEXT];

	return date.set ? arena_text(arena, date_format(date, text)) : NULL;
}

static const char *
qty_text(struct arena *arena, struct qty qty)
{
	char text[QTY_TEXT];

	return arena_text(arena, qty_format(qty, text));
}

/* One value of a member, at its address. */
static const char *
scalar_text(struct arena *arena, const struct member *m, const void *at)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
		return *(const char *const *)at;
	case MEMBER_ENUM:
		return enum_code(m->enumeration, *(const int *)at);
	case MEMBER_ID:
		return id_text(arena, *(const struct id *)at);
	case MEMBER_INT:
		return *(const int64_t *)at == INT_NULL ? NULL
		                                        : int_text(arena, *(const int64_t *)at);
	case MEMBER_QTY:
		return qty_text(arena, *(const struct qty *)at);
	case MEMBER_BOOL:
		return *(const bool *)at ? "t" : "f";
	case MEMBER_UTC:
		return utc_text(arena, *(const struct utc *)at);
	case MEMBER_DATE:
		return date_text(arena, *(const struct date *)at);
	case MEMBER_MAP: {
		struct buf buf;

		buf_init(&buf, ARRAY_MAX);
		put_map(&buf, at);
		return finish(arena, &buf);
	}
	case MEMBER_OBJECT:
		break;
	}
	die("member %s cannot be a parameter", m->name);
}

static size_t
element_size(const struct member *m)
{
	switch ((enum member_kind)m->kind) {
	case MEMBER_TEXT:
		return sizeof(const char *);
	case MEMBER_ENUM:
		return sizeof(int);
	case MEMBER_ID:
		return sizeof(struct id);
	case MEMBER_INT:
		return sizeof(int64_t);
	case MEMBER_QTY:
		return sizeof(struct qty);
	case MEMBER_BOOL:
		return sizeof(bool);
	case MEMBER_UTC:
		return sizeof(struct utc);
	case MEMBER_DATE:
		return sizeof(struct date);
	case MEMBER_MAP:
		return sizeof(struct map);
	case MEMBER_OBJECT:
		return m->object->size;
	}
	die("member %s has no size", m->name);
}

static bool
member_is_sent(const struct member *m, const void *base)
{
	return m->has_offset == 0 || *(const bool *)((const char *)base + m->has_offset);
}

static const char *
member_text(struct arena *arena, const struct member *m, const void *base)
{
	const char *at = (const char *)base + m->offset;
	struct buf buf;
	size_t count;

	if (!member_is_sent(m, base))
		return NULL;
	if (!(m->flags & MEMBER_ARRAY))
		return scalar_text(arena, m, at);
	count = *(const size_t *)((const char *)base + m->count_offset);
	at = *(const char *const *)at;
	buf_init(&buf, ARRAY_MAX);
	buf_char(&buf, '{');
	for (size_t i = 0; i < count; i++)
		put_element(&buf, scalar_text(arena, m, at + i * element_size(m)));
	buf_char(&buf, '}');
	return finish(arena, &buf);
}

/* One member of every object of an array, as an array. */
static const char *
objects_text(struct arena *arena, const struct shape *shape, const struct member *m, const char *at,
             size_t count)
{
	struct buf buf;

	buf_init(&buf, ARRAY_MAX);
	buf_char(&buf, '{');
	for (size_t i = 0; i < count; i++)
		put_element(&buf, member_text(arena, m, at + i * shape->size));
	buf_char(&buf, '}');
	return finish(arena, &buf);
}

/* lines.part_id */
static const char *
column_text(struct arena *arena, const struct member *lines, const struct member *m,
            const void *base)
{
	const char *at = *(const char *const *)((const char *)base + lines->offset);
	size_t count = 0;

	if (member_is_sent(lines, base))
		count = *(const size_t *)((const char *)base + lines->count_offset);
	return objects_text(arena, lines->object, m, at, count);
}

static const struct member *
find_member(const struct shape *shape, uint16_t param)
{
	for (size_t i = 0; i < shape->count; i++)
		if (shape->members[i].param == param)
			return &shape->members[i];
	return NULL;
}

/* Value of a parameter in a shaped struct; false when the shape does not have it. */
static bool
from_struct(struct arena *arena, const struct arg *arg, uint16_t param, const char **value)
{
	const struct param_info *info = &param_infos[param];
	const struct member *m = find_member(arg->shape, info->parent ? info->parent : param);

	if (info->has) {
		m = find_member(arg->shape, info->member);
		if (m)
			*value = member_is_sent(m, arg->value.pointer) ? "t" : "f";
		return m != NULL;
	}
	if (!m)
		return false;
	if (!info->parent) {
		*value = member_text(arena, m, arg->value.pointer);
		return true;
	}
	if (m->kind == MEMBER_OBJECT && (m->flags & MEMBER_ARRAY)) {
		const struct member *inner = find_member(m->object, info->member);

		if (inner)
			*value = column_text(arena, m, inner, arg->value.pointer);
		return inner != NULL;
	}
	if (m->kind == MEMBER_OBJECT) {
		const void *object =
			*(const void *const *)((const char *)arg->value.pointer + m->offset);
		const struct member *inner = find_member(m->object, info->member);

		if (inner)
			*value = object ? member_text(arena, inner, object) : NULL;
		return inner != NULL;
	}
	return false;
}

/* The same of bodies that go together. */
static bool
from_bodies(struct arena *arena, const struct arg *arg, uint16_t param, const char **value)
{
	const struct param_info *info = &param_infos[param];
	const struct member *m =
		info->parent == arg->param ? find_member(arg->shape, info->member) : NULL;

	if (m)
		*value = objects_text(arena, arg->shape, m, arg->value.pointer, arg->count);
	return m != NULL;
}

static const char *
array_text(struct arena *arena, const struct arg *arg)
{
	struct buf buf;

	buf_init(&buf, ARRAY_MAX);
	buf_char(&buf, '{');
	for (size_t i = 0; i < arg->count; i++) {
		const char *text = NULL;

		switch (arg->kind) {
		case ARG_KIND_TEXTS:
			text = ((const char *const *)arg->value.pointer)[i];
			break;
		case ARG_KIND_IDS:
			text = id_text(arena, ((const struct id *)arg->value.pointer)[i]);
			break;
		case ARG_KIND_INTS:
			text = int_text(arena, ((const int64_t *)arg->value.pointer)[i]);
			break;
		case ARG_KIND_QTYS:
			text = qty_text(arena, ((const struct qty *)arg->value.pointer)[i]);
			break;
		case ARG_KIND_BOOLS:
			text = ((const bool *)arg->value.pointer)[i] ? "t" : "f";
			break;
		default:
			die("not an array argument");
		}
		put_element(&buf, text);
	}
	buf_char(&buf, '}');
	return finish(arena, &buf);
}

static const char *
arg_value(struct arena *arena, const struct arg *arg)
{
	switch (arg->kind) {
	case ARG_KIND_NULL:
		return NULL;
	case ARG_KIND_TEXT:
		return arg->value.text;
	case ARG_KIND_ID:
		return id_text(arena, arg->value.id);
	case ARG_KIND_INT:
		return int_text(arena, arg->value.integer);
	case ARG_KIND_QTY:
		return qty_text(arena, arg->value.qty);
	case ARG_KIND_BOOL:
		return arg->value.boolean ? "t" : "f";
	case ARG_KIND_UTC:
		return utc_text(arena, arg->value.utc);
	case ARG_KIND_DATE:
		return date_text(arena, arg->value.date);
	case ARG_KIND_STRUCT:
	case ARG_KIND_BODIES:
		break;
	default:
		return array_text(arena, arg);
	}
	die("a struct is not one value");
}

static const char *
param_text(struct arena *arena, const struct statement *statement, const struct ctx *ctx,
           uint16_t param, const struct arg *args, size_t count)
{
	const char *value = NULL;

	for (size_t i = 0; i < count; i++)
		if (args[i].kind != ARG_KIND_STRUCT && args[i].param == param)
			return arg_value(arena, &args[i]);
	for (size_t i = 0; i < count; i++)
		if (args[i].kind == ARG_KIND_BODIES && from_bodies(arena, &args[i], param, &value))
			return value;
	for (size_t i = 0; i < count; i++)
		if (args[i].kind == ARG_KIND_STRUCT && from_struct(arena, &args[i], param, &value))
			return value;
	if (param == PARAM_now)
		return utc_text(arena, ctx->now);
	if (param == PARAM_happened_at)
		return utc_text(arena, ctx->happened_at.us ? ctx->happened_at : ctx->now);
	if (param == PARAM_actor_id)
		return id_text(arena, ctx->scope->actor);
	if (param == PARAM_request_id)
		return ctx->request_id;
	die("statement %s: nothing is given for :%s", statement->name, param_infos[param].name);
}

const char **
bind_args(struct arena *arena, const struct statement *statement, const struct ctx *ctx,
          const struct arg *args, size_t count)
{
	const char **values =
		arena_array(arena, (size_t)statement->params_count + 1, sizeof(*values));

	for (uint16_t i = 0; i < statement->params_count; i++)
		values[i] = param_text(arena, statement, ctx, statement->params[i], args, count);
	return values;
}
