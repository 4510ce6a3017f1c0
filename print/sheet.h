/* SPDX-License-Identifier: Apache-2.0 */
/* Paper: A4 pages of text, tables and boxes as a PDF, broken where a page is full.
 *
 * Lengths are points (1/72 inch).  Texts are UTF-8 and may be NULL, which is nothing.  The same calls
 * make the same octets: nothing of the clock or the machine goes into the file. */
#ifndef PRINT_SHEET_H
#define PRINT_SHEET_H

#include <cairo.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stddef.h>

#define SHEET_FONT  "Noto Sans CJK SC"
#define COLUMNS_MAX 8

enum weight {
	PLAIN,
	STRONG,
	SMALL, /* of notes and footers */
	LARGE, /* the title */
	WEIGHTS
};

enum side {
	LEFT,
	RIGHT,
	MIDDLE
};

struct column {
	const char *title;
	double share; /* of the width; all of a table's make 1 */
	enum side side;
	enum weight weight;
	bool shaded;
};

struct fact {
	const char *label, *value;
};

struct sheet {
	PangoFontMap *fonts;
	PangoContext *context;
	PangoFontDescription *face[WEIGHTS];
	cairo_surface_t *surface;
	cairo_t *cr;
	const char *name, *title, *number; /* whose paper, what it is, and its number */
	const char *address;               /* at the foot of each page */
	const char *page_word;             /* before its number */
	double y;                          /* where the next thing goes */
	int page, pages;                   /* pages: 0 while they are being counted */
	const struct column *columns;      /* of the table that is open; NULL: none */
	size_t columns_count;
};

/* Fonts of the sheet, which `config` (fontconfig's XML) chooses; false when there is none.  What is
 * needed of them later is in memory then. */
bool sheet_open(struct sheet *sheet, const char *config);

/* The next file: its pages are written by `write` (counted alone when `pages` is 0).  `at` is the time
 * of the document, ISO 8601, and becomes that of the file; `language` is BCP 47's. */
void sheet_begin(struct sheet *sheet, cairo_write_func_t write, void *arg, int pages,
                 const char *at, const char *language);
/* False when not all of it could be written; the pages it has are in sheet->page. */
bool sheet_end(struct sheet *sheet);

/* At the top of the first page: whose it is, what it is and its number; and a code to be read by a
 * telephone, with a word below it. */
void sheet_head(struct sheet *sheet, const char *code, const char *code_says);
void sheet_heading(struct sheet *sheet, const char *text);
void sheet_text(struct sheet *sheet, enum weight weight, const char *text);
/* Two facts beside each other, row by row. */
void sheet_facts(struct sheet *sheet, const struct fact facts[], size_t count);
void sheet_table(struct sheet *sheet, const struct column columns[], size_t count);
/* Of the table that is open.  What no page could hold of a cell is left out, and says so (...). */
void sheet_row(struct sheet *sheet, const char *const cells[]);
void sheet_table_end(struct sheet *sheet);
/* At the right edge: what, and how much. */
void sheet_sum(struct sheet *sheet, enum weight weight, const char *label, const char *value);
/* Boxes beside each other, to be signed in. */
void sheet_signatures(struct sheet *sheet, const char *const labels[], size_t count);
void sheet_space(struct sheet *sheet, double height);

#endif
