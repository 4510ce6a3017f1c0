/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to staff, grants and keys. */
#include "staff/staff.h"

#include "event/event.h"
#include "org/org.h"
#include "staff/permission.h"

static const struct id none;

/* What the caller holds where one grant holds, against what that grant gives. */
static enum err
check_grant(struct ctx *ctx, const char *role, const struct permission_set *held)
{
	struct permission_set wanted = permissions_of(role, NULL);
	enum permission lacking;

	wanted.bits[PERMISSION_STAFF_WRITE / 64] |= UINT64_C(1) << (PERMISSION_STAFF_WRITE % 64);
	lacking = permission_lacking(held, &wanted);
	if (lacking == PERMISSION_NONE)
		return OK;
	return fail_with(ctx, ERR_FORBIDDEN, NULL, enum_code(&permission_enum, (int)lacking), NULL);
}

/* Whether the caller may give and take this grant of a person, or with none all they hold; `made`
 * is the grant that is just being given, if any. */
static enum err
check_authority(struct ctx *ctx, struct id staff, struct id grant, struct id made,
                struct rows **found)
{
	struct permission_set held = { { 0 } };
	enum err err = db_read(ctx, staff_authority, found, ARG(staff_id, staff),
	                       ARG(grant_id, grant), ARG(made_id, made));
	size_t n = err ? 0 : rows_count(*found);

	for (size_t i = 0; i < n && !err; i++) {
		const char *role = row_text(*found, i, "role");
		bool office = role_is_office[enum_value(&role_enum, role)];
		struct permission_set own = permissions_of(row_text(*found, i, "own_role"),
		                                           row_text(*found, i, "own_scopes"));

		if (!office || row_bool(*found, i, "own_chain"))
			permissions_unite(&held, &own);
		if (i + 1 < n && id_equal(row_id(*found, i, "id"), row_id(*found, i + 1, "id")))
			continue;
		err = check_grant(ctx, role, &held);
		held = (struct permission_set){ { 0 } };
	}
	return err;
}

/* Lock a person whom the caller may change: nobody above them. */
static enum err
staff_take_charge(struct ctx *ctx, struct id id, struct rows **rows)
{
	struct rows *grants;
	enum err err = db_lock(ctx, staff_lock, id, rows);

	return err ? err : check_authority(ctx, id, none, none, &grants);
}

/* The chain keeps somebody who administers it: of the last one neither the grant nor, with none,
 * the person goes. */
static enum err
check_admin_stays(struct ctx *ctx, struct id staff, struct id grant)
{
	struct rows *last;
	enum err err;

	/* a statement before the other, which so sees what was committed meanwhile */
	db_write(ctx, staff_admins_lock, NO_ARGS);
	err = db_read(ctx, staff_admin_last, &last, ARG(staff_id, staff), ARG(grant_id, grant));
	if (err)
		return err;
	return rows_count(last) ? fail(ctx, ERR_LAST_ADMIN, NULL) : OK;
}

static void
staff_end(struct ctx *ctx, struct id id)
{
	db_write(ctx, session_revoke_of, ARG(id, id));
	db_write(ctx, api_key_revoke_of, ARG(id, id));
}

enum err
staff_create(struct ctx *ctx, const struct create_staff *in, staff_hash *hash)
{
	struct id store = none;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err && (in->has_store_id || !ctx->scope->hq))
		err = ctx_store(ctx, in->store_id, &store);
	if (err)
		return err;
	if (in->has_password && !in->has_username)
		return fail(ctx, ERR_REQUIRED, "/username");
	db_write(ctx, staff_add, ARG(staff_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_staff, in));
	if (in->has_password)
		db_write(ctx, credential_set, ARG(staff_id, ctx->subject),
		         ARG(password, hash(ctx->arena, in->password)));
	event_add(ctx, "staff.created", store, ctx->subject);
	return OK;
}

enum err
staff_update(struct ctx *ctx, struct id id, const struct update_staff *in)
{
	struct id store = none;
	struct rows *rows;
	enum err err = staff_take_charge(ctx, id, &rows);

	if (!err && in->has_store_id)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err && in->has_active && !in->active)
		err = check_admin_stays(ctx, id, none);
	if (err)
		return err;
	db_write(ctx, staff_update, ARG(id, id), BODY_ARG(update_staff, in));
	if (in->has_active && !in->active)
		staff_end(ctx, id);
	event_add(ctx, "staff.updated", in->has_store_id ? store : row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = staff_take_charge(ctx, id, &rows);

	if (!err)
		err = check_admin_stays(ctx, id, none);
	if (err)
		return err;
	db_write(ctx, staff_delete, ARG(id, id), ARG(reason, reason));
	staff_end(ctx, id);
	event_add(ctx, "staff.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_set_password(struct ctx *ctx, struct id id, const struct set_staff_password *in,
                   staff_hash *hash)
{
	struct rows *rows;
	enum err err = staff_take_charge(ctx, id, &rows);

	if (err)
		return err;
	if (row_is_null(rows, 0, "username"))
		return fail_with(ctx, ERR_BAD_VALUE, "/password", "needs a username first", NULL);
	db_write(ctx, credential_set, ARG(staff_id, id),
	         ARG(password, hash(ctx->arena, in->password)));
	db_write(ctx, session_revoke_of, ARG(id, id));
	event_add(ctx, "staff.password_set", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_grant(struct ctx *ctx, struct id id, const struct create_staff_grant *in)
{
	struct id store, grant = id_new();
	struct rows *rows, *given;
	enum err err = db_lock(ctx, staff_lock, id, &rows);

	if (!err && in->has_store_id && in->has_region_id)
		err = fail_with(ctx, ERR_ONE_OF, "/region_id", "store_id, region_id", NULL);
	if (!err && in->has_store_id)
		err = ctx_store(ctx, in->store_id, &store);
	if (err)
		return err;
	db_write(ctx, staff_grant_add, ARG(grant_id, grant), ARG(staff_id, id),
	         BODY_ARG(create_staff_grant, in));
	/* judged where it holds: what fails here is not saved */
	err = check_authority(ctx, id, grant, grant, &given);
	if (err)
		return err;
	db_write(ctx, staff_touch, ARG(id, id));
	event_add(ctx, "staff.granted", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_revoke(struct ctx *ctx, struct id id, struct id grant)
{
	struct permission_set ends;
	struct rows *rows, *taken;
	enum err err = db_lock(ctx, staff_lock, id, &rows);

	if (!err)
		err = check_authority(ctx, id, grant, none, &taken);
	if (err)
		return err;
	if (rows_count(taken) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	err = check_admin_stays(ctx, id, grant);
	if (err)
		return err;
	ends = permissions_of(row_text(taken, 0, "role"), NULL);
	db_write(ctx, staff_grant_revoke, ARG(grant_id, grant));
	if (permission_in(&ends, PERMISSION_KEY_WRITE))
		db_write(ctx, api_key_revoke_of, ARG(id, id));
	db_write(ctx, staff_touch, ARG(id, id));
	event_add(ctx, "staff.revoked", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_home(struct ctx *ctx, struct id id, struct id *store)
{
	struct rows *rows;
	enum err err = db_lock(ctx, staff_lock, id, &rows);

	if (err)
		return err;
	*store = row_id(rows, 0, "store_id");
	return id_is_none(*store) ? fail(ctx, ERR_NO_HOME_STORE, NULL) : OK;
}

enum err
api_key_create(struct ctx *ctx, const struct create_api_key *in, const char *hash, const char *hint)
{
	struct rows *unknown;
	enum err err;

	if (ctx->scope->kind != ACTOR_STAFF)
		return fail_with(ctx, ERR_FORBIDDEN, NULL,
		                 enum_code(&permission_enum, PERMISSION_KEY_WRITE), NULL);
	if (in->has_expires_at && in->expires_at.us <= ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/expires_at", "must be in the future", NULL);
	err = db_read(ctx, api_key_unknown_store, &unknown, BODY_ARG(create_api_key, in));
	if (err)
		return err;
	if (rows_count(unknown) > 0)
		return failf(ctx, ERR_NOT_FOUND, "/store_ids/%lld",
		             (long long)row_int(unknown, 0, "place"));
	ctx->subject = id_new();
	db_write(ctx, api_key_add, ARG(key_id, ctx->subject), ARG(token_hash, hash),
	         ARG(hint, hint), BODY_ARG(create_api_key, in));
	event_add(ctx, "api_key.created", none, ctx->subject);
	return OK;
}

enum err
api_key_revoke(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	enum err err = db_lock(ctx, api_key_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, api_key_revoke, ARG(id, id));
	event_add(ctx, "api_key.revoked", none, id);
	return OK;
}

enum err
staff_check_worker(struct ctx *ctx, struct id staff, struct id store, const char *pointer)
{
	struct rows *rows;
	enum err err =
		db_read(ctx, staff_worker, &rows, ARG(staff_id, staff), ARG(store_id, store));

	if (err)
		return err;
	return rows_count(rows) > 0 && row_bool(rows, 0, "works_here")
	               ? OK
	               : fail(ctx, ERR_NOT_FOUND, pointer);
}
