/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the demo: what lies on the shelves, and what is bought, sent and sold of it. */
#include <stdio.h>

#include "demo_call.h"

static void
stock_up(struct demo *demo, struct demo_store *store)
{
	char lines[3800], a[ID_TEXT];
	size_t n = 0;
	struct id document;

	for (size_t i = 0; i < COUNT_OF(demo_parts); i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		                      "%s{\"part_id\":\"%s\",\"quantity\":%d,\"unit_cost\":%d}",
		                      i ? "," : "", id_format(demo->parts[i], a),
		                      demo_parts[i].stock, demo_parts[i].sale_price * 6 / 10);
	document = demo_act(
		demo, demo_person(store, "parts"), store->id, OP_createStockDocument,
		(struct id){ { 0 } },
		"{\"kind\":\"receipt\",\"store_id\":\"%s\",\"reason\":\"purchase\",\"lines\":[%s]}",
		id_format(store->id, a), lines);
	demo_act(demo, demo_person(store, "manager"), store->id, OP_auditStockDocument, document,
	         "{}");
}

/* What a shelf should have: the weeks that follow take some of it below that. */
static void
limit_shelves(struct demo *demo, const struct demo_store *store)
{
	char a[ID_TEXT], b[ID_TEXT];

	for (size_t i = 0; i < COUNT_OF(demo_parts); i++)
		demo_act(demo, demo_person(store, "parts"), store->id, OP_createStockLimit,
		         (struct id){ { 0 } },
		         "{\"store_id\":\"%s\",\"part_id\":\"%s\",\"minimum\":%d,"
		         "\"reorder_point\":%d,\"maximum\":%d}",
		         id_format(store->id, a), id_format(demo->parts[i], b),
		         demo_parts[i].stock * 8 / 10, demo_parts[i].stock * 9 / 10,
		         demo_parts[i].stock * 2);
}

/* A shelf is counted: one piece is missing. */
static void
count_shelf(struct demo *demo, const struct demo_store *store)
{
	struct id manager = demo_person(store, "manager"), keeper = demo_person(store, "parts"),
		  stocktake;
	char a[ID_TEXT], b[ID_TEXT];

	id_format(demo->parts[2], b);
	stocktake = demo_act(demo, manager, store->id, OP_createStocktake, (struct id){ { 0 } },
	                     "{\"store_id\":\"%s\",\"part_ids\":[\"%s\"],\"note\":\"抽盘\"}",
	                     id_format(store->id, a), b);
	demo_act(demo, manager, store->id, OP_freezeStocktake, stocktake, "{}");
	demo_act(demo, keeper, store->id, OP_countStocktake, stocktake,
	         "{\"lines\":[{\"part_id\":\"%s\",\"quantity\":%d}]}", b, demo_parts[2].stock - 1);
	demo_act(demo, keeper, store->id, OP_submitStocktake, stocktake, "{}");
	demo_act(demo, manager, store->id, OP_auditStocktake, stocktake,
	         "{\"reasons\":[{\"part_id\":\"%s\",\"reason\":\"miscount\"}]}", b);
}

/* Parts that one store asks another for: approved and shipped there. */
static struct id
ask_for(struct demo *demo, const struct demo_store *store, const struct demo_store *there,
        size_t part)
{
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT];
	struct id transfer = demo_act(demo, demo_person(store, "parts"), store->id,
	                              OP_createTransfer, (struct id){ { 0 } },
	                              "{\"store_id\":\"%s\",\"from_store_id\":\"%s\","
	                              "\"lines\":[{\"part_id\":\"%s\",\"quantity\":2}]}",
	                              id_format(store->id, a), id_format(there->id, b),
	                              id_format(demo->parts[part], c));

	demo_act(demo, demo_person(there, "manager"), there->id, OP_approveTransfer, transfer,
	         "{}");
	demo_act(demo, demo_person(there, "parts"), there->id, OP_shipTransfer, transfer, "{}");
	return transfer;
}

/* A purchase order as far as the supplier: eight of a part. */
static struct id
order_parts(struct demo *demo, const struct demo_store *store, struct id supplier, size_t part)
{
	struct id keeper = demo_person(store, "parts"), order;
	char a[ID_TEXT], b[ID_TEXT], c[ID_TEXT];

	order = demo_act(demo, keeper, store->id, OP_createPurchaseOrder, (struct id){ { 0 } },
	                 "{\"store_id\":\"%s\",\"supplier_id\":\"%s\","
	                 "\"lines\":[{\"part_id\":\"%s\",\"quantity\":8}]}",
	                 id_format(store->id, a), id_format(supplier, b),
	                 id_format(demo->parts[part], c));
	demo_act(demo, keeper, store->id, OP_submitPurchaseOrder, order, "{}");
	demo_act(demo, demo_person(store, "manager"), store->id, OP_approvePurchaseOrder, order,
	         "{}");
	demo_act(demo, keeper, store->id, OP_sendPurchaseOrder, order, "{}");
	return order;
}

/* A supplier with what it asks for two parts, of which one store has ordered both. */
static void
buy_parts(struct demo *demo)
{
	const struct id none = { { 0 } };
	char a[ID_TEXT];
	struct id supplier = demo_act(
		demo, demo->admin, none, OP_createSupplier, none,
		"{\"code\":\"HUTONG\",\"name\":\"上海沪通汽配\",\"payment_terms\":\"monthly\","
		"\"payment_days\":30,\"lead_days\":2,\"minimum_amount\":10000,\"qualifications\":"
		"[{\"kind\":\"business_licence\",\"number\":\"91310104MA1FR0AB2X\"}]}");

	for (size_t i = 0; i < 2; i++)
		demo_act(demo, demo->admin, none, OP_createSupplierOffer, supplier,
		         "{\"part_id\":\"%s\",\"price\":%d,\"pack_quantity\":4}",
		         id_format(demo->parts[i], a), demo_parts[i].sale_price * 6 / 10);
	for (size_t i = 0; i < 2; i++)
		order_parts(demo, &demo->stores[0], supplier, i);
}

/* Parts over the counter: one order waits for its customer, who put something down; another was taken. */
static void
sell_parts(struct demo *demo)
{
	const struct demo_store *store = &demo->stores[0];
	struct question cars = demo_ask(demo, SQL_demo_cars, store->id, NULL);
	struct id advisor = demo_person(store, "advisor");
	const size_t parts[] = { 0, BATTERY };
	char a[ID_TEXT], b[ID_TEXT];

	for (size_t i = 0; i < COUNT_OF(parts) && i < cars.count && !demo->failed; i++) {
		struct id sale = demo_act(
			demo, advisor, store->id, OP_createSalesOrder, (struct id){ { 0 } },
			"{\"customer_id\":\"%s\",\"lines\":[{\"part_id\":\"%s\","
			"\"quantity\":2}]}",
			id_format(cars.others[i], a), id_format(demo->parts[parts[i]], b));

		demo_act(demo, advisor, store->id, OP_confirmSalesOrder, sale, "{}");
		if (i == 0) {
			demo_act(
				demo, demo_person(store, "cashier"), store->id, OP_createDeposit,
				(struct id){ { 0 } },
				"{\"sales_order_id\":\"%s\",\"amount\":5000,\"method\":\"wechat\"}",
				id_format(sale, a));
			continue;
		}
		demo_act(demo, demo_person(store, "parts"), store->id, OP_shipSalesOrder, sale,
		         "{}");
		demo_act(demo, advisor, store->id, OP_acceptSalesOrder, sale, "{}");
	}
}

/* One transfer has come, another is on its way. */
static void
share_parts(struct demo *demo)
{
	const struct demo_store *gets = &demo->stores[1], *gives = &demo->stores[0];
	struct id came = ask_for(demo, gets, gives, COUNT_OF(demo_parts) - 1);

	demo_act(demo, demo_person(gets, "parts"), gets->id, OP_receiveTransfer, came, "{}");
	ask_for(demo, gets, gives, COUNT_OF(demo_parts) - 2);
}

void
demo_shelves(struct demo *demo)
{
	for (size_t s = 0; s < COUNT_OF(demo->stores) && !demo->failed; s++) {
		stock_up(demo, &demo->stores[s]);
		limit_shelves(demo, &demo->stores[s]);
	}
	count_shelf(demo, &demo->stores[1]);
}

void
demo_trade(struct demo *demo)
{
	share_parts(demo);
	buy_parts(demo);
	sell_parts(demo);
}
