/* SPDX-License-Identifier: Apache-2.0 */
/* An open-loop HTTP client: requests start when the clock says so, not when an answer is there, and latency counts
 * from that moment.  usage: paced PORT RATE SECONDS CONNECTIONS REQUESTS, a file of requests, each behind a line with
 * its length.  Prints how many were answered, refused (not 2xx) and unanswered, and percentiles in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
	int fd;
	bool busy;
	int64_t due;
	size_t have;
	char reply[1 << 20];
};

struct text {
	char *at;
	size_t length;
};

static struct connection *connections;
static struct text *requests;
static size_t requests_count, connections_count;
static int64_t *latencies;
static size_t answered, refused;

static void
give_up(const char *why)
{
	fprintf(stderr, "paced: %s: %s\n", why, strerror(errno));
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
read_requests(const char *path)
{
	FILE *in = fopen(path, "rb");
	size_t length;

	if (!in)
		give_up(path);
	requests = calloc(1 << 20, sizeof(*requests));
	while (requests_count < 1 << 20 && fscanf(in, "%zu%*1[\n]", &length) == 1) {
		struct text *r = &requests[requests_count++];

		r->at = malloc(length);
		r->length = length;
		if (!r->at || fread(r->at, 1, length, in) != length)
			give_up("a request is cut off");
	}
	fclose(in);
	if (requests_count == 0)
		give_up("no requests");
}

static void
connect_all(int epoll, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < connections_count; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.u64 = i };
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			give_up("connect");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
		connections[i].fd = fd;
	}
}

static void
start(struct connection *c, size_t n, int64_t due)
{
	const struct text *r = &requests[n % requests_count];

	c->busy = true;
	c->due = due;
	c->have = 0;
	if (send(c->fd, r->at, r->length, MSG_NOSIGNAL) != (ssize_t)r->length)
		give_up("send");
}

/* Whether the whole answer is there. */
static bool
is_whole(struct connection *c)
{
	char *end, *length;

	c->reply[c->have] = 0;
	end = strstr(c->reply, "\r\n\r\n");
	if (!end)
		return false;
	length = strcasestr(c->reply, "\r\ncontent-length:");
	if (!length || length > end)
		give_up("an answer without a length");
	return c->have >= (size_t)(end + 4 - c->reply) + strtoul(length + 17, NULL, 10);
}

static void
receive(struct connection *c)
{
	ssize_t n = recv(c->fd, c->reply + c->have, sizeof(c->reply) - 1 - c->have, 0);

	if (n <= 0)
		give_up("the server has closed");
	c->have += (size_t)n;
	if (!is_whole(c))
		return;
	if (strncmp(c->reply, "HTTP/1.1 2", 10) != 0)
		refused++;
	latencies[answered++] = now_ns() - c->due;
	c->busy = false;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	static const int permille[] = { 500, 900, 990, 999 };
	struct epoll_event events[256];
	size_t total, sent = 0, free_at = 0;
	int epoll = epoll_create1(0);
	double rate;
	int64_t begin, end;

	if (argc != 6)
		give_up("usage: paced PORT RATE SECONDS CONNECTIONS REQUESTS");
	rate = strtod(argv[2], NULL);
	total = (size_t)(rate * strtod(argv[3], NULL));
	connections_count = strtoul(argv[4], NULL, 10);
	connections = calloc(connections_count, sizeof(*connections));
	latencies = calloc(total + 1, sizeof(*latencies));
	read_requests(argv[5]);
	connect_all(epoll, (uint16_t)strtoul(argv[1], NULL, 10));
	begin = now_ns();
	end = begin + (int64_t)(strtod(argv[3], NULL) * 1e9) + 5000000000;
	while (answered < total && now_ns() < end) {
		int64_t next = begin + (int64_t)((double)sent * 1e9 / rate), wait = next - now_ns();
		struct timespec pause = { 0, sent < total && wait > 0 ? wait % 1000000000 : 0 };
		size_t tried = 0;
		int n;

		/* what is due goes out on a free connection, or waits for one while its clock runs */
		while (sent < total && begin + (int64_t)((double)sent * 1e9 / rate) <= now_ns()) {
			for (tried = 0; tried < connections_count && connections[free_at].busy;
			     tried++)
				free_at = (free_at + 1) % connections_count;
			if (tried == connections_count)
				break;
			start(&connections[free_at], sent,
			      begin + (int64_t)((double)sent * 1e9 / rate));
			sent++;
		}
		if (sent == total || tried == connections_count)
			pause.tv_nsec = 50000000;
		n = epoll_pwait2(epoll, events, 256, &pause, NULL);
		for (int i = 0; i < n; i++)
			receive(&connections[events[i].data.u64]);
	}
	qsort(latencies, answered, sizeof(*latencies), by_size);
	printf("{\"answered\": %zu, \"refused\": %zu, \"unanswered\": %zu", answered, refused,
	       total - answered);
	for (size_t i = 0; i < 4 && answered > 0; i++)
		printf(", \"p%g\": %lld", permille[i] / 10.0,
		       (long long)latencies[(answered - 1) * (size_t)permille[i] / 1000] / 1000);
	printf("}\n");
	return 0;
}
