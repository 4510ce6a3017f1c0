/* SPDX-License-Identifier: Apache-2.0 */
/* The settlement list, after the form of Jiangsu (domain: labour and material apart, the fees by their
 * headings, the choice about old parts, signatures); Shanghai adds the inspector. */
#include "form.h"

#include <string.h>

static const struct column *
columns_of(const struct form *form, bool material, bool labour)
{
	struct column *c = arena_array(form->arena, 6, sizeof(*c));

	c[0] = (struct column){ .title = form_word(form, "No.", "序号"),
		                .share = 0.07,
		                .side = MIDDLE };
	c[1] = (struct column){ .title = material ? form_word(form, "Part number", "配件编号")
		                                  : form_word(form, "Heading", "费用类别"),
		                .share = 0.18 };
	c[2] = (struct column){ .title = form_word(form, "Item", "项目"), .share = 0.33 };
	c[3] = (struct column){ .title = labour ? form_word(form, "Hours", "工时")
		                                : form_word(form, "Quantity", "数量"),
		                .share = 0.12,
		                .side = RIGHT };
	c[4] = (struct column){ .title = form_word(form, "Unit price", "单价"),
		                .share = 0.14,
		                .side = RIGHT };
	c[5] = (struct column){ .title = form_word(form, "Amount", "金额"),
		                .share = 0.16,
		                .side = RIGHT };
	return c;
}

static bool
is_kind(const json_t *line, const char *kind)
{
	return strcmp(form_text(line, "kind"), kind) == 0;
}

static void
put_line(struct form *form, const json_t *line, size_t nth)
{
	const char *unit = form_text(line, "unit"), *number = form_text(line, "part_number");
	const bool discount = is_kind(line, "discount");
	int64_t amount = form_int(line, "amount"), price = form_int(line, "unit_price");
	const char *cells[] = {
		arena_printf(form->arena, "%zu", nth),
		number ? number
		       : form_label(form, &settlement_heading_enum, form_text(line, "heading")),
		form_text(line, "description"),
		arena_printf(form->arena, "%s%s%s", form_number(form, line, "quantity"),
		             unit ? " " : "", unit ? unit : ""),
		form_money(form, discount ? -price : price),
		form_money(form, discount ? -amount : amount),
	};

	sheet_row(form->sheet, cells);
}

/* The table of the lines of two kinds; nothing when there is none. */
static void
put_lines(struct form *form, const char *heading, const char *const kinds[])
{
	const json_t *lines = json_object_get(form->data, "lines"), *line;
	size_t i, nth = 0;

	for (i = 0; (line = json_array_get(lines, i)) != NULL; i++) {
		bool wanted = false;

		for (const char *const *kind = kinds; *kind; kind++)
			wanted |= is_kind(line, *kind);
		if (!wanted)
			continue;
		if (nth == 0) {
			sheet_heading(form->sheet, heading);
			sheet_table(
				form->sheet,
				columns_of(form, is_kind(line, "part"), is_kind(line, "labour")),
				6);
		}
		put_line(form, line, ++nth);
	}
	if (nth > 0)
		sheet_table_end(form->sheet);
}

/* All headings of the form stand there, those without anything too. */
static void
put_sums(struct form *form)
{
	const json_t *data = form->data;
	const int64_t diagnosis = form_int(data, "diagnosis_total"),
		      test = form_int(data, "test_total");
	const struct fact facts[] = {
		{ form_word(form, "Diagnosis", "维修诊断费"), form_money(form, diagnosis) },
		{ form_word(form, "Tests", "检测费"), form_money(form, test) },
		{ form_word(form, "Material", "材料费"),
		  form_money(form, form_int(data, "part_total")) },
		{ form_word(form, "Labour", "工时费"),
		  form_money(form, form_int(data, "labour_total") - diagnosis - test) },
		{ form_word(form, "Work by others", "加工费"),
		  form_money(form, form_int(data, "sublet_total")) },
		{ form_word(form, "Other", "其他费用"),
		  form_money(form, form_int(data, "fee_total")) },
		{ form_word(form, "Discount", "优惠"),
		  form_money(form, -form_int(data, "discount_total")) },
		{ form_word(form, "Rounding", "抹零"),
		  form_money(form, form_int(data, "rounding")) },
		{ form_word(form, "Tax contained", "其中税额"),
		  form_money(form, form_int(data, "tax_total")) },
		{ form_word(form, "Paid", "已收"), form_money(form, form_int(data, "paid")) },
	};

	sheet_heading(form->sheet, form_word(form, "Charges", "费用合计"));
	sheet_facts(form->sheet, facts, COUNT_OF(facts));
	sheet_space(form->sheet, 4);
	sheet_sum(form->sheet, STRONG,
	          arena_printf(form->arena, "%s (%s)", form_word(form, "Total", "总金额"),
	                       form_text(data, "currency")),
	          form_money(form, form_int(data, "total")));
	if (form->language && strcmp(form_text(data, "currency"), "CNY") == 0)
		sheet_sum(form->sheet, PLAIN,
		          arena_printf(form->arena, "人民币（大写）：%s",
		                       form_capital(form->arena, form_int(data, "total"))),
		          NULL);
	sheet_sum(form->sheet, STRONG, form_word(form, "Due", "应收余额"),
	          form_money(form, form_int(data, "due")));
}

static void
put_payments(struct form *form)
{
	const json_t *payments = json_object_get(form->data, "payments"), *payment;
	size_t i;

	if (json_array_size(payments) == 0)
		return;
	sheet_heading(form->sheet, form_word(form, "Payments", "收款记录"));
	for (i = 0; (payment = json_array_get(payments, i)) != NULL; i++) {
		int64_t refunded = form_int(payment, "refunded");
		const char *back =
			arena_printf(form->arena, "  %s %s", form_word(form, "given back", "已退"),
		                     form_money(form, refunded));

		sheet_text(form->sheet, PLAIN,
		           arena_printf(form->arena, "%s  %s  %s  %s%s",
		                        form_text(payment, "taken"), form_text(payment, "number"),
		                        form_label(form, &payment_method_enum,
		                                   form_text(payment, "method")),
		                        form_money(form, form_int(payment, "amount")),
		                        refunded ? back : ""));
	}
}

static const char *const material[] = { "part", NULL };

static const char *
signed_by(struct form *form, const char *who, const char *name)
{
	return arena_printf(form->arena, "%s  %s", who, name ? name : "");
}

/* Of a sales order: no vehicle was repaired. */
void
print_sale(struct form *form)
{
	const json_t *data = form->data;
	const struct fact facts[] = {
		{ form_word(form, "Settlement", "结算单号"), form->sheet->number },
		{ form_word(form, "Status", "状态"),
		  form_label(form, &settlement_status_enum, form_text(data, "status")) },
		{ form_word(form, "Sales order", "销售订单号"),
		  form_text(data, "sales_order.number") },
		{ form_word(form, "Settled", "结算日期"), form_text(data, "issued") },
	};
	const char *const signatures[] = {
		form_word(form, "Customer's signature", "客户签字"),
		signed_by(form, form_word(form, "Cashier", "结算员签字"),
		          form_text(data, "cashier")),
	};

	form_head(form, facts, COUNT_OF(facts));
	put_lines(form, form_word(form, "Parts", "配件"), material);
	put_sums(form);
	put_payments(form);
	sheet_signatures(form->sheet, signatures, COUNT_OF(signatures));
}

void
print_settlement(struct form *form)
{
	static const char *const labour[] = { "labour", NULL };
	static const char *const others[] = { "sublet", "fee", "discount", NULL };
	const json_t *data = form->data;
	const struct fact facts[] = {
		{ form_word(form, "Settlement", "结算单号"), form->sheet->number },
		{ form_word(form, "Status", "状态"),
		  form_label(form, &settlement_status_enum, form_text(data, "status")) },
		{ form_word(form, "Contract (work order)", "合同编号（工单）"),
		  form_text(data, "work_order.number") },
		{ form_word(form, "Reception", "接车单号"), form_text(data, "reception_number") },
		{ form_word(form, "Kind of repair", "维修类别"),
		  form_label(form, &repair_category_enum, form_text(data, "repair_category")) },
		{ form_word(form, "Payer", "付款方"),
		  form_label(form, &payer_enum, form_text(data, "payer")) },
		{ form_word(form, "In", "进厂日期"), form_text(data, "arrived") },
		{ form_word(form, "Out", "出厂日期"), form_text(data, "delivered") },
		{ form_word(form, "Odometer in", "进厂里程"),
		  form_km(form, "work_order.odometer_in_km") },
		{ form_word(form, "Odometer out", "出厂里程"),
		  form_km(form, "work_order.odometer_out_km") },
		{ form_word(form, "Settled", "结算日期"), form_text(data, "issued") },
		{ form_word(form, "Completion certificate", "竣工出厂合格证号"),
		  form_text(data, "certificate_number") },
	};
	const char *const signatures[] = {
		form_word(form, "Customer's signature", "托修方签字"),
		signed_by(form, form_word(form, "Cashier", "结算员签字"),
		          form_text(data, "cashier")),
		signed_by(form, form_word(form, "Inspector", "检验员签字"),
		          form_text(data, "inspector")),
	};

	form_head(form, facts, COUNT_OF(facts));
	put_lines(form, form_word(form, "Labour", "工时"), labour);
	put_lines(form, form_word(form, "Material", "材料"), material);
	put_lines(form, form_word(form, "Other", "其他"), others);
	put_sums(form);
	put_payments(form);
	form_old_parts(form, form_text(data, "work_order.old_parts"));
	sheet_signatures(form->sheet, signatures, COUNT_OF(signatures));
}
