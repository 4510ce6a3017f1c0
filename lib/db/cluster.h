/* SPDX-License-Identifier: Apache-2.0 */
/* The private cluster: a PostgreSQL of the daemon's own, on a Unix socket, for one store or a
 * trial.
 *
 * There is one for a process.  It ends with the process, also when that is killed. */
#ifndef DB_CLUSTER_H
#define DB_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"

struct cluster_settings {
	const char *data_dir;  /* made if need be; the cluster is in its folder `postgres` */
	const char *bin_dir;   /* of initdb and postgres, 15 or newer; NULL or empty: found */
	const char *bootstrap; /* SQL of migrations/bootstrap.sql */
};

/*
 * Make the cluster if there is none, start it, and bring roles and rights up to date.  Waits for
 * one that is still stopping (30 s) and for crash recovery (10 min).  Fills in libpq connection
 * strings of fettle_app and fettle_owner.  False with a sentence in `error`.
 *
 * As root, PostgreSQL runs as the user postgres, or nobody; if that user cannot enter data_dir, the
 * cluster is in /var/lib/fettle, and the log says so.
 */
MUSTCHECK bool cluster_start(const struct cluster_settings *settings, char *url, size_t url_size,
                             char *owner_url, size_t owner_url_size, char *error,
                             size_t error_size);

/* Start PostgreSQL again if it has died.  Call it about every second, from the thread that called
 * cluster_start; never waits.  Nothing when there is no cluster. */
void cluster_tick(void);

/* Stop PostgreSQL and wait for it.  Nothing when there is no cluster. */
void cluster_stop(void);

#endif
