/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's function over the files that are named and over those of the folders that are: the
 * corpus and what once was a crash, in every build of the unit tests. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static size_t files;

static void
replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size ? size : 1);

	if (!file || !data || fread(data, 1, size, file) != size)
		die("cannot read %s", path);
	/* whoever reads the output of a crash wants to know by what */
	(void)printf("%s\n", path);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput(data, size);
	files++;
	free(data);
	(void)fclose(file);
}

static void
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return; /* no target has crashed with each kind of input */
	if (S_ISDIR(st.st_mode)) {
		struct dirent **entries;
		int n = scandir(path, &entries, NULL, alphasort);

		for (int i = 0; i < n; i++) {
			char below[4096];

			(void)snprintf(below, sizeof(below), "%s/%s", path, entries[i]->d_name);
			if (entries[i]->d_name[0] != '.')
				replay(below);
			free(entries[i]);
		}
		if (n >= 0)
			free(entries);
	} else {
		replay_file(path, (size_t)st.st_size);
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	(void)printf("%zu files\n", files);
	return files > 0 ? 0 : 1;
}
