/* SPDX-License-Identifier: Apache-2.0 */
/* One execution for several documents: what waits for the same statements under the same principal.
 *
 * Statements are written for `= ANY (:ids)`; the riders of a query wait behind it, get its rows and
 * find their own in them. */
#ifndef DB_LANE_SHARE_H
#define DB_LANE_SHARE_H

#include "db/lane.h"
#include "db/rows.h"

/* Move to query->riders what may be asked with it of the list that begins at *waiting; the list's
 * new last link. */
struct lane_query **riders_gather(struct lane_query *query, struct lane_query **waiting);

/* The values of query's statement, with the ids of its riders too. */
const char *const *riders_values(const struct lane_query *query, size_t statement);

/* Take the result of a statement for the query and its riders. */
void riders_take(struct lane_query *query, size_t statement, PGresult *result);

/* Point query->row at its document; false when the rows do not hold it. */
bool rider_find_row(struct lane_query *query);

#endif
