/* SPDX-License-Identifier: Apache-2.0 */
/* Which reasons a stock document of which kind may have. */
#include "stock/stock_reason.h"

#include "db/machine.h"

/* The reasons of each kind, bits of enum stock_reason; what leaves without an order is adjusted.
 * The contract tells the same, and a test compares. */
#define RECEIPT_REASONS                                                                           \
	(FROM(STOCK_REASON_PURCHASE) | FROM(STOCK_REASON_TRANSFER) | FROM(STOCK_REASON_SURPLUS) | \
	 FROM(STOCK_REASON_DISTRIBUTION) | FROM(STOCK_REASON_INTERNAL_SALE) |                     \
	 FROM(STOCK_REASON_OTHER))
#define RETURN_REASONS                                                          \
	(FROM(STOCK_REASON_RETURN_FROM_ORDER) | FROM(STOCK_REASON_ISSUE_VOID) | \
	 FROM(STOCK_REASON_OTHER))
#define SCRAP_REASONS                                                                          \
	(FROM(STOCK_REASON_DAMAGE) | FROM(STOCK_REASON_LOSS) | FROM(STOCK_REASON_CONSUMABLE) | \
	 FROM(STOCK_REASON_OTHER))
#define INTERNAL_REASONS \
	(FROM(STOCK_REASON_CONSUMABLE) | FROM(STOCK_REASON_TOOL) | FROM(STOCK_REASON_OTHER))
#define SUPPLIER_RETURN_REASONS \
	(FROM(STOCK_REASON_SUPPLIER_RETURN) | FROM(STOCK_REASON_DAMAGE) | FROM(STOCK_REASON_OTHER))
#define ADJUSTMENT_REASONS                                                            \
	(SCRAP_REASONS | FROM(STOCK_REASON_SURPLUS) | FROM(STOCK_REASON_COUNT_LOSS) | \
	 FROM(STOCK_REASON_SALE) | FROM(STOCK_REASON_INTERNAL_SALE) |                 \
	 FROM(STOCK_REASON_TRANSFER) | FROM(STOCK_REASON_SUPPLIER_RETURN))

enum err
stock_reason_check(struct ctx *ctx, enum stock_document_kind kind, enum stock_reason reason)
{
	static const uint32_t reasons[] = {
		[STOCK_DOCUMENT_KIND_RECEIPT] = RECEIPT_REASONS,
		[STOCK_DOCUMENT_KIND_RETURN] = RETURN_REASONS,
		[STOCK_DOCUMENT_KIND_ADJUSTMENT] = ADJUSTMENT_REASONS,
		[STOCK_DOCUMENT_KIND_SCRAP] = SCRAP_REASONS,
		[STOCK_DOCUMENT_KIND_INTERNAL] = INTERNAL_REASONS,
		[STOCK_DOCUMENT_KIND_SUPPLIER_RETURN] = SUPPLIER_RETURN_REASONS,
	};
	const char *list = NULL;

	if (reasons[kind] & FROM(reason))
		return OK;
	for (size_t i = 1; i < stock_reason_enum.count; i++)
		if (reasons[kind] & FROM(i))
			list = arena_printf(ctx->arena, "%s%s%s", list ? list : "",
			                    list ? ", " : "", stock_reason_enum.values[i].code);
	return fail_with(ctx, ERR_BAD_VALUE, "/reason",
	                 arena_printf(ctx->arena, "of a %s must be one of %s",
	                              enum_code(&stock_document_kind_enum, (int)kind), list),
	                 NULL);
}
