/* SPDX-License-Identifier: Apache-2.0 */
/* How every connection starts: the settings that rows and plans rely on. */
#ifndef DB_CONNECT_H
#define DB_CONNECT_H

#include <libpq-fe.h>

/* PQconnectStart with `extra` ("-c name=value ...") beside what all connections have; may return
 * NULL. */
PGconn *connect_start(const char *url, const char *extra);

#endif
