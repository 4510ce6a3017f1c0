/* SPDX-License-Identifier: Apache-2.0 */
/* What a client would rather have: Accept and Accept-Language with their weights (RFC 9110 12.5). */
#ifndef SERVER_NEGOTIATE_H
#define SERVER_NEGOTIATE_H

#include <stdbool.h>

/* Whether Chinese is wanted more than English; of equals what stands first, and English where nothing
 * speaks for either.  NULL: no header was sent. */
bool negotiate_chinese(const char *accept_language);

/* Whether JSON may be sent: what speaks of it most exactly decides (RFC 9110 12.5.1).  NULL or empty:
 * anything may. */
bool negotiate_json(const char *accept);

#endif
