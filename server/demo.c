/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's life: every step is the command a client would send, with the clock set back. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "db/conn.h"
#include "demo_call.h"
#include "jobs/jobs.h"
#include "password.h"
#include "route.h"

#define PASSWORD "fettle-demo"

static const char *
text(struct id id, char out[static ID_TEXT])
{
	return id_format(id, out);
}

/* ------------------------------------------------------------ the chain and its people */

struct hire {
	struct demo *demo;
	struct id id, store;
	const char *username, *name, *role;
};

static enum err
hire_tx(struct ctx *ctx, void *arg)
{
	const struct hire *hire = arg;
	const struct id none = { { 0 } };

	db_write(ctx, staff_add, ARG(staff_id, hire->id), ARG(store_id, hire->store),
	         ARG(name, hire->name), ARG(username, hire->username), NULL_ARG(phone),
	         NULL_ARG(employee_no), NULL_ARG(external_ids), NULL_ARG(metadata));
	db_write(ctx, staff_grant_add, ARG(grant_id, id_new()), ARG(staff_id, hire->id),
	         ARG(role, hire->role), ARG(store_id, hire->store), ARG(region_id, none));
	db_write(ctx, credential_set, ARG(staff_id, hire->id), ARG(password, hire->demo->password));
	return OK;
}

/* One hash serves all of them: the password is the same and hashing is slow on purpose. */
static struct id
hire(struct demo *demo, struct id store, const char *username, const char *name, const char *role)
{
	struct hire hire = { demo, id_new(), store, username, name, role };
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = demo->now, .scope = &system_scope, .if_match = -1
	};
	enum err err;

	if (demo->failed)
		return hire.id;
	arena_init(&arena);
	err = conn_run(demo->conn, &ctx, hire_tx, &hire);
	if (err) {
		snprintf(demo->error, demo->error_size, "demo: staff %s: %s", username,
		         err_infos[err].code);
		demo->failed = true;
	}
	arena_clear(&arena);
	return hire.id;
}

static void
open_store(struct demo *demo, size_t index, struct id region)
{
	const struct id none = { { 0 } };
	struct demo_store *store = &demo->stores[index];
	char code[16], username[64], a[ID_TEXT];

	store->id =
		demo_act(demo, demo->admin, none, OP_createStore, none,
	                 "{\"code\":\"%s\",\"name\":\"%s\",\"region_id\":\"%s\",\"address\":\"%s\","
	                 "\"what_to_bring\":\"行驶证、保养手册\"}",
	                 demo_stores[index].code, demo_stores[index].name, text(region, a),
	                 demo_stores[index].address);
	for (size_t i = 0; i < COUNT_OF(store->bays); i++)
		store->bays[i] =
			demo_act(demo, demo->admin, none, OP_createBay, store->id,
		                 "{\"code\":\"B%zu\",\"name\":\"%zu 号工位\",\"kind\":\"%s\"}",
		                 i + 1, i + 1, i == 2 ? "quick" : "lift");
	snprintf(code, sizeof(code), "%s", demo_stores[index].code);
	for (char *p = code; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	for (size_t i = 0; i < COUNT_OF(demo_people); i++) {
		snprintf(username, sizeof(username), "%s-%s", code, demo_people[i].username);
		store->people[i] =
			(struct person){ demo_people[i].username,
			                 hire(demo, store->id, username, demo_people[i].name,
			                      demo_people[i].role) };
	}
}

static void
open_chain(struct demo *demo)
{
	const struct id none = { { 0 } };
	struct id regions[COUNT_OF(demo_regions)];

	demo->admin = hire(demo, none, "hq-admin", "总部管理员", "hq_admin");
	hire(demo, none, "hq-analyst", "总部分析员", "hq_analyst");
	for (size_t i = 0; i < COUNT_OF(demo_regions); i++)
		regions[i] = demo_act(demo, demo->admin, none, OP_createRegion, none,
		                      "{\"code\":\"%s\",\"name\":\"%s\"}", demo_regions[i].code,
		                      demo_regions[i].name);
	for (size_t i = 0; i < COUNT_OF(demo_stores); i++)
		open_store(demo, i, regions[demo_stores[i].region]);
}

static void
fill_catalogue(struct demo *demo)
{
	const struct id none = { { 0 } };
	char operation[ID_TEXT], part[ID_TEXT];

	for (size_t i = 0; i < COUNT_OF(demo_operations); i++)
		demo->operations[i] = demo_act(
			demo, demo->admin, none, OP_createOperation, none,
			"{\"code\":\"%s\",\"name\":\"%s\",\"standard_hours\":%s,\"unit_price\":%d,"
			"\"repair_category\":\"%s\"}",
			demo_operations[i].code, demo_operations[i].name, demo_operations[i].hours,
			demo_operations[i].unit_price, demo_operations[i].category);
	/* wheels leave with their bolts tight */
	(void)demo_act(
		demo, demo->admin, none, OP_updateOperation, demo->operations[TYRE],
		"{\"version\":1,\"checklist\":[{\"code\":\"TORQUE\",\"text\":\"轮胎螺栓力矩\","
		"\"kind\":\"measure\",\"unit\":\"N·m\",\"minimum\":110,\"maximum\":130,"
		"\"out_of_bounds\":\"fail\"},{\"code\":\"CAPS\",\"text\":\"盖好气门嘴帽\","
		"\"kind\":\"tick\"}]}");
	for (size_t i = 0; i < COUNT_OF(demo_parts); i++)
		demo->parts[i] = demo_act(
			demo, demo->admin, none, OP_createPart, none,
			"{\"number\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",\"sale_price\":%d}",
			demo_parts[i].number, demo_parts[i].name, demo_parts[i].unit,
			demo_parts[i].sale_price);
	/* old ones go back to the maker */
	(void)demo_act(demo, demo->admin, none, OP_updatePart, demo->parts[BATTERY],
	               "{\"version\":1,\"core_deposit\":5000}");
	/* an oil change with its filter, for less than the two */
	demo_act(demo, demo->admin, none, OP_createPackage, none,
	         "{\"code\":\"OIL-S\",\"name\":\"小保养\",\"price\":15800,\"items\":["
	         "{\"operation_id\":\"%s\"},{\"part_id\":\"%s\",\"quantity\":1}]}",
	         text(demo->operations[0], operation), text(demo->parts[0], part));
}

static void
publish_template(struct demo *demo)
{
	const struct id none = { { 0 } };
	char items[1200];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(demo_points); i++)
		n += (size_t)snprintf(items + n, sizeof(items) - n,
		                      "%s{\"section\":\"%s\",\"name\":\"%s\"}", i ? "," : "",
		                      demo_points[i].section, demo_points[i].name);
	demo->inspection_template =
		demo_act(demo, demo->admin, none, OP_createInspectionTemplate, none,
	                 "{\"code\":\"PRE-CHECK\",\"name\":\"接车预检\",\"items\":[%s]}", items);
}

/* ------------------------------------------------------------ what comes of it */

/* The surveys that went out after delivery: most customers are content, one in nine is not. */
static void
answer_surveys(struct demo *demo)
{
	unsigned n = 0;

	jobs_run_all(demo->conn);
	for (struct question q = demo_ask(demo, SQL_demo_surveys, demo->admin, NULL);
	     q.count > 0 && !demo->failed;
	     q = demo_ask(demo, SQL_demo_surveys, q.ids[q.count - 1], NULL)) {
		for (size_t i = 0; i < q.count && !demo->failed; i++, n++) {
			const struct scope customer = { .kind = ACTOR_LINK, .actor = q.others[i] };
			struct question asked = demo_ask(demo, SQL_demo_questions, q.ids[i], NULL);
			struct scope scope = customer;
			char json[1024], a[ID_TEXT];
			size_t len = 0;

			if (n % 4 == 3)
				continue; /* not everyone answers */
			scope.store = asked.others[0];
			len += (size_t)snprintf(json, sizeof(json), "{\"answers\":[");
			for (size_t k = 0; k < asked.count; k++)
				len += (size_t)snprintf(json + len, sizeof(json) - len,
				                        "%s{\"question_id\":\"%s\",\"score\":%d}",
				                        k ? "," : "", text(asked.ids[k], a),
				                        n % 9 == 4 ? 4 : 8 + (int)(n % 3));
			snprintf(json + len, sizeof(json) - len, "]}");
			demo_run(demo, &scope, OP_answerSurvey, (struct id){ { 0 } }, json);
		}
	}
	jobs_run_all(demo->conn);
}

/* Some customers say it themselves. */
static void
complain(struct demo *demo)
{
	char a[ID_TEXT];

	for (size_t s = 0; s < COUNT_OF(demo->stores); s++) {
		struct demo_store *store = &demo->stores[s];
		struct id service = demo_person(store, "service");
		struct id complaint = demo_act(
			demo, service, store->id, OP_createComplaint, (struct id){ { 0 } },
			"{\"store_id\":\"%s\",\"contact\":{\"name\":\"%s\","
			"\"phone\":\"13700000%03zu\"},"
			"\"channel\":\"phone\",\"category\":\"process\",\"description\":\"%s\"}",
			text(store->id, a), demo_names[s], s, "等待时间太长，没有人告知进度。");

		if (s % 2 == 0)
			demo_act(demo, service, store->id, OP_assignComplaint, complaint,
			         "{\"owner_id\":\"%s\"}", text(service, a));
	}
}

/* Tomorrow's bookings: vehicles that have been here before come again. */
static void
book(struct demo *demo, struct utc today)
{
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT], d[ID_TEXT], e[ID_TEXT], at[UTC_TEXT];

	for (size_t s = 0; s < COUNT_OF(demo->stores); s++) {
		struct demo_store *store = &demo->stores[s];
		struct question cars = demo_ask(demo, SQL_demo_cars, store->id, NULL);
		/* midnight UTC of the day in China is eight in its morning */
		struct utc there = utc_add_ms(today, CHINA);
		struct utc midnight = { there.us - there.us % (DAY * 1000) };
		struct id booked[COUNT_OF(cars.ids)] = { 0 };

		demo->now = today; /* what was done before has taken its minutes */
		for (size_t i = 0; i < cars.count && i < 4 && !demo->failed; i++)
			booked[i] = demo_act(
				demo, demo_person(store, "advisor"), store->id,
				OP_createAppointment, (struct id){ { 0 } },
				"{\"store_id\":\"%s\",\"customer_id\":\"%s\",\"vehicle_id\":\"%s\","
				"\"starts_at\":\"%s\","
				"\"operation_ids\":[\"%s\"],\"channel\":\"mini_program\","
				"\"concerns\":[\"%s\"],"
				"\"parts\":[{\"part_id\":\"%s\",\"quantity\":1}]}",
				text(store->id, a), text(cars.others[i], b), text(cars.ids[i], c),
				utc_format(utc_add_ms(midnight, DAY + (1 + (int64_t)i * 2) * HOUR),
			                   at),
				text(demo->operations[i], d), demo_concerns[i],
				text(demo->parts[i], e));
		if (!demo->failed && cars.count > 1)
			demo_desk(demo, store, &cars, booked, utc_add_ms(midnight, DAY));
		/* one of them is confirmed, and so told of it */
		if (!id_is_none(booked[3]))
			demo_act(demo, demo_person(store, "advisor"), store->id,
			         OP_confirmAppointment, booked[3], "{}");
	}
}

/* Some are at the counter without a booking. */
static void
queue(struct demo *demo)
{
	static const char *const kinds[] = { "repair", "inspection", "repair", "collect" };
	char a[ID_TEXT];

	for (size_t s = 0; s < COUNT_OF(demo->stores); s++)
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			demo_act(demo, demo_person(&demo->stores[s], "advisor"), demo->stores[s].id,
			         OP_createQueueTicket, (struct id){ { 0 } },
			         "{\"store_id\":\"%s\",\"kind\":\"%s\"}",
			         text(demo->stores[s].id, a), kinds[i]);
}

/* ------------------------------------------------------------ start */

struct state {
	bool empty, demo;
};

static enum err
look(struct ctx *ctx, void *arg)
{
	struct state *state = arg;
	struct rows *rows;
	enum err err = db_read(ctx, demo_state, &rows, NO_ARGS);

	if (err)
		return err;
	state->empty = row_bool(rows, 0, "is_empty");
	state->demo = row_bool(rows, 0, "is_demo");
	return OK;
}

static enum err
begin(struct ctx *ctx, void *arg)
{
	(void)arg;
	db_write(ctx, demo_key_add, ARG(key_id, id_new()), ARG(token, "fettle_demo_hq_readonly"));
	return OK;
}

bool
demo_load(const char *url, char *error, size_t size)
{
	struct demo demo = { .error = error, .error_size = size };
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	struct state state = { false, false };
	struct utc today = utc_now();

	arena_init(&arena);
	arena_init(&demo.arena);
	demo.conn = conn_open_for_demo(url);
	if (conn_run(demo.conn, &ctx, look, &state) != OK) {
		snprintf(error, size, "demo: the database cannot be read");
		demo.failed = true;
	} else if (!state.empty && !state.demo) {
		snprintf(error, size, "--demo refuses a database that already has data");
		demo.failed = true;
	} else if (state.empty) {
		log_line(LOG_LEVEL_INFO, "demo", "loading=1");
		routes_init();
		demo.password = password_hash(&arena, PASSWORD);
		demo.now = utc_add_ms(today, -(DEMO_DAYS + 5) * DAY);
		open_chain(&demo);
		fill_catalogue(&demo);
		publish_template(&demo);
		demo_shelves(&demo);
		for (size_t s = 0; s < COUNT_OF(demo.stores) && !demo.failed; s++)
			demo_departments(&demo, &demo.stores[s]);
		demo_visits(&demo, today);
		demo_prices(&demo, today);
		demo.now = today;
		answer_surveys(&demo);
		for (size_t s = 0; s < COUNT_OF(demo.stores) && !demo.failed; s++)
			demo_turns(&demo, &demo.stores[s], today);
		demo.now = today;
		complain(&demo);
		demo_trade(&demo);
		demo.now = utc_add_ms(today, -HOUR);
		for (size_t s = 0; s < COUNT_OF(demo.stores) && !demo.failed; s++)
			demo_roster(&demo, &demo.stores[s]);
		book(&demo, today);
		queue(&demo);
		if (!demo.failed && conn_run(demo.conn, &ctx, begin, NULL) != OK) {
			snprintf(error, size, "demo: the key cannot be made");
			demo.failed = true;
		}
		log_line(LOG_LEVEL_INFO, "demo", "vehicles=%u", demo.cars);
	}
	conn_close(demo.conn);
	arena_clear(&demo.arena);
	arena_clear(&arena);
	return !demo.failed;
}
