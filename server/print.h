/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon's printer and the programs it starts say to each other. */
#ifndef SERVER_PRINT_H
#define SERVER_PRINT_H

#define PRINT_PROGRAM "fettled-print" /* beside fettled */
#define THUMB_PROGRAM "fettled-thumb" /* the same */
#define PRINT_IN_CELL "cell"          /* its argument: give up what printing does not need */
#define PRINT_TOLD    3               /* descriptor on which it tells how it went */
#define PRINT_OK      "ok"

/* What fettled-thumb tells first, once the photo alone can end it, and how it refuses one. */
#define PRINT_READING    "reading: "
#define PRINT_UNREADABLE "unreadable"
#define PRINT_TOO_LARGE  "too large"

#endif
