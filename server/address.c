/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses to the part of them that is counted. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static struct address_block
block_of_six(const struct in6_addr *six)
{
	struct address_block block = { .size = 8 };

	if (IN6_IS_ADDR_V4MAPPED(six)) {
		block.size = 4;
		memcpy(block.b, six->s6_addr + 12, 4);
	} else {
		memcpy(block.b, six->s6_addr, 8);
	}
	return block;
}

struct address_block
address_block(const char *text)
{
	struct address_block block = { .size = 4 };
	struct in6_addr six;

	if (inet_pton(AF_INET, text, block.b) == 1)
		return block;
	if (inet_pton(AF_INET6, text, &six) == 1)
		return block_of_six(&six);
	return (struct address_block){ 0 };
}

struct address_block
address_block_of(const struct sockaddr *address)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
	struct address_block block = { .size = 4 };

	if (address->sa_family == AF_INET6)
		return block_of_six(&six->sin6_addr);
	if (address->sa_family != AF_INET)
		return (struct address_block){ 0 };
	memcpy(block.b, &four->sin_addr, 4);
	return block;
}
