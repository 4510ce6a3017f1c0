/* SPDX-License-Identifier: Apache-2.0 */
/* Customers, their contacts, consents and history. */
#include "customer/customer.h"
#include "routes/routes.h"

static enum err
create_customer(struct request *req)
{
	return customer_create(&req->ctx, req->body);
}

static enum err
update_customer(struct request *req)
{
	return customer_update(&req->ctx, req->id, req->body);
}

static enum err
delete_customer(struct request *req)
{
	const struct delete_customer_params *params = req->params;

	return customer_delete(&req->ctx, req->id, params->reason);
}

/* Who was not found is told after the look-up was saved in the access log. */
static enum err
lookup_customer(struct request *req)
{
	bool found = false;
	enum err err = customer_lookup(&req->ctx, req->body, &found);

	req->err = found ? OK : ERR_NOT_FOUND;
	return err;
}

static enum err
merge_customers(struct request *req)
{
	return customer_merge(&req->ctx, req->body);
}

static enum err
add_contact(struct request *req)
{
	return contact_add(&req->ctx, req->id, req->body);
}

static enum err
delete_contact(struct request *req)
{
	return contact_delete(&req->ctx, req->id);
}

static enum err
grant_consent(struct request *req)
{
	return consent_grant(&req->ctx, req->id, req->body);
}

static enum err
withdraw_consent(struct request *req)
{
	return consent_withdraw(&req->ctx, req->id);
}

/* clang-format off */
const struct route customer_routes[] = {
	READ_PREPARED(OP_listCustomers, customers_prepare, NULL, PAGE(customer_list)),
	READ(OP_getCustomer,            ONE(customer_get), MANY(contacts, customer_contacts_of)),
	READ(OP_getCustomerPhone,       ONE(customer_phone_get)),
	READ(OP_listCustomerDuplicates, PAGE(customer_duplicates)),
	READ(OP_listContacts,           UNDER(customer_visible), PAGE(contact_list)),
	READ(OP_listContactValues,      UNDER(customer_visible), PAGE(contact_value_list)),
	READ(OP_getContact,             ONE(contact_get)),
	READ(OP_listConsents,           UNDER(customer_visible), PAGE(consent_list)),
	READ(OP_getConsent,             ONE(consent_get)),
	READ(OP_listCustomerVehicles,   UNDER(customer_visible), PAGE(customer_vehicle_list)),
	READ(OP_getCustomerTimeline,    UNDER(customer_visible), PAGE(customer_timeline)),
	COMMAND(OP_createCustomer,      create_customer,  THEN(OP_getCustomer)),
	COMMAND(OP_updateCustomer,      update_customer,  THEN(OP_getCustomer)),
	COMMAND(OP_deleteCustomer,      delete_customer,  OP_NONE),
	COMMAND(OP_lookupCustomer,      lookup_customer,  THEN(OP_getCustomer)),
	COMMAND(OP_mergeCustomers,      merge_customers,  THEN(OP_getCustomer)),
	COMMAND(OP_addContact,          add_contact,      THEN(OP_getContact)),
	COMMAND(OP_deleteContact,       delete_contact,   OP_NONE),
	COMMAND(OP_grantConsent,        grant_consent,    THEN(OP_getConsent)),
	COMMAND(OP_withdrawConsent,     withdraw_consent, THEN(OP_getConsent)),
	ROUTES_END
};
/* clang-format on */
