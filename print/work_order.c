/* SPDX-License-Identifier: Apache-2.0 */
/* The work order: what is to be done, by whom and until when, as the customer signs it and the workshop
 * takes it along. */
#include "form.h"

#include <string.h>

static void
put_lines(struct form *form)
{
	const struct column columns[] = {
		{ .title = form_word(form, "No.", "序号"), .share = 0.07, .side = MIDDLE },
		{ .title = form_word(form, "Kind", "类别"), .share = 0.09 },
		{ .title = form_word(form, "Item", "项目"), .share = 0.32 },
		{ .title = form_word(form, "Quantity", "数量"), .share = 0.11, .side = RIGHT },
		{ .title = form_word(form, "Unit price", "单价"), .share = 0.13, .side = RIGHT },
		{ .title = form_word(form, "Amount", "金额"), .share = 0.14, .side = RIGHT },
		{ .title = form_word(form, "Consent", "授权"), .share = 0.14 },
	};
	const json_t *lines = json_object_get(form->data, "lines"), *l;
	size_t i;

	if (json_array_size(lines) == 0)
		return;
	sheet_heading(form->sheet, form_word(form, "Work and parts", "维修项目与配件"));
	sheet_table(form->sheet, columns, COUNT_OF(columns));
	for (i = 0; (l = json_array_get(lines, i)) != NULL; i++) {
		const char *number = form_text(l, "part_number"),
			   *technician = form_text(l, "technician"), *unit = form_text(l, "unit"),
			   *kind = form_text(l, "kind");
		const int64_t sign = strcmp(kind, "discount") == 0 ? -1 : 1;
		const char *cells[] = {
			arena_printf(form->arena, "%lld", (long long)form_int(l, "position")),
			form_label(form, &work_order_line_kind_enum, kind),
			arena_printf(form->arena, "%s%s%s%s%s", form_text(l, "description"),
			             number ? "\n" : "", number ? number : "",
			             technician ? "\n" : "", technician ? technician : ""),
			arena_printf(form->arena, "%s%s%s", form_number(form, l, "quantity"),
			             unit ? " " : "", unit ? unit : ""),
			form_money(form, sign * form_int(l, "unit_price")),
			form_money(form, sign * form_int(l, "amount")),
			form_label(form, &work_order_line_status_enum, form_text(l, "status")),
		};

		sheet_row(form->sheet, cells);
	}
	sheet_table_end(form->sheet);
	sheet_space(form->sheet, 4);
	sheet_sum(form->sheet, STRONG,
	          arena_printf(
			  form->arena, "%s (%s)",
			  form_word(form, "Authorised, without what is still open", "已授权合计"),
			  form_text(form->data, "currency")),
	          form_money(form, form_int(form->data, "authorised_total")));
}

/* How one of them stands: so many photos of so many, a value, a choice, or a tick. */
static const char *
put_result(const struct form *form, const json_t *r)
{
	const char *state = form_text(r, "state"), *choice = form_text(r, "choice"),
		   *unit = form_text(r, "unit");

	if (strcmp(form_text(r, "kind"), "photo") == 0)
		return arena_printf(form->arena, "%lld / %lld", (long long)form_int(r, "here"),
		                    (long long)form_int(r, "wanted"));
	if (choice)
		return choice;
	if (form_has(r, "value"))
		return arena_printf(form->arena, "%s%s%s", form_number(form, r, "value"),
		                    unit ? " " : "", unit ? unit : "");
	return form_label(form, &check_state_enum, state);
}

/* What the work was asked to show and to measure, and what came out. */
static void
put_requirements(struct form *form)
{
	const struct column columns[] = {
		{ .title = form_word(form, "Line", "序号"), .share = 0.09, .side = MIDDLE },
		{ .title = form_word(form, "Photo or check", "照片／检查项"), .share = 0.45 },
		{ .title = form_word(form, "Result", "结果"), .share = 0.26 },
		{ .title = form_word(form, "By", "执行人"), .share = 0.2 },
	};
	const json_t *requirements = json_object_get(form->data, "requirements"), *r;
	size_t i;

	if (json_array_size(requirements) == 0)
		return;
	sheet_heading(form->sheet, form_word(form, "Photos and checks", "过程照片与检查"));
	sheet_table(form->sheet, columns, COUNT_OF(columns));
	for (i = 0; (r = json_array_get(requirements, i)) != NULL; i++) {
		const char *note = form_text(r, "note"), *who = form_text(r, "by_name");
		const bool failed =
			form_has(r, "state") && strcmp(form_text(r, "state"), "failed") == 0;
		const char *cells[] = {
			arena_printf(form->arena, "%lld", (long long)form_int(r, "line")),
			form_text(r, "text"),
			arena_printf(form->arena, "%s%s%s%s%s", put_result(form, r),
			             failed ? "\n" : "",
			             failed ? form_word(form, "failed", "不合格") : "",
			             note ? "\n" : "", note ? note : ""),
			who ? who : "",
		};

		sheet_row(form->sheet, cells);
	}
	sheet_table_end(form->sheet);
}

/* Who agreed to what, when and how. */
static void
put_consents(struct form *form)
{
	const json_t *consents = json_object_get(form->data, "authorisations"), *consent;
	size_t i;

	if (json_array_size(consents) == 0)
		return;
	sheet_heading(form->sheet, form_word(form, "Consent", "客户授权"));
	for (i = 0; (consent = json_array_get(consents, i)) != NULL; i++)
		sheet_text(form->sheet, PLAIN,
		           arena_printf(form->arena, "%s  %s  %s  %s", form_text(consent, "given"),
		                        form_text(consent, "by_name"),
		                        form_label(form, &consent_method_enum,
		                                   form_text(consent, "method")),
		                        form_money(form, form_int(consent, "amount"))));
}

void
print_work_order(struct form *form)
{
	const json_t *data = form->data;
	const struct fact facts[] = {
		{ form_word(form, "Work order", "工单号"), form->sheet->number },
		{ form_word(form, "Status", "状态"),
		  form_label(form, &work_order_status_enum, form_text(data, "status")) },
		{ form_word(form, "Reception", "接车单号"), form_text(data, "reception_number") },
		{ form_word(form, "Advisor", "服务顾问"), form_text(data, "advisor") },
		{ form_word(form, "Opened", "开单时间"), form_text(data, "opened") },
		{ form_word(form, "Promised", "承诺交车时间"), form_text(data, "promised") },
		{ form_word(form, "Odometer in", "进厂里程"), form_km(form, "odometer_in_km") },
		{ form_word(form, "Bay", "工位"), form_text(data, "bay") },
	};
	const char *const signatures[] = {
		form_word(form, "Customer's signature", "托修方签字"),
		form_word(form, "Advisor's signature", "服务顾问签字"),
	};

	form_head(form, facts, COUNT_OF(facts));
	form_concerns(form);
	if (form_has(data, "note")) {
		sheet_heading(form->sheet, form_word(form, "Note", "备注"));
		sheet_text(form->sheet, PLAIN, form_text(data, "note"));
	}
	put_lines(form);
	put_requirements(form);
	put_consents(form);
	form_old_parts(form, form_text(data, "old_parts"));
	sheet_signatures(form->sheet, signatures, COUNT_OF(signatures));
}
