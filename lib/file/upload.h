/* SPDX-License-Identifier: Apache-2.0 */
/* Files that come in parts: how much is here, and the file that they become. */
#ifndef FILE_UPLOAD_H
#define FILE_UPLOAD_H

#include "db/machine.h"
#include "file/file.h"

extern const struct machine file_upload_machine;

struct upload {
	struct id id;
	struct file file; /* size: what was announced */
	int64_t received;
};

/* ERR_NOT_FOUND at /subject_id, ERR_REQUIRED at /store_id or the subject's other half. */
MUSTCHECK enum err upload_create(struct ctx *ctx, const struct create_file_upload *in);

/* Lock one that is being received.  ERR_ILLEGAL_TRANSITION, ERR_UPLOAD_EXPIRED. */
MUSTCHECK enum err upload_begin(struct ctx *ctx, struct id id, enum op op, struct upload *upload);
/* So much of it is on disk. */
void upload_received(struct ctx *ctx, const struct upload *upload, int64_t received);
/* Its bytes are kept under file.sha256: it becomes a file. */
void upload_finish(struct ctx *ctx, const struct upload *upload);

#endif
