/* SPDX-License-Identifier: Apache-2.0 */
/* Counts share slots by hash: two callers that collide share a limit, which errs on the safe side. */
#include "caller.h"

#include "auth.h"
#include "slot.h"

#define SLOTS 16384 /* a power of two */

struct under_way {
	unsigned commands, reads;
};

static struct under_way callers[SLOTS];

static struct under_way *
caller_of(const struct principal *who)
{
	return &callers[slot_of(who->actor.b, sizeof(who->actor.b), SLOTS)];
}

bool
caller_begins(struct request *req, const struct config *config, bool reads)
{
	int64_t limit = reads ? config->reads_principal : config->commands_principal;
	struct under_way *caller;
	unsigned *count;

	if (!req->who || limit == 0)
		return true;
	caller = caller_of(req->who);
	count = reads ? &caller->reads : &caller->commands;
	if (!req->operation->critical)
		limit = config_for_others(config, limit);
	if (*count >= limit)
		return false;
	(*count)++;
	req->under_way = count;
	return true;
}

void
caller_ends(struct request *req)
{
	if (req->under_way)
		(*req->under_way)--;
	req->under_way = NULL;
}
