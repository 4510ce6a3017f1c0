/* SPDX-License-Identifier: Apache-2.0 */
/* fettled: the back end of a chain of car workshops. */
#include "cli.h"

int
main(int argc, char **argv)
{
	return cli_run(argc, argv);
}
