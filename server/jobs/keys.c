/* SPDX-License-Identifier: Apache-2.0 */
/* When API keys were used, from the memory of the process that serves into the database. */
#include "db/db.h"
#include "jobs/jobs.h"
#include "key_use.h"

enum err
job_write_key_uses(struct ctx *ctx, bool *more)
{
	struct id keys[KEY_USES_MAX];
	int64_t used_us[KEY_USES_MAX];
	size_t n = key_uses_due(keys, used_us);
	enum err err;

	*more = false;
	if (n == 0)
		return OK;
	db_write(ctx, api_key_used, IDS_ARG(key_ids, keys, n), INTS_ARG(used_us, used_us, n));
	err = db_flush(ctx);
	/* what a COMMIT loses now, the key's next use a minute later makes good */
	if (!err)
		key_uses_written(keys, used_us, n);
	return err;
}
