/* SPDX-License-Identifier: Apache-2.0 */
/* The first administrator of a chain, made from the command line. */
#include "admin.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/conn.h"
#include "decode.h"
#include "password.h"

static enum err
create(struct ctx *ctx, void *arg)
{
	const struct create_staff *admin = arg;
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
	const struct parameter given[] = {
		{ "username", username },
		{ "name", name },
		{ "password", password },
	};
	void *admin;
	struct conn *conn;
	enum err err;

	arena_init(&arena);
	/* the same limits and the same normal forms as over the API, or nobody could log in */
	err = decode_parameters(&ctx, &create_staff_shape, given, COUNT_OF(given), &admin);
	if (err) {
		snprintf(error, size, "the %s is refused: %s", ctx.failures[0].parameter,
		         err_infos[ctx.failures[0].err].code);
		arena_clear(&arena);
		return false;
	}
	conn = conn_open(url);
	err = conn_run(conn, &ctx, create, admin);
	if (err)
		snprintf(error, size, "%s is not made: %s", username,
		         err == ERR_DUPLICATE ? "the username is taken" : err_infos[err].code);
	conn_close(conn);
	arena_clear(&arena);
	return err == OK;
}
