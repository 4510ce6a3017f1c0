/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of PostgreSQL, run as a user who may. */
#ifndef DB_CLUSTER_RUN_H
#define DB_CLUSTER_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base.h"

/* Whom to run as; uid 0: as we are. */
struct run_as {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* The user postgres, or nobody, when we are root.  False when root has neither. */
MUSTCHECK bool run_as_find(struct run_as *as);

/* Start argv[0] with stdout and stderr appended to `log`; it gets SIGINT when this thread ends.
 * -1 with errno. */
pid_t run_start(const struct run_as *as, char *const argv[], const char *log);

/* Run to the end.  Did it succeed? */
MUSTCHECK bool run_wait(const struct run_as *as, char *const argv[], const char *log);

/* May the user read, write and enter this directory? */
MUSTCHECK bool run_can_use(const struct run_as *as, const char *dir);

/* Where initdb and postgres 15 or newer are: `wished`, else what pg_config says, else the newest in
 * /usr/lib/postgresql. */
MUSTCHECK bool run_find_bin_dir(const char *wished, char out[static PATH_MAX]);

#endif
