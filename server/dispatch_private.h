/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the dispatcher share: dispatch_head.c sees the head of a request, dispatch.c all the
 * rest. */
#ifndef SERVER_DISPATCH_PRIVATE_H
#define SERVER_DISPATCH_PRIVATE_H

#include "dispatch.h"

extern struct dispatch dispatcher; /* as dispatch_init() was given it */

#endif
