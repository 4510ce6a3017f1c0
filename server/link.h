/* SPDX-License-Identifier: Apache-2.0 */
/* Links for one purpose: their token is the link's id with a MAC under the server's key. */
#ifndef SERVER_LINK_H
#define SERVER_LINK_H

#include <stdbool.h>

#include "core/id.h"

#define LINK_TEXT 48

/* The server's key; call once at start. */
void link_set_key(const unsigned char key[static 32]);
char *link_token(struct id link, char out[static LINK_TEXT]);
/* False when the token is not ours. */
bool link_open(const char *token, struct id *link);

#endif
