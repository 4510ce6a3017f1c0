/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket and the descriptors that connections need. */
#include "http_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"

#define BACKLOG     1024
#define OTHER_FILES 256 /* descriptors that are not connections */

/* Each connection has a descriptor.  False when the system does not give that many. */
static bool
raise_files(rlim_t want)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	if (limit.rlim_cur >= want)
		return true;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want; /* with the right to do so */
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

unsigned
socket_connections_allowed(unsigned wanted)
{
	struct rlimit limit;

	if (raise_files((rlim_t)wanted + OTHER_FILES))
		return wanted;
	/* As many as the hard limit gives. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max <= (rlim_t)2 * OTHER_FILES)
		return OTHER_FILES;
	(void)raise_files(limit.rlim_max);
	log_line(LOG_LEVEL_WARN, "http_connections_limited", "wanted=%u allowed=%ju", wanted,
	         (uintmax_t)(limit.rlim_max - OTHER_FILES));
	return (unsigned)(limit.rlim_max - OTHER_FILES);
}

static bool
address_parse(const char *text, uint16_t port, struct sockaddr_storage *address, socklen_t *size)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		*size = sizeof(*four);
		return true;
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		*size = sizeof(*six);
		return true;
	}
	errno = EINVAL;
	return false;
}

int
socket_listen(const char *text, uint16_t *port)
{
	struct sockaddr_storage address;
	socklen_t size;
	const int on = 1;
	int fd, saved;

	if (!address_parse(text, *port, &address, &size))
		return -1;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, size) == 0 && listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
		*port = ntohs(address.ss_family == AF_INET
		                      ? ((struct sockaddr_in *)&address)->sin_port
		                      : ((struct sockaddr_in6 *)&address)->sin6_port);
		return fd;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}
