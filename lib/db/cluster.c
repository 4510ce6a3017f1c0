/* SPDX-License-Identifier: Apache-2.0 */
/* Making, starting and stopping the private cluster. */
#include "db/cluster.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <libpq-fe.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/utc.h"
#include "db/cluster_run.h"
#include "db/starter.h"

#define SECOND     INT64_C(1000000)
#define STALE_WAIT (30 * SECOND)  /* for a server that is stopping */
#define READY_WAIT (600 * SECOND) /* for one that recovers */
#define STOP_WAIT  (60 * SECOND)
#define SOCKET_MAX 80 /* of the directory: sun_path holds 107 with the file's name */
#define LOG_MAX    ((off_t)16 * 1024 * 1024)
#define ROOT_HOME  "/var/lib/fettle"

struct cluster {
	struct run_as as;
	char bin[PATH_MAX];
	char home[PATH_MAX - 64]; /* where the three below are */
	char data[PATH_MAX], socket[PATH_MAX], log[PATH_MAX];
	bool wanted;
};

static struct cluster cluster;

static bool PRINTF_LIKE(3, 4) failed(char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, size, format, args);
	va_end(args);
	return false;
}

static void
pause_ms(long ms)
{
	const struct timespec time = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&time, NULL);
}

/* --- Directories ------------------------------------------------------------------------------ */

/* FNV-1a: tells one data directory from another in a name that is short. */
static uint64_t
hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h;
}

/* A directory that is the server's alone.  One that is there already must be that: /tmp is open to
 * all. */
static bool
private_dir(const char *path)
{
	uid_t owner = cluster.as.uid ? cluster.as.uid : geteuid();
	struct stat info;

	if (mkdir(path, 0700) == 0)
		return chown(path, owner, cluster.as.uid ? cluster.as.gid : (gid_t)-1) == 0;
	return errno == EEXIST && lstat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
	       info.st_uid == owner && chmod(path, 0700) == 0;
}

static bool
is_reachable(const char *dir)
{
	char probe[PATH_MAX];

	(void)snprintf(probe, sizeof(probe), "%s/run", dir);
	return private_dir(probe) && run_can_use(&cluster.as, probe);
}

static bool
find_home(const char *data_dir, char *error, size_t size)
{
	char real[PATH_MAX];

	/* Others may pass through, as PostgreSQL's user must, but not look around. */
	if (mkdir(data_dir, 0711) < 0 && errno != EEXIST)
		return failed(error, size, "%s: %s", data_dir, strerrordesc_np(errno));
	if (!realpath(data_dir, real) || strlen(real) >= sizeof(cluster.home))
		return failed(error, size, "%s: %s", data_dir, strerrordesc_np(errno));
	memcpy(cluster.home, real, strlen(real) + 1);
	if (is_reachable(cluster.home))
		return true;
	if (cluster.as.uid == 0)
		return failed(error, size, "%s/run is not ours alone", real);
	(void)snprintf(cluster.home, sizeof(cluster.home), ROOT_HOME "/%016jx",
	               (uintmax_t)hash(real));
	if ((mkdir(ROOT_HOME, 0711) < 0 && errno != EEXIST) ||
	    (mkdir(cluster.home, 0711) < 0 && errno != EEXIST) || !is_reachable(cluster.home))
		return failed(error, size, "the user %s can enter neither %s nor %s",
		              cluster.as.name, real, cluster.home);
	log_line(LOG_LEVEL_WARN, "cluster_elsewhere", "user=%s wanted=%s home=%s", cluster.as.name,
	         real, cluster.home);
	return true;
}

static bool
find_places(const char *data_dir, char *error, size_t size)
{
	struct stat info;
	char old[PATH_MAX + 8];

	if (!find_home(data_dir, error, size))
		return false;
	(void)snprintf(cluster.data, sizeof(cluster.data), "%s/postgres", cluster.home);
	(void)snprintf(cluster.log, sizeof(cluster.log), "%s/postgres.log", cluster.home);
	(void)snprintf(cluster.socket, sizeof(cluster.socket), "%s/run", cluster.home);
	if (strlen(cluster.socket) > SOCKET_MAX || strchr(cluster.socket, ',')) {
		(void)snprintf(cluster.socket, sizeof(cluster.socket), "/tmp/fettle-%016jx",
		               (uintmax_t)hash(cluster.home));
		if (!private_dir(cluster.socket))
			return failed(error, size, "%s is not ours alone", cluster.socket);
	}
	(void)snprintf(old, sizeof(old), "%s.1", cluster.log);
	if (stat(cluster.log, &info) == 0 && info.st_size > LOG_MAX)
		(void)rename(cluster.log, old);
	return true;
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

/* What a killed initdb left.  Its last child may still write there: then it stays until next
 * time. */
static void
remove_leftovers(void)
{
	char pattern[PATH_MAX + 8];
	glob_t found;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%s.new.*", cluster.data);
	/* NOLINTBEGIN(concurrency-mt-unsafe): at start, before any thread */
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++)
		(void)nftw(found.gl_pathv[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
	globfree(&found);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

/* Aside and renamed when whole, so that one that was interrupted is not taken for a cluster. */
static bool
make_cluster(char *error, size_t size)
{
	char program[PATH_MAX + 16], aside[PATH_MAX + 32];
	char unicode[] = "--locale=C.UTF-8", plain[] = "--locale=C";
	locale_t utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	char *argv[] = {
		program,
		(char[]){ "-D" },
		aside,
		(char[]){ "--username=postgres" },
		(char[]){ "--auth=trust" },
		(char[]){ "--encoding=UTF8" },
		utf8 ? unicode : plain,
		(char[]){ "--data-checksums" },
		NULL,
	};
	struct stat info;

	if (utf8)
		freelocale(utf8);
	if (stat(cluster.data, &info) == 0)
		return true;
	(void)snprintf(program, sizeof(program), "%s/initdb", cluster.bin);
	(void)snprintf(aside, sizeof(aside), "%s.new.%ld", cluster.data, (long)getpid());
	remove_leftovers();
	log_line(LOG_LEVEL_INFO, "cluster_make", "dir=%s", cluster.data);
	if (!private_dir(aside) || !run_wait(&cluster.as, argv, cluster.log) ||
	    rename(aside, cluster.data) < 0)
		return failed(error, size, "initdb failed; see %s", cluster.log);
	return true;
}

/* --- The server ------------------------------------------------------------------------------- */

/* In the starter's process. */
static pid_t
start_server(void)
{
	/* On the command line, so that nothing in the data directory can take durability away.  More
	 * connections than the settings let one daemon open, and some for commands and reports. */
	static const char *const fixed[] = {
		"-clisten_addresses=",
		"-cport=5432",
		"-cunix_socket_permissions=0700",
		"-cmax_connections=400",
		"-cshared_buffers=256MB",
		"-cjit=off",
		"-crandom_page_cost=1.1",
		"-cfsync=on",
		"-cfull_page_writes=on",
		"-csynchronous_commit=on",
		"-cwal_compression=on",
		"-clogging_collector=off",
		"-clog_destination=stderr",
		"-clog_statement=none",
		"-clog_min_duration_statement=-1",
		"-clog_min_error_statement=panic",
		"-clog_checkpoints=off",
		/* the details of an error hold keys and whole rows: names, phones, plates */
		"-clog_error_verbosity=terse",
	};
	char program[PATH_MAX + 16], sockets[PATH_MAX + 32];
	char *argv[COUNT_OF(fixed) + 6] = { program, (char[]){ "-D" }, cluster.data, sockets };
	size_t i, n = 4;

	(void)snprintf(program, sizeof(program), "%s/postgres", cluster.bin);
	(void)snprintf(sockets, sizeof(sockets), "-cunix_socket_directories=%s", cluster.socket);
	for (i = 0; i < COUNT_OF(fixed); i++)
		argv[n++] = (char *)(uintptr_t)fixed[i]; /* execv only reads */
	return run_start(&cluster.as, argv, cluster.log);
}

/* Does the process that postmaster.pid names live, and in this cluster's directory? */
static bool
has_other_server(void)
{
	char path[PATH_MAX + 32], cwd[PATH_MAX], line[32] = "";
	FILE *file;
	ssize_t len;
	long pid;

	(void)snprintf(path, sizeof(path), "%s/postmaster.pid", cluster.data);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	(void)fclose(file);
	pid = strtol(line, NULL, 10);
	if (pid <= 1)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%ld/cwd", pid);
	len = readlink(path, cwd, sizeof(cwd) - 1);
	if (len < 0)
		return false;
	cwd[len] = '\0';
	if (strcmp(cwd, cluster.data) == 0)
		return true;
	/* The number has been given to a stranger, as after a restart of a container.  If he runs
	 * as PostgreSQL's user, the server would believe him to be one. */
	(void)snprintf(path, sizeof(path), "%s/postmaster.pid", cluster.data);
	(void)unlink(path);
	return false;
}

/* Append `key='value'` as libpq reads it. */
static void
connection_string(char *out, size_t size, const char *user, const char *database)
{
	char host[2 * PATH_MAX];
	const char *s;
	size_t n = 0;

	for (s = cluster.socket; *s; s++) {
		if (*s == '\'' || *s == '\\')
			host[n++] = '\\';
		host[n++] = *s;
	}
	host[n] = '\0';
	(void)snprintf(out, size, "host='%s' port=5432 user=%s dbname=%s", host, user, database);
}

/* Start it, again while what another left behind is in the way, and wait until it answers. */
static bool
bring_up(char *error, size_t size)
{
	int64_t begin = clock_monotonic_us(), waited = 0;
	char url[2 * PATH_MAX + 64];
	bool told = false, running = false;

	connection_string(url, sizeof(url), "postgres", "postgres");
	for (; waited < READY_WAIT; waited = clock_monotonic_us() - begin) {
		running = starter_runs();
		if (running) {
			if (PQping(url) == PQPING_OK)
				return true;
		} else if (waited > STALE_WAIT) {
			break;
		} else if (!has_other_server()) {
			running = starter_start();
		} else if (!told) {
			told = true;
			log_line(LOG_LEVEL_INFO, "cluster_wait",
			         "why=\"another server is stopping\"");
		}
		pause_ms(running ? 20 : 200);
	}
	if (has_other_server() && !running)
		return failed(error, size, "another daemon uses %s", cluster.data);
	return failed(error, size, "PostgreSQL does not start; see %s", cluster.log);
}

/* --- Database and roles ----------------------------------------------------------------------- */

/* Run SQL without results as the superuser; false with the server's words. */
static bool
run_sql(const char *database, const char *sql, char *error, size_t size)
{
	char url[2 * PATH_MAX + 64];
	PGresult *result;
	PGconn *conn;
	bool good;

	connection_string(url, sizeof(url), "postgres", database);
	conn = PQconnectdb(url);
	/* Notices tell that something is there already. */
	result = PQexec(conn, "SET client_min_messages = warning");
	PQclear(result);
	result = PQexec(conn, sql);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		(void)failed(error, size, "bootstrap of the private cluster: %s",
		             PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	return good;
}

static bool
has_database(void)
{
	char url[2 * PATH_MAX + 64];
	PGresult *result;
	PGconn *conn;
	bool found;

	connection_string(url, sizeof(url), "postgres", "postgres");
	conn = PQconnectdb(url);
	result = PQexec(conn, "SELECT FROM pg_database WHERE datname = 'fettle'");
	found = PQntuples(result) == 1;
	PQclear(result);
	PQfinish(conn);
	return found;
}

static bool
bootstrap(const char *sql, char *error, size_t size)
{
	/* Cannot be in one transaction with the rest. */
	if (!has_database() &&
	    !run_sql("postgres", "CREATE DATABASE fettle ENCODING 'UTF8' TEMPLATE template0", error,
	             size))
		return false;
	return run_sql("fettle", sql, error, size);
}

/* --- The whole -------------------------------------------------------------------------------- */

bool
cluster_start(const struct cluster_settings *settings, char *url, size_t url_size, char *owner_url,
              size_t owner_url_size, char *error, size_t error_size)
{
	memset(&cluster, 0, sizeof(cluster));
	if (!run_as_find(&cluster.as))
		return failed(
			error, error_size,
			"PostgreSQL does not run as root, and there is no user postgres or nobody");
	if (!run_find_bin_dir(settings->bin_dir, cluster.bin))
		return failed(error, error_size,
		              "no PostgreSQL 15 or newer found; set FETTLE_PG_BINDIR or "
		              "FETTLE_DATABASE_URL");
	if (!find_places(settings->data_dir, error, error_size) || !make_cluster(error, error_size))
		return false;
	if (!starter_open(start_server))
		return failed(error, error_size, "cannot fork: %s", strerrordesc_np(errno));
	if (!bring_up(error, error_size) || !bootstrap(settings->bootstrap, error, error_size)) {
		cluster_stop();
		return false;
	}
	connection_string(url, url_size, "fettle_app", "fettle");
	connection_string(owner_url, owner_url_size, "fettle_owner", "fettle");
	cluster.wanted = true;
	log_line(LOG_LEVEL_INFO, "cluster_up", "dir=%s log=%s", cluster.data, cluster.log);
	return true;
}

void
cluster_tick(void)
{
	static struct log_cap cap;

	if (!cluster.wanted || starter_runs())
		return;
	if (log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "cluster_died", "log=%s", cluster.log);
	if (!has_other_server())
		(void)starter_start();
}

void
cluster_stop(void)
{
	int64_t begin = clock_monotonic_us();
	int signal = SIGINT; /* fast: clients are cut, and all is written */

	cluster.wanted = false;
	while (starter_runs()) {
		if (clock_monotonic_us() - begin > STOP_WAIT)
			signal = SIGQUIT; /* what was acknowledged is in the log all the same */
		if (signal) {
			(void)starter_signal(signal);
			signal = 0;
		}
		pause_ms(10);
	}
	starter_close();
}
