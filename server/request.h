/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way through the server.  Memory and foreign handles belong to its arena. */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "core/buf.h"
#include "db/db.h"
#include "db/lane.h"

struct route;
struct principal;

#define REPLY_HEADERS_MAX 16
#define REQUEST_ARGS_MAX  6

/* Where in the body the last row's actions are, and what they were made for; of the rows. */
struct reply_actions {
	const struct machine *machine;
	const char *state, *store;
	size_t at, len;
};

struct reply {
	int status;
	struct buf body;          /* taken by http.c when it is sent */
	const char *content_type; /* NULL: application/json */
	struct {
		const char *name, *value;
	} headers[REPLY_HEADERS_MAX];
	size_t headers_count;
	bool close; /* end the connection after this reply */
	int file; /* >= 0: the body is this open file, from offset, size octets; closed by http.c */
	uint64_t offset, size;
	const void *fixed;             /* not NULL: the body is this static memory, size octets */
	const struct machine *machine; /* of the object that is written, for its actions */
	struct reply_actions actions;
};

struct request {
	struct arena arena;
	struct ctx ctx;

	/* The head, filled by http.c before on_head; arena memory, NUL-terminated, no NUL
	 * inside. */
	const char *method; /* as sent; HEAD is told as "GET" with is_head set */
	bool is_head;
	const char *path;  /* still percent-encoded, without the query */
	const char *query; /* still encoded, without '?'; NULL when there is none */
	struct {
		const char *name, *value;
	} headers[48];
	size_t headers_count;
	const char *peer;        /* numeric address of the client */
	const char *segments[4]; /* the path's parameters, still encoded */

	/* The body.  on_head says how much is taken and where it goes. */
	uint64_t max_body;
	bool spool;            /* body goes to an unlinked temporary file instead of memory */
	const char *body_text; /* memory: NUL-terminated, body_size octets */
	int body_file;         /* spool: open file at offset 0, else -1; closed by http.c */
	uint64_t body_size;

	/* Filled by the dispatcher */
	enum op op;
	const struct operation *operation;
	const struct route *route;
	const struct principal *who;
	struct scope scope;
	struct id id; /* the path's {id} */
	void *params; /* struct <operation>_params */
	void *body;   /* struct of the body, or NULL */
	/* further arguments of a read, from its route's prepare */
	struct arg args[REQUEST_ARGS_MAX];
	size_t args_count;
	/* set by a handler that returns OK: told to the caller, and its writes are kept */
	enum err err;
	int language; /* 0 English, 1 Chinese */
	uint64_t request_hash;
	const char *idempotency_key;
	unsigned *under_way;  /* its caller's count that it is in (caller.h); NULL: in none */
	const char *location; /* set by a handler that makes what no operation reads by id */
	bool replayed;
	bool leads;         /* what it lacks is being made for this one */
	unsigned retry_s;   /* with 429: seconds until a repeat may succeed */
	const char *secret; /* a new key's token: told once, in this reply */
	int64_t started_us; /* monotonic */
	struct lane_query lane;

	struct reply reply;
	/* set by a handler: what its reply lacks, by a name that is the same for all who lack the same
	 * (making.h) */
	const char *unmade;
	struct request *follower, *next_leader; /* who waits for it as well; who has another made */
	struct request *next;                   /* in the worker's queue or the done list */
	void *exchange;                         /* http.c's own */
};

/* Value of a header, by case-insensitive name; NULL when absent. */
const char *request_header(const struct request *req, const char *name);

/* A decoded path or query parameter; NULL when the operation has none such or it was not sent. */
const void *request_parameter(const struct request *req, const char *name);

/* Set a header of the reply; name and value static or of the request's arena, free of CR and LF.
 * NULL takes it back. */
void reply_header(struct request *req, const char *name, const char *value);

#endif
