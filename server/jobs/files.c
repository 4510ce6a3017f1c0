/* SPDX-License-Identifier: Apache-2.0 */
/* Removes what was kept for files that were never committed: one shelf of the store after the
 * other. */
#include "file/file.h"

#include "core/log.h"
#include "file_store.h"
#include "jobs/jobs.h"

#define BATCH 500 /* contents that are looked up in one trip */

/* Some contents of a shelf; those that are gone are added to *removed. */
static enum err
sweep(struct ctx *ctx, const char *const *names, size_t count, size_t *removed)
{
	const char **unnamed = arena_array(ctx->arena, count, sizeof(*unnamed));
	size_t n;
	enum err err = file_contents_unnamed(ctx, names, count, unnamed, &n);

	for (size_t i = 0; !err && i < n; i++)
		if (file_store_remove_old(unnamed[i]))
			++*removed;
	return err;
}

enum err
job_sweep_files(struct ctx *ctx, bool *more)
{
	static unsigned shelf; /* the jobs have one thread */
	const char *const *names;
	size_t count = 0, removed = 0;
	enum err err = OK;

	while (shelf < FILE_STORE_SHELVES &&
	       (count = file_store_old(ctx->arena, shelf, &names)) == 0)
		shelf++;
	*more = shelf < FILE_STORE_SHELVES;
	/* each that is removed holds a lock until the end, and leaves what was made of it: the shelf is
	 * begun anew until there are none */
	for (size_t i = 0; !err && i < count && removed < BATCH; i += BATCH)
		err = sweep(ctx, names + i, count - i < BATCH ? count - i : BATCH, &removed);
	if (removed)
		log_line(LOG_LEVEL_INFO, "files_swept", "count=%zu", removed);
	if (err)
		return err;
	if (*more && removed == 0)
		shelf++;
	if (*more)
		return OK;
	file_store_clear_aside();
	shelf = 0;
	return OK;
}
