/* SPDX-License-Identifier: Apache-2.0 */
/* Making links, ending them, and what the link that comes is about. */
#include "link/link.h"

struct id
link_add(struct ctx *ctx, enum link_purpose purpose, struct id store, struct id subject,
         struct utc expires_at)
{
	struct id link = id_new();

	db_write(ctx, link_add, ARG(link_id, link), ARG(store_id, store),
	         ENUM_ARG(purpose, link_purpose, purpose), ARG(subject_id, subject),
	         ARG(expires_at, expires_at));
	return link;
}

void
link_end(struct ctx *ctx, enum link_purpose purpose, struct id subject)
{
	db_write(ctx, link_end, ENUM_ARG(purpose, link_purpose, purpose), ARG(subject_id, subject));
}

enum err
link_stop(struct ctx *ctx, enum link_purpose purpose, struct id subject)
{
	struct rows *ended = NULL;
	enum err err = db_read(ctx, link_end, &ended, ENUM_ARG(purpose, link_purpose, purpose),
	                       ARG(subject_id, subject));

	if (!err && (rows_count(ended) == 0 || !row_bool(ended, 0, "live")))
		err = fail(ctx, ERR_NOT_SHARED, NULL);
	return err;
}

void
link_until(struct ctx *ctx, enum link_purpose purpose, struct id subject, struct utc expires_at)
{
	db_write(ctx, link_until, ENUM_ARG(purpose, link_purpose, purpose),
	         ARG(subject_id, subject), ARG(expires_at, expires_at));
}

enum err
link_subject(struct ctx *ctx, enum link_purpose purpose, struct id *subject)
{
	struct rows *rows = NULL;
	enum err err = db_read(ctx, link_subject, &rows, ENUM_ARG(purpose, link_purpose, purpose));

	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, NULL);
	if (!err)
		*subject = row_id(rows, 0, "subject_id");
	return err;
}

enum err
link_check_open(struct ctx *ctx)
{
	struct rows *rows = NULL;
	enum err err = db_read(ctx, link_open, &rows, NO_ARGS);

	return !err && rows_count(rows) == 0 ? fail(ctx, ERR_NOT_FOUND, NULL) : err;
}
