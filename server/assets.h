/* SPDX-License-Identifier: Apache-2.0 */
/* The files that the program carries inside itself, so that an installation is one file. */
#ifndef SERVER_ASSETS_H
#define SERVER_ASSETS_H

#include <stddef.h>

/*
 * One embedded file.  `path` is where it stands in the source tree ("migrations/0001_org.sql",
 * "vendor/swagger-ui/index.html", "data/wmi_cn.csv"); the bundled contract is "openapi.json".
 * A NUL byte that `size` does not count follows the data, so that text can be used as a string.
 */
struct asset {
	const char *path;
	const unsigned char *data;
	size_t size;
};

/* Sorted by path in byte order, so that migrations stand in the order in which they run. */
extern const struct asset assets[];
extern const size_t assets_count;

#endif
