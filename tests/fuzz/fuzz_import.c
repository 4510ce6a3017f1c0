/* SPDX-License-Identifier: Apache-2.0 */
/* A file of any kind of import, CSV and NDJSON: each row is JSON that the kind's own operation takes
 * or refuses with a problem, and going on in the middle gives the same rows.
 *
 * Input: kind and format, then the file. */
#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/text.h"
#include "decode.h"
#include "fuzz.h"
#include "import_source.h"
#include "jobs/imports.h"

struct run {
	struct arena arena;
	struct import_source source;
	struct failure wrong;
};

static bool
open_run(struct run *run, int fd, enum import_format format, const struct shape *shape,
         uint64_t octets, uint64_t line)
{
	arena_init(&run->arena);
	run->wrong = (struct failure){ 0 };
	return import_source_open(&run->source, &run->arena, fd, format, shape, (int64_t)octets,
	                          (int64_t)line, &run->wrong);
}

static void
close_run(struct run *run)
{
	import_source_close(&run->source);
	arena_clear(&run->arena);
}

static void
must_be_told(const struct failure *wrong)
{
	MUST(wrong->err != OK);
	for (size_t i = 0; i < COUNT_OF(wrong->args); i++)
		MUST(!wrong->args[i] || utf8_valid(wrong->args[i], strlen(wrong->args[i])));
}

static void
must_be_row(const char *json, const struct shape *shape)
{
	json_t *value =
		json_loadb(json, strlen(json), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	struct request req;
	enum err err;
	void *body;

	MUST(value != NULL);
	json_decref(value);
	request_begin(&req, 0);
	err = decode_body(&req.ctx, shape, json, strlen(json), &body);
	if (err == OK)
		must_fit(shape, body);
	else
		must_be_problem(&req, err, json, strlen(json));
	request_end(&req);
}

/* Both stand before the same row. */
static void
must_go_on(struct run *run, struct run *again, const struct shape *shape)
{
	const char *json, *same;
	enum csv_status status;

	do {
		status = import_source_next(&run->source, &json, &run->wrong);
		MUST(import_source_next(&again->source, &same, &again->wrong) == status);
		MUST(text_equal(json, same));
		if (status != CSV_RECORD)
			break;
		MUST(run->source.csv.line == again->source.csv.line);
		if (json)
			must_be_row(json, shape);
		else
			must_be_told(&run->wrong);
	} while (true);
	MUST(status == CSV_END);
}

static void
read_file(int fd, enum import_format format, const struct shape *shape, unsigned skip)
{
	struct run run, again;
	const char *json;

	if (!open_run(&run, fd, format, shape, 0, 1)) {
		must_be_told(&run.wrong);
		close_run(&run);
		return;
	}
	while (skip-- > 0 && import_source_next(&run.source, &json, &run.wrong) == CSV_RECORD)
		;
	MUST(open_run(&again, fd, format, shape, run.source.csv.offset, run.source.csv.next_line));
	must_go_on(&run, &again, shape);
	close_run(&again);
	close_run(&run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	unsigned kind = take_octet(&in), format = take_octet(&in), skip = take_octet(&in) % 4;
	enum op op = import_op((enum import_kind)(1 + kind % (IMPORT_KIND_COUNT - 1)));
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0)
		return 0;
	if (in.left == 0 || write(fd, in.at, in.left) == (ssize_t)in.left)
		read_file(fd, format % 2 ? IMPORT_FORMAT_CSV : IMPORT_FORMAT_NDJSON,
		          operations[op].body, skip);
	close(fd);
	return 0;
}
