/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to vehicles, and finding them. */
#include "vehicle/vehicle.h"

#include <string.h>

#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "vehicle/plate.h"
#include "vehicle/vin.h"

static const struct id none = { { 0 } };

void
vehicle_link(struct ctx *ctx, struct id vehicle, struct id store, const char *why)
{
	db_write(ctx, vehicle_link, ARG(vehicle_id, vehicle), ARG(store_id, store), ARG(why, why));
}

enum err
vehicle_check_visible(struct ctx *ctx, struct id vehicle, const char *pointer)
{
	struct rows *rows;
	enum err err = db_read(ctx, vehicle_visible, &rows, ARG(id, vehicle));

	return err ? err : vehicle_told(ctx, rows, pointer);
}

struct later *
vehicle_ask(struct ctx *ctx, struct id vehicle)
{
	return db_read_later(ctx, vehicle_visible, ARG(id, vehicle));
}

enum err
vehicle_told(struct ctx *ctx, const struct rows *rows, const char *pointer)
{
	return rows_count(rows) > 0 ? OK : fail(ctx, ERR_NOT_FOUND, pointer);
}

/* ------------------------------------------------------------ VIN */

enum err
vin_take(struct ctx *ctx, const char *sent, const char *pointer, const char **vin)
{
	char out[VIN_SIZE];
	const char *guess;

	if (vin_normalise(sent, strlen(sent), out)) {
		*vin = arena_text(ctx->arena, out);
		return OK;
	}
	guess = vin_suggest(ctx->arena, sent);
	return guess ? fail_with(ctx, ERR_VIN_MISREAD, pointer, guess, NULL)
	             : fail(ctx, ERR_VIN_MALFORMED, pointer);
}

const char *
vin_verdict(const char *vin)
{
	static const char *const verdicts[] = {
		[VIN_ABSENT] = "absent", [VIN_OK] = "ok", [VIN_FAILED] = "failed"
	};

	return verdicts[vin_check_digit(vin)];
}

void
vin_args(const struct ctx *ctx, const char *vin, struct arg args[VIN_ARGS])
{
	char date[UTC_TEXT];
	int next = 0;

	utc_format(ctx->now, date);
	for (int i = 0; i < 4; i++)
		next = next * 10 + date[i] - '0';
	next++; /* next year's models are sold in this one */
	args[0] = ARG(vin, vin);
	args[1] = ARG(year, vin_model_year(vin, next));
	args[2] = ARG(year_latest, vin_model_year_latest(vin, next));
}

static const char *
right_digit(struct ctx *ctx, const char *vin)
{
	char *tried = arena_text(ctx->arena, vin);

	for (const char *digit = "0123456789X"; *digit; digit++) {
		tried[8] = *digit;
		if (vin_check_digit(tried) == VIN_OK)
			return arena_copy(ctx->arena, digit, 1);
	}
	return NULL;
}

/* What a VIN says, for the statements that keep it; all none without a VIN. */
struct facts {
	const char *check, *manufacturer, *make, *model;
	int64_t model_year;
};

static enum err
read_vin(struct ctx *ctx, const char *vin, const char *rule, struct facts *facts)
{
	struct arg args[VIN_ARGS];
	struct rows *rows;
	enum err err;

	*facts = (struct facts){ 0 };
	if (!vin)
		return OK;
	facts->check = vin_verdict(vin);
	if (strcmp(facts->check, "failed") == 0 && (!rule || strcmp(rule, "strict") == 0))
		return fail_with(ctx, ERR_VIN_CHECK_FAILED, "/vin", right_digit(ctx, vin), NULL);
	vin_args(ctx, vin, args);
	err = db_read_args(ctx, SQL_vin_decode, &rows, args, VIN_ARGS);
	if (err)
		return err;
	facts->manufacturer = row_text(rows, 0, "manufacturer");
	facts->make = row_text(rows, 0, "make");
	facts->model = row_text(rows, 0, "model");
	facts->model_year = row_int(rows, 0, "model_year");
	return OK;
}

#define FACTS_ARGS(f)                                                         \
	ARG(vin_check, (f)->check), ARG(vin_manufacturer, (f)->manufacturer), \
		ARG(vin_make, (f)->make), ARG(vin_model, (f)->model), year_arg((f)->model_year)

static struct arg
year_arg(int64_t year)
{
	if (year == 0)
		return NULL_ARG(vin_model_year);
	return ARG(vin_model_year, year);
}

static void
add_vin_key(struct ctx *ctx, struct id vehicle, const char *vin)
{
	search_add(ctx, "vin_tail", vin, "vehicle", vehicle, none);
}

/* Give a vehicle that is there its VIN. */
static enum err
set_vin(struct ctx *ctx, struct id vehicle, const char *vin, const char *rule)
{
	struct facts facts = { 0 };
	enum err err = read_vin(ctx, vin, rule, &facts);

	if (err)
		return err;
	db_write(ctx, vehicle_set_vin, ARG(vehicle_id, vehicle), ARG(vin, vin), FACTS_ARGS(&facts));
	search_clear(ctx, vehicle, "vin_tail");
	add_vin_key(ctx, vehicle, vin);
	return OK;
}

/* ------------------------------------------------------------ plates */

/* The kind as said, or as the plate shows it; what is said must fit what the plate shows. */
static enum err
check_plate(struct ctx *ctx, const char *plate, enum plate_class said, enum plate_class *kind)
{
	enum plate_kind shown;
	bool fits = plate && plate_is_valid(plate, &shown);

	*kind = said;
	if (said == PLATE_CLASS_TEMPORARY || said == PLATE_CLASS_OTHER)
		return plate ? OK : fail(ctx, ERR_REQUIRED, "/plate");
	if (said == PLATE_CLASS_NONE || (said == PLATE_CLASS_UNSET && !plate)) {
		*kind = PLATE_CLASS_NONE;
		return plate ? fail(ctx, ERR_BAD_PLATE, "/plate") : OK;
	}
	if (!plate)
		return fail(ctx, ERR_REQUIRED, "/plate");
	*kind = fits && shown == PLATE_NEW_ENERGY ? PLATE_CLASS_NEW_ENERGY : PLATE_CLASS_ORDINARY;
	return fits && (said == PLATE_CLASS_UNSET || said == *kind)
	               ? OK
	               : fail(ctx, ERR_BAD_PLATE, "/plate");
}

/* Plates of these kinds are one of a kind; temporary and foreign ones may look the same. */
static bool
is_registered(enum plate_class kind)
{
	return kind == PLATE_CLASS_ORDINARY || kind == PLATE_CLASS_NEW_ENERGY;
}

/* The plate is this vehicle's from a day on: no longer on another one, whichever store knows
 * that. */
static enum err
attach_plate(struct ctx *ctx, struct id vehicle, const char *plate, enum plate_class kind,
             struct date from)
{
	struct rows *rows;

	if (is_registered(kind)) {
		enum err err = db_read(ctx, plate_release, &rows, ARG(plate, plate),
		                       ARG(vehicle_id, vehicle), ARG(from, from));

		if (err)
			return err;
		for (size_t i = 0; i < rows_count(rows); i++)
			event_add(ctx, "vehicle.plate_changed", none, row_id(rows, i, "id"));
	}
	db_write(ctx, plate_add, ARG(plate_id, id_new()), ARG(vehicle_id, vehicle),
	         ARG(plate, plate), ENUM_ARG(plate_kind, plate_class, kind), ARG(from, from));
	search_add(ctx, "plate", plate, "vehicle", vehicle, none);
	return OK;
}

/* The same for a vehicle that has a plate already. */
static enum err
replace_plate(struct ctx *ctx, struct id vehicle, const char *plate, enum plate_class kind,
              struct date from)
{
	db_write(ctx, plate_end, ARG(vehicle_id, vehicle), ARG(from, from));
	db_write(ctx, vehicle_set_plate, ARG(vehicle_id, vehicle), ARG(plate, plate),
	         ENUM_ARG(plate_kind, plate_class, kind));
	search_clear(ctx, vehicle, "plate");
	event_add(ctx, "vehicle.plate_changed", none, vehicle);
	return attach_plate(ctx, vehicle, plate, kind, from);
}

/* ------------------------------------------------------------ making and finding */

/* What find() learns before a vehicle is made. */
struct found {
	struct id by_vin, by_plate;
	const char *plate_vin, *rule;
	struct date today;
	bool linked;
};

static enum err
find(struct ctx *ctx, struct id store, const char *vin, const char *plate, struct found *found)
{
	struct rows *rows;
	enum err err = db_read(ctx, vehicle_find, &rows, ARG(vin, vin), ARG(plate, plate),
	                       ARG(store_id, store));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	*found = (struct found){
		.by_vin = row_id(rows, 0, "vin_vehicle"),
		.by_plate = row_id(rows, 0, "plate_vehicle"),
		.plate_vin = row_text(rows, 0, "plate_vin"),
		.rule = row_text(rows, 0, "vin_rule"),
		.today = row_date(rows, 0, "today"),
		.linked = row_bool(rows, 0, "linked"),
	};
	return OK;
}

/* Whether the vehicle that carries the plate is another one than this VIN's, so that the plate has
 * moved. */
static bool
plate_moved(const struct found *found, const char *vin)
{
	return vin && found->plate_vin && strcmp(found->plate_vin, vin) != 0;
}

static enum err
write_vehicle(struct ctx *ctx, struct id store, const struct create_vehicle *in, const char *vin,
              enum plate_class kind, const struct found *found, struct id *id)
{
	struct facts facts = { 0 };
	enum err err = new_id(ctx, in->id, id);

	if (!err)
		err = read_vin(ctx, vin, found->rule, &facts);
	if (err)
		return err;
	db_write(ctx, vehicle_add, ARG(vehicle_id, *id), ARG(vin, vin),
	         ENUM_ARG(plate_kind, plate_class, kind), FACTS_ARGS(&facts),
	         BODY_ARG(create_vehicle, in));
	vehicle_link(ctx, *id, store, "created");
	db_write(ctx, owner_add, ARG(owner_id, id_new()), ARG(vehicle_id, *id),
	         ARG(customer_id, in->customer_id), ARG(role, "owner"), ARG(from, found->today));
	add_vin_key(ctx, *id, vin);
	event_add(ctx, "vehicle.created", store, *id);
	if (in->has_odometer_km)
		odometer_record(ctx, *id, in->odometer_km, "manual");
	return in->plate ? attach_plate(ctx, *id, in->plate, kind, found->today) : OK;
}

enum err
vehicle_create(struct ctx *ctx, const struct create_vehicle *sent)
{
	struct create_vehicle in = *sent;
	const char *vin = NULL;
	enum plate_class kind = PLATE_CLASS_UNSET;
	struct found found = { 0 };
	struct id store;
	enum err err = ctx_store(ctx, in.store_id, &store);

	if (!err && in.has_vin)
		err = vin_take(ctx, in.vin, "/vin", &vin);
	if (!err && !vin && !in.plate && in.plate_kind != PLATE_CLASS_NONE)
		err = fail(ctx, ERR_REQUIRED, "/plate");
	if (!err)
		err = check_plate(ctx, in.plate, in.plate_kind, &kind);
	if (!err)
		err = customer_resolve(ctx, &in.customer_id, "/customer_id");
	if (!err)
		err = find(ctx, store, vin, is_registered(kind) ? in.plate : NULL, &found);
	if (err)
		return err;
	if (!id_is_none(found.by_vin))
		return fail_existing(ctx, "/vin", "vehicle", found.by_vin);
	if (!id_is_none(found.by_plate) && !plate_moved(&found, vin))
		return fail_existing(ctx, "/plate", "vehicle", found.by_plate);
	return write_vehicle(ctx, store, &in, vin, kind, &found, &ctx->subject);
}

static void
log_look_up(struct ctx *ctx, struct id store, struct id vehicle)
{
	db_write(ctx, access_log_add, ARG(log_id, id_new()), ARG(log_store_id, store),
	         ARG(operation, "lookupVehicle"), ARG(subject_type, "vehicle"),
	         ARG(subject_id, vehicle));
}

static void
show_found(struct ctx *ctx, struct id store, struct id vehicle, const struct found *found)
{
	if (found->linked)
		return;
	vehicle_link(ctx, vehicle, store, "found");
	log_look_up(ctx, store, vehicle);
}

enum err
vehicle_find_or_create(struct ctx *ctx, struct id store, const char *plate, const char *sent_vin,
                       struct id customer, struct id *id)
{
	const struct create_vehicle in = {
		.customer_id = customer,
		.plate = plate,
		.has_plate = plate != NULL,
	};
	const char *vin = NULL;
	enum plate_class kind = PLATE_CLASS_UNSET;
	struct found found = { 0 };
	enum err err = check_plate(ctx, plate, PLATE_CLASS_UNSET, &kind);

	if (!err && sent_vin)
		err = vin_take(ctx, sent_vin, "/vin", &vin);
	if (!err)
		err = find(ctx, store, vin, plate, &found);
	if (err)
		return err;
	if (!id_is_none(found.by_vin)) {
		*id = found.by_vin;
		show_found(ctx, store, *id, &found);
		return plate && !id_equal(found.by_plate, *id)
		               ? replace_plate(ctx, *id, plate, kind, found.today)
		               : OK;
	}
	if (id_is_none(found.by_plate) || plate_moved(&found, vin))
		return write_vehicle(ctx, store, &in, vin, kind, &found, id);
	*id = found.by_plate;
	show_found(ctx, store, *id, &found);
	return vin ? set_vin(ctx, *id, vin, found.rule) : OK;
}

enum err
vehicle_lookup(struct ctx *ctx, const struct lookup_vehicle *in, bool *found)
{
	struct id store = ctx->scope->store;
	const char *vin = NULL;
	struct rows *rows;
	enum err err = OK;

	if (in->has_plate == in->has_vin)
		return fail_with(ctx, ERR_ONE_OF, "/plate", "plate, vin", NULL);
	/* headquarters sees every vehicle anyway */
	if (!id_is_none(in->store_id) || !ctx->scope->hq)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err && in->has_vin)
		err = vin_take(ctx, in->vin, "/vin", &vin);
	if (!err)
		err = db_read(ctx, vehicle_look_up, &rows, ARG(vin, vin), ARG(plate, in->plate));
	if (err)
		return err;
	ctx->subject = row_id(rows, 0, "id");
	*found = !id_is_none(ctx->subject);
	if (*found && !id_is_none(store))
		vehicle_link(ctx, ctx->subject, store, "found");
	log_look_up(ctx, store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ changing */

enum err
vehicle_update(struct ctx *ctx, struct id id, const struct update_vehicle *in)
{
	const char *vin = NULL;
	struct rows *rows, *other;
	enum err err = db_lock(ctx, vehicle_lock, id, &rows);

	if (!err && in->has_vin)
		err = vin_take(ctx, in->vin, "/vin", &vin);
	if (err)
		return err;
	db_write(ctx, vehicle_update, ARG(vehicle_id, id), BODY_ARG(update_vehicle, in));
	event_add(ctx, "vehicle.updated", none, id);
	if (!vin || (!row_is_null(rows, 0, "vin") && strcmp(vin, row_text(rows, 0, "vin")) == 0))
		return OK;
	err = db_read(ctx, vehicle_look_up, &other, ARG(vin, vin), NULL_ARG(plate));
	if (err)
		return err;
	if (!row_is_null(other, 0, "id"))
		return fail_existing(ctx, "/vin", "vehicle", row_id(other, 0, "id"));
	return set_vin(ctx, id, vin, row_text(rows, 0, "vin_rule"));
}

enum err
vehicle_change_plate(struct ctx *ctx, struct id id, const struct change_plate *in)
{
	enum plate_class kind = PLATE_CLASS_UNSET;
	struct rows *rows;
	struct date from;
	enum err err = db_lock(ctx, vehicle_lock, id, &rows);

	if (!err)
		err = check_plate(ctx, in->plate, in->plate_kind, &kind);
	if (err)
		return err;
	from = in->has_from ? in->from : row_date(rows, 0, "today");
	if (from.days > row_date(rows, 0, "today").days)
		return fail(ctx, ERR_IN_THE_FUTURE, "/from");
	if (!row_is_null(rows, 0, "plate") && strcmp(row_text(rows, 0, "plate"), in->plate) == 0)
		return fail_existing(ctx, "/plate", "vehicle", id);
	return replace_plate(ctx, id, in->plate, kind, from);
}

enum err
vehicle_add_owner(struct ctx *ctx, struct id id, const struct add_owner *in)
{
	const char *role = in->has_role ? enum_code(&owner_role_enum, (int)in->role) : "owner";
	struct id customer = in->customer_id;
	struct rows *rows;
	struct date from;
	enum err err = db_lock(ctx, vehicle_lock, id, &rows);

	if (!err)
		err = customer_resolve(ctx, &customer, "/customer_id");
	if (err)
		return err;
	from = in->has_from ? in->from : row_date(rows, 0, "today");
	db_write(ctx, owner_end, ARG(vehicle_id, id), ARG(role, role), ARG(customer_id, customer),
	         ARG(from, from));
	db_write(ctx, owner_add, ARG(owner_id, id_new()), ARG(vehicle_id, id),
	         ARG(customer_id, customer), ARG(role, role), ARG(from, from));
	db_write(ctx, vehicle_touch, ARG(vehicle_id, id));
	event_add(ctx, "vehicle.owner_changed", none, id);
	return OK;
}

/* ------------------------------------------------------------ odometer */

static struct id
write_reading(struct ctx *ctx, struct id vehicle, int64_t km, struct utc read_at,
              const char *source, const char *reason)
{
	struct id reading = id_new();

	db_write(ctx, odometer_add, ARG(reading_id, reading), ARG(vehicle_id, vehicle), ARG(km, km),
	         ARG(read_at, read_at), ARG(source, source), ARG(reason, reason));
	db_write(ctx, odometer_set, ARG(vehicle_id, vehicle), ARG(km, km), ARG(read_at, read_at));
	return reading;
}

void
odometer_record(struct ctx *ctx, struct id vehicle, int64_t km, const char *source)
{
	write_reading(ctx, vehicle, km, ctx->now, source, NULL);
}

enum err
odometer_add(struct ctx *ctx, struct id vehicle, const struct add_odometer_reading *in)
{
	struct utc read_at = in->has_read_at ? in->read_at : ctx->now;
	struct rows *rows;
	enum err err;

	if (read_at.us > ctx->now.us)
		return fail(ctx, ERR_IN_THE_FUTURE, "/read_at");
	err = db_lock(ctx, vehicle_lock, vehicle, &rows);
	if (!err)
		err = db_read(ctx, odometer_before, &rows, ARG(vehicle_id, vehicle),
		              ARG(read_at, read_at));
	if (err)
		return err;
	if (rows_count(rows) > 0 && in->km < row_int(rows, 0, "km") && !in->has_reason)
		return fail_with(ctx, ERR_ODOMETER_ROLLBACK, "/km", row_text(rows, 0, "km"), NULL);
	ctx->subject = write_reading(ctx, vehicle, in->km, read_at, "manual", in->reason);
	event_add(ctx, "vehicle.odometer_read", none, vehicle);
	return OK;
}
