/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's visits: repairs of some weeks, from the door to the door. */
#include <stdio.h>

#include "demo_call.h"

#define ORDERS_DAY 2

enum how_far {
	UNTIL_WAITING,
	UNTIL_OPENED,
	UNTIL_IN_PROGRESS,
	UNTIL_COMPLETED,
	UNTIL_DELIVERED
};

static struct id
receive(struct demo *demo, struct demo_store *store)
{
	unsigned n = demo->cars++;
	const struct demo_car *car = &demo_cars[n % COUNT_OF(demo_cars)];
	struct id advisor = demo_person(store, "advisor"), reception;
	char plate[40], a[ID_TEXT];

	snprintf(plate, sizeof(plate), "%s%05u", car->plate, 10000 + n * 37 % 90000);
	reception = demo_act(demo, advisor, store->id, OP_checkIn, (struct id){ { 0 } },
	                     "{\"store_id\":\"%s\",\"plate\":\"%s\",\"customer\":{\"name\":\"%s\","
	                     "\"phone\":\"139%08u\"},"
	                     "\"odometer_km\":%u,\"concerns\":[\"%s\"]}",
	                     id_format(store->id, a), plate, demo_names[n % COUNT_OF(demo_names)],
	                     10000000 + n * 7919, 8000 + n * 613 % 120000,
	                     demo_concerns[n % COUNT_OF(demo_concerns)]);
	return reception;
}

/* Around the car, point by point: one thing in it is due. */
static void
inspect(struct demo *demo, struct demo_store *store, struct id reception)
{
	struct id tech = demo_person(store, "tech1"), inspection;
	struct question points = demo_ask(demo, SQL_demo_points, demo->inspection_template, NULL);
	char findings[1600], a[ID_TEXT], b[ID_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < points.count; i++)
		n += (size_t)snprintf(findings + n, sizeof(findings) - n,
		                      "{\"item_id\":\"%s\",\"severity\":\"%s\"},",
		                      id_format(points.ids[i], a),
		                      i == demo->cars % COUNT_OF(demo_points) ? "yellow" : "green");
	inspection = demo_act(
		demo, tech, store->id, OP_createInspection, (struct id){ { 0 } },
		"{\"reception_id\":\"%s\",\"template_id\":\"%s\",\"fuel_percent\":%u,"
		"\"belongings\":[\"雨伞\"],\"findings\":[%s"
		"{\"body_position\":\"rear_bumper\",\"damage\":\"scratch\",\"severity\":\"green\"}]}",
		id_format(reception, a), id_format(demo->inspection_template, b),
		20 + demo->cars * 7 % 80, findings);
	demo_act(demo, tech, store->id, OP_submitInspection, inspection, "{}");
}

/* What is hard to find is looked at by two. */
static void
diagnose(struct demo *demo, struct demo_store *store, struct id reception)
{
	struct id tech = demo_person(store, "tech2"), diagnosis;
	char a[ID_TEXT];

	diagnosis =
		demo_act(demo, tech, store->id, OP_createDiagnosis, (struct id){ { 0 } },
	                 "{\"reception_id\":\"%s\",\"complex\":true,\"complaint\":\"冷车难启动\","
	                 "\"cause\":\"一缸火花塞积碳\",\"correction\":\"更换火花塞并清洗节气门\","
	                 "\"fault_codes\":[{\"code\":\"P0301\",\"control_unit\":\"发动机\","
	                 "\"state\":\"active\",\"description\":\"一缸失火\"}]}",
	                 id_format(reception, a));
	demo_act(demo, tech, store->id, OP_submitDiagnosis, diagnosis, "{}");
	demo_act(demo, tech, store->id, OP_requestDiagnosisReview, diagnosis, "{}");
	demo_act(demo, demo_person(store, "leader"), store->id, OP_agreeDiagnosis, diagnosis, "{}");
}

static struct id
open_order(struct demo *demo, struct demo_store *store, struct id reception, struct utc promised)
{
	unsigned n = demo->cars;
	struct id advisor = demo_person(store, "advisor");
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT], until[UTC_TEXT];

	demo_act(demo, advisor, store->id, OP_greetReception, reception, "{}");
	demo_act(demo, advisor, store->id, OP_startCheckReception, reception, "{}");
	if (n % 4 == 1)
		inspect(demo, store, reception);
	if (n % 24 == 5)
		diagnose(demo, store, reception);
	demo_act(demo, advisor, store->id, OP_handOverReception, reception, "{}");
	return demo_act(
		demo, advisor, store->id, OP_createWorkOrder, (struct id){ { 0 } },
		"{\"reception_id\":\"%s\",\"promised_at\":\"%s\",\"old_parts\":\"given_up\","
		"\"lines\":["
		"{\"kind\":\"labour\",\"operation_id\":\"%s\"},{\"kind\":\"part\","
		"\"part_id\":\"%s\",\"quantity\":%u}]}",
		id_format(reception, a), utc_format(promised, until),
		id_format(demo->operations[n % COUNT_OF(demo->operations)], b),
		id_format(demo->parts[(size_t)n * 5 % COUNT_OF(demo->parts)], c), 1 + n % 2);
}

/* What she may spend, in writing; the paper is not signed yet. */
static void
agree(struct demo *demo, struct demo_store *store, struct id order)
{
	char a[ID_TEXT];

	demo_act(
		demo, demo_person(store, "advisor"), store->id, OP_createAgreement,
		(struct id){ { 0 } },
		"{\"work_order_id\":\"%s\",\"amount_limit\":300000,\"terms\":\"质保一年或两万公里\"}",
		id_format(order, a));
}

static void
repair(struct demo *demo, struct demo_store *store, struct id order, enum how_far how_far)
{
	struct question labour = demo_ask(demo, SQL_demo_lines, order, "labour");
	struct question part = demo_ask(demo, SQL_demo_lines, order, "part");
	struct id tech = demo_person(store, demo->cars % 2 ? "tech1" : "tech2"), check;
	char a[ID_TEXT], b[ID_TEXT];

	if (demo->failed || labour.count == 0 || part.count == 0)
		return;
	demo_act(demo, demo_person(store, "advisor"), store->id, OP_authoriseWorkOrder, order,
	         "{\"lines\":[\"%s\",\"%s\"],\"method\":\"in_person\",\"by\":{\"name\":\"本人\"}}",
	         id_format(labour.ids[0], a), id_format(part.ids[0], b));
	demo_act(demo, demo_person(store, "dispatcher"), store->id, OP_dispatchWorkOrder, order,
	         "{\"bay_id\":\"%s\",\"assignments\":[{\"line_id\":\"%s\","
	         "\"technician_id\":\"%s\"}]}",
	         id_format(store->bays[demo->cars % COUNT_OF(store->bays)], (char[ID_TEXT]){ 0 }),
	         id_format(labour.ids[0], a), id_format(tech, b));
	demo_act(demo, tech, store->id, OP_clockOnWorkOrderLine, labour.ids[0], "{}");
	if (how_far == UNTIL_IN_PROGRESS) {
		demo_act(demo, tech, store->id, OP_enterBayWorkOrder, order, "{\"bay_id\":\"%s\"}",
		         id_format(store->bays[demo->cars % COUNT_OF(store->bays)], a));
		return;
	}
	demo_act(demo, demo_person(store, "parts"), store->id, OP_issueWorkOrderParts, order,
	         "{\"received_by\":\"%s\"}", id_format(tech, a));
	demo->now = utc_add_ms(demo->now, 40 * MINUTE);
	if (demo->cars % COUNT_OF(demo->operations) == TYRE)
		demo_act(demo, tech, store->id, OP_tickWorkOrderLine, labour.ids[0],
		         "{\"answers\":[{\"code\":\"TORQUE\",\"value\":%u},"
		         "{\"code\":\"CAPS\",\"done\":true}]}",
		         115 + demo->cars % 10);
	demo_act(demo, tech, store->id, OP_finishWorkOrderLine, labour.ids[0], "{}");
	demo_act(demo, demo_person(store, "dispatcher"), store->id, OP_finishWorkOrder, order,
	         "{}");
	check = demo_act(demo, demo_person(store, "inspector"), store->id, OP_createQualityCheck,
	                 (struct id){ { 0 } }, "{\"work_order_id\":\"%s\",\"level\":\"final\"}",
	                 id_format(order, a));
	demo_act(demo, demo_person(store, "inspector"), store->id, OP_passQualityCheck, check,
	         "{\"road_test_km\":3.5}");
}

static void
hand_back(struct demo *demo, struct demo_store *store, struct id order)
{
	struct id cashier = demo_person(store, "cashier"), settlement;
	struct question due, concerns = demo_ask(demo, SQL_demo_concerns, order, NULL);
	char a[ID_TEXT];

	settlement = demo_act(demo, cashier, store->id, OP_createSettlement, (struct id){ { 0 } },
	                      "{\"work_order_id\":\"%s\"}", id_format(order, a));
	demo_act(demo, cashier, store->id, OP_issueSettlement, settlement, "{}");
	due = demo_ask(demo, SQL_demo_due, settlement, NULL);
	demo_act(demo, cashier, store->id, OP_createPayment, (struct id){ { 0 } },
	         "{\"settlement_id\":\"%s\",\"amount\":%lld,\"method\":\"%s\"}",
	         id_format(settlement, a), (long long)due.numbers[0],
	         demo->cars % 3 ? "wechat" : "card");
	if (demo->failed || concerns.count == 0)
		return;
	/* one concern in nineteen is not solved */
	demo_act(demo, demo_person(store, "advisor"), store->id, OP_deliverWorkOrder, order,
	         "{\"old_parts\":\"given_up\",\"explained\":true,\"belongings_returned\":true,"
	         "\"explained_items\":[\"work\",\"bill\",\"guarantee\"],"
	         "\"acceptance\":[{\"concern_id\":\"%s\",\"answer\":\"%s\"}]}",
	         id_format(concerns.ids[0], a), demo->cars % 19 == 7 ? "not_solved" : "solved");
}

static void
visit(struct demo *demo, struct demo_store *store, enum how_far how_far)
{
	/* one in five promises is too tight */
	struct utc promised = utc_add_ms(demo->now, demo->cars % 5 == 4 ? 30 * MINUTE : 3 * HOUR);
	struct id reception = receive(demo, store), order;

	if (how_far == UNTIL_WAITING)
		return;
	order = open_order(demo, store, reception, promised);
	if (how_far == UNTIL_OPENED) {
		agree(demo, store, order);
		return;
	}
	repair(demo, store, order, how_far);
	if (how_far == UNTIL_DELIVERED)
		hand_back(demo, store, order);
}

/* What the first store has no equipment for goes on at the second. */
static void
send_on(struct demo *demo, struct utc today)
{
	struct demo_store *store = &demo->stores[0];
	struct id reception, order;
	char a[ID_TEXT];

	demo->now = utc_add_ms(today, -3 * HOUR);
	reception = receive(demo, store);
	order = open_order(demo, store, reception, utc_add_ms(today, 5 * HOUR));
	demo_act(demo, demo->admin, (struct id){ { 0 } }, OP_moveWorkOrder, order,
	         "{\"store_id\":\"%s\",\"reason\":\"equipment\",\"note\":\"本店无四轮定位仪\"}",
	         id_format(demo->stores[1].id, a));
}

void
demo_visits(struct demo *demo, struct utc today)
{
	for (int day = DEMO_DAYS; day > 0; day--) {
		for (size_t s = 0; s < COUNT_OF(demo->stores) && !demo->failed; s++) {
			for (int i = 0; i < ORDERS_DAY; i++) {
				demo->now = utc_add_ms(today, -day * DAY + (1 + 3 * i) * HOUR);
				visit(demo, &demo->stores[s], UNTIL_DELIVERED);
			}
		}
	}
	for (size_t s = 0; s < COUNT_OF(demo->stores); s++) {
		for (int how_far = UNTIL_WAITING; how_far <= UNTIL_COMPLETED && !demo->failed;
		     how_far++) {
			demo->now = utc_add_ms(today, -HOUR - (int64_t)how_far * 20 * MINUTE);
			visit(demo, &demo->stores[s], (enum how_far)how_far);
		}
	}
	send_on(demo, today);
}
