/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: descriptors to wait on, a few things to do from time to time, signals. */
#ifndef SERVER_LOOP_H
#define SERVER_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop_hooks {
	void *arg;
	void (*turn)(void *arg);      /* once a turn, after all that was ready */
	int (*timeout_ms)(void *arg); /* how long the loop may sleep; -1: for ever; 0: not at all */
	bool (*stopped)(void *arg);   /* asked after each turn */
};

struct loop *loop_open(void);
void loop_close(struct loop *loop);

/* Call ready(arg, events) in each turn in which fd is readable.  For as long as the loop lives. */
void loop_watch(struct loop *loop, int fd, void (*ready)(void *arg, uint32_t events), void *arg);

/* Its epoll, for who has descriptors that come and go: each with a struct watch (core/watch.h), which
 * must not be gone before the turn is over. */
int loop_epoll(const struct loop *loop);

/* Call fn(arg) about every so many milliseconds. */
void loop_tick(struct loop *loop, unsigned every_ms, void (*fn)(void *arg), void *arg);

/* Call fn(arg, signal) for SIGTERM and SIGINT; SIGHUP is ignored.  Blocks these signals, so it
 * comes before the first thread is made. */
void loop_signals(struct loop *loop, void (*fn)(void *arg, int signal), void *arg);

void loop_run(struct loop *loop, const struct loop_hooks *hooks);

#endif
