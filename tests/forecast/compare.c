/* SPDX-License-Identifier: Apache-2.0 */
/* Compares methods of forecasting on real series of monthly demand: what suits each is chosen on the first
 * months, errors and stock are measured on the last ones.  usage: compare_forecasts FILE.  Prints the tables
 * of docs/replenishment.md; ends with status 1 if the daemon's weights are not those that were chosen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "method.h"
#include "series.h"
#include "stock.h"

/* Months in which the methods only learn; with these, those that settings are chosen on. */
#define WARM_UP  13
#define TRAINING 39

/* Where a stock that is simulated to choose by begins to count: after a year of use. */
#define SETTLED 26

/* ---- Errors ---- */

/* Sums over parts and months.  Thousandths, and their squares. */
struct errors {
	int64_t off, absolute, squared, demand;
	size_t count;
};

/* Add the errors of the demand of `horizon` months together, each as seen before the first of them. */
static void
measure(const struct method *method, struct setting setting, const struct series *series, int from,
        int to, int horizon, struct errors *errors)
{
	struct state state = { .setting = setting };
	int64_t off, demand;
	int month, i;

	for (month = 0; month + horizon <= to; month++) {
		if (month >= from) {
			for (demand = 0, i = 0; i < horizon; i++)
				demand += series->demand[month + i];
			off = method->mean(&state, (unsigned)horizon) - demand;
			errors->off += off;
			errors->absolute += off < 0 ? -off : off;
			errors->squared += off * off;
			errors->demand += demand;
			errors->count++;
		}
		method->add(&state, series->demand[month]);
	}
}

static struct errors
measure_all(const struct method *method, struct setting setting, const struct data *data, int from,
            int to, int horizon)
{
	struct errors errors = { 0 };
	size_t i;

	for (i = 0; i < data->count; i++)
		measure(method, setting, &data->series[i], from, to, horizon, &errors);
	return errors;
}

/* ---- Choice of settings ---- */

static const unsigned rates[] = { 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000 };
static const unsigned windows[] = { 3, 6, 9, 12, 15, 18, 24, 36 };

struct choice {
	struct setting setting;
	int64_t squared;
};

static void
consider(const struct method *method, struct setting setting, const struct data *data,
         struct choice *best)
{
	struct errors errors = measure_all(method, setting, data, WARM_UP, TRAINING, 1);

	if (!best->squared || errors.squared < best->squared)
		*best = (struct choice){ setting, errors.squared };
}

/* The setting with the least squared error one month ahead. */
static struct setting
choose(const struct method *method, const struct data *data)
{
	struct choice best = { 0 };
	size_t i, j;

	for (i = 0; method->has_window && i < COUNT_OF(windows); i++)
		consider(method, (struct setting){ .window = windows[i] }, data, &best);
	for (i = 0; method->has_rates && i < COUNT_OF(rates); i++) {
		for (j = 0; j < COUNT_OF(rates); j++)
			consider(method, (struct setting){ rates[i], rates[j], 0 }, data, &best);
	}
	return best.setting;
}

/* ---- Stock ---- */

/* Wanted services, and those of them that are printed. */
static const unsigned services[] = { 5000, 7000, 8000, 8500, 9000, 9300,
	                             9500, 9700, 9800, 9900, 9950, 9990 };
static const unsigned shown_services[] = { 8000, 9000, 9500, 9800, 9900 };

/* Pieces that are held of each part on average, and fill rates, at which methods are compared. */
static const double stocks[] = { 1, 2, 3, 5, 8 };
static const double fills[] = { 0.8, 0.9, 0.95 };

static struct service
simulate_all(struct policy policy, const struct data *data, int from, int to)
{
	struct service service = { 0 };
	size_t i;

	for (i = 0; i < data->count; i++)
		stock_simulate(&policy, &data->series[i], WARM_UP, from, to, &service);
	return service;
}

static double
held(const struct service *service)
{
	return (double)service->held / 1000 / (double)service->cycles;
}

static double
fill(const struct service *service)
{
	return (double)service->served / (double)service->demanded;
}

/* A method's stock and fill rate at each wanted service. */
struct curve {
	double held[COUNT_OF(services)], fill[COUNT_OF(services)];
};

static struct curve
curve_of(struct policy policy, const struct data *data, int from, int to)
{
	struct curve curve;
	struct service service;
	size_t i;

	for (i = 0; i < COUNT_OF(services); i++) {
		policy.service_bp = services[i];
		service = simulate_all(policy, data, from, to);
		curve.held[i] = held(&service);
		curve.fill[i] = fill(&service);
	}
	return curve;
}

/* y where x is `at`, in proportion between the points around it; x grows. */
static double
between(const double x[], const double y[], double at)
{
	size_t i = 1;

	if (at < x[0] || at > x[COUNT_OF(services) - 1])
		return NAN;
	while (x[i] < at)
		i++;
	return y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1]);
}

/* Fill rates at the stocks that are compared, added up over lead times; a stock that no wanted service leads to
 * counts as nothing. */
static double
worth(struct policy policy, const struct data *data)
{
	struct curve curve;
	double sum = 0, rate;
	size_t i;

	for (policy.lead = 1; policy.lead <= LEADS; policy.lead++) {
		curve = curve_of(policy, data, SETTLED, TRAINING);
		for (i = 0; i < COUNT_OF(stocks); i++) {
			rate = between(curve.held, curve.fill, stocks[i]);
			sum += isnan(rate) ? 0 : rate;
		}
	}
	return sum;
}

static const unsigned error_rates[] = { 200, 500, 1000, 1500, 2000, 3000 };

/* The weight of the squared errors: the one with the best fill rates of all methods that forecast together,
 * so that none is favoured. */
static unsigned
choose_error(const struct setting settings[], const struct data *data)
{
	unsigned best = 0;
	double sum, most = 0;
	size_t i, j;

	for (i = 0; i < COUNT_OF(error_rates); i++) {
		for (sum = 0, j = 0; j < FORECASTING; j++)
			sum += worth(
				(struct policy){ &methods[j], settings[j], error_rates[i], 1, 0 },
				data);
		if (sum > most) {
			most = sum;
			best = error_rates[i];
		}
	}
	return best;
}

/* ---- Tables ---- */

/* Pieces that a part and month asks for. */
static double
demand_of(const struct data *data, int from, int to)
{
	struct errors errors =
		measure_all(&methods[ZERO], (struct setting){ 0 }, data, from, to, 1);

	return (double)errors.demand / 1000 / (double)errors.count;
}

static void
print_data(const struct data *data)
{
	size_t i, zeros = 0;
	int month;

	for (i = 0; i < data->count; i++) {
		for (month = 0; month < MONTHS; month++)
			zeros += !data->series[i].demand[month];
	}
	printf("%zu series of %d months; left out: %zu that end after %u to %u months, %zu with gaps before their end\n",
	       data->count, MONTHS, data->ended, data->ended_first, data->ended_last, data->broken);
	printf("months without demand %.1f %%; pieces a month and part: months 1 to %d %.3f, to %d %.3f, to %d %.3f\n",
	       100 * (double)zeros / (double)(data->count * MONTHS), WARM_UP,
	       demand_of(data, 0, WARM_UP), TRAINING, demand_of(data, WARM_UP, TRAINING), MONTHS,
	       demand_of(data, TRAINING, MONTHS));
}

static void
print_settings(const struct setting settings[], unsigned error_bp)
{
	size_t i;

	printf("\nChosen on months %d to %d\n", WARM_UP + 1, TRAINING);
	for (i = 0; i < FORECASTING; i++) {
		if (methods[i].has_window)
			printf("%-15s window %u months\n", methods[i].name, settings[i].window);
		else
			printf("%-15s alpha %.2f (size), beta %.2f (%s)\n", methods[i].name,
			       settings[i].size_bp / 1e4, settings[i].rate_bp / 1e4,
			       methods[i].rate_of);
	}
	printf("%-15s %.2f\n", "squared error", error_bp / 1e4);
}

/* The mean over parts of the mean absolute error in proportion to that of the naive forecast in the training
 * (Hyndman and Koehler, International Journal of Forecasting 22, 2006, 679-688); *scaled: how many parts
 * have one. */
static double
mase(const struct method *method, struct setting setting, const struct data *data, size_t *scaled)
{
	double sum = 0;
	int64_t naive, change;
	size_t i;
	int month;

	*scaled = 0;
	for (i = 0; i < data->count; i++) {
		struct errors errors = { 0 };

		for (naive = 0, month = 1; month < TRAINING; month++) {
			change = data->series[i].demand[month] - data->series[i].demand[month - 1];
			naive += change < 0 ? -change : change;
		}
		if (!naive)
			continue;
		measure(method, setting, &data->series[i], TRAINING, MONTHS, 1, &errors);
		sum += (double)errors.absolute / (double)errors.count /
		       ((double)naive / (TRAINING - 1));
		(*scaled)++;
	}
	return sum / (double)*scaled;
}

/* How much more a method's mean squared error is than the daemon's, in square pieces, and the standard error
 * of that over the parts. */
static double
excess(const struct method *method, struct setting setting, struct setting daemon,
       const struct data *data, int horizon, double *deviation)
{
	double sum = 0, squares = 0, mean;
	size_t i, n = data->count;

	for (i = 0; i < n; i++) {
		struct errors its = { 0 }, ours = { 0 };
		double more;

		measure(method, setting, &data->series[i], TRAINING, MONTHS, horizon, &its);
		measure(&methods[DAEMON], daemon, &data->series[i], TRAINING, MONTHS, horizon,
		        &ours);
		more = (double)(its.squared - ours.squared) / 1e6 / (double)its.count;
		sum += more;
		squares += more * more;
	}
	mean = sum / (double)n;
	*deviation = sqrt((squares / (double)n - mean * mean) / (double)(n - 1));
	return mean;
}

static void
print_errors(const struct setting settings[], const struct data *data, int horizon)
{
	size_t i, scaled;

	printf("\nErrors of the demand of %d month%s, in pieces, months %d to %d\n", horizon,
	       horizon > 1 ? "s together" : "", TRAINING + 1, MONTHS);
	printf("%-15s %8s %7s %7s %7s%s   MSE less TSB's (s.e.)\n", "", "ME", "ME %", "MAE", "RMSE",
	       horizon == 1 ? "    MASE" : "");
	for (i = 0; i < METHODS; i++) {
		struct errors e =
			measure_all(&methods[i], settings[i], data, TRAINING, MONTHS, horizon);
		double n = (double)e.count * 1000, more, deviation;

		printf("%-15s %8.4f %7.1f %7.4f %7.4f", methods[i].name, (double)e.off / n,
		       100 * (double)e.off / (double)e.demand, (double)e.absolute / n,
		       sqrt((double)e.squared / (double)e.count) / 1000);
		if (horizon == 1)
			printf(" %7.4f", mase(&methods[i], settings[i], data, &scaled));
		more = excess(&methods[i], settings[i], settings[DAEMON], data, horizon,
		              &deviation);
		if (i == DAEMON)
			printf("\n");
		else
			printf("   %8.4f (%.4f)\n", more, deviation);
	}
	if (horizon == 1)
		printf("MASE of the %zu parts whose demand changes in the training\n", scaled);
}

static void
print_services(const struct setting settings[], unsigned error_bp, const struct data *data,
               int lead)
{
	size_t i, j;

	printf("\nStock by wanted cycle service, lead time %d month%s: pieces held of a part / fill rate %% / "
	       "cycle service %%\n%-15s",
	       lead, lead > 1 ? "s" : "", "");
	for (j = 0; j < COUNT_OF(shown_services); j++)
		printf("%15.0f %%", shown_services[j] / 100.0);
	printf("\n");
	for (i = 0; i < FORECASTING; i++) {
		printf("%-15s", methods[i].name);
		for (j = 0; j < COUNT_OF(shown_services); j++) {
			struct policy policy = { &methods[i], settings[i], error_bp, lead,
				                 shown_services[j] };
			struct service s = simulate_all(policy, data, TRAINING, MONTHS);

			printf("  %5.2f/%4.1f/%4.1f", held(&s), 100 * fill(&s),
			       100 - 100 * (double)s.short_cycles / (double)s.cycles);
		}
		printf("\n");
	}
}

static void
print_cell(double value)
{
	if (isnan(value))
		printf(" %6s", "-");
	else
		printf(" %6.2f", value);
}

static void
print_curves(const struct setting settings[], unsigned error_bp, const struct data *data, int lead)
{
	size_t i, j;

	printf("\nAt equal stock, lead time %d month%s: fill rate %% at pieces held of a part; pieces at a fill "
	       "rate\n%-15s",
	       lead, lead > 1 ? "s" : "", "");
	for (j = 0; j < COUNT_OF(stocks); j++)
		printf(" %6.0f", stocks[j]);
	printf("  |");
	for (j = 0; j < COUNT_OF(fills); j++)
		printf(" %4.0f %%", 100 * fills[j]);
	printf("\n");
	for (i = 0; i < FORECASTING; i++) {
		struct curve curve =
			curve_of((struct policy){ &methods[i], settings[i], error_bp, lead, 0 },
		                 data, TRAINING, MONTHS);

		printf("%-15s", methods[i].name);
		for (j = 0; j < COUNT_OF(stocks); j++)
			print_cell(100 * between(curve.held, curve.fill, stocks[j]));
		printf("  |");
		for (j = 0; j < COUNT_OF(fills); j++)
			print_cell(between(curve.fill, curve.held, fills[j]));
		printf("\n");
	}
}

int
main(int argc, char **argv)
{
	struct setting settings[METHODS] = { 0 };
	struct data data;
	unsigned error_bp;
	int i;

	if (argc != 2) {
		fprintf(stderr, "usage: compare_forecasts FILE\n");
		return 2;
	}
	if (!data_read(&data, argv[1])) {
		data_clear(&data);
		return 2;
	}
	for (i = 0; i < METHODS; i++)
		settings[i] = choose(&methods[i], &data);
	error_bp = choose_error(settings, &data);

	print_data(&data);
	print_settings(settings, error_bp);
	for (i = 1; i <= LEADS + 1; i++)
		print_errors(settings, &data, i);
	for (i = 1; i <= LEADS; i++) {
		print_services(settings, error_bp, &data, i);
		print_curves(settings, error_bp, &data, i);
	}
	data_clear(&data);

	if (settings[DAEMON].size_bp == FORECAST_SIZE_BP &&
	    settings[DAEMON].rate_bp == FORECAST_PROBABILITY_BP && error_bp == FORECAST_ERROR_BP)
		return 0;
	fprintf(stderr,
	        "forecast: the weights in lib/replenishment/forecast.h are not those chosen\n");
	return 1;
}
