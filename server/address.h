/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses count as one client: an IPv4 address, also one that IPv6 maps, and of IPv6 a /64,
 * which is what one subscriber is given (RFC 6177). */
#ifndef SERVER_ADDRESS_H
#define SERVER_ADDRESS_H

#include <stdint.h>

struct sockaddr;

struct address_block {
	uint8_t size; /* octets: 4 of IPv4, 8 of IPv6, 0 when the text is no address */
	unsigned char b[8];
};

struct address_block address_block(const char *text);
struct address_block address_block_of(const struct sockaddr *address);

#endif
