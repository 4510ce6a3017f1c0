/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of screens: PNG. */
#include <png.h>
#include <string.h>

#include "exif.h"
#include "print.h"
#include "thumb.h"

#define INTERLACED_MAX ((uint64_t)32 * 1000 * 1000) /* points: it is whole in memory */

/* What is still to be read. */
struct rest {
	const unsigned char *at;
	size_t size;
};

NORETURN static void
fail(png_structp png, png_const_charp why)
{
	(void)png;
	refuse(strcmp(why, "Out of memory") == 0 ? PRINT_TOO_LARGE : PRINT_UNREADABLE);
}

/* Of what stands beside the points. */
static void
warn(png_structp png, png_const_charp why)
{
	(void)png;
	(void)why;
}

static void
give(png_structp png, png_bytep to, size_t size)
{
	struct rest *rest = png_get_io_ptr(png);

	if (size > rest->size)
		refuse(PRINT_UNREADABLE);
	memcpy(to, rest->at, size);
	rest->at += size;
	rest->size -= size;
}

/* Whatever is in it becomes red, green and blue, on white. */
static void
to_rgb(png_structp png, png_infop info)
{
	const png_color_16 white = { .red = 255, .green = 255, .blue = 255, .gray = 255 };

	png_set_expand(png);
	png_set_scale_16(png);
	if (!(png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR))
		png_set_gray_to_rgb(png);
	if (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA ||
	    png_get_valid(png, info, PNG_INFO_tRNS))
		png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
}

static void
read_rows(png_structp png, struct shrink *small, unsigned passes)
{
	const size_t size = (size_t)small->from_width * COLOURS;
	unsigned char *rows = take_memory(passes > 1 ? small->from_height : 1, size);

	/* the passes before the last one fill in what the last one completes */
	for (unsigned pass = 0; pass < passes; pass++)
		for (unsigned y = 0; y < small->from_height; y++) {
			unsigned char *row = rows + (passes > 1 ? y * size : 0);

			png_read_row(png, row, NULL);
			if (pass + 1 == passes)
				shrink_row(small, row);
		}
}

/* Nothing is unpacked that is not looked at. */
static void
skip_texts(png_structp png)
{
	static const png_byte skipped[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT";

	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof(skipped) / 5);
}

unsigned
read_png(const struct photo *photo, struct shrink *small)
{
	struct rest rest = { photo->data, photo->size };
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail, warn);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	unsigned width, height, passes;
	png_uint_32 exif_size = 0;
	png_bytep exif = NULL;

	if (!info)
		refuse(PRINT_TOO_LARGE);
	png_set_read_fn(png, &rest, give);
	skip_texts(png);
	png_read_info(png, info);
	width = png_get_image_width(png, info);
	height = png_get_image_height(png, info);
	check_points(width, height);
	to_rgb(png, info);
	passes = (unsigned)png_set_interlace_handling(png);
	if (passes > 1 && (uint64_t)width * height > INTERLACED_MAX)
		refuse(PRINT_TOO_LARGE);
	png_read_update_info(png, info);
	if (png_get_rowbytes(png, info) != (size_t)width * COLOURS)
		refuse(PRINT_UNREADABLE);
	shrink_open(small, width, height, photo->side);
	read_rows(png, small, passes);
	png_read_end(png, info);
	if (png_get_eXIf_1(png, info, &exif_size, &exif) == 0)
		return 1;
	return exif_orientation(exif, exif_size);
}
