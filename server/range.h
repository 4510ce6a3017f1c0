/* SPDX-License-Identifier: Apache-2.0 */
/* The Range header of a request (RFC 9110, 14). */
#ifndef SERVER_RANGE_H
#define SERVER_RANGE_H

#include <stdint.h>

enum range {
	RANGE_NONE, /* another unit, several ranges, or malformed: the whole is sent */
	RANGE_PART,
	RANGE_OUTSIDE
};

/* The one range `bytes=a-b`, `bytes=a-` or `bytes=-n` of size octets, into *offset and *length,
 * which are left alone unless it is RANGE_PART. */
enum range range_parse(const char *header, uint64_t size, uint64_t *offset, uint64_t *length);

#endif
