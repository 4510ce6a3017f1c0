/* SPDX-License-Identifier: Apache-2.0 */
/* The first administrator of a chain, made from the command line. */
#include "admin.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "db/conn.h"
#include "password.h"

struct admin {
	const char *username, *name, *password;
};

static enum err
create(struct ctx *ctx, void *arg)
{
	const struct admin *admin = arg;
	const struct id none = { { 0 } };
	struct id staff = id_new();

	db_write(ctx, staff_add, ARG(staff_id, staff), ARG(store_id, none), ARG(name, admin->name),
	         ARG(username, admin->username), NULL_ARG(phone), NULL_ARG(employee_no),
	         NULL_ARG(external_ids), NULL_ARG(metadata));
	db_write(ctx, staff_grant_add, ARG(grant_id, id_new()), ARG(staff_id, staff),
	         ENUM_ARG(role, role, ROLE_HQ_ADMIN), ARG(store_id, none), ARG(region_id, none));
	db_write(ctx, credential_set, ARG(staff_id, staff),
	         ARG(password, password_hash(ctx->arena, admin->password)));
	return OK;
}

bool
create_admin(const char *url, const char *username, const char *name, const char *password,
             char *error, size_t size)
{
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	struct admin admin = { username, name, password };
	struct conn *conn;
	enum err err;

	if (utf8_length(password, strlen(password)) < PASSWORD_MIN) {
		snprintf(error, size, "the password must have at least %d characters",
		         PASSWORD_MIN);
		return false;
	}
	arena_init(&arena);
	conn = conn_open(url);
	err = conn_run(conn, &ctx, create, &admin);
	if (err)
		snprintf(error, size, "%s is not made: %s", username,
		         err == ERR_DUPLICATE ? "the username is taken" : err_infos[err].code);
	conn_close(conn);
	arena_clear(&arena);
	return err == OK;
}
