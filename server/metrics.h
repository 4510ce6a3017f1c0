/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and a latency histogram, in Prometheus' text form. */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "core/buf.h"
#include "contract.h"

/* Loop thread.  op may be OP_NONE (unknown path). */
void metrics_count(enum op op, int status, int64_t microseconds);
/* Why a request was answered 429 or 503 before any of its work was done. */
enum refused {
	REFUSED_RATE,    /* too many a minute */
	REFUSED_AT_ONCE, /* its caller has too many under way */
	REFUSED_QUEUE,   /* too many wait for a worker */
	REFUSED_COUNT
};

void metrics_refused(enum refused why);
void metrics_write(struct buf *out);

#endif
