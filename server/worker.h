/* SPDX-License-Identifier: Apache-2.0 */
/* Commands run here: a bounded queue and threads that each own a blocking database connection.
 *
 * Critical operations (the contract's x-critical) go first; some threads and places of the queue are
 * theirs alone. */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "request.h"

struct workers;

struct workers_settings {
	unsigned threads, others;     /* of all threads, how many others may have at once */
	unsigned queue, queue_others; /* requests that may wait; more are refused */
	const char *database;         /* libpq URL */
	/* Runs the request to its reply on the worker's thread. */
	void (*run)(struct request *req, struct conn *conn);
	const char *name; /* in the log and as thread name */
};

struct workers *workers_open(const struct workers_settings *settings, int wake_fd);
/* Loop thread.  False when the queue is full or stopping: answer 503.  The request's operation must
 * be set. */
bool workers_submit(struct workers *workers, struct request *req);
/* Loop thread, after wake_fd (an eventfd) became readable: the next finished request or NULL. */
struct request *workers_done(struct workers *workers);
size_t workers_waiting(const struct workers *workers, bool critical);
size_t workers_running(const struct workers *workers, bool critical);
/* Finish what is queued, join the threads, close the connections. */
void workers_close(struct workers *workers);

#endif
