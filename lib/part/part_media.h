/* SPDX-License-Identifier: Apache-2.0 */
/* What a part looks like, and where electronic parts catalogues (EPC) show it. */
#ifndef PART_PART_MEDIA_H
#define PART_PART_MEDIA_H

#include "db/db.h"

/* All anew, in their order; both set ctx->subject to the part.  Of files ERR_NOT_UNIQUE, ERR_NOT_FOUND
 * (also of one that belongs to something), ERR_BAD_VALUE (neither picture nor PDF) at
 * /files/<n>/file_id. */
MUSTCHECK enum err part_files_replace(struct ctx *ctx, struct id id,
                                      const struct set_part_files *in);
MUSTCHECK enum err part_epc_references_replace(struct ctx *ctx, struct id id,
                                               const struct set_part_epc_references *in);

#endif
