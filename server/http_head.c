/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading of request heads (RFC 9110 5, RFC 9112 2, 3, 6). */
#include "http_head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

#define RECORD_SIZE ((size_t)64) /* as libmicrohttpd 0.9.75 has it */

static void
refuse(struct head *head, int status)
{
	if (!head->status)
		head->status = status;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool
head_is_token(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_alnum(s[i]) && s[i] != '-' && (!s[i] || !strchr("!#$%&'*+-.^_`|~", s[i])))
			return false;
	}
	return len > 0;
}

bool
head_is_value(const char *s, size_t len)
{
	size_t i;

	for (i = text_plain(s, len); i < len; i += 1 + text_plain(s + i + 1, len - i - 1)) {
		if (s[i] != '\t' && s[i] != '"' && s[i] != '\\')
			return false;
	}
	return true;
}

/* Visible ASCII with whole escapes, none of them a NUL, and no fragment. */
static bool
is_target(const char *s)
{
	for (; *s; s++) {
		if (*s < 0x21 || *s > 0x7e || *s == '#')
			return false;
		if (*s != '%')
			continue;
		if (hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0 || (s[1] == '0' && s[2] == '0'))
			return false;
	}
	return true;
}

/*
 * The path and query of an absolute-form target, which every server must take (RFC 9112 3.2.2);
 * the authority counts for no more than Host does.  Other targets as they are; NULL when there is
 * no authority, or one with a user in it (RFC 9110 4.2.4).
 */
static const char *
origin_form(const char *target)
{
	size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
	                : strncasecmp(target, "https://", 8) == 0 ? 8
	                                                          : 0;
	size_t authority = strcspn(target + scheme, "/?#");

	if (!scheme)
		return target;
	if (!authority || memchr(target + scheme, '@', authority))
		return NULL;
	target += scheme + authority;
	return *target ? target : "/";
}

void
head_target(struct head *head, struct request *req, const char *target)
{
	size_t len = strlen(target);
	char *path, *query;

	head->size += len;
	if (len > HEAD_TARGET_MAX) {
		refuse(head, 414);
		return;
	}
	if (is_target(target))
		target = origin_form(target);
	else
		target = NULL;
	if (!target || (target[0] != '/' && strcmp(target, "*") != 0)) {
		refuse(head, 400);
		return;
	}
	path = arena_text(&req->arena, target);
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	req->path = path;
	req->query = query;
}

/*
 * The library keeps the head and a record of each field and query argument in the connection's
 * memory.  What is left must hold the reply's header, or the connection would be closed without a
 * word after the request had taken effect.
 */
static void
weigh(struct head *head, const struct request *req)
{
	size_t records = req->headers_count;
	const char *s;

	for (s = req->query; s && *s; s = strchr(s + 1, '&'))
		records++;
	if (head->size > HEAD_SIZE_MAX ||
	    head->size + records * RECORD_SIZE > HEAD_POOL - HEAD_REPLY_MAX)
		refuse(head, 431);
}

static void
read_length(struct head *head, const char *value)
{
	uint64_t length = 0;

	if (!*value)
		refuse(head, 400);
	for (; *value; value++) {
		if (*value < '0' || *value > '9') {
			refuse(head, 400);
			return;
		}
		if (__builtin_mul_overflow(length, 10, &length) ||
		    __builtin_add_overflow(length, (uint64_t)(*value - '0'), &length)) {
			head->length = UINT64_MAX;
			return;
		}
	}
	head->length = length;
}

void
head_line(struct head *head, const char *method, const char *version)
{
	/* head->size is that of the target as yet */
	if ((size_t)(version - method) != strlen(method) + head->size + strlen("  "))
		refuse(head, 400);
	head->line_end = version + strlen(version);
}

void
head_lies(struct head *head, const char *name, size_t name_len, const char *value, size_t value_len)
{
	const char *s = name + name_len + 1;

	if (name != head->line_end + strlen("\r\n") || value < s)
		refuse(head, 400);
	for (; s < value; s++) {
		if (*s != ' ' && *s != '\t') {
			refuse(head, 400);
			break;
		}
	}
	head->line_end = value + value_len;
}

void
head_ends(struct head *head, const char *end)
{
	if (end != head->line_end + strlen("\r\n\r\n"))
		refuse(head, 400);
}

/* What may stand for one thing only: of two, two readers may each take another. */
static bool
is_second(struct head *head, const char *name)
{
	static const char *const single[] = { "Authorization",   "Content-Encoding",
		                              "Content-Type",    "Idempotency-Key",
		                              "X-Forwarded-For", "X-HTTP-Method-Override" };
	size_t i;

	for (i = 0; i < COUNT_OF(single); i++) {
		unsigned bit = 1U << i;

		if (strcasecmp(name, single[i]) != 0)
			continue;
		if (head->singles & bit)
			return true;
		head->singles |= bit;
	}
	return false;
}

/* A name or an address, and a port (RFC 3986 3.2.2); empty when the target has no authority. */
static bool
is_host(const char *s)
{
	bool bracket = *s == '[';
	size_t n;

	if (bracket) {
		n = strspn(++s, "0123456789abcdefABCDEF:.");
		if (n < 2 || s[n] != ']')
			return false;
		s += n + 1;
	} else {
		while (is_alnum(*s) || (*s && strchr("-._~!$&'()*+;=%", *s)))
			s++;
	}
	if (*s != ':')
		return *s == '\0';
	n = strspn(++s, "0123456789");
	return n <= 5 && s[n] == '\0' && strtoul(s, NULL, 10) <= UINT16_MAX;
}

void
head_field(struct head *head, struct request *req, const char *name, size_t name_len,
           const char *value, size_t value_len)
{
	head->size += name_len + value_len + strlen(": \r\n");
	if (head->size > HEAD_SIZE_MAX || req->headers_count == COUNT_OF(req->headers)) {
		refuse(head, 431);
		return;
	}
	if (!head_is_token(name, name_len) || !head_is_value(value, value_len)) {
		refuse(head, 400);
		return;
	}
	while (value_len && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
		value_len--;
	name = arena_copy(&req->arena, name, name_len);
	value = value_len ? arena_copy(&req->arena, value, value_len) : "";
	req->headers[req->headers_count].name = name;
	req->headers[req->headers_count++].value = value;
	if (is_second(head, name))
		refuse(head, 400);
	if (strcasecmp(name, "Host") == 0) {
		head->hosts++;
		if (!is_host(value))
			refuse(head, 400);
	} else if (strcasecmp(name, "Content-Length") == 0) {
		head->lengths++;
		read_length(head, value);
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		head->encodings++;
		if (strcasecmp(value, "chunked") != 0)
			refuse(head, 400);
	}
}

static void
read_method(struct head *head, struct request *req, const char *method)
{
	static const char *const known[] = { "GET",   "HEAD",   "POST",   "PUT",
		                             "PATCH", "DELETE", "OPTIONS" };
	size_t i;

	if (!head_is_token(method, strlen(method))) {
		refuse(head, 400);
		return;
	}
	for (i = 0; i < COUNT_OF(known); i++) {
		if (strcmp(method, known[i]) == 0)
			break;
	}
	if (i == COUNT_OF(known)) {
		refuse(head, 501);
		return;
	}
	req->is_head = strcmp(method, "HEAD") == 0;
	req->method = req->is_head ? "GET" : known[i];
}

void
head_end(struct head *head, struct request *req, const char *method, const char *version)
{
	bool old = strcmp(version, "HTTP/1.0") == 0;

	if (!old && strcmp(version, "HTTP/1.1") != 0)
		refuse(head, 505);
	read_method(head, req, method);
	if (strcmp(req->path, "*") == 0 && strcmp(req->method, "OPTIONS") != 0)
		refuse(head, 400);
	if (head->hosts > 1 || (!old && head->hosts == 0))
		refuse(head, 400);
	if (head->lengths + head->encodings > 1 || (old && head->encodings))
		refuse(head, 400);
	head->size += strlen(method) + strlen(version) + strlen("  \r\n\r\n");
	weigh(head, req);
}

bool
head_has_body(const struct head *head)
{
	return head->length > 0 || head->encodings > 0;
}
