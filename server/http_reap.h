/* SPDX-License-Identifier: Apache-2.0 */
/* Connections and the time each may take: the library only knows a timeout of inactivity, which
 * every octet of a dripping client resets. */
#ifndef SERVER_HTTP_REAP_H
#define SERVER_HTTP_REAP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

enum link_phase {
	LINK_IDLE, /* between requests */
	LINK_HEAD, /* from the request line to the end of the head */
	LINK_BODY,
	LINK_REPLY, /* with the dispatcher, or being sent: not the reaper's */
	LINK_CUT
};

/* One connection. */
struct link {
	struct link *prev, *next;
	enum link_phase phase;
	int fd;
	void *http;        /* http.c's: the server it belongs to */
	void *exchange;    /* http.c's: the request that is under way, or NULL */
	bool unread;       /* closes with input unread: let the client read the reply first */
	int64_t since_us;  /* begin of the phase */
	int64_t look_us;   /* idle: when to look next whether a head drips in */
	int64_t drip_us;   /* idle: when the head that drips in was first seen, 0 if none */
	uint64_t received; /* idle: octets received at the last look */
	bool known;        /* idle: whether there was one */
	char peer[INET6_ADDRSTRLEN];
	unsigned *of_address; /* how many connections its address has */
};

struct reaper {
	struct link *links;
	size_t count;
	int64_t idle_us, head_us, body_us;
	struct lingering {
		int fd;
		int64_t until_us;
	} lingering[256];
	size_t lingering_count;
};

/* How many connections there are from this address, counted as in address.h. */
unsigned links_of_address(const struct sockaddr *address);
struct link *link_new(struct reaper *reaper, int fd, const struct sockaddr *address);
/* Before the library closes the socket. */
void link_free(struct reaper *reaper, struct link *link);
void link_phase(struct link *link, enum link_phase phase);
/* Cut what is over its time; call about every 200 ms. */
void reaper_tick(struct reaper *reaper);
void reaper_clear(struct reaper *reaper);

#endif
