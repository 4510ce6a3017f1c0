/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a store: photos and papers of a reception, a work order or a complaint. */
#ifndef FILE_FILE_H
#define FILE_FILE_H

#include "db/db.h"

struct file {
	struct id store;
	enum file_subject subject_type; /* none, with subject */
	struct id subject;
	const char *sha256, *media_type;
	const char *name; /* as uploaded; may be NULL */
	int64_t size;     /* octets */
};

/* The store of the file's subject, or else the one sent, into file->store.  ERR_NOT_FOUND of the
 * parameter subject_id (it is not there, or another store's), ERR_REQUIRED of store_id. */
MUSTCHECK enum err file_owner(struct ctx *ctx, struct id sent, struct file *file);

/* Its bytes are kept; sets ctx->subject. */
void file_add(struct ctx *ctx, const struct file *file);

#endif
