/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop, on a private epoll. */
#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base.h"
#include "core/utc.h"
#include "core/watch.h"

#define WATCHES_MAX 8
#define EVENTS_MAX  32
#define TICKS_MAX   16

struct tick {
	int64_t every_us, due_us;
	void (*fn)(void *arg);
	void *arg;
};

struct loop {
	int epoll_fd, signal_fd;
	struct watch watches[WATCHES_MAX];
	size_t watches_count;
	struct tick ticks[TICKS_MAX];
	size_t ticks_count;
	void (*signalled)(void *arg, int signal);
	void *signalled_arg;
};

struct loop *
loop_open(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		die("out of memory: loop");
	loop->signal_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		die("epoll_create1: %s", strerrordesc_np(errno));
	return loop;
}

void
loop_close(struct loop *loop)
{
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	close(loop->epoll_fd);
	free(loop);
}

void
loop_watch(struct loop *loop, int fd, void (*ready)(void *arg, uint32_t events), void *arg)
{
	struct watch *watch = &loop->watches[loop->watches_count++];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

	assert(loop->watches_count <= WATCHES_MAX);
	*watch = (struct watch){ .ready = ready, .arg = arg };
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll_ctl: %s", strerrordesc_np(errno));
}

int
loop_epoll(const struct loop *loop)
{
	return loop->epoll_fd;
}

void
loop_tick(struct loop *loop, unsigned every_ms, void (*fn)(void *arg), void *arg)
{
	struct tick *tick = &loop->ticks[loop->ticks_count++];

	assert(loop->ticks_count <= TICKS_MAX);
	*tick = (struct tick){ .every_us = (int64_t)every_ms * 1000, .fn = fn, .arg = arg };
	tick->due_us = clock_monotonic_us() + tick->every_us;
}

static void
take_signals(void *arg, uint32_t events)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(loop->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			loop->signalled(loop->signalled_arg, (int)info.ssi_signo);
	}
}

void
loop_signals(struct loop *loop, void (*fn)(void *arg, int signal), void *arg)
{
	sigset_t signals;

	loop->signalled = fn;
	loop->signalled_arg = arg;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0)
		die("signals cannot be blocked");
	loop->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd < 0)
		die("signalfd: %s", strerrordesc_np(errno));
	loop_watch(loop, loop->signal_fd, take_signals, loop);
}

/* Milliseconds until the next tick or the hook's own time, rounded up; -1: for ever. */
static int
sleep_ms(const struct loop *loop, const struct loop_hooks *hooks)
{
	int64_t now = clock_monotonic_us();
	int64_t least = hooks->timeout_ms(hooks->arg);
	size_t i;

	for (i = 0; i < loop->ticks_count; i++) {
		int64_t ms = (loop->ticks[i].due_us - now + 999) / 1000;

		if (ms < 0)
			ms = 0;
		if (least < 0 || ms < least)
			least = ms;
	}
	return least > INT_MAX ? INT_MAX : (int)least;
}

static void
run_ticks(struct loop *loop)
{
	int64_t now = clock_monotonic_us();
	size_t i;

	for (i = 0; i < loop->ticks_count; i++) {
		struct tick *tick = &loop->ticks[i];

		if (now < tick->due_us)
			continue;
		/* After a stall once, not once for each time that was missed. */
		tick->due_us = now + tick->every_us;
		tick->fn(tick->arg);
	}
}

void
loop_run(struct loop *loop, const struct loop_hooks *hooks)
{
	struct epoll_event events[EVENTS_MAX];
	int n, i;

	do {
		n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, sleep_ms(loop, hooks));
		if (n < 0 && errno != EINTR)
			die("epoll_wait: %s", strerrordesc_np(errno));
		for (i = 0; i < n; i++) {
			struct watch *watch = events[i].data.ptr;

			watch->ready(watch->arg, events[i].events);
		}
		run_ticks(loop);
		hooks->turn(hooks->arg);
	} while (!hooks->stopped(hooks->arg));
}
