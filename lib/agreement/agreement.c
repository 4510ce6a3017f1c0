/* SPDX-License-Identifier: Apache-2.0 */
/* Drafting, signing and voiding repair agreements. */
#include "agreement/agreement.h"

#include <string.h>
#include <strings.h>

#include "event/event.h"
#include "file/file.h"
#include "org/org.h"
#include "work_order/work_order.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_signAgreement, FROM(AGREEMENT_STATUS_DRAFT), AGREEMENT_STATUS_SIGNED },
	{ OP_voidAgreement, FROM(AGREEMENT_STATUS_DRAFT) | FROM(AGREEMENT_STATUS_SIGNED),
	                    AGREEMENT_STATUS_VOID },
};
/* clang-format on */

const struct machine agreement_machine = MACHINE("status", agreement_status, moves);

enum err
agreement_create(struct ctx *ctx, const struct create_agreement *in)
{
	const char *number = NULL;
	struct work_order wo = { 0 };
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = work_order_lock(ctx, in->work_order_id, "/work_order_id", &wo);
	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err)
		err = document_number(ctx, wo.store, "AG", &number);
	if (err)
		return err;
	db_write(ctx, agreement_add, ARG(agreement_id, id), ARG(number, number),
	         BODY_ARG(create_agreement, in));
	event_add(ctx, "agreement.drafted", wo.store, id);
	ctx->subject = id;
	return OK;
}

/* Its order is locked before it, as it is by whoever authorises lines of it. */
static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct work_order *wo)
{
	struct rows *rows = NULL;
	int to;
	enum err err = db_read(ctx, agreement_order, &rows, ARG(id, id));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = work_order_lock(ctx, row_id(rows, 0, "work_order_id"), NULL, wo);
	if (!err)
		err = db_lock(ctx, agreement_lock, id, &rows);
	return err ? err
	           : machine_check(ctx, &agreement_machine, op,
	                           row_enum(rows, 0, "status", &agreement_status_enum), &to);
}

enum err
agreement_update(struct ctx *ctx, struct id id, const struct update_agreement *in)
{
	struct work_order wo = { 0 };
	/* what can still be signed can be changed */
	enum err err = begin(ctx, id, OP_signAgreement, &wo);

	if (err)
		return err;
	db_write(ctx, agreement_update, ARG(id, id), BODY_ARG(update_agreement, in));
	event_add(ctx, "agreement.updated", wo.store, id);
	return OK;
}

/* What was signed is the paper that was shown. */
static enum err
check_document(struct ctx *ctx, const struct rows *document, const struct sign_agreement *in)
{
	if (rows_count(document) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/document_file_id");
	if (strcmp(row_text(document, 0, "media_type"), "application/pdf") != 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/document_file_id", "is not a PDF", NULL);
	if (in->has_document_sha256 &&
	    strcasecmp(in->document_sha256, row_text(document, 0, "sha256")) != 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/document_sha256", "is not the document's",
		                 NULL);
	return OK;
}

enum err
agreement_sign(struct ctx *ctx, struct id id, const struct sign_agreement *in)
{
	static const char *const pointers[] = { "/customer_signature_file_id",
		                                "/store_signature_file_id" };
	const struct id files[] = { in->customer_signature_file_id, in->store_signature_file_id };
	struct rows *document = NULL;
	struct work_order wo = { 0 };
	enum err err = begin(ctx, id, OP_signAgreement, &wo);

	if (!err && wo.status == WORK_ORDER_STATUS_CANCELLED)
		err = fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL,
		                enum_code(&work_order_status_enum, (int)wo.status), NULL);
	if (!err)
		err = files_check_visit(ctx, wo.store, wo.reception, files, pointers,
		                        COUNT_OF(files));
	if (!err)
		err = db_read(ctx, agreement_document, &document, ARG(store_id, wo.store),
		              BODY_ARG(sign_agreement, in));
	if (!err)
		err = check_document(ctx, document, in);
	if (err)
		return err;
	db_write(ctx, agreement_sign, ARG(id, id), ARG(sha256, row_text(document, 0, "sha256")),
	         BODY_ARG(sign_agreement, in));
	event_add(ctx, "agreement.signed", wo.store, id);
	return work_order_hold_limit(ctx, &wo);
}

enum err
agreement_void(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	struct work_order wo = { 0 };
	enum err err = begin(ctx, id, OP_voidAgreement, &wo);

	if (err)
		return err;
	db_write(ctx, agreement_void, ARG(id, id), BODY_ARG(reason_given, in));
	event_add(ctx, "agreement.voided", wo.store, id);
	return OK;
}
