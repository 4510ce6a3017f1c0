/* SPDX-License-Identifier: Apache-2.0 */
/* Copying, opening and sweeping the files of imports. */
#include "import_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OLD_SECONDS 600
#define FILES_MAX   1000

static char folder[4096];

bool
import_files_set(const char *data_dir)
{
	int n = snprintf(folder, sizeof(folder), "%s/imports", data_dir);

	if (n < 0 || (size_t)n >= sizeof(folder) - ID_TEXT - 1) {
		errno = ENAMETOOLONG;
		return false;
	}
	return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

static const char *
path_of(struct id id, char path[static sizeof(folder)])
{
	char text[ID_TEXT];

	snprintf(path, sizeof(folder), "%.4000s/%s", folder, id_format(id, text));
	return path;
}

static bool
copy(int from, int to, crypto_hash_sha256_state *hash)
{
	char data[65536];

	for (;;) {
		ssize_t n = read(from, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		crypto_hash_sha256_update(hash, (unsigned char *)data, (unsigned long long)n);
		for (ssize_t done = 0; done < n;) {
			ssize_t written = write(to, data + done, (size_t)(n - done));

			if (written < 0 && errno != EINTR)
				return false;
			done += written > 0 ? written : 0;
		}
	}
}

/* The name is safe on the disk only when its folder is. */
static bool
sync_folder(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool
import_file_keep(struct id id, int from, char sha256[static SHA256_TEXT])
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state hash;
	char path[sizeof(folder)];
	int to = open(path_of(id, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), why;
	bool ok;

	if (to < 0)
		return false;
	crypto_hash_sha256_init(&hash);
	ok = copy(from, to, &hash) && fsync(to) == 0;
	why = errno;
	ok = close(to) == 0 && ok && sync_folder();
	if (!ok) {
		(void)unlink(path);
		errno = why;
		return false;
	}
	crypto_hash_sha256_final(&hash, digest);
	sodium_bin2hex(sha256, SHA256_TEXT, digest, sizeof(digest));
	return true;
}

int
import_file_open(struct id id)
{
	char path[sizeof(folder)];

	return open(path_of(id, path), O_RDONLY | O_CLOEXEC);
}

void
import_file_remove(struct id id)
{
	char path[sizeof(folder)];

	(void)unlink(path_of(id, path));
}

size_t
import_files_old(struct arena *arena, struct id **ids)
{
	DIR *dir = opendir(folder);
	time_t now = time(NULL);
	size_t n = 0;

	*ids = arena_array(arena, FILES_MAX, sizeof(**ids));
	while (dir && n < FILES_MAX) {
		struct stat st;
		/* cppcheck-suppress readdirCalled ; readdir_r is obsolete, the stream ours alone */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): the same */
		const struct dirent *entry = readdir(dir);

		if (!entry)
			break;

		if (id_parse(entry->d_name, strlen(entry->d_name), &(*ids)[n]) &&
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    now - st.st_mtime >= OLD_SECONDS)
			n++;
	}
	if (dir)
		closedir(dir);
	return n;
}
