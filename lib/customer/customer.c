/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to customers, and finding them. */
#include "customer/customer.h"

#include <ctype.h>
#include <string.h>

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"

static const struct id none = { { 0 } };

void
customer_link(struct ctx *ctx, struct id customer, struct id store, const char *why)
{
	db_write(ctx, customer_link, ARG(customer_id, customer), ARG(store_id, store),
	         ARG(why, why));
}

struct later *
customer_ask(struct ctx *ctx, struct id id)
{
	return db_read_later(ctx, customer_resolve, ARG(id, id));
}

enum err
customer_told(struct ctx *ctx, struct rows *rows, struct id *id, const char *pointer)
{
	enum err err = OK;

	/* again: a merge that ended while we waited for its lock has moved the customer */
	if (rows_count(rows) == 0)
		err = db_read(ctx, customer_resolve, &rows, ARG(id, *id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, pointer);
	*id = row_id(rows, 0, "id");
	return OK;
}

enum err
customer_resolve(struct ctx *ctx, struct id *id, const char *pointer)
{
	struct rows *rows;
	enum err err = db_read(ctx, customer_resolve, &rows, ARG(id, *id));

	return err ? err : customer_told(ctx, rows, id, pointer);
}

/* ------------------------------------------------------------ making */

static void
add_phone_key(struct ctx *ctx, struct id customer, const char *phone)
{
	search_add(ctx, "phone_tail", phone, "customer", customer, none);
}

/* Phone and e-mail are kept in one form, so that they can be found again; NULL when it is none. */
static const char *
contact_value(struct ctx *ctx, enum contact_kind kind, const char *value)
{
	char *out = arena_text(ctx->arena, value), *end = out;

	if (kind == CONTACT_KIND_EMAIL) {
		const char *at = strchr(value, '@');

		return at && at != value && strchr(at, '.') && !strchr(value, ' ') ? value : NULL;
	}
	if (kind != CONTACT_KIND_PHONE)
		return value;
	for (const char *p = value; *p; p++) {
		if (strchr(" -()", *p))
			continue;
		if (!isdigit((unsigned char)*p) && !(*p == '+' && end == out))
			return NULL;
		*end++ = *p;
	}
	*end = '\0';
	if (strncmp(out, "+86", 3) == 0)
		out += 3;
	return strlen(out) >= 3 && strlen(out) <= 20 ? out : NULL;
}

static enum err
write_contact(struct ctx *ctx, struct id customer, const struct add_contact *in,
              const char *pointer, struct id *contact)
{
	const char *value = contact_value(ctx, in->kind, in->value);
	enum err err = new_id(ctx, in->id, contact);

	if (err)
		return err;
	if (!value)
		return fail(ctx, ERR_BAD_CONTACT, pointer);
	db_write(ctx, contact_add, ARG(contact_id, *contact), ARG(customer_id, customer),
	         ARG(value, value), BODY_ARG(add_contact, in));
	if (in->kind == CONTACT_KIND_PHONE)
		add_phone_key(ctx, customer, value);
	return OK;
}

static enum err
write_customer(struct ctx *ctx, struct id store, const struct create_customer *in, struct id *id)
{
	enum err err = new_id(ctx, in->id, id);

	if (err)
		return err;
	db_write(ctx, customer_add, ARG(customer_id, *id), BODY_ARG(create_customer, in));
	customer_link(ctx, *id, store, "created");
	search_add_name(ctx, in->name, in->kind == CUSTOMER_KIND_PERSON, "customer", *id, none);
	add_phone_key(ctx, *id, in->phone);
	for (size_t i = 0; i < in->contacts_count; i++) {
		struct id contact;

		err = write_contact(ctx, *id, &in->contacts[i],
		                    arena_printf(ctx->arena, "/contacts/%zu/value", i), &contact);
		if (err)
			return err;
	}
	event_add(ctx, "customer.created", store, *id);
	return OK;
}

enum err
customer_create(struct ctx *ctx, const struct create_customer *in)
{
	struct id store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (err)
		return err;
	return write_customer(ctx, store, in, &ctx->subject);
}

/* ------------------------------------------------------------ finding */

static void
log_look_up(struct ctx *ctx, struct id store, struct id customer)
{
	db_write(ctx, access_log_add, ARG(log_id, id_new()), ARG(log_store_id, store),
	         ARG(operation, "lookupCustomer"), ARG(subject_type, "customer"),
	         ARG(subject_id, customer));
}

enum err
customer_find_or_create(struct ctx *ctx, struct id store, const char *name, const char *phone,
                        struct id *id)
{
	const struct create_customer person = {
		.kind = CUSTOMER_KIND_PERSON,
		.name = name,
		.phone = phone,
		.has_phone = phone != NULL,
	};
	struct rows *rows;
	enum err err;

	if (!phone)
		return write_customer(ctx, store, &person, id);
	err = db_read(ctx, customer_find, &rows, ARG(phone, phone), ARG(store_id, store));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return write_customer(ctx, store, &person, id);
	*id = row_id(rows, 0, "id");
	if (!row_bool(rows, 0, "linked")) {
		customer_link(ctx, *id, store, "found");
		log_look_up(ctx, store, *id);
	}
	return OK;
}

enum err
customer_lookup(struct ctx *ctx, const struct lookup_customer *in, bool *found)
{
	struct id store = ctx->scope->store;
	struct rows *rows;
	enum err err = OK;

	/* headquarters sees everybody anyway */
	if (!id_is_none(in->store_id) || !ctx->scope->hq)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = db_read(ctx, customer_find, &rows, ARG(phone, in->phone),
		              ARG(store_id, store));
	if (err)
		return err;
	*found = rows_count(rows) > 0;
	if (*found)
		ctx->subject = row_id(rows, 0, "id");
	if (*found && !id_is_none(store))
		customer_link(ctx, ctx->subject, store, "found");
	log_look_up(ctx, store, ctx->subject);
	return OK;
}

/* ------------------------------------------------------------ changing */

/* Twice: a merge that ended while we waited for its lock has moved what we look for. */
static enum err
lock_row(struct ctx *ctx, enum sql sql, struct id id, struct rows **rows)
{
	enum err err = db_lock_row(ctx, sql, id, rows);

	if (err != ERR_NOT_FOUND)
		return err;
	ctx->failures_count = 0;
	return db_lock_row(ctx, sql, id, rows);
}

/* The subject becomes the customer who stayed, where id was merged away. */
static enum err
lock(struct ctx *ctx, enum sql sql, struct id id, struct rows **rows)
{
	enum err err = lock_row(ctx, sql, id, rows);

	if (!err)
		ctx->subject = row_id(*rows, 0, "id");
	return err;
}

/* Write the keys of a customer anew; further phones are those of contacts. */
static enum err
write_keys(struct ctx *ctx, struct id customer, const char *name, bool is_person, const char *phone)
{
	struct rows *phones;
	enum err err = db_read(ctx, customer_phones_of, &phones, ARG(customer_id, customer));

	if (err)
		return err;
	search_clear(ctx, customer, NULL);
	search_add_name(ctx, name, is_person, "customer", customer, none);
	add_phone_key(ctx, customer, phone);
	for (size_t i = 0; i < rows_count(phones); i++)
		add_phone_key(ctx, customer, row_text(phones, i, "value"));
	return OK;
}

enum err
customer_update(struct ctx *ctx, struct id id, const struct update_customer *in)
{
	struct rows *rows;
	enum err err = lock(ctx, SQL_customer_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, customer_update, ARG(customer_id, ctx->subject),
	         BODY_ARG(update_customer, in));
	event_add(ctx, "customer.updated", none, ctx->subject);
	if (!in->has_name && !in->has_phone && !in->has_kind)
		return OK;
	return write_keys(ctx, ctx->subject, in->has_name ? in->name : row_text(rows, 0, "name"),
	                  in->has_kind ? in->kind == CUSTOMER_KIND_PERSON
	                               : strcmp(row_text(rows, 0, "kind"), "person") == 0,
	                  in->has_phone ? in->phone : row_text(rows, 0, "phone"));
}

enum err
customer_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows, *open;
	/* documents that are being made for them end first, or see them gone */
	enum err err = lock(ctx, SQL_customer_lock_alone, id, &rows);

	if (!err)
		err = db_read(ctx, customer_first_open, &open, ARG(customer_id, ctx->subject));
	if (err)
		return err;
	if (rows_count(open) > 0)
		return fail_with(ctx, ERR_IN_USE, NULL, row_text(open, 0, "number"), NULL);
	db_write(ctx, customer_delete, ARG(customer_id, ctx->subject), ARG(reason, reason));
	search_clear(ctx, ctx->subject, NULL);
	event_add(ctx, "customer.deleted", none, ctx->subject);
	return OK;
}

enum err
customer_merge(struct ctx *ctx, const struct merge_customers *in)
{
	struct rows *rows;
	struct id contact;
	size_t keep, gone;
	const char *phone;
	enum err err;

	if (id_equal(in->keep_id, in->merge_id))
		return fail(ctx, ERR_MERGE_WITH_ITSELF, "/merge_id");
	err = db_read(ctx, customer_merge_lock, &rows, BODY_ARG(merge_customers, in));
	if (err)
		return err;
	if (rows_count(rows) < 2)
		return fail(ctx, ERR_NOT_FOUND,
		            rows_count(rows) && id_equal(row_id(rows, 0, "id"), in->keep_id)
		                    ? "/merge_id"
		                    : "/keep_id");
	keep = id_equal(row_id(rows, 0, "id"), in->keep_id) ? 0 : 1;
	gone = 1 - keep;
	db_write(ctx, customer_repoint, BODY_ARG(merge_customers, in));
	db_write(ctx, customer_merge_into, BODY_ARG(merge_customers, in));
	db_write(ctx, customer_merge, BODY_ARG(merge_customers, in));
	/* a number that would be lost becomes a further contact */
	phone = row_text(rows, gone, "phone");
	if (phone && !row_is_null(rows, keep, "phone") &&
	    strcmp(phone, row_text(rows, keep, "phone")) != 0) {
		const struct add_contact old = {
			.kind = CONTACT_KIND_PHONE,
			.value = phone,
			.name = row_text(rows, gone, "name"),
			.has_name = true,
		};

		err = write_contact(ctx, in->keep_id, &old, NULL, &contact);
		if (err)
			return err;
	}
	search_clear(ctx, in->merge_id, NULL);
	event_add(ctx, "customer.merged", none, in->keep_id);
	ctx->subject = in->keep_id;
	return write_keys(ctx, in->keep_id, row_text(rows, keep, "name"),
	                  strcmp(row_text(rows, keep, "kind"), "person") == 0,
	                  row_is_null(rows, keep, "phone") ? phone : row_text(rows, keep, "phone"));
}

/* ------------------------------------------------------------ contacts and consents */

enum err
contact_add(struct ctx *ctx, struct id customer, const struct add_contact *in)
{
	struct id contact;
	enum err err = customer_resolve(ctx, &customer, NULL);

	if (!err)
		err = write_contact(ctx, customer, in, "/value", &contact);
	if (err)
		return err;
	event_add(ctx, "customer.updated", none, customer);
	ctx->subject = contact;
	return OK;
}

enum err
contact_delete(struct ctx *ctx, struct id contact)
{
	struct rows *rows;
	struct id customer;
	enum err err = lock_row(ctx, SQL_contact_lock, contact, &rows);

	if (err)
		return err;
	customer = row_id(rows, 0, "customer_id");
	db_write(ctx, contact_delete, ARG(id, contact));
	event_add(ctx, "customer.updated", none, customer);
	return write_keys(ctx, customer, row_text(rows, 0, "name"),
	                  strcmp(row_text(rows, 0, "kind"), "person") == 0,
	                  row_text(rows, 0, "phone"));
}

enum err
consent_grant(struct ctx *ctx, struct id customer, const struct grant_consent *in)
{
	struct id consent = id_new();
	enum err err = customer_resolve(ctx, &customer, NULL);

	if (err)
		return err;
	db_write(ctx, consent_add, ARG(consent_id, consent), ARG(customer_id, customer),
	         BODY_ARG(grant_consent, in));
	event_add(ctx, "customer.consented", none, customer);
	ctx->subject = consent;
	return OK;
}

enum err
consent_withdraw(struct ctx *ctx, struct id consent)
{
	struct rows *rows;
	enum err err = db_read(ctx, consent_lock, &rows, ARG(id, consent));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	db_write(ctx, consent_withdraw, ARG(id, consent));
	event_add(ctx, "customer.consented", none, row_id(rows, 0, "customer_id"));
	ctx->subject = consent;
	return OK;
}
