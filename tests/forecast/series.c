/* SPDX-License-Identifier: Apache-2.0 */
/* Reads series: a line with the names of the months, then a part's number and its months on each line. */
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The months of one line.  How many there are up to the last with a value; *gaps: how many of these have
 * none. */
static unsigned
read_months(char *fields, struct series *series, unsigned *gaps)
{
	unsigned month, last = 0, values = 0;
	char *end = fields;

	for (month = 0; month < MONTHS; month++) {
		if (*end != ',')
			return 0;
		fields = end + 1;
		series->demand[month] = 1000 * strtol(fields, &end, 10);
		if (series->demand[month] < 0)
			return 0;
		if (end == fields)
			continue;
		last = month + 1;
		values++;
	}
	*gaps = last - values;
	return *end ? 0 : last;
}

static void
leave_out(struct data *data, unsigned months)
{
	if (!data->ended || months < data->ended_first)
		data->ended_first = months;
	if (months > data->ended_last)
		data->ended_last = months;
	data->ended++;
}

static bool
read_line(struct data *data, char *line)
{
	unsigned months, gaps = 0;

	if (data->count == SERIES_MAX)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	months = read_months(line + strcspn(line, ","), &data->series[data->count], &gaps);
	if (gaps)
		data->broken++;
	else if (months == MONTHS)
		data->count++;
	else if (months)
		leave_out(data, months);
	return months > 0;
}

bool
data_read(struct data *data, const char *path)
{
	char line[1024];
	size_t number = 0;
	bool read = true;
	FILE *in;

	memset(data, 0, sizeof(*data));
	data->series = calloc(SERIES_MAX, sizeof(*data->series));
	in = fopen(path, "r");
	if (!in || !data->series) {
		perror(path);
		read = false;
	}
	while (read && fgets(line, sizeof(line), in)) {
		number++;
		read = number == 1 || read_line(data, line);
	}
	if (in)
		fclose(in);
	if (in && (!read || !data->count))
		fprintf(stderr, "%s:%zu: not a part with its months\n", path, number);
	return read && data->count;
}

void
data_clear(struct data *data)
{
	free(data->series);
	memset(data, 0, sizeof(*data));
}
