/* SPDX-License-Identifier: Apache-2.0 */
/* Documents on paper: a read of its own each, whose JSON the printer makes a PDF of. */
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "auth.h"
#include "config.h"
#include "core/text.h"
#include "link.h"
#include "printer.h"
#include "routes/documents.h"
#include "routes/routes.h"

static const char *public_url = "";

void
documents_set_public_url(const char *url)
{
	public_url = url;
}

/* `lang` goes before Accept-Language. */
static enum err
choose_language(struct request *req)
{
	const int *wanted = request_parameter(req, "lang");

	if (wanted)
		req->language = *wanted == DOCUMENT_LANGUAGE_ZH;
	return OK;
}

/* What it is, and the link that its customer opens with the code on it, for those who hand it out. */
static void
write_kind(struct buf *out, const struct request *req, const struct rows *rows, size_t row,
           const char *kind, enum permission hands_out)
{
	struct id link = row_id(rows, row, "_link_id");
	char token[LINK_TEXT];

	buf_printf(out, ",\"document\":\"%s\",\"language\":\"%s\"", kind,
	           req->language ? "zh-CN" : "en");
	if (!*public_url || id_is_none(link) ||
	    !principal_holds(req->who, hands_out, row_id(rows, row, "store_id")))
		return;
	buf_puts(out, ",\"link\":");
	link_token(link, token);
	buf_json(out, arena_printf(req->ctx.arena, "%s%s", public_url, token),
	         strlen(public_url) + strlen(token));
}

static void
settlement(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	bool sale = !row_is_null(rows, row, "sales_order.id");

	write_kind(out, req, rows, row, sale ? "sale" : "settlement", PERMISSION_PROGRESS_SHARE);
}

static void
work_order(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	write_kind(out, req, rows, row, "work_order", PERMISSION_PROGRESS_SHARE);
}

static void
reception(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	write_kind(out, req, rows, row, "reception", PERMISSION_PROGRESS_SHARE);
}

static void
estimate(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	write_kind(out, req, rows, row, "estimate", PERMISSION_ESTIMATE_TOKEN);
}

/* RFC 9530: what is signed is the file itself. */
static enum err
add_digest(struct request *req, int file, uint64_t size)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);

	if (map == MAP_FAILED)
		return ERR_UNAVAILABLE;
	crypto_hash_sha256(hash, map, size);
	munmap(map, size);
	sodium_bin2base64(text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL);
	reply_header(req, "Repr-Digest", arena_printf(&req->arena, "sha-256=:%s:", text));
	return OK;
}

/* The document's number, and what it has none of while it is a draft. */
static const char *
file_name(struct request *req)
{
	static const char key[] = "\"number\":";
	const struct buf *body = &req->reply.body;
	const char *at = memmem(body->data, body->len, key, sizeof(key) - 1);
	size_t n = 0;

	at = at ? at + sizeof(key) - 1 : "";
	if (*at != '"')
		return "draft";
	while (n < 64 && at[n + 1] != '"')
		n++;
	return arena_copy(&req->arena, at + 1, n);
}

static enum err
print(struct request *req)
{
	struct reply *reply = &req->reply;
	const char *tag = NULL;
	enum err err = OK;

	/* what was compared is the data; the same data may look otherwise in a later version */
	for (size_t i = 0; i < reply->headers_count; i++)
		if (strcmp(reply->headers[i].name, "ETag") == 0)
			tag = reply->headers[i].value;
	reply_header(req, "ETag", arena_printf(&req->arena, "W/%s", tag));
	reply_header(req, "Content-Language", req->language ? "zh-CN" : "en");
	if (reply->status == 200)
		err = printer_print(reply->body.data, reply->body.len, &reply->file, &reply->size);
	if (!err && reply->status == 200)
		err = add_digest(req, reply->file, reply->size);
	if (!err) {
		reply->offset = 0;
		reply->content_type = "application/pdf";
		reply_header(
			req, "Content-Disposition",
			arena_printf(&req->arena, "inline; filename=\"%s.pdf\"", file_name(req)));
	} else {
		reply_header(req, "ETag", NULL);
		reply_header(req, "Content-Language", NULL);
	}
	buf_clear(&reply->body);
	return err;
}

/* clang-format off */
#define PRINTED(o, members, ...) \
	{ .op = (o), .kind = ROUTE_READ, .prepare = choose_language, .extra = (members), \
	  .finish = print, .sections = { __VA_ARGS__ } }

const struct route document_routes[] = {
	PRINTED(OP_getSettlementDocument, settlement, ONE(settlement_document),
	  MANY(lines, settlement_document_lines), MANY(payments, settlement_document_payments)),
	PRINTED(OP_getWorkOrderDocument,  work_order, ONE(work_order_document),
	  MANY(concerns, work_order_document_concerns), MANY(lines, work_order_document_lines),
	  MANY(authorisations, work_order_document_consents),
	  MANY(requirements, work_order_document_requirements)),
	PRINTED(OP_getReceptionDocument,  reception,  ONE(reception_document),
	  MANY(concerns, reception_concerns_of), MANY(inspections, reception_document_inspections),
	  MANY(inspections.findings, reception_document_findings)),
	PRINTED(OP_getEstimateDocument,   estimate,   ONE(estimate_document),
	  MANY(concerns, estimate_document_concerns), MANY(options, estimate_document_options),
	  MANY(options.lines, estimate_document_lines)),
	ROUTES_END
};
/* clang-format on */
