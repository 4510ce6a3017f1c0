/* SPDX-License-Identifier: Apache-2.0 */
/* The simulation of a periodic-review order-up-to policy with back orders. */
#include "stock.h"

#include "replenishment/order_level.h"

struct shop {
	int64_t on_hand, on_order, owed;
	int64_t coming[LEADS]; /* by month of delivery */
};

static int64_t
lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
receive(struct shop *shop, int64_t *delivery)
{
	int64_t given;

	shop->on_order -= *delivery;
	shop->on_hand += *delivery;
	*delivery = 0;
	given = lesser(shop->on_hand, shop->owed);
	shop->on_hand -= given;
	shop->owed -= given;
}

static void
review(struct shop *shop, int64_t *delivery, const struct order_level *level)
{
	struct qty position = { shop->on_hand + shop->on_order - shop->owed };

	*delivery = order_level_missing(level, position).milli;
	shop->on_order += *delivery;
}

/* What was given at once. */
static int64_t
serve(struct shop *shop, int64_t demand)
{
	int64_t given = lesser(shop->on_hand, demand);

	shop->on_hand -= given;
	shop->owed += demand - given;
	return given;
}

void
stock_simulate(const struct policy *policy, const struct series *series, int opens, int from,
               int to, struct service *service)
{
	unsigned horizon = (unsigned)policy->lead + 1;
	struct state state = { .setting = policy->setting };
	struct horizon_error error;
	struct shop shop = { 0 };
	struct order_level level;
	int month;

	horizon_error_init(&error, horizon);
	for (month = 0; month < to; month++) {
		int64_t *delivery = &shop.coming[month % policy->lead];
		int64_t demand = series->demand[month],
			mean = policy->method->mean(&state, horizon), given;

		if (month >= opens) {
			level = order_level_of((struct qty){ mean },
			                       (struct qty){ horizon_error_root(&error) },
			                       (struct qty){ 0 }, policy->service_bp);
			receive(&shop, delivery);
			if (month == opens)
				shop.on_hand = level.order_up_to.milli;
			review(&shop, delivery, &level);
			given = serve(&shop, demand);
			if (month >= from) {
				service->demanded += demand;
				service->served += given;
				service->held += shop.on_hand;
				service->cycles++;
				service->short_cycles += given < demand;
			}
		}
		horizon_error_add(&error, mean, demand, policy->error_bp);
		policy->method->add(&state, demand);
	}
}
