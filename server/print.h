/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon's printer and fettled-print say to each other. */
#ifndef SERVER_PRINT_H
#define SERVER_PRINT_H

#define PRINT_PROGRAM "fettled-print" /* beside fettled */
#define PRINT_IN_CELL "cell"          /* its argument: give up what printing does not need */
#define PRINT_TOLD    3               /* descriptor on which it tells how it went */
#define PRINT_OK      "ok"

#endif
