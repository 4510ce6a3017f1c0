/* SPDX-License-Identifier: Apache-2.0 */
/* Linked into `fettled-torture` alone: the k-th allocation or the k-th call of libpq on the way of a
 * request fails, in the way that a file of a few numbers says.  The linker sends the daemon's calls
 * here (--wrap); tests/fault/torture.py writes the file, which TORTURE_CONTROL names. */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base.h"

enum mode {
	MODE_NONE,
	MODE_REFUSE,    /* libpq itself fails, as for lack of memory */
	MODE_CUT,       /* the network is gone before the call */
	MODE_TERMINATE, /* the server ends the session before the call */
	MODE_MEMORY     /* an allocation fails */
};

/* As torture.py has it. */
struct control {
	_Atomic int32_t mode;
	_Atomic int32_t at;      /* the call that fails; 1 is the first */
	_Atomic int32_t forever; /* and all that follow it */
	_Atomic int32_t count;
	_Atomic int32_t fired;
};

static struct control nothing, *control = &nothing;

__attribute__((constructor)) static void
torture_open(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	const char *path = getenv("TORTURE_CONTROL");
	int fd;

	if (!path)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("TORTURE_CONTROL: %s", strerrordesc_np(errno));
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		die("TORTURE_CONTROL: %s", strerrordesc_np(errno));
	close(fd);
}

/* Jobs go on as they like: only the loop and the workers are on the way of a request. */
static bool
on_the_way(void)
{
	static _Thread_local int known; /* 0 not yet, 1 yes, 2 no */
	char name[16] = "";

	if (known == 0 && getpid() == gettid())
		known = 1;
	if (known == 0) {
		/* a worker gets its name when it already runs */
		(void)pthread_getname_np(pthread_self(), name, sizeof(name));
		if (strncmp(name, "command", 7) != 0 && strncmp(name, "password", 8) != 0)
			return false;
		known = 1;
	}
	return known == 1;
}

/* Is it this call's turn to fail? */
static bool
strikes(void)
{
	int32_t n = ++control->count;

	if (n != control->at && (!control->forever || n < control->at))
		return false;
	control->fired++;
	return true;
}

static bool
fails(enum mode mode)
{
	return control->mode == (int32_t)mode && on_the_way() && strikes();
}

/* What happens to the connection under a call; the call itself is then the library's own. */
static void
disturb(const PGconn *conn)
{
	int mode = control->mode;
	struct pollfd pfd;

	if ((mode != MODE_CUT && mode != MODE_TERMINATE) || !conn || PQsocket(conn) < 0)
		return;
	if (!on_the_way() || !strikes())
		return;
	if (mode == MODE_CUT) {
		(void)shutdown(PQsocket(conn), SHUT_RDWR);
	} else if (PQbackendPID(conn) > 0) {
		(void)kill(PQbackendPID(conn), SIGTERM);
		pfd = (struct pollfd){ .fd = PQsocket(conn), .events = POLLRDHUP };
		(void)poll(&pfd, 1, 1500);
	}
}

/* --- libpq ------------------------------------------------------------------------------------ */

/* clang-format off */
#define WRAP(type, name, parameters, arguments, failure) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		disturb(conn); \
		return fails(MODE_REFUSE) ? (failure) : __real_##name arguments; \
	}

WRAP(int, PQsendQuery, (PGconn *conn, const char *query), (conn, query), 0)
WRAP(int, PQsendPrepare, (PGconn *conn, const char *name, const char *query, int n, const Oid *types),
     (conn, name, query, n, types), 0)
WRAP(int, PQsendQueryPrepared,
     (PGconn *conn, const char *name, int n, const char *const *values, const int *lengths, const int *formats,
      int format),
     (conn, name, n, values, lengths, formats, format), 0)
WRAP(int, PQsendQueryParams,
     (PGconn *conn, const char *query, int n, const Oid *types, const char *const *values, const int *lengths,
      const int *formats, int format),
     (conn, query, n, types, values, lengths, formats, format), 0)
WRAP(int, PQpipelineSync, (PGconn *conn), (conn), 0)
WRAP(int, PQenterPipelineMode, (PGconn *conn), (conn), 0)
WRAP(int, PQexitPipelineMode, (PGconn *conn), (conn), 0)
WRAP(int, PQsetnonblocking, (PGconn *conn, int on), (conn, on), -1)
WRAP(int, PQflush, (PGconn *conn), (conn), -1)
WRAP(int, PQconsumeInput, (PGconn *conn), (conn), 0)
WRAP(PostgresPollingStatusType, PQconnectPoll, (PGconn *conn), (conn), PGRES_POLLING_FAILED)
WRAP(int, PQputCopyData, (PGconn *conn, const char *data, int size), (conn, data, size), -1)
WRAP(int, PQputCopyEnd, (PGconn *conn, const char *why), (conn, why), -1)
/* clang-format on */

PGconn *__real_PQconnectStartParams(const char *const *keywords, const char *const *values,
                                    int expand);
PGconn *__wrap_PQconnectStartParams(const char *const *keywords, const char *const *values,
                                    int expand);
PGconn *
__wrap_PQconnectStartParams(const char *const *keywords, const char *const *values, int expand)
{
	return fails(MODE_REFUSE) ? NULL : __real_PQconnectStartParams(keywords, values, expand);
}

/* For lack of memory the library answers with an error that has no state; the end of a statement's
 * results needs none. */
PGresult *__real_PQgetResult(PGconn *conn);
PGresult *__wrap_PQgetResult(PGconn *conn);
PGresult *
__wrap_PQgetResult(PGconn *conn)
{
	PGresult *result;

	disturb(conn);
	result = __real_PQgetResult(conn);
	if (!result || !fails(MODE_REFUSE))
		return result;
	PQclear(result);
	return PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR);
}

/* --- Memory ----------------------------------------------------------------------------------- */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
char *__wrap_strndup(const char *s, size_t n);

void *
__wrap_malloc(size_t size)
{
	return fails(MODE_MEMORY) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails(MODE_MEMORY) ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails(MODE_MEMORY) ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *s)
{
	return fails(MODE_MEMORY) ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails(MODE_MEMORY) ? NULL : __real_strndup(s, n);
}
