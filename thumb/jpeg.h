/* SPDX-License-Identifier: Apache-2.0 */
/* What a small picture becomes. */
#ifndef THUMB_JPEG_H
#define THUMB_JPEG_H

#include <stddef.h>

#include "shrink.h"

/* JPEG without anything beside its points; its octets, in *data. */
size_t write_jpeg(const struct shrink *small, unsigned char **data);

#endif
