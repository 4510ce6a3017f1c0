/* SPDX-License-Identifier: Apache-2.0 */
/* The printer: documents become PDFs, and photos small pictures, in processes of their own, one for each
 * (docs/printing.md).
 *
 * The daemon itself may start nothing once it serves (sandbox.h), so a process that is forked before
 * does; it holds nothing and decides nothing, and ends when we end. */
#ifndef SERVER_PRINTER_H
#define SERVER_PRINTER_H

#include <stdint.h>

#include "request.h"

/*
 * Fork it, before there is any thread.  `dir`: where what is sent between us lies, without a name; it
 * is kept.  `cell`: what prints narrows its system calls.  Without fettled-print or fettled-thumb beside
 * this program, said in the log, what they make cannot be had.
 */
void printer_open(const char *dir, bool cell);

/*
 * What is printed of `size` octets of JSON: *file is open and the caller's, *length its octets.  Waits
 * for it, half a minute at most.  ERR_UNAVAILABLE, said in the log.
 */
MUSTCHECK enum err printer_print(const char *data, size_t size, int *file, uint64_t *length);

/*
 * The photo that is open as JPEG of `side` points at most, upright, without what the camera wrote.
 * ERR_PICTURE_UNREADABLE for what is broken, or ends the process that reads it (said in the log);
 * ERR_PICTURE_TOO_LARGE; ERR_UNAVAILABLE, said in the log.
 */
MUSTCHECK enum err printer_thumbnail(int photo, unsigned side, int *file, uint64_t *length);

/* Send it away and wait for it.  Nothing when it is not open. */
void printer_close(void);

#endif
