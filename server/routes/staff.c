/* SPDX-License-Identifier: Apache-2.0 */
/* Staff, sessions, keys, and who is asking.  Password hashing lives here: lib/ knows no
 * libsodium. */
#include <sodium.h>
#include <string.h>

#include "auth.h"
#include "db/json.h"
#include "password.h"
#include "routes/routes.h"
#include "staff/staff.h"

#define KEY_PREFIX    "fettle_k_"
#define SESSION_MS    INT64_C(43200000) /* 12 hours */
#define FAILURES_FREE 5

/* After five failures in a row each further try waits: 2, 4, 8 ... up to 900 seconds. */
static bool
must_wait(struct request *req, const struct rows *found)
{
	int64_t failures = row_int(found, 0, "failures");
	int64_t seconds = failures < FAILURES_FREE ? 0
	                  : failures > 14          ? 900
	                                           : INT64_C(1) << (failures - 4);
	int64_t rest = row_utc(found, 0, "failed_at").us + seconds * 1000000 - req->ctx.now.us;

	if (rest <= 0)
		return false;
	req->retry_s = (unsigned)((rest + 999999) / 1000000);
	return true;
}

void
session_write(struct request *req, const char *token, struct utc expires, const struct rows *found)
{
	const char *name = row_text(found, 0, "name"), *username = row_text(found, 0, "username");
	char until[UTC_TEXT];

	buf_printf(&req->reply.body,
	           "{\"token\":\"%s\",\"expires_at\":\"%s\",\"staff\":{\"id\":\"%s\",\"name\":",
	           token, utc_format(expires, until), row_text(found, 0, "staff_id"));
	buf_json(&req->reply.body, name, strlen(name));
	buf_puts(&req->reply.body, ",\"username\":");
	/* who has a PIN may have lost the name they set it with */
	if (username)
		buf_json(&req->reply.body, username, strlen(username));
	else
		buf_puts(&req->reply.body, "null");
	buf_puts(&req->reply.body, "}}");
	req->location = "/v1/sessions/current";
}

static enum err
create_session(struct request *req)
{
	const struct create_session *in = req->body;
	struct ctx *ctx = &req->ctx;
	const char *token, *hash;
	struct utc expires = utc_add_ms(ctx->now, SESSION_MS);
	struct rows *found;
	bool right;
	enum err err = db_read(ctx, credential_find, &found, ARG(username, in->username));

	if (err)
		return err;
	/* whether anybody has the name makes no difference up to here */
	if (must_wait(req, found))
		return fail(ctx, ERR_TOO_MANY_ATTEMPTS, NULL);
	right = password_verify(row_text(found, 0, "password"), in->password);
	db_write(ctx, credential_tried, ARG(username, in->username), ARG(ok, right));
	if (!right) {
		req->err = ERR_BAD_CREDENTIALS;
		return OK;
	}
	token = token_new(ctx->arena, "", &hash);
	db_write(ctx, session_add, ARG(session_id, id_new()),
	         ARG(staff_id, row_id(found, 0, "staff_id")), ARG(token_hash, hash),
	         ARG(expires_at, expires));
	session_write(req, token, expires, found);
	return OK;
}

static enum err
delete_session(struct request *req)
{
	db_write(&req->ctx, session_revoke, ARG(session_id, req->who->session));
	return OK;
}

static void
write_permissions(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	const struct request *req = arg;
	const struct id anywhere = { { 0 } };
	bool first = true;

	(void)rows;
	(void)row;
	buf_puts(out, ",\"permissions\":[");
	for (int p = 1; p < PERMISSION_COUNT; p++) {
		if (!principal_holds(req->who, (enum permission)p, anywhere))
			continue;
		buf_printf(out, "%s\"%s\"", first ? "" : ",", enum_code(&permission_enum, p));
		first = false;
	}
	buf_char(out, ']');
}

enum err
password_ask(struct request *req, const char *current, struct id *staff)
{
	struct ctx *ctx = &req->ctx;
	struct rows *found;
	enum err err = db_read(ctx, credential_own, &found, NO_ARGS);

	if (err)
		return err;
	if (rows_count(found) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	if (must_wait(req, found))
		return fail(ctx, ERR_TOO_MANY_ATTEMPTS, NULL);
	*staff = row_id(found, 0, "staff_id");
	if (password_verify(row_text(found, 0, "password"), current))
		return OK;
	db_write(ctx, credential_tried, ARG(username, row_text(found, 0, "username")),
	         ARG(ok, false));
	req->err = fail_with(ctx, ERR_BAD_VALUE, "/current", "is not your password", NULL);
	return OK;
}

static enum err
change_password(struct request *req)
{
	const struct change_password *in = req->body;
	struct ctx *ctx = &req->ctx;
	struct id staff = { { 0 } };
	enum err err = password_ask(req, in->current, &staff);

	if (err || req->err)
		return err;
	db_write(ctx, credential_set, ARG(staff_id, staff),
	         ARG(password, password_hash(ctx->arena, in->new)));
	db_write(ctx, session_revoke_others, ARG(session_id, req->who->session));
	return OK;
}

static enum err
create_staff(struct request *req)
{
	return staff_create(&req->ctx, req->body, password_hash);
}

static enum err
update_staff(struct request *req)
{
	return staff_update(&req->ctx, req->id, req->body);
}

static enum err
delete_staff(struct request *req)
{
	const struct delete_staff_params *params = req->params;

	return staff_delete(&req->ctx, req->id, params->reason);
}

static enum err
set_password(struct request *req)
{
	return staff_set_password(&req->ctx, req->id, req->body, password_hash);
}

static enum err
create_grant(struct request *req)
{
	return staff_grant(&req->ctx, req->id, req->body);
}

static enum err
delete_grant(struct request *req)
{
	const struct delete_staff_grant_params *params = req->params;

	return staff_revoke(&req->ctx, req->id, params->grant_id);
}

/* Who makes keys holds that right for the chain, so the chain is what a key is measured by. */
static enum err
check_key(struct request *req, const struct create_api_key *in)
{
	for (size_t i = 0; i < in->scopes_count; i++)
		if (!permission_in(&req->who->chain, in->scopes[i]))
			return fail_with(&req->ctx, ERR_FORBIDDEN,
			                 arena_printf(&req->arena, "/scopes/%zu", i),
			                 enum_code(&permission_enum, (int)in->scopes[i]), NULL);
	return OK;
}

static enum err
create_api_key(struct request *req)
{
	const struct create_api_key *in = req->body;
	const char *hash;
	enum err err = check_key(req, in);

	if (err)
		return err;
	req->secret = token_new(&req->arena, KEY_PREFIX, &hash);
	return api_key_create(&req->ctx, in, hash,
	                      arena_printf(&req->arena, KEY_PREFIX "...%s",
	                                   req->secret + strlen(req->secret) - 4));
}

static enum err
delete_api_key(struct request *req)
{
	return api_key_revoke(&req->ctx, req->id);
}

static void
write_token(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	const struct request *req = arg;

	(void)rows;
	(void)row;
	if (req->secret)
		buf_printf(out, ",\"token\":\"%s\"", req->secret);
}

/* clang-format off */
const struct route staff_routes[] = {
	COMMAND(OP_createSession,    create_session,  OP_NONE),
	COMMAND(OP_deleteSession,    delete_session,  OP_NONE),
	READ_EXTRA(OP_getMe,         write_permissions, ONE(me_get), MANY(stores, me_stores)),
	COMMAND(OP_changePassword,   change_password, OP_NONE),
	READ(OP_listStaff,           PAGE(staff_list)),
	READ(OP_getStaff,            ONE(staff_get), MANY(grants, staff_grants_of)),
	COMMAND(OP_createStaff,      create_staff,    THEN(OP_getStaff)),
	COMMAND(OP_updateStaff,      update_staff,    THEN(OP_getStaff)),
	COMMAND(OP_deleteStaff,      delete_staff,    OP_NONE),
	COMMAND(OP_setStaffPassword, set_password,    OP_NONE),
	READ(OP_listStaffGrants,     UNDER(staff_visible), PAGE(staff_grant_list)),
	COMMAND(OP_createStaffGrant, create_grant,    THEN(OP_getStaff)),
	COMMAND(OP_deleteStaffGrant, delete_grant,    OP_NONE),
	READ(OP_listApiKeys,         PAGE(api_key_list)),
	READ_EXTRA(OP_getApiKey,     write_token,     ONE(api_key_get)),
	COMMAND(OP_createApiKey,     create_api_key,  THEN(OP_getApiKey)),
	COMMAND(OP_deleteApiKey,     delete_api_key,  OP_NONE),
	ROUTES_END
};
/* clang-format on */
