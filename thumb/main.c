/* SPDX-License-Identifier: Apache-2.0 */
/* fettled-thumb: one photo becomes a small picture.
 *
 * The daemon's printer (server/printer.h) starts it for each, with the points of the longer side as its argument: the
 * photo as standard input, a file, JPEG to standard output, and how it went to descriptor 3 (print.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cell.h"
#include "jpeg.h"
#include "print.h"
#include "thumb.h"

#define OCTETS_MAX ((off_t)64 << 20)
#define POINTS_MAX ((uint64_t)128 * 1000 * 1000)
#define SIDE_MAX   65535

static bool
tell(const char *what)
{
	return write(PRINT_TOLD, what, strlen(what)) >= 0;
}

NORETURN static void
end(const char *how, int status)
{
	/* nothing is given back: the process ends */
	_exit(tell(how) ? status : EX_IOERR);
}

void
refuse(const char *how)
{
	end(how, EX_DATAERR);
}

void
check_points(uint64_t width, uint64_t height)
{
	if (width == 0 || height == 0)
		refuse(PRINT_UNREADABLE);
	if (width > SIDE_MAX || height > SIDE_MAX || width * height > POINTS_MAX)
		refuse(PRINT_TOO_LARGE);
}

void *
take_memory(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		refuse(PRINT_TOO_LARGE);
	return memory;
}

static bool
write_out(const unsigned char *data, size_t size)
{
	while (size) {
		ssize_t n = write(STDOUT_FILENO, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* Mapped and not read: what is not looked at is not fetched. */
static void
open_photo(struct photo *photo)
{
	struct stat st;
	void *data;

	if (fstat(STDIN_FILENO, &st) != 0)
		end("the photo cannot be read", EX_NOINPUT);
	if (st.st_size == 0)
		refuse(PRINT_UNREADABLE);
	if (st.st_size > OCTETS_MAX)
		refuse(PRINT_TOO_LARGE);
	photo->size = (size_t)st.st_size;
	data = mmap(NULL, photo->size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (data == MAP_FAILED)
		end("the photo cannot be read", EX_NOINPUT);
	photo->data = data;
}

static const struct format {
	const char *head;
	size_t size, at;
	unsigned (*read)(const struct photo *photo, struct shrink *small);
} formats[] = {
	{ "\xff\xd8\xff", 3, 0, read_jpeg },
	{ "\x89PNG\r\n\x1a\n", 8, 0, read_png },
	{ "WEBP", 4, 8, read_webp },
};

NORETURN static void
make(unsigned side)
{
	struct photo photo = { .side = side };
	struct shrink small = { 0 };
	unsigned char *data;
	size_t size;

	open_photo(&photo);
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		const struct format *f = &formats[i];

		if (photo.size < f->at + f->size ||
		    memcmp(photo.data + f->at, f->head, f->size) != 0)
			continue;
		shrink_turn(&small, f->read(&photo, &small));
		size = write_jpeg(&small, &data);
		if (write_out(data, size))
			end(PRINT_OK, EX_OK);
		end("it cannot be written", EX_IOERR);
	}
	refuse(PRINT_UNREADABLE);
}

int
main(int argc, char **argv)
{
	const unsigned long side = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (side == 0 || side > SIDE_MAX)
		end("no size", EX_USAGE);
	if (argc > 2 && strcmp(argv[2], PRINT_IN_CELL) == 0 && !cell_enter())
		end("the kernel refuses the sandbox", EX_OSERR);
	if (!tell(PRINT_READING))
		_exit(EX_IOERR);
	make((unsigned)side);
}
