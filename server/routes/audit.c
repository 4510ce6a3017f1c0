/* SPDX-License-Identifier: Apache-2.0 */
/* What happened: the audit trail, the access log, the feed of events. */
#include "routes/routes.h"

/* clang-format off */
const struct route audit_routes[] = {
	READ(OP_listAuditEntries, PAGE(audit_entry_list)),
	READ(OP_listAccessLog,    PAGE(access_log_list)),
	READ(OP_listEvents,       NAMED_BY(after, event_known), PAGE(event_list)),
	ROUTES_END
};
/* clang-format on */
