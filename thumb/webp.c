/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of messengers: WebP. */
#include <string.h>

#include <webp/decode.h>

#include "exif.h"
#include "print.h"
#include "thumb.h"

#define HEAD      12 /* "RIFF", octets behind it, "WEBP" */
#define CHUNK     8  /* its name, its octets */
#define EXIF_HEAD 6

static size_t
length(const unsigned char *at)
{
	return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

/* Its EXIF stands behind its points; some write it with JPEG's head. */
static unsigned
orientation(const struct photo *photo)
{
	size_t at = HEAD;

	while (at < photo->size && photo->size - at > CHUNK) {
		const unsigned char *chunk = photo->data + at, *data = chunk + CHUNK;
		size_t size = length(chunk + 4), left = photo->size - at - CHUNK;

		if (size > left)
			break;
		if (memcmp(chunk, "EXIF", 4) == 0) {
			size_t skip = size > EXIF_HEAD && memcmp(data, "Exif\0", EXIF_HEAD) == 0
			                      ? EXIF_HEAD
			                      : 0;

			return exif_orientation(data + skip, size - skip);
		}
		at += CHUNK + size + size % 2;
	}
	return 1;
}

/* On white. */
static void
to_rgb(unsigned char *row, unsigned width)
{
	const unsigned char *from = row;

	for (unsigned x = 0; x < width; x++, from += 4) {
		const unsigned alpha = from[3];

		/* what is written lies before what is still to be read */
		for (unsigned c = 0; c < COLOURS; c++)
			row[x * COLOURS + c] =
				(unsigned char)((from[c] * alpha + 255 * (255 - alpha) + 127) /
			                        255);
	}
}

unsigned
read_webp(const struct photo *photo, struct shrink *small)
{
	WebPDecoderConfig config;
	unsigned width, height, to_width, to_height;
	VP8StatusCode status;

	if (photo->size < HEAD + CHUNK || !WebPInitDecoderConfig(&config) ||
	    WebPGetFeatures(photo->data, photo->size, &config.input) != VP8_STATUS_OK ||
	    config.input.has_animation || length(photo->data + 4) > photo->size - CHUNK)
		refuse(PRINT_UNREADABLE);
	width = (unsigned)config.input.width;
	height = (unsigned)config.input.height;
	check_points(width, height);
	/* the library makes it as small by itself, without ever having it whole */
	shrink_fit(width, height, photo->side, &to_width, &to_height);
	config.options.use_scaling = to_width != width || to_height != height;
	config.options.scaled_width = (int)to_width;
	config.options.scaled_height = (int)to_height;
	config.output.colorspace = MODE_RGBA;
	status = WebPDecode(photo->data, photo->size, &config);
	if (status != VP8_STATUS_OK)
		refuse(status == VP8_STATUS_OUT_OF_MEMORY ? PRINT_TOO_LARGE : PRINT_UNREADABLE);
	shrink_open(small, to_width, to_height, photo->side);
	for (unsigned y = 0; y < to_height; y++) {
		unsigned char *row =
			config.output.u.RGBA.rgba + (size_t)y * (size_t)config.output.u.RGBA.stride;

		to_rgb(row, to_width);
		shrink_row(small, row);
	}
	return orientation(photo);
}
