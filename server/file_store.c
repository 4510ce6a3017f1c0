/* SPDX-License-Identifier: Apache-2.0 */
/* Content-addressed bytes: written aside, synced, renamed; the same content has the same name. */
#include "file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "spool.h"

#define ASIDE       "new-"
#define PARTS       "part-"
#define OLD_SECONDS 3600
#define OLD_PARTS   (INT64_C(25) * 3600) /* longer than an upload may rest */
#define PATH_SIZE   4200

static struct {
	char dir[4096];
	magic_t magic; /* one handle, one user at a time */
	pthread_mutex_t lock;
} store = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool
file_store_open(const char *dir)
{
	snprintf(store.dir, sizeof(store.dir), "%s", dir);
	if (store.magic)
		return true;
	store.magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
	                         MAGIC_NO_CHECK_ELF);
	if (store.magic && magic_load(store.magic, NULL) == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "file_types", "why=\"%s\"",
	         store.magic ? magic_error(store.magic) : "no memory");
	return false;
}

static bool
has_brand(const char *data, size_t size, const char *brand)
{
	/* the box's size, its name, the brand, its version, and the brands it is readable as */
	const unsigned char *p = (const unsigned char *)data;
	size_t box = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

	for (size_t at = 16; at + 4 <= box && at + 4 <= size; at += 4)
		if (memcmp(data + at, brand, 4) == 0)
			return true;
	return false;
}

/* What phones make, by the brands of its first box (ISO 14496-12, 23008-12); NULL: nothing of that. */
static const char *
brand_type(const char *data, size_t size)
{
	static const char stills[][5] = { "heic", "heix", "heim", "heis" };

	if (size < 16 || memcmp(data + 4, "ftyp", 4) != 0)
		return NULL;
	if (memcmp(data + 8, "qt  ", 4) == 0)
		return "video/quicktime";
	if (memcmp(data + 8, "3g", 2) == 0)
		return "video/3gpp";
	for (size_t i = 0; i < sizeof(stills) / sizeof(stills[0]); i++)
		if (memcmp(data + 8, stills[i], 4) == 0 ||
		    (memcmp(data + 8, "mif1", 4) == 0 && has_brand(data, size, stills[i])))
			return "image/heic";
	return NULL;
}

const char *
file_store_sniff(struct arena *arena, const void *data, size_t size)
{
	const char *type = brand_type(data, size);

	if (type)
		return type;
	pthread_mutex_lock(&store.lock);
	type = magic_buffer(store.magic, data, size < FILE_STORE_SNIFF ? size : FILE_STORE_SNIFF);
	type = arena_text(arena, type ? type : "application/octet-stream");
	pthread_mutex_unlock(&store.lock);
	return type;
}

static enum err
failed(const char *what)
{
	static struct log_cap cap;

	if (log_allow(&cap))
		log_line(LOG_LEVEL_ERROR, "file_store", "step=%s why=\"%s\"", what,
		         strerrordesc_np(errno));
	return ERR_UNAVAILABLE;
}

/* A name is on disk only when its directory is. */
static bool
sync_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static enum err
make_shelf(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return failed("mkdir");
	return sync_directory(store.dir) ? OK : failed("sync");
}

/* Renaming over the same content, by whoever was quicker, changes nothing. */
static enum err
put_in_place(const char *aside, const char *shelf, const char *sha256)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%.2s/%s", store.dir, sha256, sha256);
	if (rename(aside, path) != 0)
		return failed("rename");
	return sync_directory(shelf) ? OK : failed("sync");
}

void
file_store_name(const void *data, size_t size, char sha256[static SHA256_TEXT])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, data, size);
	sodium_bin2hex(sha256, SHA256_TEXT, hash, sizeof(hash));
}

enum err
file_store_keep(const void *data, size_t size, const char *sha256)
{
	char shelf[PATH_SIZE], aside[PATH_SIZE];
	bool written;
	enum err err;
	int fd;

	snprintf(shelf, sizeof(shelf), "%s/%.2s", store.dir, sha256);
	snprintf(aside, sizeof(aside), "%s/" ASIDE "XXXXXX", store.dir);
	err = make_shelf(shelf);
	if (err)
		return err;
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return failed("create");
	written = spool_write(fd, data, size) && fsync(fd) == 0;
	err = written ? OK : failed("write");
	close(fd);
	if (!err)
		err = put_in_place(aside, shelf, sha256);
	if (err)
		unlink(aside);
	return err;
}

int
file_store_get(const char *sha256)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/%.2s/%s", store.dir, sha256, sha256);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		(void)failed("open");
	return fd;
}

/* ------------------------------------------------------------ files in parts */

static void
part_path(struct id upload, char path[static PATH_SIZE])
{
	char id[ID_TEXT];

	snprintf(path, PATH_SIZE, "%s/" PARTS "%s", store.dir, id_format(upload, id));
}

static bool
copy_at(int to, uint64_t offset, int from, uint64_t size)
{
	char piece[65536];

	while (size) {
		ssize_t n = read(from, piece, size < sizeof(piece) ? size : sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		for (ssize_t done = 0; done < n;) {
			ssize_t put =
				pwrite(to, piece + done, (size_t)(n - done), (off_t)offset + done);

			if (put < 0 && errno == EINTR)
				continue;
			if (put <= 0)
				return false;
			done += put;
		}
		offset += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return true;
}

enum err
file_store_part_write(struct id upload, uint64_t offset, int body, uint64_t size)
{
	char path[PATH_SIZE];
	struct stat st;
	enum err err = OK;
	int fd;

	part_path(upload, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed("create");
	/* a transaction that is run again reads the body again */
	if (fstat(fd, &st) != 0 || lseek(body, 0, SEEK_SET) != 0)
		err = failed("look");
	else if ((uint64_t)st.st_size < offset)
		err = ERR_NOT_FOUND;
	else if (!copy_at(fd, offset, body, size) || ftruncate(fd, (off_t)(offset + size)) != 0 ||
	         fsync(fd) != 0)
		err = failed("write");
	close(fd);
	return err ? err : sync_directory(store.dir) ? OK : failed("sync");
}

enum err
file_store_part_name(struct arena *arena, struct id upload, uint64_t size,
                     char sha256[static SHA256_TEXT], const char **type)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char path[PATH_SIZE], piece[65536];
	uint64_t at = 0;
	ssize_t n = 0;
	int fd;

	part_path(upload, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : failed("open");
	crypto_hash_sha256_init(&state);
	while (at < size && (n = read(fd, piece, sizeof(piece))) > 0) {
		if (at == 0)
			*type = file_store_sniff(arena, piece, (size_t)n);
		crypto_hash_sha256_update(&state, (const unsigned char *)piece,
		                          (unsigned long long)n);
		at += (uint64_t)n;
	}
	close(fd);
	if (n < 0)
		return failed("read");
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(sha256, SHA256_TEXT, hash, sizeof(hash));
	return at == size ? OK : ERR_NOT_FOUND;
}

enum err
file_store_part_keep(struct id upload, const char *sha256)
{
	char part[PATH_SIZE], shelf[PATH_SIZE], path[PATH_SIZE];
	enum err err;

	part_path(upload, part);
	snprintf(shelf, sizeof(shelf), "%s/%.2s", store.dir, sha256);
	snprintf(path, sizeof(path), "%s/%.2s/%s", store.dir, sha256, sha256);
	err = make_shelf(shelf);
	if (err)
		return err;
	/* a second name and no move: should the transaction fail, the upload is as it was */
	if (link(part, path) != 0 && errno != EEXIST)
		return failed("link");
	return sync_directory(shelf) ? OK : failed("sync");
}

/* ------------------------------------------------------------ what was made of a content */

/* <sha256>.<what>, on the content's shelf. */
static void
made_path(const char *sha256, const char *what, char path[static PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/%.2s/%s.%s", store.dir, sha256, sha256, what);
}

int
file_store_made(const char *sha256, const char *what, uint64_t *size)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd;

	made_path(sha256, what, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

void
file_store_keep_made(const char *sha256, const char *what, int from, uint64_t size)
{
	char aside[PATH_SIZE], path[PATH_SIZE];
	bool written;
	int fd;

	made_path(sha256, what, path);
	snprintf(aside, sizeof(aside), "%s/" ASIDE "XXXXXX", store.dir);
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0) {
		(void)failed("create");
		return;
	}
	/* a name whose octets a power failure took would be given for ever */
	written = lseek(from, 0, SEEK_SET) == 0 && copy_at(fd, 0, from, size) && fsync(fd) == 0;
	close(fd);
	if (written && rename(aside, path) == 0)
		return;
	(void)failed("made");
	unlink(aside);
}

/* ------------------------------------------------------------ what is not needed any more */

static bool
is_older(int dir, const char *name, int64_t seconds)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       time(NULL) - st.st_mtime >= seconds;
}

static bool
is_old(int dir, const char *name)
{
	return is_older(dir, name, OLD_SECONDS);
}

static bool
is_content(const char *name)
{
	return strlen(name) == SHA256_TEXT - 1 &&
	       strspn(name, "0123456789abcdef") == SHA256_TEXT - 1;
}

/* Whether it was made of a content that is not there any more. */
static bool
is_orphan(int dir, const char *name)
{
	char content[SHA256_TEXT];
	struct stat st;

	snprintf(content, sizeof(content), "%.*s", SHA256_TEXT - 1, name);
	return is_content(content) && name[SHA256_TEXT - 1] == '.' &&
	       fstatat(dir, content, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

size_t
file_store_old(struct arena *arena, unsigned shelf, const char *const **names)
{
	size_t n = 0, room = 64;
	const char **found = arena_array(arena, room, sizeof(*found));
	char path[PATH_SIZE];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%02x", store.dir, shelf);
	dir = opendir(path);
	while (dir) {
		/* cppcheck-suppress readdirCalled ; readdir_r is obsolete, the stream ours alone */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): the same */
		const struct dirent *entry = readdir(dir);

		if (!entry)
			break;
		if (is_orphan(dirfd(dir), entry->d_name))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		if (!is_content(entry->d_name) || !is_old(dirfd(dir), entry->d_name))
			continue;
		if (n == room) {
			const char **wider = arena_array(arena, 2 * room, sizeof(*wider));

			memcpy(wider, found, n * sizeof(*found));
			found = wider;
			room *= 2;
		}
		found[n++] = arena_text(arena, entry->d_name);
	}
	if (dir)
		closedir(dir);
	*names = found;
	return n;
}

bool
file_store_remove_old(const char *sha256)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%.2s/%s", store.dir, sha256, sha256);
	if (!is_old(AT_FDCWD, path))
		return false;
	if (unlink(path) == 0)
		return true;
	(void)failed("unlink");
	return false;
}

void
file_store_clear_aside(void)
{
	DIR *dir = opendir(store.dir);

	while (dir) {
		/* cppcheck-suppress readdirCalled ; readdir_r is obsolete, the stream ours alone */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): the same */
		const struct dirent *entry = readdir(dir);

		if (!entry)
			break;
		if ((strncmp(entry->d_name, ASIDE, strlen(ASIDE)) == 0 &&
		     is_old(dirfd(dir), entry->d_name)) ||
		    (strncmp(entry->d_name, PARTS, strlen(PARTS)) == 0 &&
		     is_older(dirfd(dir), entry->d_name, OLD_PARTS)))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}
