/* SPDX-License-Identifier: Apache-2.0 */
/* Two bounded queues, one for critical operations, and the threads that empty them. */
#include "worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "db/conn.h"

#define STACK ((size_t)512 * 1024)

/* Of requests: an index. */
enum {
	OTHERS,
	CRITICAL,
	KINDS
};

struct fifo {
	struct request *first, **last;
};

struct workers {
	struct workers_settings settings;
	int wake_fd;
	pthread_t *threads;

	pthread_mutex_t queue_lock; /* guards all to stopping; the counts are read without it */
	pthread_cond_t queue_filled;
	struct fifo queue[KINDS];
	_Atomic size_t waiting[KINDS], running[KINDS];
	bool stopping;

	pthread_mutex_t done_lock; /* guards done */
	struct fifo done;
};

static void
fifo_init(struct fifo *fifo)
{
	fifo->first = NULL;
	fifo->last = &fifo->first;
}

static void
fifo_add(struct fifo *fifo, struct request *req)
{
	req->next = NULL;
	*fifo->last = req;
	fifo->last = &req->next;
}

/* NULL when empty. */
static struct request *
fifo_take(struct fifo *fifo)
{
	struct request *req = fifo->first;

	if (!req)
		return NULL;
	fifo->first = req->next;
	if (!fifo->first)
		fifo->last = &fifo->first;
	req->next = NULL;
	return req;
}

static int
kind_of(const struct request *req)
{
	return req->operation->critical ? CRITICAL : OTHERS;
}

/* Which kind is next, by a thread that is free; KINDS when none is. */
static int
next_kind(const struct workers *workers)
{
	if (workers->queue[CRITICAL].first)
		return CRITICAL;
	if (workers->queue[OTHERS].first && workers->running[OTHERS] < workers->settings.others)
		return OTHERS;
	return KINDS;
}

/* Wait for a request; NULL when there will be none. */
static struct request *
next_request(struct workers *workers)
{
	struct request *req = NULL;
	int kind;

	pthread_mutex_lock(&workers->queue_lock);
	while ((kind = next_kind(workers)) == KINDS && !workers->stopping)
		pthread_cond_wait(&workers->queue_filled, &workers->queue_lock);
	if (kind != KINDS) {
		req = fifo_take(&workers->queue[kind]);
		workers->waiting[kind]--;
		workers->running[kind]++;
	}
	pthread_mutex_unlock(&workers->queue_lock);
	return req;
}

/* One of the others that waited for room may now be for a thread that sleeps: this one may take a
 * critical one next. */
static void
leave(struct workers *workers, int kind)
{
	pthread_mutex_lock(&workers->queue_lock);
	workers->running[kind]--;
	if (kind == OTHERS && workers->queue[OTHERS].first)
		pthread_cond_signal(&workers->queue_filled);
	pthread_mutex_unlock(&workers->queue_lock);
}

static void
hand_back(struct workers *workers, struct request *req)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&workers->done_lock);
	fifo_add(&workers->done, req);
	pthread_mutex_unlock(&workers->done_lock);
	/* It can only fail when the counter is full, and then the loop is awake. */
	if (write(workers->wake_fd, &one, sizeof(one)) < 0)
		return;
}

static void *
work(void *arg)
{
	struct workers *workers = arg;
	struct conn *conn = conn_open_for_commands(workers->settings.database);
	struct request *req;
	int kind;

	while ((req = next_request(workers))) {
		kind = kind_of(req);
		workers->settings.run(req, conn);
		hand_back(workers, req);
		leave(workers, kind);
	}
	conn_close(conn);
	return NULL;
}

/* Signals are the loop's: a thread inherits that all are blocked. */
static void
start_threads(struct workers *workers)
{
	pthread_attr_t attr;
	sigset_t all, before;
	char name[16]; /* what the system holds of it */
	unsigned i;
	int error = pthread_attr_init(&attr);

	if (!error)
		error = pthread_attr_setstacksize(&attr, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; i < workers->settings.threads && !error; i++) {
		error = pthread_create(&workers->threads[i], &attr, work, workers);
		(void)snprintf(name, sizeof(name), "%.10s-%u", workers->settings.name, i % 1000);
		if (!error)
			(void)pthread_setname_np(workers->threads[i], name);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (error)
		die("threads of %s: %s", workers->settings.name, strerrordesc_np(error));
}

struct workers *
workers_open(const struct workers_settings *settings, int wake_fd)
{
	struct workers *workers = calloc(1, sizeof(*workers));

	if (workers)
		workers->threads = calloc(settings->threads, sizeof(*workers->threads));
	if (!workers || !workers->threads)
		die("out of memory: workers");
	workers->settings = *settings;
	workers->wake_fd = wake_fd;
	pthread_mutex_init(&workers->queue_lock, NULL);
	pthread_cond_init(&workers->queue_filled, NULL);
	pthread_mutex_init(&workers->done_lock, NULL);
	for (int kind = 0; kind < KINDS; kind++)
		fifo_init(&workers->queue[kind]);
	fifo_init(&workers->done);
	start_threads(workers);
	log_line(LOG_LEVEL_DEBUG, "workers_open", "name=%s threads=%u others=%u queue=%u others=%u",
	         settings->name, settings->threads, settings->others, settings->queue,
	         settings->queue_others);
	return workers;
}

bool
workers_submit(struct workers *workers, struct request *req)
{
	const int kind = kind_of(req);
	bool taken;

	pthread_mutex_lock(&workers->queue_lock);
	taken = !workers->stopping &&
	        workers->waiting[OTHERS] + workers->waiting[CRITICAL] < workers->settings.queue &&
	        (kind == CRITICAL || workers->waiting[OTHERS] < workers->settings.queue_others);
	if (taken) {
		fifo_add(&workers->queue[kind], req);
		workers->waiting[kind]++;
		pthread_cond_signal(&workers->queue_filled);
	}
	pthread_mutex_unlock(&workers->queue_lock);
	return taken;
}

struct request *
workers_done(struct workers *workers)
{
	struct request *req;

	pthread_mutex_lock(&workers->done_lock);
	req = fifo_take(&workers->done);
	pthread_mutex_unlock(&workers->done_lock);
	return req;
}

size_t
workers_waiting(const struct workers *workers, bool critical)
{
	return workers->waiting[critical ? CRITICAL : OTHERS];
}

size_t
workers_running(const struct workers *workers, bool critical)
{
	return workers->running[critical ? CRITICAL : OTHERS];
}

void
workers_close(struct workers *workers)
{
	unsigned i;

	pthread_mutex_lock(&workers->queue_lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->queue_filled);
	pthread_mutex_unlock(&workers->queue_lock);
	for (i = 0; i < workers->settings.threads; i++)
		pthread_join(workers->threads[i], NULL);
	pthread_mutex_destroy(&workers->queue_lock);
	pthread_cond_destroy(&workers->queue_filled);
	pthread_mutex_destroy(&workers->done_lock);
	free(workers->threads);
	free(workers);
}
