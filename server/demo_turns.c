/* SPDX-License-Identifier: Apache-2.0 */
/* What does not go as planned in the demo: waits, comebacks, damage, work put off. */
#include <stdio.h>

#include "demo_call.h"

static const struct id none = { { 0 } };

/* A store's day, for a date some days from now. */
static const char *
date(struct utc now, int days, char out[static UTC_TEXT])
{
	utc_format(utc_add_ms(now, CHINA + days * DAY), out);
	out[10] = '\0';
	return out;
}

static void
have(struct demo *demo, const struct demo_store *store)
{
	struct id manager = demo_person(store, "manager");
	char a[ID_TEXT], done[UTC_TEXT], due[UTC_TEXT];

	id_format(store->id, a);
	demo_act(
		demo, manager, store->id, OP_createEquipment, none,
		"{\"store_id\":\"%s\",\"code\":\"LIFT-1\",\"name\":\"双柱举升机\",\"kind\":\"lift\","
		"\"serviced_on\":\"%s\",\"service_due\":\"%s\"}",
		a, date(demo->now, -60, done), date(demo->now, 120, due));
	demo_act(demo, manager, store->id, OP_createEquipment, none,
	         "{\"store_id\":\"%s\",\"code\":\"DIAG-1\",\"name\":\"故障诊断仪\","
	         "\"kind\":\"diagnostic\",\"calibrated_on\":\"%s\",\"calibration_due\":\"%s\"}",
	         a, date(demo->now, -355, done), date(demo->now, 10, due));
	demo_act(demo, manager, store->id, OP_createTablet, none,
	         "{\"store_id\":\"%s\",\"name\":\"1 号工位平板\"}", a);
}

/* Two ways to do more, of which the customer has not chosen yet; one thing is put off. */
static void
offer(struct demo *demo, const struct demo_store *store, struct id order)
{
	struct id advisor = demo_person(store, "advisor"), estimate, line;
	char a[ID_TEXT], b[ID_TEXT], until[UTC_TEXT];

	estimate = demo_act(
		demo, advisor, store->id, OP_createEstimate, none,
		"{\"work_order_id\":\"%s\",\"valid_until\":\"%s\",\"options\":["
		"{\"label\":\"原厂件\",\"pros\":\"质保两年\",\"cons\":\"价格较高\",\"lines\":["
		"{\"kind\":\"part\",\"part_id\":\"%s\",\"quantity\":1}]},"
		"{\"label\":\"仅清洁\",\"lines\":["
		"{\"kind\":\"fee\",\"description\":\"制动系统清洁\",\"amount\":8000}]}]}",
		id_format(order, a), date(demo->now, 7, until), id_format(demo->parts[3], b));
	demo_act(demo, advisor, store->id, OP_sendEstimate, estimate, "{}");
	line = demo_act(demo, advisor, store->id, OP_addWorkOrderLine, order,
	                "{\"kind\":\"sublet\",\"description\":\"轮毂修复\",\"amount\":48000}");
	demo_act(demo, advisor, store->id, OP_deferWorkOrderLine, line,
	         "{\"reason\":\"下次保养时一起做\",\"reason_code\":\"not_needed_now\","
	         "\"deferred_until\":\"%s\"}",
	         date(demo->now, 90, until));
	/* below what an advisor may give: somebody else decides */
	demo_act(demo, advisor, store->id, OP_addWorkOrderLine, order,
	         "{\"kind\":\"part\",\"part_id\":\"%s\",\"quantity\":1,\"unit_price\":%d}",
	         id_format(demo->parts[3], a), demo_parts[3].sale_price / 2);
}

/* It waits for a part, takes longer, and the customer is told. */
static void
hold_up(struct demo *demo, const struct demo_store *store, struct id order)
{
	struct id advisor = demo_person(store, "advisor"),
		  dispatcher = demo_person(store, "dispatcher");
	char at[UTC_TEXT];

	demo_act(demo, dispatcher, store->id, OP_pauseWorkOrder, order,
	         "{\"reason\":\"wait_part\",\"note\":\"配件下午到\"}");
	demo_act(demo, advisor, store->id, OP_promiseWorkOrder, order,
	         "{\"promised_at\":\"%s\",\"reason\":\"parts\","
	         "\"customer_told\":{\"method\":\"phone\"}}",
	         utc_format(utc_add_ms(demo->now, 5 * HOUR), at));
	demo_act(demo, advisor, store->id, OP_addWorkOrderContact, order,
	         "{\"purpose\":\"promise\",\"method\":\"phone\",\"result\":\"reached\","
	         "\"note\":\"同意等到下午\"}");
	demo_act(demo, advisor, store->id, OP_shareWorkOrderProgress, order, "{}");
}

/* A scratch in the yard: its owner knows, what is done about it is still open. */
static void
damage(struct demo *demo, const struct demo_store *store, struct id order)
{
	char a[ID_TEXT];
	struct id incident = demo_act(
		demo, demo_person(store, "leader"), store->id, OP_reportIncident, none,
		"{\"store_id\":\"%s\",\"kind\":\"damage\",\"severity\":\"minor\","
		"\"work_order_id\":\"%s\",\"place\":\"停车场\",\"description\":\"移车时擦伤右后门\"}",
		id_format(store->id, a), id_format(order, (char[ID_TEXT]){ 0 }));

	demo_act(demo, demo_person(store, "manager"), store->id, OP_tellIncidentOwner, incident,
	         "{\"method\":\"phone\"}");
}

static void
check(struct demo *demo, const struct demo_store *store, struct id order, enum op verdict,
      const char *said)
{
	struct id inspector = demo_person(store, "inspector"), made;
	char a[ID_TEXT];

	demo_act(demo, demo_person(store, "dispatcher"), store->id, OP_finishWorkOrder, order,
	         "{}");
	made = demo_act(demo, inspector, store->id, OP_createQualityCheck, none,
	                "{\"work_order_id\":\"%s\",\"level\":\"final\"}", id_format(order, a));
	demo_act(demo, inspector, store->id, verdict, made, "%s", said);
}

/* Two do it, the check does not let it pass, and one of them does it again. */
static void
redo(struct demo *demo, const struct demo_store *store, struct id order, struct id line)
{
	struct id one = demo_person(store, "tech1"), two = demo_person(store, "tech2");
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT], failed[512];

	demo_act(demo, demo_person(store, "dispatcher"), store->id, OP_dispatchWorkOrder, order,
	         "{\"assignments\":["
	         "{\"line_id\":\"%s\",\"technician_id\":\"%s\",\"share_bp\":7500},"
	         "{\"line_id\":\"%s\",\"technician_id\":\"%s\",\"share_bp\":2500}]}",
	         id_format(line, a), id_format(one, b), a, id_format(two, c));
	demo_act(demo, one, store->id, OP_clockOnWorkOrderLine, line, "{}");
	demo_act(demo, two, store->id, OP_clockOnWorkOrderLine, line, "{}");
	demo->now = utc_add_ms(demo->now, 25 * MINUTE);
	demo_act(demo, one, store->id, OP_finishWorkOrderLine, line, "{}");
	demo_act(demo, two, store->id, OP_finishWorkOrderLine, line, "{}");
	snprintf(
		failed, sizeof(failed),
		"{\"lines\":[{\"line_id\":\"%s\",\"reason\":\"力矩不足\",\"technician_id\":\"%s\"}]}",
		a, b);
	check(demo, store, order, OP_failQualityCheck, failed);
	demo_act(demo, one, store->id, OP_reworkWorkOrderLine, line, "{}");
	demo_act(demo, one, store->id, OP_finishWorkOrderLine, line, "{}");
	check(demo, store, order, OP_passQualityCheck, "{\"road_test_km\":6}");
}

/* Work under guarantee comes back, and the store that did it bears it. */
static void
come_back(struct demo *demo, const struct demo_store *store)
{
	struct question under = demo_ask(demo, SQL_demo_guarantee, store->id, "labour");
	struct question driver = demo_ask(demo, SQL_demo_driver, under.others[0], NULL), line;
	struct id advisor = demo_person(store, "advisor"), cashier = demo_person(store, "cashier"),
		  reception, order, comeback, bill;
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT];

	if (demo->failed || driver.count == 0)
		return;
	reception = demo_act(demo, advisor, store->id, OP_createReception, none,
	                     "{\"store_id\":\"%s\",\"vehicle_id\":\"%s\",\"customer_id\":\"%s\","
	                     "\"odometer_km\":%lld,\"concerns\":[\"上次修的地方又响\"]}",
	                     id_format(store->id, a), id_format(under.others[0], b),
	                     id_format(driver.ids[0], c), (long long)under.numbers[0] + 150);
	demo_act(demo, advisor, store->id, OP_greetReception, reception, "{}");
	demo_act(demo, advisor, store->id, OP_startCheckReception, reception, "{}");
	demo_act(demo, advisor, store->id, OP_handOverReception, reception, "{}");
	order = demo_act(demo, advisor, store->id, OP_createWorkOrder, none,
	                 "{\"reception_id\":\"%s\",\"lines\":[]}", id_format(reception, a));
	comeback = demo_act(demo, advisor, store->id, OP_openComeback, order,
	                    "{\"guarantee_id\":\"%s\"}", id_format(under.ids[0], a));
	line = demo_ask(demo, SQL_demo_lines, order, "labour");
	if (demo->failed || line.count == 0)
		return;
	demo_act(demo, advisor, store->id, OP_authoriseWorkOrder, order,
	         "{\"lines\":[\"%s\"],\"method\":\"phone\",\"by\":{\"name\":\"本人\"}}",
	         id_format(line.ids[0], a));
	redo(demo, store, order, line.ids[0]);
	demo_act(demo, advisor, store->id, OP_classifyComeback, comeback,
	         "{\"cause\":\"workmanship\"}");
	bill = demo_act(demo, cashier, store->id, OP_createSettlement, none,
	                "{\"work_order_id\":\"%s\",\"payer\":\"quality_guarantee\"}",
	                id_format(order, a));
	demo_act(demo, cashier, store->id, OP_issueSettlement, bill, "{}");
	demo_act(demo, advisor, store->id, OP_deliverWorkOrder, order,
	         "{\"old_parts\":\"none\",\"explained\":true,\"belongings_returned\":true,"
	         "\"next_service\":{\"odometer_km\":%lld}}",
	         (long long)under.numbers[0] + 10000);
}

/* Nothing is free early enough. */
static void
wait_for_slot(struct demo *demo, const struct demo_store *store)
{
	struct question cars = demo_ask(demo, SQL_demo_cars, store->id, NULL);
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT], d[ID_TEXT], from[UTC_TEXT], to[UTC_TEXT];

	if (demo->failed || cars.count < 3)
		return;
	demo_act(demo, demo_person(store, "advisor"), store->id, OP_createWaitingEntry, none,
	         "{\"store_id\":\"%s\",\"customer_id\":\"%s\",\"vehicle_id\":\"%s\","
	         "\"operation_ids\":[\"%s\"],\"starts_from\":\"%s\",\"starts_to\":\"%s\","
	         "\"channel\":\"phone\"}",
	         id_format(store->id, a), id_format(cars.others[2], b), id_format(cars.ids[2], c),
	         id_format(demo->operations[1], d),
	         utc_format(utc_add_ms(demo->now, 6 * HOUR), from),
	         utc_format(utc_add_ms(demo->now, 30 * HOUR), to));
}

void
demo_turns(struct demo *demo, struct demo_store *store, struct utc today)
{
	static const struct {
		const char *status;
		void (*turn)(struct demo *, const struct demo_store *, struct id order);
	} turns[] = {
		{ "opened", offer },
		{ "in_progress", hold_up },
		{ "completed", damage },
	};

	demo->now = utc_add_ms(today, -2 * DAY);
	have(demo, store);
	demo->now = utc_add_ms(today, -DAY);
	come_back(demo, store);
	demo->now = utc_add_ms(today, -30 * MINUTE);
	for (size_t i = 0; i < COUNT_OF(turns); i++) {
		struct question orders =
			demo_ask(demo, SQL_demo_orders, store->id, turns[i].status);

		if (orders.count > 0)
			turns[i].turn(demo, store, orders.ids[0]);
	}
	wait_for_slot(demo, store);
}

void
demo_prices(struct demo *demo, struct utc today)
{
	char a[ID_TEXT], from[UTC_TEXT];

	demo->now = utc_add_ms(today, -DAY);
	demo_act(demo, demo->admin, none, OP_createPriceList, none,
	         "{\"name\":\"下月价目\",\"valid_from\":\"%s\",\"prices\":["
	         "{\"operation_id\":\"%s\",\"basis\":\"hour\",\"price\":%d}]}",
	         date(today, 30, from), id_format(demo->operations[0], a),
	         demo_operations[0].unit_price + 1000);
	demo_act(demo, demo->admin, none, OP_createMarkupMatrix, none,
	         "{\"name\":\"旗舰店加价\",\"store_class\":\"FLAGSHIP\",\"rounding\":\"up\","
	         "\"rounding_fen\":100,\"bands\":[{\"cost_from\":0,\"markup_bp\":6000},"
	         "{\"cost_from\":50000,\"markup_bp\":3500}]}");
}
