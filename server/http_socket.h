/* SPDX-License-Identifier: Apache-2.0 */
/* What http.c asks of the system: a place to listen, and enough descriptors. */
#ifndef SERVER_HTTP_SOCKET_H
#define SERVER_HTTP_SOCKET_H

#include <stdint.h>

/* Listen on a numeric address.  Port 0 is any; the one that it became is told.  A second daemon may
 * listen there too, so that it can take over (SO_REUSEPORT).  -1 with errno. */
int socket_listen(const char *address, uint16_t *port);

/* Raise the limit of descriptors for so many connections; returns how many it allows. */
unsigned socket_connections_allowed(unsigned wanted);

#endif
