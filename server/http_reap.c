/* SPDX-License-Identifier: Apache-2.0 */
/* Absolute deadlines of connections, and an end of them that does not lose the last reply. */
#include "http_reap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "core/log.h"
#include "core/utc.h"
#include "slot.h"

#define LOOK_US      INT64_C(2000000) /* how often an idle connection is looked at */
#define CLOSE_WAIT   8                /* netinet/tcp.h has it, but not all of struct tcp_info */
#define LINGER_US    INT64_C(2000000)
#define LINGER_READS 64 /* of 64 KiB, in one tick */
#define ADDRESSES    65536

/* Addresses that collide share a limit, which errs on the safe side. */
static unsigned connections_of[ADDRESSES];

static unsigned *
counted(const struct sockaddr *address)
{
	struct address_block block = address_block_of(address);

	return &connections_of[slot_of(block.b, block.size, ADDRESSES)];
}

unsigned
links_of_address(const struct sockaddr *address)
{
	return *counted(address);
}

static void
peer_text(char *out, const struct sockaddr *address)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;

	if (address->sa_family == AF_INET)
		inet_ntop(AF_INET, &four->sin_addr, out, INET6_ADDRSTRLEN);
	else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		inet_ntop(AF_INET, six->sin6_addr.s6_addr + 12, out, INET6_ADDRSTRLEN);
	else if (address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &six->sin6_addr, out, INET6_ADDRSTRLEN);
}

struct link *
link_new(struct reaper *reaper, int fd, const struct sockaddr *address)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		die("out of memory: connection");
	link->fd = fd;
	peer_text(link->peer, address);
	link->of_address = counted(address);
	(*link->of_address)++;
	link_phase(link, LINK_IDLE);
	link->known = true; /* nothing */
	link->next = reaper->links;
	if (link->next)
		link->next->prev = link;
	reaper->links = link;
	reaper->count++;
	return link;
}

void
link_phase(struct link *link, enum link_phase phase)
{
	if (link->phase == LINK_CUT)
		return;
	link->since_us = clock_monotonic_us();
	/* The head began before the request line was complete. */
	if (phase == LINK_HEAD && link->drip_us)
		link->since_us = link->drip_us;
	link->phase = phase;
	link->look_us = link->since_us + LOOK_US;
	link->drip_us = 0;
	link->known = false;
}

/*
 * To close a socket with input unread sends a reset, and a client that is still sending its body
 * would lose the reply to it.  A second descriptor keeps the socket open while the rest is thrown
 * away.
 */
static void
linger(struct reaper *reaper, int fd)
{
	if (reaper->lingering_count == sizeof(reaper->lingering) / sizeof(reaper->lingering[0]))
		return;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)shutdown(fd, SHUT_WR);
	reaper->lingering[reaper->lingering_count].fd = fd;
	reaper->lingering[reaper->lingering_count++].until_us = clock_monotonic_us() + LINGER_US;
}

void
link_free(struct reaper *reaper, struct link *link)
{
	if (link->unread && link->phase != LINK_CUT)
		linger(reaper, link->fd);
	if (link->prev)
		link->prev->next = link->next;
	else
		reaper->links = link->next;
	if (link->next)
		link->next->prev = link->prev;
	reaper->count--;
	(*link->of_address)--;
	free(link);
}

static void
cut(struct link *link, const char *why)
{
	static struct log_cap cap;

	if (log_allow(&cap))
		log_line(LOG_LEVEL_INFO, "http_cut", "why=%s peer=%s", why, link->peer);
	(void)shutdown(link->fd, SHUT_RDWR);
	link->phase = LINK_CUT;
}

/*
 * An idle connection must stay silent: octets that came between two looks are a head's.  And who has
 * closed its side and waits for nothing is gone: the library may miss the end of the input when it
 * comes together with the last octets.
 */
static void
look(struct link *link, int64_t now)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	int unread;

	if (getsockopt(link->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return;
	if (info.tcpi_state == CLOSE_WAIT && ioctl(link->fd, FIONREAD, &unread) == 0 && !unread) {
		cut(link, "left");
		return;
	}
	/* The first look after a request only learns how much that was. */
	if (link->known && info.tcpi_bytes_received > link->received && !link->drip_us)
		link->drip_us = now;
	link->received = info.tcpi_bytes_received;
	link->known = true;
	link->look_us = now + LOOK_US;
}

static void
check(const struct reaper *reaper, struct link *link, int64_t now)
{
	int64_t age = now - link->since_us;

	if (link->phase <= LINK_BODY && now >= link->look_us)
		look(link, now);
	if (link->phase == LINK_IDLE) {
		if (link->drip_us && now - link->drip_us > reaper->head_us)
			cut(link, "head");
		else if (age > reaper->idle_us + reaper->head_us)
			cut(link, "idle");
	} else if (link->phase == LINK_HEAD && age > reaper->head_us) {
		cut(link, "head");
	} else if (link->phase == LINK_BODY && age > reaper->body_us) {
		cut(link, "body");
	}
}

/* Throw away what came in.  True while more may come. */
static bool
drain(int fd)
{
	static char trash[65536];
	ssize_t n = 1;
	int i;

	for (i = 0; i < LINGER_READS && n > 0; i++)
		n = recv(fd, trash, sizeof(trash), MSG_DONTWAIT);
	return n != 0;
}

static void
drain_lingering(struct reaper *reaper, int64_t now)
{
	size_t i = 0;

	while (i < reaper->lingering_count) {
		struct lingering *lingering = &reaper->lingering[i];

		if (drain(lingering->fd) && now < lingering->until_us) {
			i++;
			continue;
		}
		close(lingering->fd);
		*lingering = reaper->lingering[--reaper->lingering_count];
	}
}

void
reaper_tick(struct reaper *reaper)
{
	int64_t now = clock_monotonic_us();
	struct link *link;

	for (link = reaper->links; link; link = link->next)
		check(reaper, link, now);
	drain_lingering(reaper, now);
}

void
reaper_clear(struct reaper *reaper)
{
	while (reaper->lingering_count)
		close(reaper->lingering[--reaper->lingering_count].fd);
}
