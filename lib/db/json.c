/* SPDX-License-Identifier: Apache-2.0 */
/* The row writer: a plan for each statement's columns, made once, and one pass over the values. */
#include "db/json.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/rows.h"

#define OBJECTS_MAX 4 /* nesting of objects within a row */

enum column_kind {
	COLUMN_RAW, /* integers, json: copied */
	COLUMN_NUMERIC,
	COLUMN_BOOL,
	COLUMN_TEXT,  /* quoted and escaped */
	COLUMN_PLAIN, /* quoted, nothing to escape: uuid, date */
	COLUMN_INSTANT,
	COLUMN_ARRAY_RAW,
	COLUMN_ARRAY_TEXT,
	COLUMN_ARRAY_NUMERIC
};

struct column {
	int number;
	enum column_kind kind;
	char *lead; /* `,"customer":{"id":`: what stands before the value */
	size_t lead_len;
	char *lead_null; /* `,"customer":null`: written instead of an object that is not there */
	int skip;        /* with lead_null: index of the first column behind the object */
	int null_depth;  /* with lead_null: objects around the object */
	int depth;       /* objects around this column */
	int close;       /* objects that end behind this column */
};

struct plan {
	int count;
	int id;     /* column number of "id", -1 when none */
	int parent; /* of "_parent" */
	struct column columns[];
};

static _Atomic(struct plan *) plans[SQL_COUNT];

static enum column_kind
kind_of(Oid type)
{
	switch (type) {
	case 16:
		return COLUMN_BOOL;
	case 20: /* int8, int2, int4 */
	case 21:
	case 23:
	case 114: /* json, jsonb */
	case 3802:
		return COLUMN_RAW;
	case 1700:
		return COLUMN_NUMERIC;
	case 2950: /* uuid, date */
	case 1082:
		return COLUMN_PLAIN;
	case 1184:
		return COLUMN_INSTANT;
	case 1005: /* int2[], int4[], int8[] */
	case 1007:
	case 1016:
		return COLUMN_ARRAY_RAW;
	case 1231:
		return COLUMN_ARRAY_NUMERIC;
	case 1009: /* text[], varchar[], uuid[], date[] */
	case 1015:
	case 2951:
	case 1182:
		return COLUMN_ARRAY_TEXT;
	default:
		return COLUMN_TEXT;
	}
}

/* Splits a.b.c at its dots; the last piece is the key itself. */
static int
split(char *name, char *pieces[OBJECTS_MAX + 1])
{
	int n = 0;

	for (char *save = NULL, *p = strtok_r(name, ".", &save); p;
	     p = strtok_r(NULL, ".", &save)) {
		if (n > OBJECTS_MAX)
			die("column %s is nested too deep", name);
		pieces[n++] = p;
	}
	return n;
}

static int
common(char *const a[], int na, char *const b[], int nb)
{
	int n = 0;

	while (n < na && n < nb && strcmp(a[n], b[n]) == 0)
		n++;
	return n;
}

/* Name of the visible column, or NULL. */
static const char *
visible(const PGresult *result, int c)
{
	const char *name = PQfname(result, c);

	return name[0] == '_' ? NULL : name;
}

static char *
keep(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		die("out of memory: columns");
	return copy;
}

static void
plan_leads(struct plan *plan, const PGresult *result)
{
	char before_name[256] = "", *before[OBJECTS_MAX + 1];
	int before_depth = 0;

	for (int i = 0; i < plan->count; i++) {
		struct column *col = &plan->columns[i];
		char name[256], *path[OBJECTS_MAX + 1] = { NULL }, lead[512];
		size_t n = 0;
		int depth, same;

		snprintf(name, sizeof(name), "%s", PQfname(result, col->number));
		depth = split(name, path) - 1;
		same = common(path, depth, before, before_depth);
		if (i > 0)
			plan->columns[i - 1].close = before_depth - same;
		n += (size_t)snprintf(lead + n, sizeof(lead) - n, "%s", i == 0 ? "" : ",");
		for (int d = same; d < depth; d++) {
			if (d == same) {
				char text[300];
				size_t prefix = 0;

				snprintf(text, sizeof(text), "%s\"%s\":null", i == 0 ? "" : ",",
				         path[d]);
				col->lead_null = keep(text);
				col->null_depth = d;
				for (int k = 0; k <= d; k++)
					prefix += strlen(path[k]) + 1;
				col->skip = i + 1;
				while (col->skip < plan->count &&
				       strncmp(PQfname(result, plan->columns[col->skip].number),
				               PQfname(result, col->number), prefix) == 0)
					col->skip++;
			}
			n += (size_t)snprintf(lead + n, sizeof(lead) - n, "\"%s\":{", path[d]);
		}
		snprintf(lead + n, sizeof(lead) - n, "\"%s\":", path[depth]);
		col->lead = keep(lead);
		col->lead_len = strlen(lead);
		col->depth = depth;
		memcpy(before_name, name, sizeof(name));
		before_depth = depth;
		for (int d = 0; d < depth; d++)
			before[d] = before_name + (path[d] - name);
	}
	if (plan->count > 0)
		plan->columns[plan->count - 1].close = before_depth;
}

static struct plan *
make_plan(const PGresult *result)
{
	int fields = PQnfields(result);
	struct plan *plan = calloc(1, sizeof(*plan) + (size_t)fields * sizeof(plan->columns[0]));

	if (!plan)
		die("out of memory");
	plan->id = plan->parent = -1;
	for (int c = 0; c < fields; c++) {
		if (strcmp(PQfname(result, c), "id") == 0)
			plan->id = c;
		if (strcmp(PQfname(result, c), "_parent") == 0)
			plan->parent = c;
		if (visible(result, c)) {
			plan->columns[plan->count].number = c;
			plan->columns[plan->count++].kind = kind_of(PQftype(result, c));
		}
	}
	plan_leads(plan, result);
	return plan;
}

static void
free_plan(struct plan *plan)
{
	for (int i = 0; i < plan->count; i++) {
		free(plan->columns[i].lead);
		free(plan->columns[i].lead_null);
	}
	free(plan);
}

/* Plans live as long as the process: one for each statement, whichever thread needs it first. */
static const struct plan *
plan_of(const struct rows *rows)
{
	struct plan *plan = atomic_load_explicit(&plans[rows->sql], memory_order_acquire);
	struct plan *none = NULL;

	if (plan)
		return plan;
	plan = make_plan(rows->result);
	if (atomic_compare_exchange_strong(&plans[rows->sql], &none, plan))
		return plan;
	free_plan(plan);
	return none;
}

/* 12.500 -> 12.5; the digits are PostgreSQL's. */
static void
write_numeric(struct buf *out, const char *text, size_t len)
{
	if (memchr(text, '.', len)) {
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
	}
	buf_put(out, text, len);
}

/* 2026-11-21 08:00:00.5+00 -> "2026-11-21T08:00:00.5Z"; sessions run in UTC. */
static void
write_instant(struct buf *out, const char *text, size_t len)
{
	buf_char(out, '"');
	if (len > 13 && text[10] == ' ') {
		buf_put(out, text, 10);
		buf_char(out, 'T');
		buf_put(out, text + 11, len - 14);
		buf_char(out, 'Z');
	} else {
		buf_put(out, text, len); /* infinity */
	}
	buf_char(out, '"');
}

/* An array literal of one dimension: {a,"b \"c\"",NULL}. */
static void
write_array(struct buf *out, const char *text, enum column_kind kind)
{
	struct buf piece;
	bool first = true;

	buf_init(&piece, 1u << 20);
	buf_char(out, '[');
	for (text++; *text && *text != '}';) {
		bool quoted = *text == '"';

		piece.len = 0;
		buf_puts(out, first ? "" : ",");
		first = false;
		if (quoted)
			text++;
		while (*text && (quoted ? *text != '"' : *text != ',' && *text != '}')) {
			if (*text == '\\' && text[1])
				text++;
			buf_char(&piece, *text++);
		}
		if (quoted && *text == '"')
			text++;
		if (*text == ',')
			text++;
		if (!quoted && piece.len == 4 && memcmp(piece.data, "NULL", 4) == 0)
			buf_puts(out, "null");
		else if (kind == COLUMN_ARRAY_RAW)
			buf_put(out, piece.data, piece.len);
		else if (kind == COLUMN_ARRAY_NUMERIC)
			write_numeric(out, piece.data, piece.len);
		else
			buf_json(out, piece.data ? piece.data : "", piece.len);
	}
	buf_char(out, ']');
	buf_clear(&piece);
}

static void
write_value(struct buf *out, enum column_kind kind, const char *text, size_t len)
{
	switch (kind) {
	case COLUMN_RAW:
		buf_put(out, text, len);
		break;
	case COLUMN_NUMERIC:
		write_numeric(out, text, len);
		break;
	case COLUMN_BOOL:
		buf_puts(out, text[0] == 't' ? "true" : "false");
		break;
	case COLUMN_TEXT:
		buf_json(out, text, len);
		break;
	case COLUMN_PLAIN:
		buf_char(out, '"');
		buf_put(out, text, len);
		buf_char(out, '"');
		break;
	case COLUMN_INSTANT:
		write_instant(out, text, len);
		break;
	default:
		write_array(out, text, kind);
	}
}

static void
write_columns(struct buf *out, const struct plan *plan, const PGresult *result, int row)
{
	for (int i = 0; i < plan->count;) {
		const struct column *col = &plan->columns[i];
		size_t len = (size_t)PQgetlength(result, row, col->number);
		bool null = len == 0 && PQgetisnull(result, row, col->number);

		if (null && col->lead_null) {
			buf_puts(out, col->lead_null);
			i = col->skip;
			/* what encloses the missing object may end with it */
			for (int c = plan->columns[i - 1].depth - col->null_depth;
			     c < plan->columns[i - 1].close; c++)
				buf_char(out, '}');
			continue;
		}
		buf_put(out, col->lead, col->lead_len);
		if (null)
			buf_puts(out, "null");
		else
			write_value(out, col->kind, PQgetvalue(result, row, col->number), len);
		for (int c = 0; c < col->close; c++)
			buf_char(out, '}');
		i++;
	}
}

/* First of the rows whose _parent is id; they are sorted by it, as text of uuids is. */
static size_t
first_child(const struct rows *rows, int parent, const char *id)
{
	size_t low = 0, high = rows_count(rows);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(PQgetvalue(rows->result, (int)middle, parent), id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What children are called in their parent (NULL: the document); NULL when they are not its own. */
static const char *
name_below(const char *parent, const char *key)
{
	size_t len = parent ? strlen(parent) : 0;

	if (parent) {
		if (strncmp(key, parent, len) != 0 || key[len] != '.')
			return NULL;
		key += len + 1;
	}
	return strchr(key, '.') ? NULL : key;
}

/* The children one level below `parent`, the key of a list; NULL at the top. */
static void
write_children(struct buf *out, const struct json_document *doc, const char *parent, const char *id)
{
	for (size_t i = 0; i < doc->children_count; i++) {
		const struct json_children *child = &doc->children[i];
		const char *name = name_below(parent, child->key);
		const struct plan *plan;
		size_t row;
		bool first = true;

		if (!name)
			continue;
		buf_char(out, ',');
		buf_json(out, name, strlen(name));
		buf_puts(out, ":[");
		plan = plan_of(child->rows);
		if (plan->parent < 0)
			die("statement %s has no _parent", statements[child->rows->sql].name);
		for (row = first_child(child->rows, plan->parent, id);
		     row < rows_count(child->rows) &&
		     strcmp(PQgetvalue(child->rows->result, (int)row, plan->parent), id) == 0;
		     row++) {
			buf_puts(out, first ? "{" : ",{");
			first = false;
			write_columns(out, plan, child->rows->result, (int)row);
			if (plan->id >= 0)
				write_children(out, doc, child->key,
				               PQgetvalue(child->rows->result, (int)row, plan->id));
			buf_char(out, '}');
		}
		buf_char(out, ']');
	}
}

void
json_write_row(struct buf *out, const struct json_document *doc, size_t row)
{
	const struct plan *plan = plan_of(doc->rows);

	buf_char(out, '{');
	write_columns(out, plan, doc->rows->result, (int)row);
	if (doc->children_count > 0) {
		if (plan->id < 0)
			die("statement %s has children but no id", statements[doc->rows->sql].name);
		write_children(out, doc, NULL, PQgetvalue(doc->rows->result, (int)row, plan->id));
	}
	if (doc->extra)
		doc->extra(out, doc->rows, row, doc->arg);
	buf_char(out, '}');
}

void
json_write_key(struct buf *out, const struct rows *rows, size_t row)
{
	bool first = true;

	buf_char(out, '{');
	for (int c = 0; c < PQnfields(rows->result); c++) {
		const char *name = PQfname(rows->result, c);

		if (strncmp(name, "_after_", 7) != 0)
			continue;
		if (!first)
			buf_char(out, ',');
		first = false;
		buf_json(out, name + 1, strlen(name + 1));
		buf_char(out, ':');
		if (PQgetisnull(rows->result, (int)row, c))
			buf_puts(out, "null");
		else
			buf_json(out, PQgetvalue(rows->result, (int)row, c),
			         (size_t)PQgetlength(rows->result, (int)row, c));
	}
	buf_char(out, '}');
}
