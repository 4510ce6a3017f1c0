/* SPDX-License-Identifier: Apache-2.0 */
/* What the loop's epoll tells of: data.ptr of each of its descriptors points to one. */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include <stdint.h>

struct watch {
	void (*ready)(void *arg, uint32_t events); /* EPOLLIN and the like */
	void *arg;
};

#endif
