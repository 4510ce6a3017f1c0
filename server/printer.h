/* SPDX-License-Identifier: Apache-2.0 */
/* The printer: documents become PDFs in processes of their own, one for each (docs/printing.md).
 *
 * The daemon itself may start nothing once it serves (sandbox.h), so a process that is forked before
 * does; it holds nothing and decides nothing, and ends when we end. */
#ifndef SERVER_PRINTER_H
#define SERVER_PRINTER_H

#include <stdint.h>

#include "request.h"

/*
 * Fork it, before there is any thread.  `dir`: where what is sent between us lies, without a name; it
 * is kept.  `cell`: what prints narrows its system calls.  Without fettled-print beside this program,
 * said in the log, every call of printer_print() fails.
 */
void printer_open(const char *dir, bool cell);

/*
 * What is printed of `size` octets of JSON: *file is open and the caller's, *length its octets.  Waits
 * for it, half a minute at most.  ERR_UNAVAILABLE, said in the log.
 */
MUSTCHECK enum err printer_print(const char *data, size_t size, int *file, uint64_t *length);

/* Send it away and wait for it.  Nothing when it is not open. */
void printer_close(void);

#endif
