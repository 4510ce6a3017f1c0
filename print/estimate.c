/* SPDX-License-Identifier: Apache-2.0 */
/* The estimate: each way to do the work with its lines and price, to be chosen from. */
#include "form.h"

#include <string.h>

static void
put_lines(struct form *form, const json_t *option)
{
	const struct column columns[] = {
		{ .title = form_word(form, "Kind", "类别"), .share = 0.10 },
		{ .title = form_word(form, "Item", "项目"), .share = 0.34 },
		{ .title = form_word(form, "Quantity", "数量"), .share = 0.12, .side = RIGHT },
		{ .title = form_word(form, "Unit price", "单价"), .share = 0.14, .side = RIGHT },
		{ .title = form_word(form, "Amount", "金额"), .share = 0.15, .side = RIGHT },
		{ .title = form_word(form, "Decision", "客户决定"), .share = 0.15 },
	};
	const json_t *lines = json_object_get(option, "lines"), *l;
	size_t i;

	sheet_table(form->sheet, columns, COUNT_OF(columns));
	for (i = 0; (l = json_array_get(lines, i)) != NULL; i++) {
		const char *number = form_text(l, "part_number"), *unit = form_text(l, "unit"),
			   *kind = form_text(l, "kind"), *payer = form_text(l, "payer");
		const int64_t sign = strcmp(kind, "discount") == 0 ? -1 : 1;
		const bool other = strcmp(payer, "customer") != 0;
		const char *cells[] = {
			form_label(form, &work_order_line_kind_enum, kind),
			arena_printf(form->arena, "%s%s%s%s%s", form_text(l, "description"),
			             number ? "\n" : "", number ? number : "", other ? "\n" : "",
			             other ? form_label(form, &payer_enum, payer) : ""),
			arena_printf(form->arena, "%s%s%s", form_number(form, l, "quantity"),
			             unit ? " " : "", unit ? unit : ""),
			form_money(form, sign * form_int(l, "unit_price")),
			form_money(form, sign * form_int(l, "amount")),
			form_label(form, &estimate_decision_kind_enum, form_text(l, "decision")),
		};

		sheet_row(form->sheet, cells);
	}
	sheet_table_end(form->sheet);
	sheet_space(form->sheet, 4);
}

static void
put_reason(struct form *form, const char *label, const char *text)
{
	if (text)
		sheet_text(form->sheet, SMALL, arena_printf(form->arena, "%s: %s", label, text));
}

static void
put_option(struct form *form, const json_t *option)
{
	const char *chosen = form_text(form->data, "chosen_option_id");
	const bool mine = chosen && strcmp(chosen, form_text(option, "id")) == 0;
	const int64_t minutes = form_int(option, "duration_minutes");

	sheet_heading(form->sheet,
	              arena_printf(form->arena, "%s %lld: %s%s", form_word(form, "Option", "方案"),
	                           (long long)form_int(option, "position"),
	                           form_text(option, "label"),
	                           mine ? form_word(form, "  (chosen)", "  （已选定）") : ""));
	put_reason(form, form_word(form, "For it", "优点"), form_text(option, "pros"));
	put_reason(form, form_word(form, "Against it", "缺点"), form_text(option, "cons"));
	if (minutes)
		put_reason(form, form_word(form, "Takes", "所需时间"),
		           arena_printf(form->arena, "%lld %s", (long long)minutes,
		                        form_word(form, "minutes", "分钟")));
	put_reason(form, form_word(form, "Ready", "预计完工"), form_text(option, "finish"));
	put_lines(form, option);
	sheet_sum(form->sheet, STRONG,
	          arena_printf(form->arena, "%s (%s)", form_word(form, "Total", "合计"),
	                       form_text(form->data, "currency")),
	          form_money(form, form_int(option, "total")));
	if (form_int(option, "customer_total") != form_int(option, "total"))
		sheet_sum(form->sheet, PLAIN, form_word(form, "Of that you pay", "其中客户支付"),
		          form_money(form, form_int(option, "customer_total")));
}

void
print_estimate(struct form *form)
{
	const json_t *data = form->data, *options = json_object_get(data, "options"), *option;
	const struct fact facts[] = {
		{ form_word(form, "Estimate", "估价单号"), form->sheet->number },
		{ form_word(form, "Revision", "版次"), form_number(form, data, "revision") },
		{ form_word(form, "Status", "状态"),
		  form_label(form, &estimate_status_enum, form_text(data, "status")) },
		{ form_word(form, "Valid until", "有效期至"), form_text(data, "valid") },
		{ form_word(form, "Work order", "工单号"), form_text(data, "work_order.number") },
		{ form_word(form, "Odometer", "里程"), form_km(form, "work_order.odometer_in_km") },
		{ form_word(form, "Decided by", "决定人"), form_text(data, "by_name") },
		{ form_word(form, "Decided", "决定时间"), form_text(data, "decided") },
	};
	const char *const signatures[] = {
		form_word(form, "Customer's signature", "客户签字"),
		form_word(form, "Advisor's signature", "服务顾问签字"),
	};
	size_t i;

	form_head(form, facts, COUNT_OF(facts));
	form_concerns(form);
	for (i = 0; (option = json_array_get(options, i)) != NULL; i++)
		put_option(form, option);
	if (form_has(data, "note")) {
		sheet_heading(form->sheet, form_word(form, "Note", "备注"));
		sheet_text(form->sheet, PLAIN, form_text(data, "note"));
	}
	sheet_signatures(form->sheet, signatures, COUNT_OF(signatures));
}
