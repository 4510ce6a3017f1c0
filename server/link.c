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
mac_of(const unsigned char *bytes, size_t size, unsigned char mac[static MAC])
{
	unsigned char full[crypto_auth_BYTES];

	crypto_auth(full, bytes, size, link_key);
	memcpy(mac, full, MAC);
}

char *
link_token(struct id link, char out[static LINK_TEXT])
{
	unsigned char bytes[sizeof(link.b) + MAC];

	memcpy(bytes, link.b, sizeof(link.b));
	mac_of(bytes, sizeof(link.b), bytes + sizeof(link.b));
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
	mac_of(bytes, sizeof(link->b), mac);
	return sodium_memcmp(mac, bytes + sizeof(link->b), MAC) == 0;
}

/* ------------------------------------------------------------ files */

/* Longer than a link, so that neither is ever the other. */
#define UNTIL       8
#define FILE_SIGNED (sizeof(struct id) + UNTIL)

char *
file_token(struct id file, int64_t until_s, char out[static FILE_TOKEN_TEXT])
{
	unsigned char bytes[FILE_SIGNED + MAC];

	memcpy(bytes, file.b, sizeof(file.b));
	for (size_t i = 0; i < UNTIL; i++)
		bytes[sizeof(file.b) + i] = (unsigned char)(until_s >> (8 * (UNTIL - 1 - i)));
	mac_of(bytes, FILE_SIGNED, bytes + FILE_SIGNED);
	out[base64url_encode(out, bytes, sizeof(bytes))] = '\0';
	return out;
}

bool
file_token_open(const char *token, struct id *file, int64_t *until_s)
{
	unsigned char bytes[FILE_SIGNED + MAC], mac[MAC];
	size_t size;

	if (!base64url_decode(token, strlen(token), bytes, sizeof(bytes), &size) ||
	    size != sizeof(bytes))
		return false;
	memcpy(file->b, bytes, sizeof(file->b));
	*until_s = 0;
	for (size_t i = 0; i < UNTIL; i++)
		*until_s = *until_s << 8 | bytes[sizeof(file->b) + i];
	mac_of(bytes, FILE_SIGNED, mac);
	return sodium_memcmp(mac, bytes + FILE_SIGNED, MAC) == 0;
}
