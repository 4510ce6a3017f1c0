/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and a latency histogram, in Prometheus' text form. */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "core/buf.h"
#include "contract.h"

/* Loop thread.  op may be OP_NONE (unknown path). */
void metrics_count(enum op op, int status, int64_t microseconds);
void metrics_write(struct buf *out);

#endif
