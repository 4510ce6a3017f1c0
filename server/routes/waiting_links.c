/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's link of the waiting list: sharing it, and what it opens. */
#include "appointment/waiting_link.h"

#include "reply.h"
#include "routes/routes.h"

static enum err
share(struct request *req)
{
	return waiting_share(&req->ctx, req->id);
}

static enum err
stop_sharing(struct request *req)
{
	return waiting_stop_sharing(&req->ctx, req->id);
}

static enum err
accept(struct request *req)
{
	return waiting_accept_by_link(&req->ctx);
}

static enum err
decline(struct request *req)
{
	return waiting_decline_by_link(&req->ctx);
}

static enum err
leave(struct request *req)
{
	return waiting_leave_by_link(&req->ctx, req->body);
}

/* clang-format off */
const struct route waiting_link_routes[] = {
	READ_EXTRA(OP_getWaitingLink,          reply_token,  ONE(waiting_link_get)),
	COMMAND(OP_shareWaitingEntry,          share,        THEN(OP_getWaitingLink)),
	COMMAND(OP_stopSharingWaitingEntry,    stop_sharing, THEN(OP_getWaitingEntry)),
	READ_ACTIONS(OP_getPublicWaitingEntry, &waiting_link_machine, ONE(public_waiting_entry_get)),
	COMMAND(OP_acceptOfferByLink,          accept,       THEN(OP_getPublicWaitingEntry)),
	COMMAND(OP_declineOfferByLink,         decline,      THEN(OP_getPublicWaitingEntry)),
	COMMAND(OP_leaveWaitingListByLink,     leave,        THEN(OP_getPublicWaitingEntry)),
	ROUTES_END
};
/* clang-format on */
