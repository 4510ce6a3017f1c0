/* SPDX-License-Identifier: Apache-2.0 */
/* Follow-up tasks. */
#include "routes/routes.h"
#include "task/task.h"

static enum err
create(struct request *req)
{
	return task_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return task_update(&req->ctx, req->id, req->body);
}

static enum err
attempt(struct request *req)
{
	return task_attempt(&req->ctx, req->id, req->body);
}

static enum err
finish(struct request *req)
{
	return task_done(&req->ctx, req->id, req->body);
}

static enum err
cancel(struct request *req)
{
	const struct cancel_task *in = req->body;

	return task_cancel(&req->ctx, req->id, in->reason);
}

/* clang-format off */
const struct route task_routes[] = {
	READ_ACTIONS(OP_listTasks, &task_machine, PAGE(task_list)),
	READ_ACTIONS(OP_getTask,   &task_machine, ONE(task_get), MANY(attempts, task_attempts)),
	COMMAND(OP_createTask,     create,  THEN(OP_getTask)),
	COMMAND(OP_updateTask,     update,  THEN(OP_getTask)),
	COMMAND(OP_attemptTask,    attempt, THEN(OP_getTask)),
	COMMAND(OP_finishTask,     finish,  THEN(OP_getTask)),
	COMMAND(OP_cancelTask,     cancel,  THEN(OP_getTask)),
	ROUTES_END
};
/* clang-format on */
