/* SPDX-License-Identifier: Apache-2.0 */
/* The hand-over sheet: which vehicle came in which state, and that its keys are in our custody. */
#include "form.h"

void
print_reception(struct form *form)
{
	const json_t *data = form->data;
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
		form_word(form, "Customer's signature", "客户签字"),
		form_word(form, "Received by", "接车人签字"),
	};

	form_head(form, facts, COUNT_OF(facts));
	form_concerns(form);
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
