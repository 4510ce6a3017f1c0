/* SPDX-License-Identifier: Apache-2.0 */
/* Documents on paper. */
#ifndef SERVER_ROUTES_DOCUMENTS_H
#define SERVER_ROUTES_DOCUMENTS_H

/* Where customers' links lead, what stands before their token; "": papers have no code to scan.  It is
 * kept. */
void documents_set_public_url(const char *url);

#endif
