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

/* Files that a body names are the store's: ERR_VALIDATION_FAILED with ERR_NOT_FOUND noted at the
 * pointer of each that is not. */
MUSTCHECK enum err files_check(struct ctx *ctx, struct id store, const struct id *ids,
                               const char *const *pointers, size_t count);

/* The same of files of a visit to it: of its reception, of an order of that, or of nothing. */
MUSTCHECK enum err files_check_visit(struct ctx *ctx, struct id store, struct id reception,
                                     const struct id *ids, const char *const *pointers,
                                     size_t count);

/* Before bytes are kept under this SHA-256: until the transaction ends nobody removes them. */
MUSTCHECK enum err file_content_lock(struct ctx *ctx, const char *sha256);

/* Of contents on disk those that no file names, each locked so that none comes to: they may be
 * removed before the transaction ends.  unnamed has room for all. */
MUSTCHECK enum err file_contents_unnamed(struct ctx *ctx, const char *const *hashes, size_t count,
                                         const char **unnamed, size_t *unnamed_count);

/* Its bytes are kept; sets ctx->subject. */
void file_add(struct ctx *ctx, const struct file *file);

#endif
