/* SPDX-License-Identifier: Apache-2.0 */
/* Workshop tablets: registering and pairing them, PINs, and logging in with one. */
#include "staff/tablet.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "auth.h"
#include "db/json.h"
#include "event/event.h"
#include "password.h"
#include "reply.h"
#include "routes/routes.h"

#define TOKEN_PREFIX "fettle_t_"
#define CODE_LENGTH  10
#define GUESSES      5 /* wrong PINs, as tablet_login_find() counts them */

static enum err
create(struct request *req)
{
	/* 50 bits, of characters that are not taken for one another */
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[CODE_LENGTH + 1] = { 0 };

	for (size_t i = 0; i < CODE_LENGTH; i++)
		code[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	req->secret = arena_text(&req->arena, code);
	return tablet_create(&req->ctx, req->body, token_literal(&req->arena, code));
}

static enum err
revoke(struct request *req)
{
	return tablet_revoke(&req->ctx, req->id);
}

static enum err
unlock(struct request *req)
{
	return tablet_unlock(&req->ctx, req->id);
}

static enum err
unlock_pin(struct request *req)
{
	return staff_unlock_pin(&req->ctx, req->id, req->body);
}

static enum err
pair(struct request *req)
{
	const struct pair_tablet *in = req->body;
	struct ctx *ctx = &req->ctx;
	char *code = arena_printf(&req->arena, "%s", in->code);
	const char *token, *hash;
	struct rows *rows = NULL;
	enum err err;

	for (char *c = code; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	token = token_new(&req->arena, TOKEN_PREFIX, &hash);
	err = db_read(ctx, tablet_pair, &rows, ARG(pairing_hash, token_literal(&req->arena, code)),
	              ARG(token_hash, hash));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_PAIRING_CODE_WRONG, NULL);
	event_add(ctx, "tablet.paired", row_id(rows, 0, "store_id"), row_id(rows, 0, "id"));
	buf_printf(&req->reply.body, "{\"id\":\"%s\",\"name\":", row_text(rows, 0, "id"));
	buf_json(&req->reply.body, row_text(rows, 0, "name"), strlen(row_text(rows, 0, "name")));
	buf_printf(&req->reply.body,
	           ",\"store\":{\"id\":\"%s\",\"name\":", row_text(rows, 0, "store_id"));
	buf_json(&req->reply.body, row_text(rows, 0, "store_name"),
	         strlen(row_text(rows, 0, "store_name")));
	buf_printf(&req->reply.body, "},\"token\":\"%s\"}", token);
	return OK;
}

/* A wrong PIN is counted, and so saved. */
static enum err
refuse(struct request *req, const struct rows *found)
{
	struct id store = row_id(found, 0, "store_id"), tablet = row_id(found, 0, "tablet_id");

	event_add(&req->ctx, "tablet.pin_refused", store, tablet);
	if (row_int(found, 0, "failures") + 1 >= GUESSES)
		event_add(&req->ctx, "tablet.locked", store, tablet);
	req->err = ERR_WRONG_PIN;
	return OK;
}

static enum err
create_session(struct request *req)
{
	const struct create_tablet_session *in = req->body;
	struct ctx *ctx = &req->ctx;
	struct rows *found = NULL;
	struct utc expires;
	struct id tablet;
	const char *token, *hash;
	bool right;
	enum err err = db_read(ctx, tablet_login_find, &found,
	                       ARG(token_hash, token_literal(&req->arena, in->tablet_token)),
	                       ARG(number, in->staff_number));

	if (err)
		return err;
	if (rows_count(found) == 0)
		return fail(ctx, ERR_TABLET_UNKNOWN, NULL);
	/* whether anybody has the number makes no difference up to here */
	if (row_int(found, 0, "wait_seconds") > 0) {
		req->retry_s = (unsigned)row_int(found, 0, "wait_seconds");
		return fail(ctx, ERR_TOO_MANY_ATTEMPTS, NULL);
	}
	tablet = row_id(found, 0, "tablet_id");
	right = password_verify(row_text(found, 0, "pin"), in->pin);
	db_write(ctx, tablet_login_tried, ARG(tablet_id, tablet),
	         ARG(store_id, row_id(found, 0, "store_id")), ARG(number, in->staff_number),
	         ARG(ok, right));
	if (!right)
		return refuse(req, found);
	expires = utc_add_ms(ctx->now, row_int(found, 0, "minutes") * 60000);
	token = token_new(&req->arena, "", &hash);
	db_write(ctx, tablet_session_add, ARG(session_id, id_new()), ARG(tablet_id, tablet),
	         ARG(staff_id, row_id(found, 0, "staff_id")), ARG(token_hash, hash),
	         ARG(expires_at, expires));
	event_add(ctx, "tablet.opened", row_id(found, 0, "store_id"), tablet);
	session_write(req, token, expires, found);
	return OK;
}

static enum err
set_pin(struct request *req)
{
	const struct set_pin *in = req->body;
	struct ctx *ctx = &req->ctx;
	struct rows *owner = NULL;
	struct id staff;
	enum err err = pin_check(ctx, in->pin);

	if (!err)
		err = password_ask(req, in->current, &staff);
	if (err || req->err)
		return err;
	err = db_read(ctx, pin_owner, &owner, NO_ARGS);
	if (err)
		return err;
	if (row_is_null(owner, 0, "employee_no"))
		return fail_with(ctx, ERR_BAD_VALUE, "/pin", "needs a staff number first", NULL);
	db_write(ctx, pin_set, ARG(staff_id, staff), ARG(pin, password_hash(ctx->arena, in->pin)));
	event_add(ctx, "staff.pin_set", row_id(owner, 0, "store_id"), staff);
	return OK;
}

static void
write_code(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	struct request *req = arg;

	if (req->secret)
		buf_printf(out, ",\"pairing_code\":\"%s\"", req->secret);
	reply_actions(out, rows, row, req, &tablet_machine);
}

/* clang-format off */
const struct route tablet_routes[] = {
	READ_ACTIONS(OP_listTablets,    &tablet_machine, PAGE(tablet_list)),
	READ_EXTRA(OP_getTablet,        write_code,      ONE(tablet_get)),
	COMMAND(OP_createTablet,        create,         THEN(OP_getTablet)),
	COMMAND(OP_revokeTablet,        revoke,         THEN(OP_getTablet)),
	COMMAND(OP_unlockTablet,        unlock,         THEN(OP_getTablet)),
	COMMAND(OP_pairTablet,          pair,           OP_NONE),
	COMMAND(OP_createTabletSession, create_session, OP_NONE),
	COMMAND(OP_setPin,              set_pin,        OP_NONE),
	COMMAND(OP_unlockStaffPin,      unlock_pin,     THEN(OP_getStaff)),
	ROUTES_END
};
/* clang-format on */
