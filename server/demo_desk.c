/* SPDX-License-Identifier: Apache-2.0 */
/* What happens around the demo's visits. */
#include "demo_call.h"

#define ROSTER_DAYS 14

/* A loaner that came back this morning and is promised for tomorrow. */
static void
lend(struct demo *demo, struct demo_store *store, const struct question *cars,
     struct id appointment, struct utc tomorrow)
{
	struct id advisor = demo_person(store, "advisor"), car, loan;
	char a[ID_TEXT], b[ID_TEXT], at[UTC_TEXT], to[UTC_TEXT];

	car = demo_act(demo, demo_person(store, "manager"), store->id, OP_createLoanerCar,
	               (struct id){ { 0 } },
	               "{\"store_id\":\"%s\",\"plate\":\"沪AD%05u\",\"model\":\"大众朗逸\","
	               "\"odometer_km\":20100,\"insurance_until\":\"2099-03-31\","
	               "\"inspection_until\":\"2099-06-30\"}",
	               id_format(store->id, a), demo->cars + 1);
	loan = demo_act(demo, advisor, store->id, OP_createLoan, (struct id){ { 0 } },
	                "{\"loaner_car_id\":\"%s\",\"customer_id\":\"%s\",\"to\":\"%s\"}",
	                id_format(car, a), id_format(cars->others[0], b),
	                utc_format(utc_add_ms(demo->now, HOUR), to));
	demo_act(
		demo, advisor, store->id, OP_handOutLoan, loan,
		"{\"licence_number\":\"310115198501012345\",\"odometer_km\":20100,\"fuel_percent\":90}");
	demo_act(demo, advisor, store->id, OP_returnLoan, loan,
	         "{\"odometer_km\":20148,\"fuel_percent\":80}");
	demo_act(
		demo, advisor, store->id, OP_createLoan, (struct id){ { 0 } },
		"{\"loaner_car_id\":\"%s\",\"appointment_id\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}",
		id_format(car, a), id_format(appointment, b),
		utc_format(utc_add_ms(tomorrow, 5 * HOUR), at),
		utc_format(utc_add_ms(tomorrow, 11 * HOUR), to));
}

/* A car to be fetched in the morning and brought back in the evening. */
static void
fetch(struct demo *demo, struct demo_store *store, struct id appointment, struct utc tomorrow)
{
	char a[ID_TEXT], at[UTC_TEXT], back[UTC_TEXT];

	demo_act(demo, demo_person(store, "advisor"), store->id, OP_createTransport,
	         (struct id){ { 0 } },
	         "{\"appointment_id\":\"%s\",\"mode\":\"pick_up_and_delivery\","
	         "\"pick_up\":{\"address\":\"世纪大道 100 号\",\"at\":\"%s\"},"
	         "\"delivery\":{\"address\":\"世纪大道 100 号\",\"at\":\"%s\"}}",
	         id_format(appointment, a), utc_format(utc_add_ms(tomorrow, 4 * HOUR), at),
	         utc_format(utc_add_ms(tomorrow, 10 * HOUR), back));
}

/* Somebody waits for help on the road, and it is on the way. */
static void
rescue(struct demo *demo, struct demo_store *store)
{
	struct id dispatcher = demo_person(store, "dispatcher"), made;
	char a[ID_TEXT], at[UTC_TEXT];

	made = demo_act(demo, dispatcher, store->id, OP_reportRescue, (struct id){ { 0 } },
	                "{\"store_id\":\"%s\",\"kind\":\"jump_start\",\"caller_name\":\"周敏\","
	                "\"caller_phone\":\"139%08u\",\"place\":\"世纪大道 100 号地库\","
	                "\"latitude_microdegrees\":31228611,\"longitude_microdegrees\":121544444,"
	                "\"description\":\"无法启动\"}",
	                id_format(store->id, a), 71000000 + demo->cars);
	demo_act(demo, dispatcher, store->id, OP_dispatchRescue, made,
	         "{\"technician_id\":\"%s\",\"truck\":\"救援车 1 号\",\"eta_at\":\"%s\"}",
	         id_format(demo_person(store, "tech2"), a),
	         utc_format(utc_add_ms(demo->now, 40 * MINUTE), at));
}

/* Two departments: maintenance goes to the quick one, what is left to the other. */
void
demo_departments(struct demo *demo, struct demo_store *store)
{
	struct id manager = demo_person(store, "manager"), mechanics, quick;
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT];

	mechanics = demo_act(demo, manager, store->id, OP_createDepartment, (struct id){ { 0 } },
	                     "{\"store_id\":\"%s\",\"code\":\"MECH\",\"name\":\"机修组\","
	                     "\"kind\":\"mechanical\",\"lead_id\":\"%s\"}",
	                     id_format(store->id, a), id_format(demo_person(store, "leader"), b));
	quick = demo_act(demo, manager, store->id, OP_createDepartment, (struct id){ { 0 } },
	                 "{\"store_id\":\"%s\",\"code\":\"QUICK\",\"name\":\"快保组\","
	                 "\"kind\":\"quick\"}",
	                 id_format(store->id, a));
	demo_act(demo, manager, store->id, OP_createRoutingRule, (struct id){ { 0 } },
	         "{\"store_id\":\"%s\",\"position\":10,\"service_class\":\"preventive\","
	         "\"department_id\":\"%s\"}",
	         id_format(store->id, a), id_format(quick, b));
	demo_act(demo, manager, store->id, OP_createRoutingRule, (struct id){ { 0 } },
	         "{\"store_id\":\"%s\",\"position\":90,\"department_id\":\"%s\"}",
	         id_format(store->id, a), id_format(mechanics, b));
	demo_act(demo, manager, store->id, OP_setStaffDepartments, demo_person(store, "tech1"),
	         "{\"store_id\":\"%s\",\"department_ids\":[\"%s\"]}", id_format(store->id, a),
	         id_format(mechanics, b));
	demo_act(demo, manager, store->id, OP_setStaffDepartments, demo_person(store, "tech2"),
	         "{\"store_id\":\"%s\",\"department_ids\":[\"%s\",\"%s\"]}",
	         id_format(store->id, a), id_format(quick, b), id_format(mechanics, c));
}

/* The workshop has come to work. */
static void
come(struct demo *demo, struct demo_store *store)
{
	static const char *const roles[] = { "advisor", "dispatcher", "tech1", "tech2" };
	char a[ID_TEXT];

	for (size_t i = 0; i < COUNT_OF(roles); i++)
		demo_act(demo, demo_person(store, roles[i]), store->id, OP_clockIn,
		         (struct id){ { 0 } }, "{\"store_id\":\"%s\"}", id_format(store->id, a));
}

void
demo_desk(struct demo *demo, struct demo_store *store, const struct question *cars,
          const struct id *appointments, struct utc tomorrow)
{
	struct utc now = demo->now;

	fetch(demo, store, appointments[0], tomorrow);
	demo_act(demo, demo_person(store, "advisor"), store->id, OP_shareAppointment,
	         appointments[0], "{}");
	demo->now = utc_add_ms(tomorrow, -DAY); /* in the morning */
	lend(demo, store, cars, appointments[1], tomorrow);
	rescue(demo, store);
	come(demo, store);
	demo->now = now;
}

void
demo_roster(struct demo *demo, const struct demo_store *store)
{
	/* off is the day of the week, counted from the first, that they do not come */
	static const struct {
		const char *role, *from, *to, *skills, *certificate;
		int off;
	} rota[] = {
		{ "leader", "08:30", "17:30",
		  "{\"skill\":\"drivetrain\",\"level\":5},{\"skill\":\"brakes\",\"level\":5}",
		  "repair", 6 },
		{ "tech1", "08:00", "17:00", "{\"skill\":\"brakes\",\"level\":4}", "repair", 5 },
		{ "tech2", "09:00", "18:00",
		  "{\"skill\":\"drivetrain\",\"level\":3},{\"skill\":\"brakes\",\"level\":2}",
		  "high_voltage", 4 },
	};
	struct id manager = demo_person(store, "manager");
	struct utc now = demo->now;
	char at[UTC_TEXT];

	for (size_t i = 0; i < COUNT_OF(rota); i++) {
		struct id person = demo_person(store, rota[i].role);

		demo_act(demo, manager, store->id, OP_setStaffSkills, person, "{\"skills\":[%s]}",
		         rota[i].skills);
		demo_act(demo, manager, store->id, OP_createCertificate, person,
		         "{\"kind\":\"%s\",\"number\":\"DEMO-%s-%s\",\"valid_from\":\"2025-01-10\","
		         "\"expires_on\":\"2099-01-09\"}",
		         rota[i].certificate, rota[i].role,
		         id_format(person, (char[ID_TEXT]){ 0 }) + ID_TEXT - 9);
		for (int day = 0; day < ROSTER_DAYS; day++) {
			if (day % 7 == rota[i].off)
				continue;
			demo->now = now; /* all of it on one day, however near to midnight */
			utc_format(utc_add_ms(now, CHINA + day * DAY), at);
			demo_act(demo, manager, store->id, OP_createShift, person,
			         "{\"date\":\"%.10s\",\"from\":\"%s\",\"to\":\"%s\"}", at,
			         rota[i].from, rota[i].to);
		}
	}
	demo->now = now;
}
