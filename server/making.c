/* SPDX-License-Identifier: Apache-2.0 */
/* Who is first leads: those who come while he waits get what he gets. */
#include "making.h"

#include <fcntl.h>
#include <string.h>

#include "http.h"
#include "problem.h"

static struct request *leaders; /* linked by next_leader */

static struct request *
leader_of(const char *unmade)
{
	struct request *leader = leaders;

	while (leader && strcmp(leader->unmade, unmade) != 0)
		leader = leader->next_leader;
	return leader;
}

bool
making_begin(struct workers *printers, struct request *req)
{
	struct request *leader = leader_of(req->unmade);

	if (leader) {
		req->follower = leader->follower;
		leader->follower = req;
		return true;
	}
	/* before a thread may have it */
	req->leads = true;
	if (!workers_submit(printers, req))
		return false;
	req->next_leader = leaders;
	leaders = req;
	return true;
}

static void
answer(struct request *req, enum err err)
{
	if (err)
		problem_reply(req, err, NULL);
	http_reply(req);
}

static void
answer_follower(struct request *req, const struct request *leader)
{
	enum err err = leader->err;

	if (!err) {
		req->reply.file = fcntl(leader->reply.file, F_DUPFD_CLOEXEC, 0);
		req->reply.size = leader->reply.size;
		if (req->reply.file < 0)
			err = ERR_UNAVAILABLE;
	}
	answer(req, err);
}

void
making_end(struct request *req)
{
	struct request **at = &leaders, *follower = req->follower;

	while (*at != req)
		at = &(*at)->next_leader;
	*at = req->next_leader;
	while (follower) {
		/* it is gone once it is answered */
		struct request *next = follower->follower;

		answer_follower(follower, req);
		follower = next;
	}
	answer(req, req->err);
}
