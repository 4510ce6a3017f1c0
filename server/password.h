/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: argon2id with OWASP's least parameters (19 MiB, two passes), stored with them. */
#ifndef SERVER_PASSWORD_H
#define SERVER_PASSWORD_H

#include <stdbool.h>

#include "core/arena.h"

/* About 50 ms of one core: only on the password queue or from the command line. */
const char *password_hash(struct arena *arena, const char *password);

/* Whether it is the password; hash NULL (nobody) costs the same and is false. */
bool password_verify(const char *hash, const char *password);

#endif
