/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: one loop that never blocks, lanes for reads, workers for commands, jobs behind. */
#include "serve.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <sysexits.h>
#include <unistd.h>

#include "auth.h"
#include "clock.h"
#include "core/log.h"
#include "cursor.h"
#include "db/cluster.h"
#include "dispatch.h"
#include "file_store.h"
#include "import_file.h"
#include "jobs/jobs.h"
#include "link.h"
#include "loop.h"
#include "printer.h"
#include "routes/documents.h"
#include "sandbox.h"
#include "service.h"

#define ROUNDS_MAX    64
#define DRAIN_SECONDS 10

struct daemon {
	const struct config *config;
	const struct database *database;
	struct loop *loop;
	struct http *http;
	struct lanes *lanes;
	struct workers *workers, *hashers, *printers;
	struct jobs *jobs;
	int wake;
	bool http_due; /* it has input */
	bool stopping;
	int64_t stop_us; /* monotonic: when draining ends at the latest */
};

/* turn() takes what came. */
static void
http_woke(void *arg, uint32_t events)
{
	(void)events;
	((struct daemon *)arg)->http_due = true;
}

static void
take_done(struct workers *workers)
{
	struct request *req;

	while ((req = workers_done(workers)) != NULL)
		dispatch_ran(req);
}

static void
run_done(void *arg, uint32_t events)
{
	struct daemon *d = arg;
	uint64_t n;

	(void)events;
	if (read(d->wake, &n, sizeof(n)) < 0 && errno != EAGAIN)
		log_line(LOG_LEVEL_ERROR, "eventfd", "errno=%d", errno);
	take_done(d->workers);
	take_done(d->hashers);
	take_done(d->printers);
}

static void
tick(void *arg)
{
	struct daemon *d = arg;

	lanes_tick(d->lanes);
	http_tick(d->http);
	d->http_due = true; /* whatever the library waits for without an event */
}

static void
tick_second(void *arg)
{
	struct daemon *d = arg;

	if (d->database->private && !d->stopping)
		cluster_tick();
	clock_watch(d->lanes);
	sd_notify(0, "WATCHDOG=1");
}

static void
stop(void *arg, int signal)
{
	struct daemon *d = arg;

	if (d->stopping)
		return;
	log_line(LOG_LEVEL_INFO, "draining", "signal=%d", signal);
	sd_notify(0, "STOPPING=1");
	d->stopping = true;
	d->stop_us = clock_monotonic_us() + DRAIN_SECONDS * INT64_C(1000000);
	dispatch_drain();
	service_drain();
	http_quiesce(d->http);
}

/* The library's turns and the lanes' requests, until neither has more to do. */
static void
turn(void *arg)
{
	struct daemon *d = arg;
	int rounds = 0;

	/* The lanes and the ticks must have their turn as well, however busy clients are.  And that an
	 * answer's next piece came is nothing to the library, which would ask the system for more. */
	while ((d->http_due || http_timeout_ms(d->http) == 0) && rounds++ < ROUNDS_MAX) {
		d->http_due = false;
		http_run(d->http);
		lanes_flush(d->lanes);
	}
	lanes_flush(d->lanes);
}

static int
timeout_ms(void *arg)
{
	return http_timeout_ms(((struct daemon *)arg)->http);
}

static bool
stopped(void *arg)
{
	struct daemon *d = arg;

	return d->stopping && (http_pending(d->http) == 0 || clock_monotonic_us() >= d->stop_us);
}

static bool
set_keys(const struct config *config)
{
	unsigned char key[32];

	/* whatever text it is, the keys are made from its hash */
	crypto_generichash(key, sizeof(key), (const unsigned char *)config->link_key,
	                   strlen(config->link_key), NULL, 0);
	cursor_set_key(key);
	link_set_key(key);
	sodium_memzero(key, sizeof(key));
	return config->link_key[0] != '\0';
}

static bool
open_all(struct daemon *d, const char *spool)
{
	const struct config *config = d->config;
	struct workers_settings settings = {
		.threads = (unsigned)config->workers,
		.others = (unsigned)config_for_others(config, config->workers),
		.queue = (unsigned)config->queue,
		.queue_others = (unsigned)config_for_others(config, config->queue),
		.database = d->database->url,
		.run = dispatch_run,
		.name = "command",
	};
	const struct http_settings http = {
		.address = config->address,
		.port = (uint16_t)config->port,
		.max_connections = (unsigned)config->max_connections,
		.max_connections_per_address = (unsigned)config->max_connections_per_address,
		.idle_seconds = (unsigned)config->idle_seconds,
		.head_seconds = (unsigned)config->head_seconds,
		.body_seconds = (unsigned)config->body_seconds,
		.spool_dir = spool,
		.on_head = dispatch_head,
		.on_request = dispatch_request,
		.on_refused = dispatch_refused,
		.on_done = dispatch_done,
	};

	d->loop = loop_open();
	loop_signals(d->loop, stop, d);
	d->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	d->lanes =
		lanes_open(d->database->url, (unsigned)config->lanes,
	                   (unsigned)config_for_others(config, config->lanes), loop_epoll(d->loop));
	d->workers = workers_open(&settings, d->wake);
	settings.threads = settings.others = (unsigned)config->argon2_threads;
	settings.queue = settings.queue_others = 32;
	settings.name = "password";
	d->hashers = workers_open(&settings, d->wake);
	settings.threads = settings.others = (unsigned)config->printers;
	settings.name = "printer";
	d->printers = workers_open(&settings, d->wake);
	documents_set_public_url(config->public_url);
	dispatch_init(&(struct dispatch){
		.config = config,
		.lanes = d->lanes,
		.workers = d->workers,
		.hashers = d->hashers,
		.printers = d->printers,
	});
	d->http = http_open(&http);
	if (!d->http)
		return false;
	service_init(
		&(struct service){ .http = d->http, .lanes = d->lanes, .workers = d->workers });
	d->jobs = jobs_open(d->database->url, !config->jobs);
	loop_watch(d->loop, http_fd(d->http), http_woke, d);
	loop_watch(d->loop, d->wake, run_done, d);
	loop_tick(d->loop, 100, tick, d);
	loop_tick(d->loop, 1000, tick_second, d);
	return true;
}

/* Answers go out before what they need goes away. */
static void
close_all(struct daemon *d)
{
	jobs_close(d->jobs);
	workers_close(d->workers);
	workers_close(d->hashers);
	workers_close(d->printers);
	printer_close();
	http_close(d->http);
	lanes_close(d->lanes);
	principals_clear();
	if (d->wake >= 0)
		close(d->wake);
	loop_close(d->loop);
}

/* Folders and keys that both the API and the jobs need: an exit status, and where files go. */
static int
prepare(const struct config *config, char spool[static 4096])
{
	snprintf(spool, 4096, "%s/files", config->data);
	if (mkdir(config->data, 0711) != 0 && errno != EEXIST)
		log_line(LOG_LEVEL_ERROR, "data", "errno=%d", errno);
	if (mkdir(spool, 0700) != 0 && errno != EEXIST) {
		log_line(LOG_LEVEL_ERROR, "data", "path=%s errno=%d", spool, errno);
		return EX_CANTCREAT;
	}
	if (!file_store_open(spool))
		return EX_UNAVAILABLE;
	if (!import_files_set(config->data)) {
		log_line(LOG_LEVEL_ERROR, "data", "path=%s/imports errno=%d", config->data, errno);
		return EX_CANTCREAT;
	}
	return set_keys(config) ? EX_OK : EX_CONFIG;
}

int
serve(const struct config *config, const struct database *database)
{
	struct daemon d = { .config = config, .database = database, .wake = -1 };
	const struct loop_hooks hooks = {
		.arg = &d, .turn = turn, .timeout_ms = timeout_ms, .stopped = stopped
	};
	char spool[4096];
	int status = prepare(config, spool);

	if (status)
		return status;
	printer_open(spool, config->sandbox != SANDBOX_OFF);
	if (!open_all(&d, spool)) {
		close_all(&d);
		return EX_UNAVAILABLE;
	}
	/* it has said why; the rest of the defences stand */
	(void)!sandbox_enter((enum sandbox)config->sandbox);
	log_line(LOG_LEVEL_INFO, "ready", "address=%s port=%u", config->address, http_port(d.http));
	sd_notify(0, "READY=1");
	loop_run(d.loop, &hooks);
	close_all(&d);
	log_line(LOG_LEVEL_INFO, "stopped", "connections=0");
	return EX_OK;
}

/* ------------------------------------------------------------ the jobs alone */

struct jobs_daemon {
	bool stopping;
};

static void
jobs_stop(void *arg, int signal)
{
	log_line(LOG_LEVEL_INFO, "draining", "signal=%d", signal);
	sd_notify(0, "STOPPING=1");
	((struct jobs_daemon *)arg)->stopping = true;
}

static void
jobs_tick(void *arg)
{
	(void)arg;
	sd_notify(0, "WATCHDOG=1");
}

static void
jobs_turn(void *arg)
{
	(void)arg;
}

static int
jobs_timeout_ms(void *arg)
{
	(void)arg;
	return -1;
}

static bool
jobs_stopped(void *arg)
{
	return ((struct jobs_daemon *)arg)->stopping;
}

int
serve_jobs(const struct config *config, const struct database *database)
{
	struct jobs_daemon d = { 0 };
	const struct loop_hooks hooks = {
		.arg = &d, .turn = jobs_turn, .timeout_ms = jobs_timeout_ms, .stopped = jobs_stopped
	};
	char spool[4096];
	int status = prepare(config, spool);
	struct loop *loop;
	struct jobs *jobs;

	if (status)
		return status;
	loop = loop_open();
	loop_signals(loop, jobs_stop, &d);
	loop_tick(loop, 1000, jobs_tick, &d);
	jobs = jobs_open(database->url, false);
	(void)!sandbox_enter((enum sandbox)config->sandbox);
	log_line(LOG_LEVEL_INFO, "ready", "jobs=1");
	sd_notify(0, "READY=1");
	loop_run(loop, &hooks);
	jobs_close(jobs);
	loop_close(loop);
	log_line(LOG_LEVEL_INFO, "stopped", "jobs=1");
	return EX_OK;
}
