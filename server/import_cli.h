/* SPDX-License-Identifier: Apache-2.0 */
/* `fettled import`: a file into the database, without a daemon. */
#ifndef SERVER_IMPORT_CLI_H
#define SERVER_IMPORT_CLI_H

#include <stdbool.h>

struct import_options {
	const char *kind, *store, *format; /* format NULL: by the file's name, else CSV */
	bool dry_run;
};

/* Import `file` ("-": standard input), showing how far it is on standard error.  Rows that are
 * refused go to FILE.problems.ndjson, those of standard input to standard output.  Exit status: 0
 * when every row was taken, 1 when not. */
int import_cli(const char *url, const char *data_dir, const struct import_options *options,
               const char *file);

#endif
