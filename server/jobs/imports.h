/* SPDX-License-Identifier: Apache-2.0 */
/* Imports at work: files are read into rows, rows are judged and written, a piece at a time. */
#ifndef SERVER_JOBS_IMPORTS_H
#define SERVER_JOBS_IMPORTS_H

#include "db/db.h"

/* The operation that writes one row of a kind: its body is what a row is, its permission is
 * needed. */
enum op import_op(enum import_kind kind);

/* One piece of an open import, of `only` unless it is none: at most a thousand rows or a quarter of
 * a second.  For conn_run under system_scope.  *more: something was done. */
MUSTCHECK enum err import_step(struct ctx *ctx, struct id only, bool *more);

#endif
