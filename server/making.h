/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that lack something which takes long to make: it is made on a printer's thread, once for all who wait for
 * the same.  Nobody who waits holds a worker or a place in the queue.  Loop thread. */
#ifndef SERVER_MAKING_H
#define SERVER_MAKING_H

#include "worker.h"

/* The request has its reply but for what req->unmade names: have that made, or wait with those who do.  False when the
 * queue is full: answer 503. */
MUSTCHECK bool making_begin(struct workers *printers, struct request *req);

/* It was made, or failed with req->err: answers everybody who waits for it, this one too. */
void making_end(struct request *req);

#endif
