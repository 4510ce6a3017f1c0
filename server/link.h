/* SPDX-License-Identifier: Apache-2.0 */
/* Links for one purpose: their token is the link's id with a MAC under the server's key. */
#ifndef SERVER_LINK_H
#define SERVER_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/id.h"

#define LINK_TEXT 48

/* The server's key; call once at start. */
void link_set_key(const unsigned char key[static 32]);
char *link_token(struct id link, char out[static LINK_TEXT]);
/* False when the token is not ours. */
bool link_open(const char *token, struct id *link);

/* The same of a file, until a second since 1970: whoever has it may read the file. */
#define FILE_TOKEN_TEXT 60
char *file_token(struct id file, int64_t until_s, char out[static FILE_TOKEN_TEXT]);
bool file_token_open(const char *token, struct id *file, int64_t *until_s);

#endif
