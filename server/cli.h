/* SPDX-License-Identifier: Apache-2.0 */
/* fettled's command line. */
#ifndef SERVER_CLI_H
#define SERVER_CLI_H

int cli_run(int argc, char **argv);

#endif
