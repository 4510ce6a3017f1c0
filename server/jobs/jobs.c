/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that runs the jobs.  Several daemons may run them side by side: each job takes its own
 * advisory lock or claims rows, so that nothing is done twice. */
#include "jobs/jobs.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "core/log.h"

#define STEP_MS     50
#define DEADLINE_US INT64_C(30000000)

struct jobs {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping, only_of_serve;
	struct conn *conn;
};

struct call {
	const struct job *job;
	bool more;
};

static enum err
run_tx(struct ctx *ctx, void *arg)
{
	struct call *call = arg;

	call->more = false;
	return call->job->run(ctx, &call->more);
}

/* One piece of a job; true when there is more. */
static bool
run_job(struct conn *conn, const struct job *job)
{
	static struct log_cap cap;
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	struct call call = { .job = job };
	enum err err;

	arena_init(&arena);
	conn_set_deadline(conn, clock_monotonic_us() + DEADLINE_US);
	err = conn_run(conn, &ctx, run_tx, &call);
	/* the database was away: the next turn does it, or finds it done */
	if (err && err != ERR_UNAVAILABLE && err != ERR_OUTCOME_UNKNOWN && log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "job", "name=%s code=%s", job->name, err_infos[err].code);
	arena_clear(&arena);
	return err == OK && call.more;
}

void
jobs_run_all(struct conn *conn)
{
	for (bool any = true; any;) {
		any = false;
		for (size_t i = 0; i < job_table_count; i++)
			any = run_job(conn, &job_table[i]) || any;
	}
}

static bool
sleep_step(struct jobs *jobs)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STEP_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&jobs->mutex);
	while (!jobs->stopping && pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &until) == 0)
		;
	stopping = jobs->stopping;
	pthread_mutex_unlock(&jobs->mutex);
	return !stopping;
}

static void *
run(void *arg)
{
	struct jobs *jobs = arg;
	int64_t *due = calloc(job_table_count + 1, sizeof(*due));

	if (!due)
		die("out of memory");
	while (sleep_step(jobs)) {
		for (size_t i = 0; i < job_table_count; i++) {
			int64_t now = clock_monotonic_us();

			if (now < due[i] || (jobs->only_of_serve && !job_table[i].of_serve))
				continue;
			due[i] = run_job(jobs->conn, &job_table[i])
			                 ? now
			                 : now + (int64_t)job_table[i].every_ms * 1000;
		}
	}
	free(due);
	return NULL;
}

struct jobs *
jobs_open(const char *url, bool only_of_serve)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	pthread_condattr_t attr;
	sigset_t all, before;

	if (!jobs)
		die("out of memory");
	pthread_mutex_init(&jobs->mutex, NULL);
	/* a clock that somebody sets back must not stop the work */
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&jobs->wake, &attr);
	pthread_condattr_destroy(&attr);
	jobs->only_of_serve = only_of_serve;
	jobs->conn = conn_open(url);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (pthread_create(&jobs->thread, NULL, run, jobs) != 0)
		die("no thread for the jobs");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return jobs;
}

void
jobs_close(struct jobs *jobs)
{
	if (!jobs)
		return;
	pthread_mutex_lock(&jobs->mutex);
	jobs->stopping = true;
	pthread_cond_signal(&jobs->wake);
	pthread_mutex_unlock(&jobs->mutex);
	pthread_join(jobs->thread, NULL);
	pthread_cond_destroy(&jobs->wake);
	pthread_mutex_destroy(&jobs->mutex);
	conn_close(jobs->conn);
	free(jobs);
}
