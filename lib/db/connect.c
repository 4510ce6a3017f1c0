/* SPDX-License-Identifier: Apache-2.0 */
/* Starting connections. */
#include "db/connect.h"

#include <stdio.h>

/* Instants are read as UTC and ISO; documents and commands are planned once, whatever their ids. */
#define SETTINGS                                                             \
	"-c timezone=UTC -c datestyle=ISO -c search_path=public -c jit=off " \
	"-c plan_cache_mode=force_generic_plan "

PGconn *
connect_start(const char *url, const char *extra)
{
	char options[512];
	const char *const keywords[] = { "dbname", "options", "application_name", "client_encoding",
		                         NULL };
	const char *const values[] = { url, options, "fettled", "UTF8", NULL };

	snprintf(options, sizeof(options), SETTINGS "%s", extra);
	return PQconnectStartParams(keywords, values, 1);
}
