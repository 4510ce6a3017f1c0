/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents share: their data (JSON as the daemon's read wrote it), their words, their looks. */
#ifndef PRINT_FORM_H
#define PRINT_FORM_H

#include <jansson.h>
#include <stdint.h>

#include "contract.h"
#include "core/arena.h"
#include "sheet.h"

struct form {
	const json_t *data;
	int language;          /* 0 English, 1 Chinese */
	const char *code_says; /* what the code on it is scanned for */
	struct arena *arena;
	struct sheet *sheet;
};

/* The kinds of documents, by the member `document`. */
void print_settlement(struct form *form);
void print_sale(struct form *form);
void print_work_order(struct form *form);
void print_reception(struct form *form);
void print_estimate(struct form *form);

/* --- Data: `path` names a member, or a member of a member by a dot ---------------------------- */

/* NULL where there is none. */
const char *form_text(const json_t *object, const char *path);
/* 0 where there is none. */
int64_t form_int(const json_t *object, const char *path);
bool form_has(const json_t *object, const char *path);

/* --- Words ------------------------------------------------------------------------------------ */

/* The one of the document's language. */
const char *form_word(const struct form *form, const char *en, const char *zh);
/* The contract's label of a code; NULL of NULL, the code itself where the contract has none. */
const char *form_label(const struct form *form, const struct enumeration *e, const char *code);
/* Fen as "1,234.50". */
const char *form_money(const struct form *form, int64_t fen);
/* The member as "1.5" and "12,500": at most three decimals. */
const char *form_number(const struct form *form, const json_t *object, const char *path);
/* "48,210 km", NULL where there is none. */
const char *form_km(const struct form *form, const char *path);
/* Make and model. */
const char *form_model(const struct form *form);
/* What is written on Chinese bills so that no digit can be added: 壹仟贰佰叁拾肆元伍角整.  Of nothing below
 * zero. */
const char *form_capital(struct arena *arena, int64_t fen);

/* --- Looks ------------------------------------------------------------------------------------ */

/* Name, title and number of the whole document, before its first page. */
void form_title(struct form *form, const char *en, const char *zh);
/* The top of the first page, with who repairs and for whom: every document's first table.  `more` are the
 * facts of its own. */
void form_head(struct form *form, const struct fact more[], size_t count);
/* What the customer said. */
void form_concerns(struct form *form);
/* The choice about replaced parts, as boxes one of which is ticked, or none yet. */
void form_old_parts(struct form *form, const char *code);

#endif
