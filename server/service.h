/* SPDX-License-Identifier: Apache-2.0 */
/* What the routes about the service itself look at. */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "http.h"
#include "worker.h"

struct service {
	const struct http *http;
	const struct lanes *lanes;
	const struct workers *workers;
	bool draining;
};

void service_init(const struct service *service);
void service_drain(void);

#endif
