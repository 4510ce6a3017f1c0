/* SPDX-License-Identifier: Apache-2.0 */
/* `fettled create-admin`. */
#ifndef SERVER_ADMIN_H
#define SERVER_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"

/* A staff member with the role hq_admin over the whole chain.  False with a sentence in error. */
MUSTCHECK bool create_admin(const char *url, const char *username, const char *name,
                            const char *password, char *error, size_t size);

#endif
