/* SPDX-License-Identifier: Apache-2.0 */
/* Running the daemon, and the database it runs on. */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include "config.h"
#include "db/conn.h"

/* URLs of the database a command works on; the private cluster is started when neither is set. */
struct database {
	char url[1024], owner_url[1024];
	bool private;
};

/* Both false with a sentence in error. */
MUSTCHECK bool database_open(const struct config *config, struct database *database, char *error,
                             size_t size);
MUSTCHECK bool database_migrate(const struct database *database, char *error, size_t size);
/* Whether the server, the app role and the schema may be served from (architecture.md 4). */
MUSTCHECK bool database_fits(const struct database *database, char *error, size_t size);
void database_close(const struct database *database);

/* Serve until SIGTERM or SIGINT; the process's exit status (sysexits). */
int serve(const struct config *config, const struct database *database);

/* Do the background work alone until SIGTERM or SIGINT, beside any number that serve or do the
 * same. */
int serve_jobs(const struct config *config, const struct database *database);

#endif
