/* SPDX-License-Identifier: Apache-2.0 */
/* Imports. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "auth.h"
#include "core/log.h"
#include "import_file.h"
#include "integration/import.h"
#include "jobs/imports.h"
#include "routes/routes.h"

/* Who imports must be allowed to write each row by hand. */
static enum err
check_kind(struct request *req, enum import_kind kind, struct id store)
{
	const struct operation *op = &operations[import_op(kind)];
	struct scope scope = { 0 };

	if (principal_scope(req->who, op, NULL, 0, &req->arena, &scope) &&
	    scope_narrow(&scope, store))
		return OK;
	return fail_with(&req->ctx, ERR_FORBIDDEN, NULL,
	                 enum_code(&permission_enum, (int)op->permissions[0]), NULL);
}

static enum err
create_import(struct request *req)
{
	static struct log_cap cap;
	const struct create_import_params *in = req->params;
	const char *type = request_header(req, "Content-Type");
	char sha256[SHA256_TEXT];
	struct import_job job = {
		.id = id_new(),
		.store = in->store_id,
		.kind = in->kind,
		.format = in->format,
		.dry_run = in->dry_run,
		.language = req->language,
		.sha256 = sha256,
	};
	enum err err = check_kind(req, in->kind, in->store_id);

	if (err)
		return err;
	if (req->body_size == 0)
		return fail(&req->ctx, ERR_EMPTY_FILE, NULL);
	if (!in->has_format)
		job.format = strncasecmp(type, "text/csv", 8) == 0 ? IMPORT_FORMAT_CSV
		                                                   : IMPORT_FORMAT_NDJSON;
	/* the transaction may be tried again */
	if (lseek(req->body_file, 0, SEEK_SET) != 0 ||
	    !import_file_keep(job.id, req->body_file, sha256)) {
		if (log_allow(&cap))
			log_line(LOG_LEVEL_ERROR, "import_file", "errno=%d", errno);
		return ERR_UNAVAILABLE;
	}
	return import_create(&req->ctx, &job);
}

static enum err
cancel_import(struct request *req)
{
	return import_cancel(&req->ctx, req->id);
}

/* clang-format off */
const struct route import_routes[] = {
	READ_ACTIONS(OP_listImports, &import_machine, PAGE(import_list)),
	READ_ACTIONS(OP_getImport,   &import_machine, ONE(import_get)),
	READ(OP_listImportRows,      UNDER(import_visible), PAGE(import_row_list)),
	COMMAND(OP_createImport,     create_import,   THEN(OP_getImport)),
	COMMAND(OP_cancelImport,     cancel_import,   THEN(OP_getImport)),
	ROUTES_END
};
/* clang-format on */
