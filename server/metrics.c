/* SPDX-License-Identifier: Apache-2.0 */
/* Requests by operation and class of status, and how long they took. */
#include "metrics.h"

static uint64_t requests[OP_COUNT][6];
static const int64_t bounds_us[] = { 500,   1000,   2500,   5000,    10000,  25000,
	                             50000, 100000, 250000, 1000000, 5000000 };
static uint64_t within[COUNT_OF(bounds_us) + 1];
static uint64_t total, total_us;
static uint64_t refused[REFUSED_COUNT];

void
metrics_count(enum op op, int status, int64_t microseconds)
{
	size_t i = 0;

	requests[op][status / 100 <= 5 ? status / 100 : 5]++;
	while (i < COUNT_OF(bounds_us) && microseconds > bounds_us[i])
		i++;
	within[i]++;
	total++;
	total_us += (uint64_t)microseconds;
}

void
metrics_refused(enum refused why)
{
	refused[why]++;
}

void
metrics_write(struct buf *out)
{
	static const char *const whys[] = { "rate", "at_once", "queue" };
	uint64_t sum = 0;

	buf_puts(out, "# HELP fettle_requests_total Requests answered, by operation and class of "
	              "status.\n"
	              "# TYPE fettle_requests_total counter\n");
	for (size_t op = 0; op < OP_COUNT; op++)
		for (int family = 0; family < 6; family++)
			if (requests[op][family])
				buf_printf(
					out,
					"fettle_requests_total{operation=\"%s\",status=\"%dxx\"} "
					"%llu\n",
					operations[op].name ? operations[op].name : "none", family,
					(unsigned long long)requests[op][family]);
	buf_puts(out,
	         "# HELP fettle_refused_total Requests refused for a limit: of calls a minute, of "
	         "calls at once, of the queue.\n"
	         "# TYPE fettle_refused_total counter\n");
	for (size_t why = 0; why < REFUSED_COUNT; why++)
		buf_printf(out, "fettle_refused_total{limit=\"%s\"} %llu\n", whys[why],
		           (unsigned long long)refused[why]);
	buf_puts(out, "# HELP fettle_request_seconds From the head's arrival to the answer.\n"
	              "# TYPE fettle_request_seconds histogram\n");
	for (size_t i = 0; i < COUNT_OF(bounds_us); i++) {
		sum += within[i];
		buf_printf(out, "fettle_request_seconds_bucket{le=\"%lld.%06lld\"} %llu\n",
		           (long long)(bounds_us[i] / 1000000), (long long)(bounds_us[i] % 1000000),
		           (unsigned long long)sum);
	}
	buf_printf(out, "fettle_request_seconds_bucket{le=\"+Inf\"} %llu\n",
	           (unsigned long long)total);
	buf_printf(out, "fettle_request_seconds_sum %llu.%06llu\n",
	           (unsigned long long)(total_us / 1000000),
	           (unsigned long long)(total_us % 1000000));
	buf_printf(out, "fettle_request_seconds_count %llu\n", (unsigned long long)total);
}
