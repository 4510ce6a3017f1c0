/* SPDX-License-Identifier: Apache-2.0 */
/* Paper, by cairo and pango. */
#include "sheet.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <pango/pangofc-fontmap.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "core/base.h"

#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define MARGIN      42.0
#define TOP         40.0
#define BOTTOM      (PAGE_HEIGHT - 56.0) /* the footer stands below */
#define WIDTH       (PAGE_WIDTH - 2 * MARGIN)
#define PAD         2.0
#define CODE_SIZE   72.0
#define BOX_HEIGHT  46.0
#define CELL_MAX    480.0 /* what a cell may be high */
#define ROW_WITH    64.0  /* a heading does not stand alone at the end of a page */

/* --- Text ------------------------------------------------------------------------------------- */

static PangoLayout *
lay_out(struct sheet *sheet, enum weight weight, const char *text, double width, enum side side)
{
	PangoLayout *layout = pango_layout_new(sheet->context);

	pango_layout_set_font_description(layout, sheet->face[weight]);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, side == RIGHT    ? PANGO_ALIGN_RIGHT
	                                   : side == MIDDLE ? PANGO_ALIGN_CENTER
	                                                    : PANGO_ALIGN_LEFT);
	pango_layout_set_text(layout, text ? text : "", -1);
	return layout;
}

static double
height_of(PangoLayout *layout)
{
	int height;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

/* Draws where it is told and frees the layout. */
static void
put(struct sheet *sheet, PangoLayout *layout, double x, double y)
{
	cairo_move_to(sheet->cr, x, y);
	pango_cairo_show_layout(sheet->cr, layout);
	g_object_unref(layout);
}

/* Answers with its height. */
static double
put_text(struct sheet *sheet, enum weight weight, const char *text, double x, double y,
         double width, enum side side)
{
	PangoLayout *layout = lay_out(sheet, weight, text, width, side);
	double height = height_of(layout);

	put(sheet, layout, x, y);
	return height;
}

static void
shade(struct sheet *sheet, double x, double y, double width, double height)
{
	cairo_set_source_rgb(sheet->cr, 0.93, 0.94, 0.95);
	cairo_rectangle(sheet->cr, x, y, width, height);
	cairo_fill(sheet->cr);
	cairo_set_source_rgb(sheet->cr, 0, 0, 0);
}

static void
frame(struct sheet *sheet, double x, double y, double width, double height)
{
	cairo_rectangle(sheet->cr, x, y, width, height);
	cairo_stroke(sheet->cr);
}

/* --- Rows and pages --------------------------------------------------------------------------- */

static void
foot(struct sheet *sheet)
{
	const double y = BOTTOM + 14;
	char of[64];

	(void)snprintf(of, sizeof(of), "%s %d / %d", sheet->page_word ? sheet->page_word : "",
	               sheet->page, sheet->pages);
	cairo_move_to(sheet->cr, MARGIN, y - 4);
	cairo_line_to(sheet->cr, MARGIN + WIDTH, y - 4);
	cairo_stroke(sheet->cr);
	put_text(sheet, SMALL, sheet->address, MARGIN, y, WIDTH * 0.7, LEFT);
	put_text(sheet, SMALL, of, MARGIN + WIDTH * 0.7, y, WIDTH * 0.3, RIGHT);
}

static void
begin_page(struct sheet *sheet)
{
	sheet->page++;
	sheet->y = TOP;
	cairo_set_source_rgb(sheet->cr, 0, 0, 0);
	cairo_set_line_width(sheet->cr, 0.5);
}

struct row {
	PangoLayout *cells[COLUMNS_MAX];
	double height;
};

static struct row
lay_out_row(struct sheet *sheet, const struct column columns[], size_t count,
            const char *const cells[])
{
	struct row row = { .height = 0 };

	for (size_t i = 0; i < count; i++) {
		double width = WIDTH * columns[i].share - 2 * PAD, height;

		row.cells[i] = lay_out(sheet, columns[i].weight, cells[i], width, columns[i].side);
		pango_layout_set_height(row.cells[i], (int)(CELL_MAX * PANGO_SCALE));
		pango_layout_set_ellipsize(row.cells[i], PANGO_ELLIPSIZE_END);
		height = height_of(row.cells[i]) + 2 * PAD;
		row.height = height > row.height ? height : row.height;
	}
	return row;
}

static void
put_row(struct sheet *sheet, const struct column columns[], size_t count, const struct row *row)
{
	double x = MARGIN;

	for (size_t i = 0; i < count; i++) {
		double width = WIDTH * columns[i].share;

		if (columns[i].shaded)
			shade(sheet, x, sheet->y, width, row->height);
		put(sheet, row->cells[i], x + PAD, sheet->y + PAD);
		frame(sheet, x, sheet->y, width, row->height);
		x += width;
	}
	sheet->y += row->height;
}

static void
table_head(struct sheet *sheet)
{
	struct column columns[COLUMNS_MAX];
	const char *titles[COLUMNS_MAX];
	struct row row;

	for (size_t i = 0; i < sheet->columns_count; i++) {
		columns[i] = sheet->columns[i];
		columns[i].weight = STRONG;
		columns[i].shaded = true;
		titles[i] = columns[i].title;
	}
	row = lay_out_row(sheet, columns, sheet->columns_count, titles);
	put_row(sheet, columns, sheet->columns_count, &row);
}

/* A new page unless `height` fits on this one. */
static void
need(struct sheet *sheet, double height)
{
	if (sheet->y + height <= BOTTOM)
		return;
	foot(sheet);
	cairo_show_page(sheet->cr);
	begin_page(sheet);
	put_text(sheet, SMALL, sheet->title, MARGIN, sheet->y, WIDTH / 2, LEFT);
	sheet->y += put_text(sheet, SMALL, sheet->number, MARGIN + WIDTH / 2, sheet->y, WIDTH / 2,
	                     RIGHT) +
	            6;
	if (sheet->columns)
		table_head(sheet);
}

/* --- The file --------------------------------------------------------------------------------- */

static cairo_status_t
swallow(void *arg, const unsigned char *data, unsigned size)
{
	(void)arg;
	(void)data;
	(void)size;
	return CAIRO_STATUS_SUCCESS;
}

bool
sheet_open(struct sheet *sheet, const char *config)
{
	static const struct {
		double size;
		PangoWeight weight;
	} faces[WEIGHTS] = {
		[PLAIN] = { 9, PANGO_WEIGHT_NORMAL },
		[STRONG] = { 9, PANGO_WEIGHT_BOLD },
		[SMALL] = { 7.5, PANGO_WEIGHT_NORMAL },
		[LARGE] = { 16, PANGO_WEIGHT_BOLD },
	};
	FcConfig *found = FcConfigCreate();
	FcFontSet *set;

	if (!FcConfigParseAndLoadFromMemory(found, (const FcChar8 *)config, FcTrue) ||
	    !FcConfigBuildFonts(found))
		return false;
	set = FcConfigGetFonts(found, FcSetSystem);
	if (!set || set->nfont == 0)
		return false;
	*sheet = (struct sheet){ .fonts = pango_cairo_font_map_new_for_font_type(
					 CAIRO_FONT_TYPE_FT) };
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(sheet->fonts), found);
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(sheet->fonts), 72);
	sheet->context = pango_font_map_create_context(sheet->fonts);
	for (size_t i = 0; i < WEIGHTS; i++) {
		sheet->face[i] = pango_font_description_from_string(SHEET_FONT);
		pango_font_description_set_absolute_size(sheet->face[i],
		                                         faces[i].size * PANGO_SCALE);
		pango_font_description_set_weight(sheet->face[i], faces[i].weight);
	}
	/* a page that nobody sees, in every face, with a character that no font has */
	sheet_begin(sheet, swallow, NULL, 1, "2000-01-01T00:00:00Z", "zh-CN");
	for (enum weight i = 0; i < WEIGHTS; i++)
		sheet_text(sheet, i, "Aa1 车修 \U0010fffd");
	return sheet_end(sheet);
}

void
sheet_begin(struct sheet *sheet, cairo_write_func_t write, void *arg, int pages, const char *at,
            const char *language)
{
	cairo_font_options_t *options = cairo_font_options_create();

	sheet->surface = cairo_pdf_surface_create_for_stream(pages ? write : swallow, arg,
	                                                     PAGE_WIDTH, PAGE_HEIGHT);
	cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
	cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_CREATOR, "Fettle");
	if (sheet->title)
		cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_TITLE,
		                               sheet->title);
	if (sheet->number)
		cairo_pdf_surface_set_metadata(sheet->surface, CAIRO_PDF_METADATA_SUBJECT,
		                               sheet->number);
	sheet->cr = cairo_create(sheet->surface);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(sheet->context, options);
	cairo_font_options_destroy(options);
	pango_context_set_language(sheet->context, pango_language_from_string(language));
	pango_cairo_update_context(sheet->cr, sheet->context);
	sheet->pages = pages;
	sheet->page = 0;
	begin_page(sheet);
}

bool
sheet_end(struct sheet *sheet)
{
	bool ok;

	foot(sheet);
	cairo_show_page(sheet->cr);
	cairo_surface_finish(sheet->surface);
	ok = cairo_status(sheet->cr) == CAIRO_STATUS_SUCCESS &&
	     cairo_surface_status(sheet->surface) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(sheet->cr);
	cairo_surface_destroy(sheet->surface);
	sheet->cr = NULL;
	sheet->surface = NULL;
	return ok;
}

/* --- What stands on it ------------------------------------------------------------------------ */

static void
put_code(struct sheet *sheet, const QRcode *code, double x, double y)
{
	double side = CODE_SIZE / code->width;

	for (int row = 0; row < code->width; row++)
		for (int column = 0; column < code->width; column++)
			if (code->data[row * code->width + column] & 1)
				cairo_rectangle(sheet->cr, x + column * side, y + row * side, side,
				                side);
	cairo_fill(sheet->cr);
}

void
sheet_head(struct sheet *sheet, const char *code, const char *code_says)
{
	/* what no code can hold is left out, and the word below it with it */
	QRcode *qr = code ? QRcode_encodeString8bit(code, 0, QR_ECLEVEL_M) : NULL;
	double width = qr ? WIDTH - CODE_SIZE - 40 : WIDTH, top = sheet->y, below = top;

	sheet->y += put_text(sheet, STRONG, sheet->name, MARGIN, sheet->y, width, LEFT) + 2;
	sheet->y += put_text(sheet, LARGE, sheet->title, MARGIN, sheet->y, width, LEFT) + 2;
	sheet->y += put_text(sheet, PLAIN, sheet->number, MARGIN, sheet->y, width, LEFT);
	if (qr) {
		put_code(sheet, qr, MARGIN + WIDTH - CODE_SIZE, top);
		below += CODE_SIZE + 3;
		below += put_text(sheet, SMALL, code_says, MARGIN + WIDTH - CODE_SIZE - 30, below,
		                  CODE_SIZE + 30, RIGHT);
		QRcode_free(qr);
	}
	sheet->y = (below > sheet->y ? below : sheet->y) + 8;
}

void
sheet_heading(struct sheet *sheet, const char *text)
{
	need(sheet, ROW_WITH);
	sheet->y += 8;
	sheet->y += put_text(sheet, STRONG, text, MARGIN, sheet->y, WIDTH, LEFT) + 3;
}

/* Line by line: a note may be longer than a page. */
void
sheet_text(struct sheet *sheet, enum weight weight, const char *text)
{
	PangoLayout *layout = lay_out(sheet, weight, text, WIDTH, LEFT);
	PangoLayoutIter *at = pango_layout_get_iter(layout);

	do {
		PangoRectangle place;
		double height;

		pango_layout_iter_get_line_extents(at, NULL, &place);
		height = (double)place.height / PANGO_SCALE;
		need(sheet, height);
		cairo_move_to(sheet->cr, MARGIN,
		              sheet->y + (double)(pango_layout_iter_get_baseline(at) - place.y) /
		                                 PANGO_SCALE);
		pango_cairo_show_layout_line(sheet->cr, pango_layout_iter_get_line_readonly(at));
		sheet->y += height;
	} while (pango_layout_iter_next_line(at));
	pango_layout_iter_free(at);
	g_object_unref(layout);
	sheet->y += 2;
}

void
sheet_facts(struct sheet *sheet, const struct fact facts[], size_t count)
{
	static const struct column columns[] = {
		{ NULL, 0.16, LEFT, SMALL, true },
		{ NULL, 0.34, LEFT, PLAIN, false },
		{ NULL, 0.16, LEFT, SMALL, true },
		{ NULL, 0.34, LEFT, PLAIN, false },
	};

	for (size_t i = 0; i < count; i += 2) {
		static const struct fact none;
		const struct fact *other = i + 1 < count ? &facts[i + 1] : &none;
		const char *cells[] = { facts[i].label, facts[i].value, other->label,
			                other->value };
		struct row row = lay_out_row(sheet, columns, COUNT_OF(columns), cells);

		need(sheet, row.height);
		put_row(sheet, columns, COUNT_OF(columns), &row);
	}
}

void
sheet_table(struct sheet *sheet, const struct column columns[], size_t count)
{
	need(sheet, ROW_WITH);
	sheet->columns = columns;
	sheet->columns_count = count;
	table_head(sheet);
}

void
sheet_row(struct sheet *sheet, const char *const cells[])
{
	struct row row = lay_out_row(sheet, sheet->columns, sheet->columns_count, cells);

	need(sheet, row.height);
	put_row(sheet, sheet->columns, sheet->columns_count, &row);
}

void
sheet_table_end(struct sheet *sheet)
{
	sheet->columns = NULL;
}

void
sheet_sum(struct sheet *sheet, enum weight weight, const char *label, const char *value)
{
	PangoLayout *said = lay_out(sheet, weight, label, WIDTH * 0.8 - PAD, RIGHT),
		    *sum = lay_out(sheet, weight, value, WIDTH * 0.2 - PAD, RIGHT);
	double height = height_of(said) > height_of(sum) ? height_of(said) : height_of(sum);

	need(sheet, height + 2);
	put(sheet, said, MARGIN, sheet->y + 2);
	put(sheet, sum, MARGIN + WIDTH * 0.8, sheet->y + 2);
	sheet->y += height + 2;
}

void
sheet_signatures(struct sheet *sheet, const char *const labels[], size_t count)
{
	double width = WIDTH / (double)count;

	need(sheet, BOX_HEIGHT + 10);
	sheet->y += 10;
	for (size_t i = 0; i < count; i++) {
		double x = MARGIN + width * (double)i;

		put_text(sheet, SMALL, labels[i], x + PAD, sheet->y + PAD, width - 2 * PAD, LEFT);
		frame(sheet, x, sheet->y, width, BOX_HEIGHT);
	}
	sheet->y += BOX_HEIGHT;
}

void
sheet_space(struct sheet *sheet, double height)
{
	sheet->y += height;
}
