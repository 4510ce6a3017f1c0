/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing passwords with libsodium. */
#include "password.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#define PASSES 2
#define MEMORY ((size_t)19456 * 1024)

static char nobodys_hash[crypto_pwhash_STRBYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

const char *
password_hash(struct arena *arena, const char *password)
{
	char hash[crypto_pwhash_STRBYTES];

	if (crypto_pwhash_str(hash, password, strlen(password), PASSES, MEMORY) != 0)
		die("out of memory for a password hash");
	return arena_text(arena, hash);
}

static void
make_nobodys_hash(void)
{
	if (crypto_pwhash_str(nobodys_hash, "", 0, PASSES, MEMORY) != 0)
		die("out of memory for a password hash");
}

bool
password_verify(const char *hash, const char *password)
{
	pthread_once(&once, make_nobodys_hash);
	/* bitwise: a name that does not exist takes as long as one that does */
	return (crypto_pwhash_str_verify(hash ? hash : nobodys_hash, password, strlen(password)) ==
	        0) &
	       (hash != NULL);
}
