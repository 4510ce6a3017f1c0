/* SPDX-License-Identifier: Apache-2.0 */
/* Photos of cameras: JPEG, read and written. */
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
/* after it, which it needs */
#include <jerror.h>

#include "exif.h"
#include "jpeg.h"
#include "print.h"
#include "thumb.h"

#define EXIF      "Exif\0"
#define EXIF_HEAD 6
#define SCANS_MAX 200 /* cameras make ten; each goes over the whole picture again */
#define QUALITY   80

NORETURN static void
fail(j_common_ptr jpeg)
{
	refuse(jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? PRINT_TOO_LARGE : PRINT_UNREADABLE);
}

/* The library makes up what is missing, and says so: we do not.  What cameras write beyond the standard does
 * no harm. */
static void
warn(j_common_ptr jpeg, int level)
{
	if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA &&
	    jpeg->err->msg_code != JWRN_JFIF_MAJOR && jpeg->err->msg_code != JWRN_ADOBE_XFORM)
		refuse(PRINT_UNREADABLE);
}

static void
count_scans(j_common_ptr jpeg)
{
	if (((j_decompress_ptr)jpeg)->input_scan_number > SCANS_MAX)
		refuse(PRINT_UNREADABLE);
}

static struct jpeg_error_mgr *
strict(struct jpeg_error_mgr *errors)
{
	(void)jpeg_std_error(errors);
	errors->error_exit = fail;
	errors->emit_message = warn;
	return errors;
}

static unsigned
orientation(const struct jpeg_decompress_struct *jpeg)
{
	for (const struct jpeg_marker_struct *m = jpeg->marker_list; m; m = m->next)
		if (m->data_length > EXIF_HEAD && memcmp(m->data, EXIF, EXIF_HEAD) == 0)
			return exif_orientation(m->data + EXIF_HEAD, m->data_length - EXIF_HEAD);
	return 1;
}

/* The library halves a picture for less than it takes to read it whole; the shrinker keeps two points for each
 * of its own, which looks as if it had all. */
static unsigned
eighths(const struct jpeg_decompress_struct *jpeg, unsigned side)
{
	const uint64_t longer =
		jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
	unsigned n = 1;

	while (n < 8 && longer * n < (uint64_t)side * 2 * 8)
		n *= 2;
	return n;
}

/* Printers' four colours: with Adobe's mark they are written the other way round. */
static void
to_rgb(const struct jpeg_decompress_struct *jpeg, unsigned char *points)
{
	const unsigned char *from = points;

	for (unsigned x = 0; x < jpeg->output_width; x++, from += 4)
		for (unsigned c = 0; c < COLOURS; c++) {
			unsigned colour = from[c], black = from[3];

			if (!jpeg->saw_Adobe_marker) {
				colour = 255 - colour;
				black = 255 - black;
			}
			/* what is written lies before what is still to be read */
			points[x * COLOURS + c] = (unsigned char)(colour * black / 255);
		}
}

unsigned
read_jpeg(const struct photo *photo, struct shrink *small)
{
	struct jpeg_decompress_struct jpeg = { 0 };
	struct jpeg_progress_mgr progress = { .progress_monitor = count_scans };
	struct jpeg_error_mgr errors;
	unsigned turned;
	JSAMPROW row;

	jpeg.err = strict(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg.progress = &progress;
	jpeg_mem_src(&jpeg, photo->data, photo->size);
	jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
	(void)jpeg_read_header(&jpeg, TRUE);
	check_points(jpeg.image_width, jpeg.image_height);
	turned = orientation(&jpeg);
	jpeg.out_color_space = jpeg.num_components == 4 ? JCS_CMYK : JCS_RGB;
	jpeg.scale_num = eighths(&jpeg, photo->side);
	jpeg.scale_denom = 8;
	(void)jpeg_start_decompress(&jpeg);
	shrink_open(small, jpeg.output_width, jpeg.output_height, photo->side);
	row = take_memory(jpeg.output_width, (size_t)jpeg.output_components);
	while (jpeg.output_scanline < jpeg.output_height) {
		(void)jpeg_read_scanlines(&jpeg, &row, 1);
		if (jpeg.out_color_space == JCS_CMYK)
			to_rgb(&jpeg, row);
		shrink_row(small, row);
	}
	(void)jpeg_finish_decompress(&jpeg);
	return turned;
}

size_t
write_jpeg(const struct shrink *small, unsigned char **data)
{
	struct jpeg_compress_struct jpeg = { 0 };
	struct jpeg_error_mgr errors;
	unsigned long size = 0;

	jpeg.err = strict(&errors);
	jpeg_create_compress(&jpeg);
	*data = NULL;
	jpeg_mem_dest(&jpeg, data, &size);
	jpeg.image_width = small->width;
	jpeg.image_height = small->height;
	jpeg.input_components = COLOURS;
	jpeg.in_color_space = JCS_RGB;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, QUALITY, TRUE);
	jpeg.optimize_coding = TRUE;
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row = small->points + (size_t)jpeg.next_scanline * small->width * COLOURS;

		(void)jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	return size;
}
