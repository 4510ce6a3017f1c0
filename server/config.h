/* SPDX-License-Identifier: Apache-2.0 */
/* The settings: one table says name, type, default and meaning of each. */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base.h"
#include "core/log.h"

#define CONFIG_LIST_MAX 16

/* A list as sent: separated by commas or blanks. */
struct config_list {
	size_t count;
	char *items[CONFIG_LIST_MAX];
};

bool config_list_has(const struct config_list *list, const char *item);

/* Texts are never NULL and belong to the config. */
struct config {
	char *database_url; /* neither URL: the private cluster */
	char *owner_url;    /* for migrations only */
	char *data;         /* directory */
	char *pg_bindir;    /* empty: found */
	char *address;
	int64_t port;
	int64_t lanes, workers, queue;
	int64_t kept_percent;
	int64_t commands_principal, reads_principal; /* at once; 0: no limit */
	int64_t read_deadline_ms, command_deadline_ms;
	int64_t max_connections, max_connections_per_address;
	int64_t idle_seconds, head_seconds, body_seconds;
	/* requests a minute; 0: no limit */
	int64_t rate_principal, rate_link, rate_address, rate_login;
	struct config_list trusted_proxy, cors_origins;
	char *link_key; /* empty until config_link_key() */
	int64_t jobs;   /* 1: serve runs them */
	enum log_level log_level;
	int64_t argon2_threads, printers;
	char *public_url;
	int64_t sandbox; /* an enum sandbox */
	int64_t allow_root;
};

/*
 * Defaults, then `file` (NULL: the one FETTLE_CONFIG names, if any), then the environment.  The
 * file has lines NAME=value; blank lines and those that begin with # or ; say nothing, and a value
 * may stand in quotes.  False with a sentence in `error`; the config is then to be cleared all the
 * same.
 */
MUSTCHECK bool config_load(struct config *config, const char *file, char *error, size_t size);
void config_clear(struct config *config);

/* Of n workers, lanes or places, how many are for operations that are not critical: at least one, and
 * one less than n where anything is kept and n is more than one. */
int64_t config_for_others(const struct config *config, int64_t n);

/* Every setting with its value, default and meaning; secrets are only said to be set. */
void config_print(const struct config *config, FILE *out);

/*
 * Fill link_key, unless it is set, from the file link.key of the data directory; it is made,
 * readable for its owner alone, when it is not there.  False with a sentence in `error`.
 */
MUSTCHECK bool config_link_key(struct config *config, char *error, size_t size);

#endif
