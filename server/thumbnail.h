/* SPDX-License-Identifier: Apache-2.0 */
/* Small pictures of photos (docs/printing.md): kept beside the photo, made when there is none. */
#ifndef SERVER_THUMBNAIL_H
#define SERVER_THUMBNAIL_H

#include "request.h"

/*
 * Of the file of these rows (file_get), in the `size` that is asked for: the reply, when it is kept, or else
 * req->unmade.  `seconds`: how long the caller may keep it.  ERR_NOT_FOUND without a row, ERR_NOT_A_PICTURE.
 */
MUSTCHECK enum err thumbnail_find(struct request *req, const struct rows *rows, int seconds);

/* Make what req->unmade says (route.h), and keep it; as printer_thumbnail(). */
MUSTCHECK enum err thumbnail_make(struct request *req);

#endif
