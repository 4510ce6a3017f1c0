/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, and who is asking.  Password hashing lives here: lib/ knows no libsodium. */
#include <sodium.h>
#include <string.h>

#include "auth.h"
#include "core/text.h"
#include "db/json.h"
#include "password.h"
#include "routes/routes.h"

#define SESSION_MS INT64_C(43200000) /* 12 hours */
#define FAILURES_FREE 5

/* After five failures in a row each further try waits: 2, 4, 8 ... up to 900 seconds. */
static bool
must_wait(const struct rows *found, struct utc now)
{
	int64_t failures = row_int(found, 0, "failures");
	int64_t seconds = failures < FAILURES_FREE ? 0 : failures > 14 ? 900 : INT64_C(1) << (failures - 4);

	return now.us < row_utc(found, 0, "failed_at").us + seconds * 1000000;
}

static enum err
create_session(struct request *req)
{
	const struct create_session *in = req->body;
	struct ctx *ctx = &req->ctx;
	unsigned char secret[32], hash[TOKEN_HASH];
	char token[BASE64URL_TEXT(sizeof(secret))], hex[2 * TOKEN_HASH + 1], until[UTC_TEXT];
	struct utc expires = utc_add_ms(ctx->now, SESSION_MS);
	struct rows *found;
	bool known, right;
	enum err err = db_read(ctx, credential_find, &found, ARG(username, in->username));

	if (err)
		return err;
	known = rows_count(found) == 1;
	if (known && must_wait(found, ctx->now))
		return fail(ctx, ERR_TOO_MANY_ATTEMPTS, NULL);
	right = password_verify(known ? row_text(found, 0, "password") : NULL, in->password);
	if (known)
		db_write(ctx, credential_tried, ARG(staff_id, row_id(found, 0, "staff_id")), ARG(ok, right));
	if (!right) {
		req->err = ERR_BAD_CREDENTIALS;
		return OK;
	}
	randombytes_buf(secret, sizeof(secret));
	token[base64url_encode(token, secret, sizeof(secret))] = '\0';
	token_hash(token, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	db_write(ctx, session_add, ARG(session_id, id_new()), ARG(staff_id, row_id(found, 0, "staff_id")),
	         ARG(token_hash, arena_printf(ctx->arena, "\\x%s", hex)), ARG(expires_at, expires));
	buf_printf(&req->reply.body, "{\"token\":\"%s\",\"expires_at\":\"%s\",\"staff\":{\"id\":\"%s\",\"name\":", token,
	           utc_format(expires, until), row_text(found, 0, "staff_id"));
	buf_json(&req->reply.body, row_text(found, 0, "name"), strlen(row_text(found, 0, "name")));
	buf_puts(&req->reply.body, ",\"username\":");
	buf_json(&req->reply.body, row_text(found, 0, "username"), strlen(row_text(found, 0, "username")));
	buf_puts(&req->reply.body, "}}");
	sodium_memzero(secret, sizeof(secret));
	req->location = "/v1/sessions/current";
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

/* clang-format off */
const struct route staff_routes[] = {
	COMMAND(OP_createSession, create_session, OP_NONE),
	COMMAND(OP_deleteSession, delete_session, OP_NONE),
	READ_EXTRA(OP_getMe, write_permissions, ONE(me_get), MANY(stores, me_stores)),
	ROUTES_END
};
/* clang-format on */
