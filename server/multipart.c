/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: no byte is looked at that lies behind the end, and nothing is searched twice. */
#include "multipart.h"

#include <string.h>

#include "core/text.h"
#include "decode.h"

#define HEAD_MAX     8192
#define PREAMBLE_MAX 4096

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Of a text, so that c is no NUL. */
static bool
is_boundary_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       strchr("'()+_,-./:=? ", c);
}

/* A parameter of a header's value, from its semicolon on, as it is written: quotes taken off. */
struct parameter_text {
	const char *name, *value;
	size_t name_size, value_size;
};

/* Step over one parameter; false at the end, or when it is malformed (then *at is not at end). */
static bool
next_parameter(const char **at, const char *end, struct parameter_text *p)
{
	const char *s = *at;

	while (s < end && (*s == ';' || is_blank(*s)))
		s++;
	*at = s;
	p->name = s;
	while (s < end && *s != '=' && *s != ';')
		s++;
	p->name_size = (size_t)(s - p->name);
	if (s == end || *s != '=')
		return false;
	p->value = ++s;
	if (s < end && *s == '"') {
		p->value = ++s;
		/* browsers write %22 for a quote and leave a backslash alone, unless it is before a
		 * quote */
		while (s < end && *s != '"')
			s += s + 1 < end && s[0] == '\\' && s[1] == '"' ? 2 : 1;
		if (s >= end)
			return false;
		p->value_size = (size_t)(s - p->value);
		*at = s + 1;
		return true;
	}
	while (s < end && *s != ';' && !is_blank(*s))
		s++;
	p->value_size = (size_t)(s - p->value);
	*at = s;
	return true;
}

static bool
is_named(const struct parameter_text *p, const char *name)
{
	return p->name_size == strlen(name) && strncasecmp(p->name, name, p->name_size) == 0;
}

/* CRLF, two hyphens and the boundary of the content type. */
static bool
take_boundary(struct multipart *m, const char *content_type)
{
	const char *at = strchr(content_type, ';'), *end = content_type + strlen(content_type);
	struct parameter_text p;

	while (at && next_parameter(&at, end, &p)) {
		if (!is_named(&p, "boundary"))
			continue;
		if (p.value_size == 0 || p.value_size > MULTIPART_BOUNDARY_MAX ||
		    p.value[p.value_size - 1] == ' ')
			return false;
		for (size_t i = 0; i < p.value_size; i++)
			if (!is_boundary_char(p.value[i]))
				return false;
		memcpy(m->delimiter, "\r\n--", 4);
		memcpy(m->delimiter + 4, p.value, p.value_size);
		m->delimiter_size = 4 + p.value_size;
		return true;
	}
	return false;
}

bool
multipart_open(struct multipart *m, const char *content_type, const char *body, size_t size)
{
	size_t first, preamble = size < PREAMBLE_MAX ? size : PREAMBLE_MAX;
	const char *found;

	if (!take_boundary(m, content_type))
		return false;
	m->end = body + size;
	first = m->delimiter_size - 2; /* at the very beginning it has no CRLF before it */
	if (size >= first && memcmp(body, m->delimiter + 2, first) == 0) {
		m->at = body + first;
		return true;
	}
	found = size ? memmem(body, preamble, m->delimiter, m->delimiter_size) : NULL;
	m->at = found ? found + m->delimiter_size : m->end;
	return found != NULL;
}

/* The text of a quoted value: \" becomes ". */
static char *
unquote(struct arena *arena, const struct parameter_text *p)
{
	char *text = arena_copy(arena, p->value, p->value_size);
	size_t n = 0;

	for (size_t i = 0; i < p->value_size; i++) {
		if (p->value[i] == '\\' && i + 1 < p->value_size && p->value[i + 1] == '"')
			i++;
		text[n++] = p->value[i];
	}
	text[n] = '\0';
	return text;
}

/* filename*: UTF-8''%e5%9b%be.jpg (RFC 5987); NULL when it is in another character set. */
static const char *
extended(struct arena *arena, const struct parameter_text *p)
{
	const char *quote = p->value_size > 6 && strncasecmp(p->value, "utf-8'", 6) == 0
	                            ? memchr(p->value + 6, '\'', p->value_size - 6)
	                            : NULL;

	return quote ? percent_decode(arena, quote + 1,
	                              (size_t)(p->value + p->value_size - quote - 1), false)
	             : NULL;
}

/* Content-Disposition: form-data; name="file"; filename="a.jpg" */
static bool
take_disposition(struct arena *arena, const char *at, const char *end, struct multipart_part *part)
{
	const char *plain = NULL, *better = NULL;
	struct parameter_text p;

	while (at < end && is_blank(*at))
		at++;
	if (end - at < 9 || strncasecmp(at, "form-data", 9) != 0)
		return false;
	at += 9;
	if (at < end && *at != ';' && !is_blank(*at))
		return false;
	while (next_parameter(&at, end, &p)) {
		if (is_named(&p, "name"))
			part->name = unquote(arena, &p);
		else if (is_named(&p, "filename"))
			plain = unquote(arena, &p);
		else if (is_named(&p, "filename*"))
			better = extended(arena, &p);
	}
	part->filename = better ? better : plain;
	return at == end && part->name;
}

/* The lines of a part's head; only its disposition matters. */
static bool
take_head(struct arena *arena, const char *at, const char *end, struct multipart_part *part)
{
	static const char wanted[] = "Content-Disposition:";
	const size_t n = sizeof(wanted) - 1;
	bool found = false;

	if (!utf8_valid(at, (size_t)(end - at)))
		return false;
	while (at < end) {
		const char *line = at, *crlf = memmem(at, (size_t)(end - at), "\r\n", 2),
			   *stop = crlf ? crlf : end;

		at = crlf ? crlf + 2 : end;
		if ((size_t)(stop - line) < n || strncasecmp(line, wanted, n) != 0)
			continue;
		if (found || !take_disposition(arena, line + n, stop, part))
			return false;
		found = true;
	}
	return found;
}

enum multipart_step
multipart_next(struct multipart *m, struct arena *arena, struct multipart_part *part)
{
	const char *head, *found;
	size_t left;

	*part = (struct multipart_part){ 0 };
	if (m->end - m->at >= 2 && memcmp(m->at, "--", 2) == 0)
		return MULTIPART_END;
	while (m->at < m->end && is_blank(*m->at))
		m->at++;
	if (m->end - m->at < 2 || memcmp(m->at, "\r\n", 2) != 0)
		return MULTIPART_BROKEN;
	head = m->at + 2;
	left = (size_t)(m->end - head);
	found = left ? memmem(head, left < HEAD_MAX ? left : HEAD_MAX, "\r\n\r\n", 4) : NULL;
	if (!found || !take_head(arena, head, found, part))
		return MULTIPART_BROKEN;
	part->data = found + 4;
	left = (size_t)(m->end - part->data);
	found = left ? memmem(part->data, left, m->delimiter, m->delimiter_size) : NULL;
	if (!found)
		return MULTIPART_BROKEN;
	part->size = (size_t)(found - part->data);
	m->at = found + m->delimiter_size;
	return MULTIPART_PART;
}
