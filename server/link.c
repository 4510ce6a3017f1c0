/* SPDX-License-Identifier: Apache-2.0 */
/* Making and opening link tokens: 16 octets of id, 16 of MAC, base64url. */
#include "link.h"

#include <sodium.h>
#include <string.h>

#include "core/text.h"

#define MAC 16

static unsigned char link_key[crypto_auth_KEYBYTES];

void
link_set_key(const unsigned char key[static 32])
{
	/* a key of its own, so that a cursor can never be a link */
	crypto_auth(link_key, (const unsigned char *)"link", 4, key);
}

static void
mac_of(struct id link, unsigned char mac[static MAC])
{
	unsigned char full[crypto_auth_BYTES];

	crypto_auth(full, link.b, sizeof(link.b), link_key);
	memcpy(mac, full, MAC);
}

char *
link_token(struct id link, char out[static LINK_TEXT])
{
	unsigned char bytes[sizeof(link.b) + MAC];

	memcpy(bytes, link.b, sizeof(link.b));
	mac_of(link, bytes + sizeof(link.b));
	out[base64url_encode(out, bytes, sizeof(bytes))] = '\0';
	return out;
}

bool
link_open(const char *token, struct id *link)
{
	unsigned char bytes[sizeof(link->b) + MAC], mac[MAC];
	size_t size;

	if (!base64url_decode(token, strlen(token), bytes, sizeof(bytes), &size) ||
	    size != sizeof(bytes))
		return false;
	memcpy(link->b, bytes, sizeof(link->b));
	mac_of(*link, mac);
	return sodium_memcmp(mac, bytes + sizeof(link->b), MAC) == 0;
}
