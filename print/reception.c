/* SPDX-License-Identifier: Apache-2.0 */
/* The hand-over sheet: which vehicle came in which state, and that its keys are in our custody. */
#include "form.h"

/* Texts of a list one after the other, as they stand there or by their labels. */
static const char *
listed(struct form *form, const json_t *texts, const struct enumeration *e)
{
	const char *all = "";
	const json_t *text;
	size_t i;

	for (i = 0; (text = json_array_get(texts, i)) != NULL; i++) {
		const char *one = json_string_value(text);

		all = arena_printf(form->arena, "%s%s%s", all, i ? form_word(form, ", ", "、") : "",
		                   e ? form_label(form, e, one) : one);
	}
	return i ? all : form_word(form, "None", "无");
}

static const char *
percent(struct form *form, const json_t *inspection, const char *member)
{
	const char *n = form_number(form, inspection, member);

	return n ? arena_printf(form->arena, "%s %%", n) : NULL;
}

static const char *
signed_for(struct form *form, const json_t *inspection, const char *who, const char *when)
{
	const char *name = form_text(inspection, who), *at = form_text(inspection, when);

	return at ? arena_printf(form->arena, "%s%s%s", name ? name : "", name ? "  " : "", at)
	          : NULL;
}

/* What there is of these, each in a line of its own. */
static const char *
lines(struct form *form, const char *const texts[], size_t count)
{
	const char *all = "";

	for (size_t i = 0; i < count; i++)
		if (texts[i])
			all = arena_printf(form->arena, "%s%s%s", all, *all ? "\n" : "", texts[i]);
	return all;
}

/* Where it is: the template's point, the place of the body, or both. */
static const char *
place(struct form *form, const json_t *finding)
{
	const char *section = form_text(finding, "section"), *item = form_text(finding, "item");
	const char *const texts[] = {
		item && section ? arena_printf(form->arena, "%s: %s", section, item) : item,
		form_label(form, &body_position_enum, form_text(finding, "body_position")),
	};

	return lines(form, texts, COUNT_OF(texts));
}

static const char *
remarks(struct form *form, const json_t *finding)
{
	int64_t files = form_int(finding, "files");
	const char *const texts[] = {
		form_text(finding, "measured"),
		form_text(finding, "customer_text"),
		form_text(finding, "risk_text"),
		form_text(finding, "note"),
		files ? arena_printf(form->arena, "%s %lld", form_word(form, "Photos:", "照片："),
		                     (long long)files)
		      : NULL,
	};

	return lines(form, texts, COUNT_OF(texts));
}

static void
put_findings(struct form *form, const json_t *findings)
{
	const struct column columns[] = {
		{ .title = form_word(form, "No.", "序号"), .share = 0.07, .side = MIDDLE },
		{ .title = form_word(form, "Point or place", "检查项／部位"), .share = 0.28 },
		{ .title = form_word(form, "State", "状态"), .share = 0.15 },
		{ .title = form_word(form, "Damage", "损伤"), .share = 0.12 },
		{ .title = form_word(form, "Measured, remarks", "测量值与说明"), .share = 0.38 },
	};
	const json_t *finding;
	size_t i;

	if (json_array_size(findings) == 0)
		return;
	sheet_space(form->sheet, 4);
	sheet_table(form->sheet, columns, COUNT_OF(columns));
	for (i = 0; (finding = json_array_get(findings, i)) != NULL; i++) {
		const char *cells[] = {
			arena_printf(form->arena, "%zu", i + 1),
			place(form, finding),
			form_label(form, &finding_severity_enum, form_text(finding, "severity")),
			form_label(form, &body_damage_enum, form_text(finding, "damage")),
			remarks(form, finding),
		};

		sheet_row(form->sheet, cells);
	}
	sheet_table_end(form->sheet);
}

/* How the vehicle was found. */
static void
put_inspection(struct form *form, const json_t *inspection)
{
	const char *template = form_text(inspection, "template");
	const struct fact facts[] = {
		{ form_word(form, "Fuel", "燃油"), percent(form, inspection, "fuel_percent") },
		{ form_word(form, "Traction battery", "动力电池"),
		  percent(form, inspection, "battery_percent") },
		{ form_word(form, "Warning lamps", "仪表警示灯"),
		  listed(form, json_object_get(inspection, "lamps"), &dashboard_lamp_enum) },
		{ form_word(form, "Belongings in it", "车内物品"),
		  listed(form, json_object_get(inspection, "belongings"), NULL) },
		{ form_word(form, "Inspected by", "检查人"),
		  signed_for(form, inspection, "submitted_by_name", "submitted") },
		{ form_word(form, "Signed by both", "双方签字"),
		  signed_for(form, inspection, "signed_by_name", "signed") },
	};

	sheet_heading(form->sheet, arena_printf(form->arena, "%s %s%s%s",
	                                        form_word(form, "State of the vehicle", "车辆状态"),
	                                        form_text(inspection, "number"),
	                                        template ? "  " : "", template ? template : ""));
	sheet_facts(form->sheet, facts, COUNT_OF(facts));
	put_findings(form, json_object_get(inspection, "findings"));
	if (form_has(inspection, "note"))
		sheet_text(form->sheet, PLAIN, form_text(inspection, "note"));
}

/* The last inspection that both have signed; NULL: none. */
static const json_t *
last_signed(const json_t *inspections)
{
	const json_t *last = NULL, *inspection;

	for (size_t i = 0; (inspection = json_array_get(inspections, i)) != NULL; i++)
		if (form_has(inspection, "signed"))
			last = inspection;
	return last;
}

/* A box to sign in, or who has signed the inspection on a screen and when. */
static const char *
signature(struct form *form, const char *label, const json_t *inspection, const char *who)
{
	return inspection ? arena_printf(form->arena, "%s\n%s\n%s", label,
	                                 form_word(form, "Signed on a screen:", "已电子签字："),
	                                 signed_for(form, inspection, who, "signed"))
	                  : label;
}

void
print_reception(struct form *form)
{
	const json_t *data = form->data, *inspections = json_object_get(data, "inspections"),
		     *inspection;
	const json_t *done = last_signed(inspections);
	const struct fact facts[] = {
		{ form_word(form, "Reception", "接车单号"), form->sheet->number },
		{ form_word(form, "Status", "状态"),
		  form_label(form, &reception_status_enum, form_text(data, "status")) },
		{ form_word(form, "Brought by", "送修人"), form_text(data, "contact_name") },
		{ form_word(form, "Telephone", "送修人电话"), form_text(data, "contact_phone") },
		{ form_word(form, "Arrived", "到店时间"), form_text(data, "arrived") },
		{ form_word(form, "Keys taken", "交接时间"), form_text(data, "handed_over") },
		{ form_word(form, "Odometer", "里程"), form_km(form, "odometer_km") },
		{ form_word(form, "Colour", "车身颜色"), form_text(data, "vehicle.colour") },
		{ form_word(form, "Appointment", "预约单号"),
		  form_text(data, "appointment_number") },
		{ form_word(form, "Photos and papers", "照片与附件"),
		  form_number(form, data, "files") },
	};
	const char *const signatures[] = {
		signature(form, form_word(form, "Customer's signature", "客户签字"), done,
		          "signed_by_name"),
		signature(form, form_word(form, "Received by", "接车人签字"), done,
		          "technician_name"),
	};

	form_head(form, facts, COUNT_OF(facts));
	form_concerns(form);
	for (size_t i = 0; (inspection = json_array_get(inspections, i)) != NULL; i++)
		put_inspection(form, inspection);
	if (form_has(data, "note")) {
		sheet_heading(form->sheet, form_word(form, "Note", "备注"));
		sheet_text(form->sheet, PLAIN, form_text(data, "note"));
	}
	form_old_parts(form, form_text(data, "old_parts"));
	sheet_text(
		form->sheet, PLAIN,
		form_word(form,
	                  "The vehicle and its keys are handed over in the state described above. "
	                  "The customer has taken valuables out of it.",
	                  "车辆及钥匙按上述状态交接。贵重物品已由客户自行取出保管。"));
	sheet_signatures(form->sheet, signatures, COUNT_OF(signatures));
}
