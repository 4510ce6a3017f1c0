/* SPDX-License-Identifier: Apache-2.0 */
/* Settings from defaults, a file and the environment. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

#define PREFIX          "FETTLE_"
#define LINE_MAX_OCTETS 4096
#define KEY_OCTETS      ((size_t)32)

enum setting_type {
	SETTING_TEXT,
	SETTING_SECRET, /* never printed */
	SETTING_INT,
	SETTING_LIST,
	SETTING_LEVEL
};

struct setting {
	const char *name; /* without the prefix */
	enum setting_type type;
	size_t offset;
	const char *fallback;
	int64_t min, max; /* of SETTING_INT */
	const char *meaning;
};

#define AT(member) offsetof(struct config, member)

/* clang-format off */
static const struct setting settings[] = {
	{ "DATABASE_URL", SETTING_SECRET, AT(database_url), "", 0, 0,
	  "PostgreSQL as the role fettle_app; neither URL set: a private cluster in FETTLE_DATA" },
	{ "OWNER_URL", SETTING_SECRET, AT(owner_url), "", 0, 0,
	  "PostgreSQL as the role fettle_owner, for migrations" },
	{ "DATA", SETTING_TEXT, AT(data), "./fettle-data", 0, 0,
	  "directory for the private cluster, keys and uploads on their way" },
	{ "PG_BINDIR", SETTING_TEXT, AT(pg_bindir), "", 0, 0,
	  "where initdb and postgres of the private cluster are; empty: found" },
	{ "ADDRESS", SETTING_TEXT, AT(address), "127.0.0.1", 0, 0, "numeric address to listen on" },
	{ "PORT", SETTING_INT, AT(port), "8080", 0, 65535, "port to listen on; 0: any" },
	{ "LANES", SETTING_INT, AT(lanes), "4", 1, 32, "database connections for reads" },
	{ "WORKERS", SETTING_INT, AT(workers), "20", 1, 256,
	  "threads and database connections for commands" },
	{ "QUEUE", SETTING_INT, AT(queue), "512", 1, 100000,
	  "commands that may wait; more get 503" },
	{ "KEPT_PERCENT", SETTING_INT, AT(kept_percent), "20", 0, 90,
	  "of lanes, workers, queue and what a caller may have at once: kept for critical operations" },
	{ "COMMANDS_PRINCIPAL", SETTING_INT, AT(commands_principal), "10", 0, 100000,
	  "commands at once of one user or key; more get 429; 0: no limit" },
	{ "READS_PRINCIPAL", SETTING_INT, AT(reads_principal), "80", 0, 100000,
	  "reads at once of one user or key; more get 429; 0: no limit" },
	{ "READ_DEADLINE_MS", SETTING_INT, AT(read_deadline_ms), "2000", 1, 600000,
	  "milliseconds until a read gets 503" },
	{ "COMMAND_DEADLINE_MS", SETTING_INT, AT(command_deadline_ms), "5000", 1, 600000,
	  "milliseconds until a command gets 503" },
	{ "MAX_CONNECTIONS", SETTING_INT, AT(max_connections), "20000", 1, 1000000,
	  "clients at once" },
	{ "MAX_CONNECTIONS_PER_ADDRESS", SETTING_INT, AT(max_connections_per_address), "0", 0,
	  1000000,
	  "clients at once from one address (of IPv6 its /64); 0: no limit, as behind a proxy" },
	{ "IDLE_SECONDS", SETTING_INT, AT(idle_seconds), "60", 1, 86400,
	  "a silent connection is closed" },
	{ "HEAD_SECONDS", SETTING_INT, AT(head_seconds), "10", 1, 3600,
	  "a request's head must be in" },
	{ "BODY_SECONDS", SETTING_INT, AT(body_seconds), "60", 1, 3600,
	  "a request's body must be in" },
	{ "RATE_PRINCIPAL", SETTING_INT, AT(rate_principal), "6000", 0, 100000000,
	  "requests a minute of one user or key; 0: no limit" },
	{ "RATE_LINK", SETTING_INT, AT(rate_link), "120", 0, 100000000,
	  "requests a minute by one link of a customer; 0: no limit" },
	{ "RATE_ADDRESS", SETTING_INT, AT(rate_address), "12000", 0, 100000000,
	  "requests a minute from one address (of IPv6 its /64); 0: no limit" },
	{ "RATE_LOGIN", SETTING_INT, AT(rate_login), "30", 0, 100000000,
	  "logins a minute from one address (of IPv6 its /64); 0: no limit" },
	{ "TRUSTED_PROXY", SETTING_LIST, AT(trusted_proxy), "", 0, 0,
	  "addresses whose X-Forwarded-For is believed" },
	{ "CORS_ORIGINS", SETTING_LIST, AT(cors_origins), "", 0, 0,
	  "origins that browsers may call from" },
	{ "LINK_KEY", SETTING_SECRET, AT(link_key), "", 0, 0,
	  "signs links for customers; empty: made once in FETTLE_DATA" },
	{ "JOBS", SETTING_INT, AT(jobs), "1", 0, 1,
	  "1: `serve` does the background work too; 0: it is left to `fettled jobs`" },
	{ "LOG_LEVEL", SETTING_LEVEL, AT(log_level), "info", 0, 0, "debug, info, warn or error" },
	{ "ARGON2_THREADS", SETTING_INT, AT(argon2_threads), "2", 1, 64,
	  "passwords checked at once" },
	{ "PRINTERS", SETTING_INT, AT(printers), "2", 1, 16, "documents printed and small pictures made at once" },
	{ "PUBLIC_URL", SETTING_TEXT, AT(public_url), "", 0, 0,
	  "where customers open links, up to their token; papers show it as a code to scan; empty: none" },
	{ "SANDBOX", SETTING_INT, AT(sandbox), "1", 0, 2,
	  "a system call that serving does not need; 1: fails, 2: ends the process, 0: is let through" },
	{ "ALLOW_ROOT", SETTING_INT, AT(allow_root), "0", 0, 1,
	  "1: root may serve from a database that is not the private cluster" },
};
/* clang-format on */

static const char *const levels[] = { "debug", "info", "warn", "error" };

/* --- Values ----------------------------------------------------------------------------------- */

static char *
copy(const char *s)
{
	char *text = strdup(s);

	if (!text)
		die("out of memory: settings");
	return text;
}

static void
list_clear(struct config_list *list)
{
	while (list->count)
		free(list->items[--list->count]);
}

static bool
list_parse(struct config_list *list, const char *value)
{
	static const char separators[] = ", \t";

	list_clear(list);
	for (value += strspn(value, separators); *value; value += strspn(value, separators)) {
		size_t len = strcspn(value, separators);

		if (list->count == CONFIG_LIST_MAX)
			return false;
		list->items[list->count] = strndup(value, len);
		if (!list->items[list->count++])
			die("out of memory: settings");
		value += len;
	}
	return true;
}

static bool
int_parse(const struct setting *setting, const char *value, int64_t *out)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno || end == value || *end || n < setting->min || n > setting->max)
		return false;
	*out = n;
	return true;
}

/* False with the sentence when the value is not one of the setting. */
static bool
assign(struct config *config, const struct setting *setting, const char *value, char *error,
       size_t size)
{
	void *member = (char *)config + setting->offset;
	size_t i;

	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		free(*(char **)member);
		*(char **)member = copy(value);
		return true;
	case SETTING_INT:
		if (int_parse(setting, value, member))
			return true;
		(void)snprintf(error, size,
		               "%s%s must be a whole number from %" PRId64 " to %" PRId64
		               ", not \"%s\"",
		               PREFIX, setting->name, setting->min, setting->max, value);
		return false;
	case SETTING_LIST:
		if (list_parse(member, value))
			return true;
		(void)snprintf(error, size, "%s%s takes at most %d items", PREFIX, setting->name,
		               CONFIG_LIST_MAX);
		return false;
	case SETTING_LEVEL:
		for (i = 0; i < COUNT_OF(levels); i++) {
			if (strcmp(value, levels[i]) != 0)
				continue;
			*(enum log_level *)member = (enum log_level)i;
			return true;
		}
		(void)snprintf(error, size, "%s%s must be debug, info, warn or error, not \"%s\"",
		               PREFIX, setting->name, value);
		return false;
	}
	return false;
}

/* --- Names ------------------------------------------------------------------------------------ */

/* `name` is without the prefix.  NULL with a sentence that tells the nearest one. */
static const struct setting *
find(const char *name, char *error, size_t size)
{
	const struct setting *nearest = settings;
	size_t i;

	for (i = 0; i < COUNT_OF(settings); i++) {
		if (strcmp(name, settings[i].name) == 0)
			return &settings[i];
		if (text_distance(name, settings[i].name) < text_distance(name, nearest->name))
			nearest = &settings[i];
	}
	(void)snprintf(error, size, "there is no setting %s%.60s; did you mean %s%s?", PREFIX, name,
	               PREFIX, nearest->name);
	return NULL;
}

static bool
set(struct config *config, const char *name, const char *value, char *error, size_t size)
{
	const struct setting *setting;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0) {
		(void)snprintf(error, size, "%.60s is not a setting: all begin with %s", name,
		               PREFIX);
		return false;
	}
	setting = find(name + strlen(PREFIX), error, size);
	return setting && assign(config, setting, value, error, size);
}

/* --- The file --------------------------------------------------------------------------------- */

static char *
trim(char *s)
{
	static const char blanks[] = " \t\r\n";
	size_t len;

	s += strspn(s, blanks);
	len = strlen(s);
	while (len && strchr(blanks, s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

static char *
unquote(char *s)
{
	size_t len = strlen(s);

	if (len < 2 || (s[0] != '"' && s[0] != '\'') || s[len - 1] != s[0])
		return s;
	s[len - 1] = '\0';
	return s + 1;
}

static bool
read_line(struct config *config, char *line, char *error, size_t size)
{
	char *name = trim(line);
	char *value = strchr(name, '=');

	if (!*name || *name == '#' || *name == ';')
		return true;
	if (!value) {
		(void)snprintf(error, size, "NAME=value is expected");
		return false;
	}
	*value++ = '\0';
	return set(config, trim(name), unquote(trim(value)), error, size);
}

static bool
read_file(struct config *config, const char *path, char *error, size_t size)
{
	char line[LINE_MAX_OCTETS], why[256] = "";
	unsigned number = 0;
	bool good = true;
	FILE *file = fopen(path, "re");

	if (!file) {
		(void)snprintf(error, size, "%s: %s", path, strerrordesc_np(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), file)) {
		number++;
		good = strlen(line) < sizeof(line) - 1;
		if (!good)
			(void)snprintf(why, sizeof(why), "the line is too long");
		else
			good = read_line(config, line, why, sizeof(why));
	}
	if (!good)
		(void)snprintf(error, size, "%s:%u: %s", path, number, why);
	else if (ferror(file))
		(void)snprintf(error, size, "%s: cannot be read", path);
	good = good && !ferror(file);
	(void)fclose(file);
	return good;
}

/* --- The whole -------------------------------------------------------------------------------- */

static bool
read_environment(struct config *config, char *error, size_t size)
{
	char **variable;

	for (variable = environ; *variable; variable++) {
		const char *value = strchr(*variable, '=');
		char name[64];
		size_t len;

		if (!value || strncmp(*variable, PREFIX, strlen(PREFIX)) != 0)
			continue;
		len = (size_t)(value - *variable);
		if (len >= sizeof(name))
			len = sizeof(name) - 1; /* of no setting */
		memcpy(name, *variable, len);
		name[len] = '\0';
		if (strcmp(name, PREFIX "CONFIG") == 0)
			continue;
		if (!set(config, name, value + 1, error, size))
			return false;
	}
	return true;
}

bool
config_load(struct config *config, const char *file, char *error, size_t size)
{
	size_t i;

	memset(config, 0, sizeof(*config));
	for (i = 0; i < COUNT_OF(settings); i++) {
		if (!assign(config, &settings[i], settings[i].fallback, error, size))
			return false;
	}
	if (!file)
		file = getenv(PREFIX "CONFIG"); /* NOLINT(concurrency-mt-unsafe): at start */
	if (file && *file && !read_file(config, file, error, size))
		return false;
	return read_environment(config, error, size);
}

void
config_clear(struct config *config)
{
	size_t i;

	for (i = 0; i < COUNT_OF(settings); i++) {
		void *member = (char *)config + settings[i].offset;

		if (settings[i].type == SETTING_SECRET && *(char **)member)
			explicit_bzero(*(char **)member, strlen(*(char **)member));
		if (settings[i].type == SETTING_TEXT || settings[i].type == SETTING_SECRET)
			free(*(char **)member);
		else if (settings[i].type == SETTING_LIST)
			list_clear(member);
	}
	memset(config, 0, sizeof(*config));
}

int64_t
config_for_others(const struct config *config, int64_t n)
{
	int64_t kept = (n * config->kept_percent + 99) / 100;

	return kept < n ? n - kept : n > 0;
}

static void
print_value(FILE *out, const struct setting *setting, const void *member)
{
	const struct config_list *list = member;
	size_t i;

	switch (setting->type) {
	case SETTING_TEXT:
		(void)fputs(*(char *const *)member, out);
		break;
	case SETTING_SECRET:
		(void)fputs(**(char *const *)member ? "(set)" : "", out);
		break;
	case SETTING_INT:
		(void)fprintf(out, "%" PRId64, *(const int64_t *)member);
		break;
	case SETTING_LIST:
		for (i = 0; i < list->count; i++)
			(void)fprintf(out, "%s%s", i ? "," : "", list->items[i]);
		break;
	case SETTING_LEVEL:
		(void)fputs(levels[*(const enum log_level *)member], out);
		break;
	}
}

void
config_print(const struct config *config, FILE *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(settings); i++) {
		const struct setting *s = &settings[i];

		/* As a file that config_load() reads. */
		(void)fprintf(out, "# %s.  Default: %s\n%s%s=", s->meaning,
		              *s->fallback ? s->fallback : "none", PREFIX, s->name);
		print_value(out, s, (const char *)config + s->offset);
		(void)fputc('\n', out);
	}
}

/* --- The key of links ------------------------------------------------------------------------- */

/* Whole or not at all: written aside, and linked to its name unless another was first. */
static bool
key_make(const char *dir, const char *path)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char key[KEY_OCTETS];
	char text[2 * KEY_OCTETS], aside[4096];
	size_t i;
	bool made;
	int fd;

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return false;
	for (i = 0; i < sizeof(key); i++) {
		text[2 * i] = digits[key[i] >> 4];
		text[2 * i + 1] = digits[key[i] & 15];
	}
	(void)snprintf(aside, sizeof(aside), "%s/link.key.XXXXXX", dir);
	fd = mkostemp(aside, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return false;
	made = write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) && fsync(fd) == 0 &&
	       (link(aside, path) == 0 || errno == EEXIST);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(text, sizeof(text));
	close(fd);
	(void)unlink(aside);
	return made;
}

bool
config_link_key(struct config *config, char *error, size_t size)
{
	char path[4096], text[2 * KEY_OCTETS + 1] = "";
	int fd = -1;
	ssize_t n = -1;

	if (*config->link_key)
		return true;
	if (snprintf(path, sizeof(path) - 16, "%s/link.key", config->data) <
	            (int)sizeof(path) - 16 &&
	    (mkdir(config->data, 0711) == 0 || errno == EEXIST)) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && key_make(config->data, path))
			fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n != (ssize_t)(2 * KEY_OCTETS)) {
		(void)snprintf(error, size, "%s/link.key: %s", config->data,
		               n >= 0 ? "not a key" : strerrordesc_np(errno));
		return false;
	}
	free(config->link_key);
	config->link_key = copy(text);
	return true;
}

bool
config_list_has(const struct config_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}
