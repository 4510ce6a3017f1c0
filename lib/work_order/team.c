/* SPDX-License-Identifier: Apache-2.0 */
/* Who does a line: one technician, or several with a share each. */
#include "work_order/team.h"

#define WHOLE 10000 /* basis points */

/* Work is given to authorised labour that nobody has done. */
static enum err
check_assignable(struct ctx *ctx, const struct line *line, size_t i)
{
	const char *pointer = arena_printf(ctx->arena, "/assignments/%zu/line_id", i);

	if (!line || line->kind != WORK_ORDER_LINE_KIND_LABOUR)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	if (line->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
		return fail_with(ctx, ERR_LINE_STATUS, pointer,
		                 enum_code(&work_order_line_status_enum, (int)line->status), NULL);
	if (line->work_status == LINE_WORK_STATUS_DONE ||
	    line->work_status == LINE_WORK_STATUS_PASSED)
		return fail_with(ctx, ERR_LINE_STATUS, pointer,
		                 enum_code(&line_work_status_enum, (int)line->work_status), NULL);
	return OK;
}

/* A line stands there once, or once for each of those who share it. */
static enum err
check_once(struct ctx *ctx, const struct assignment *all, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (!id_equal(all[k].line_id, all[i].line_id))
			continue;
		if (!all[k].has_share_bp || !all[i].has_share_bp)
			return failf(ctx, ERR_NOT_UNIQUE, "/assignments/%zu/line_id", i);
		if (id_equal(all[k].technician_id, all[i].technician_id))
			return failf(ctx, ERR_NOT_UNIQUE, "/assignments/%zu/technician_id", i);
	}
	return OK;
}

/* The shares of the line of all[i] are the whole; told at the last of them. */
static enum err
check_shares(struct ctx *ctx, const struct assignment *all, size_t count, size_t i)
{
	int64_t sum = 0;

	for (size_t k = 0; k < count; k++) {
		if (!id_equal(all[k].line_id, all[i].line_id))
			continue;
		if (k > i)
			return OK;
		sum += all[k].has_share_bp ? all[k].share_bp : WHOLE;
	}
	return sum == WHOLE ? OK
	                    : fail_with(ctx, ERR_BAD_VALUE,
	                                arena_printf(ctx->arena, "/assignments/%zu/share_bp", i),
	                                "the shares of a line must add up to 10000", NULL);
}

/* Nobody whose clock runs is taken off a line. */
static enum err
check_running(struct ctx *ctx, struct id order, const struct lines *lines,
              const struct assignment *all, size_t count)
{
	struct rows *running = NULL;
	enum err err = db_read(ctx, clocks_running, &running, ARG(id, order));

	for (size_t r = 0; !err && r < rows_count(running); r++) {
		struct id line = row_id(running, r, "line_id");
		struct id who = row_id(running, r, "technician_id");
		size_t named = count;
		bool stays = false;

		for (size_t i = 0; i < count; i++) {
			if (!id_equal(all[i].line_id, line))
				continue;
			named = named == count ? i : named;
			stays = stays || id_equal(all[i].technician_id, who);
		}
		if (named < count && !stays)
			err = fail_with(ctx, ERR_LINE_STATUS,
			                arena_printf(ctx->arena, "/assignments/%zu/line_id", named),
			                enum_code(&line_work_status_enum,
			                          (int)line_of(lines, line)->work_status),
			                NULL);
	}
	return err;
}

/* Who lacks a certificate that the work asks for on this day is not given it. */
static enum err
check_certificates(struct ctx *ctx, struct id order, const struct assignment *assignments,
                   const struct id *technicians, size_t count)
{
	struct id *lines = arena_array(ctx->arena, count, sizeof(*lines));
	struct rows *rows;
	enum err err;

	for (size_t i = 0; i < count; i++)
		lines[i] = assignments[i].line_id;
	err = db_read(ctx, assignment_uncertified, &rows, ARG(id, order),
	              IDS_ARG(line_ids, lines, count), IDS_ARG(technician_ids, technicians, count));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return OK;
	return fail_with(ctx, ERR_CERTIFICATE_MISSING,
	                 arena_printf(ctx->arena, "/assignments/%lld/technician_id",
	                              (long long)row_int(rows, 0, "place")),
	                 row_text(rows, 0, "certificate"), NULL);
}

enum err
team_check(struct ctx *ctx, const struct work_order *wo, const struct assignment *all, size_t count,
           struct lines *lines)
{
	struct id *technicians = arena_array(ctx->arena, count + 1, sizeof(*technicians));
	bool working = false;
	enum err err;

	*lines = (struct lines){ 0 };
	if (count == 0)
		return OK;
	err = lines_read(ctx, wo->id, lines);
	for (size_t i = 0; !err && i < count; i++) {
		const struct line *line = line_of(lines, all[i].line_id);

		technicians[i] = all[i].technician_id;
		err = check_once(ctx, all, i);
		if (!err)
			err = check_assignable(ctx, line, i);
		if (!err)
			err = check_shares(ctx, all, count, i);
		working = working || (line && line->work_status == LINE_WORK_STATUS_WORKING);
	}
	if (!err && working)
		err = check_running(ctx, wo->id, lines, all, count);
	if (!err)
		err = technicians_check(ctx, wo->store, technicians, count, "/assignments");
	return err ? err : check_certificates(ctx, wo->id, all, technicians, count);
}

void
team_save(struct ctx *ctx, const struct work_order *wo, const struct assignment *all, size_t count,
          const struct lines *lines)
{
	struct id *leads = arena_array(ctx->arena, count + 1, sizeof(*leads));
	struct id *led = arena_array(ctx->arena, count + 1, sizeof(*led));
	int64_t *lead_shares = arena_array(ctx->arena, count + 1, sizeof(*lead_shares));
	struct id *helpers = arena_array(ctx->arena, count + 1, sizeof(*helpers));
	struct id *helped = arena_array(ctx->arena, count + 1, sizeof(*helped));
	int64_t *helper_shares = arena_array(ctx->arena, count + 1, sizeof(*helper_shares));
	size_t n = 0, others = 0;
	bool shared = false;

	for (size_t i = 0; i < count; i++) {
		int64_t share = all[i].has_share_bp ? all[i].share_bp : WHOLE;
		size_t k = 0;

		while (k < n && !id_equal(led[k], all[i].line_id))
			k++;
		if (k < n) {
			helped[others] = all[i].line_id;
			helpers[others] = all[i].technician_id;
			helper_shares[others++] = share;
			continue;
		}
		led[n] = all[i].line_id;
		leads[n] = all[i].technician_id;
		lead_shares[n++] = share;
		shared = shared || line_of(lines, all[i].line_id)->share_bp != WHOLE;
	}
	if (n == 0)
		return;
	if (shared)
		db_write(ctx, line_helpers_remove, IDS_ARG(line_ids, led, n));
	db_write(ctx, work_order_lines_assign, ARG(id, wo->id), IDS_ARG(line_ids, led, n),
	         IDS_ARG(technician_ids, leads, n), INTS_ARG(shares, lead_shares, n));
	if (others > 0)
		db_write(ctx, line_helpers_add, ARG(store_id, wo->store),
		         IDS_ARG(line_ids, helped, others),
		         IDS_ARG(technician_ids, helpers, others),
		         INTS_ARG(shares, helper_shares, others));
}

enum err
team_of_line(struct ctx *ctx, const struct line *line, struct team *team)
{
	struct rows *rows = NULL;
	enum err err;

	/* alone at it: the clock runs while the line is worked on */
	if (line->share_bp == WHOLE) {
		*team = (struct team){
			.member = id_equal(line->technician, ctx->scope->actor),
			.at_work = line->work_status == LINE_WORK_STATUS_WORKING,
		};
		return OK;
	}
	*team = (struct team){ 0 };
	err = db_read(ctx, line_team, &rows, ARG(line_id, line->id));
	for (size_t i = 0; !err && i < rows_count(rows); i++) {
		bool mine = id_equal(row_id(rows, i, "technician_id"), ctx->scope->actor);

		team->member = team->member || mine;
		if (row_bool(rows, i, "at_work") && mine)
			team->at_work = true;
		else if (row_bool(rows, i, "at_work"))
			team->others++;
	}
	return err;
}
