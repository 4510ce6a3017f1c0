/* SPDX-License-Identifier: Apache-2.0 */
/* fettled-print: one document becomes a PDF.
 *
 * The daemon's printer (server/printer.h) starts it for each: the data, as JSON, from standard input, the
 * PDF to standard output, and one line of how it went to descriptor 3 ("ok", or why not). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cell.h"
#include "core/buf.h"
#include "form.h"
#include "print.h"

#define DATA_MAX ((size_t)64 << 20)

/* The one font, whatever others the machine has. */
static const char fonts[] =
	"<?xml version=\"1.0\"?><fontconfig><dir>/usr/share/fonts/opentype/noto</dir>"
	"<selectfont><rejectfont><pattern></pattern></rejectfont><acceptfont><pattern>"
	"<patelt name=\"family\"><string>" SHEET_FONT "</string></patelt></pattern></acceptfont>"
	"</selectfont><cachedir>/var/cache/fontconfig</cachedir></fontconfig>";

static const struct document {
	const char *name, *en, *zh;
	void (*print)(struct form *form);
	bool decide; /* its link asks something of the customer; others show how far the order is */
} documents[] = {
	{ "settlement", "Settlement list", "机动车维修结算清单", print_settlement, false },
	{ "sale", "Bill of parts", "配件销售结算单", print_sale, false },
	{ "work_order", "Work order", "机动车维修工单", print_work_order, false },
	{ "reception", "Vehicle hand-over sheet", "车辆交接单", print_reception, false },
	{ "estimate", "Estimate", "维修估价单", print_estimate, true },
};

static int
tell(const char *how, int status)
{
	if (write(PRINT_TOLD, how, strlen(how)) < 0)
		return EX_IOERR;
	return status;
}

static bool
read_data(struct buf *data)
{
	char room[65536];
	ssize_t n;

	buf_init(data, DATA_MAX);
	while ((n = read(STDIN_FILENO, room, sizeof(room))) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			buf_put(data, room, (size_t)n);
	}
	return !data->full;
}

static cairo_status_t
write_out(void *arg, const unsigned char *data, unsigned size)
{
	(void)arg;
	while (size) {
		ssize_t n = write(STDOUT_FILENO, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return CAIRO_STATUS_WRITE_ERROR;
		data += n;
		size -= (unsigned)n;
	}
	return CAIRO_STATUS_SUCCESS;
}

/* Once to count its pages, and once more with their number on each. */
static bool
print_document(struct form *form, const struct document *document)
{
	const char *at = form_text(form->data, "at"), *language = form_text(form->data, "language");
	bool ok = true;

	form->language = strcmp(language, "zh-CN") == 0;
	form_title(form, document->en, document->zh);
	form->code_says =
		document->decide ? form_word(form, "Scan to see and decide", "扫码查看并确认")
				 : form_word(form, "Scan to follow the repair", "扫码查看维修进度");
	for (int pass = 0; ok && pass < 2; pass++) {
		sheet_begin(form->sheet, write_out, NULL, pass ? form->sheet->page : 0, at,
		            language);
		document->print(form);
		ok = sheet_end(form->sheet);
	}
	return ok;
}

static int
run(struct sheet *sheet)
{
	struct buf text;
	struct arena arena;
	struct form form = { .arena = &arena, .sheet = sheet };
	json_t *data = NULL;
	const char *name;

	if (!read_data(&text))
		return tell("the data cannot be read", EX_NOINPUT);
	data = json_loadb(text.data ? text.data : "", text.len, 0, NULL);
	buf_clear(&text);
	form.data = data;
	name = form_text(data, "document");
	arena_init(&arena);
	for (size_t i = 0; name && i < COUNT_OF(documents); i++) {
		bool ok;

		if (strcmp(documents[i].name, name) != 0)
			continue;
		ok = print_document(&form, &documents[i]);
		arena_clear(&arena);
		json_decref(data);
		return ok ? tell(PRINT_OK, EX_OK) : tell("it cannot be written", EX_IOERR);
	}
	json_decref(data);
	return tell("no such document", EX_DATAERR);
}

int
main(int argc, char **argv)
{
	struct sheet sheet;

	/* what else opens something when it is used first */
	json_object_seed(0);
	if (!sheet_open(&sheet, fonts))
		return tell("no font: install fonts-noto-cjk", EX_OSFILE);
	if (argc > 1 && strcmp(argv[1], PRINT_IN_CELL) == 0 && !cell_enter())
		return tell("the kernel refuses the sandbox", EX_OSERR);
	/* nothing is given back: the process ends */
	_exit(run(&sheet));
}
