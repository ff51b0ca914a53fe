// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-manifest seal|check|content DIR FILE: is a directory of the cache still what it was when it was made?
 * util/manifest.c does the work.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "util/diag.h"
#include "util/fold.h"
#include "util/manifest.h"
#include "util/output.h"

static const char usage_text[] =
	"usage: klp-manifest seal DIR FILE [--name NAME]\n"
	"       klp-manifest check DIR FILE [options]\n"
	"       klp-manifest content DIR FILE --below SUBDIR\n"
	"seal: record in FILE what directory DIR contains. check: DIR still contains exactly that, and all of it belongs to this user. content: print a name for what the files below SUBDIR of DIR are, by FILE.\n"
	"\n"
	"      --name NAME  the later name of DIR in the cache (default: the last part of DIR)\n"
	"      --light      skip C sources, headers, assembly and documentation\n"
	"      --only LIST  check only the files in LIST, one per line; - is standard input\n"
	"      --prune      remove files that FILE does not list\n"
	"  -h, --help       show this help\n"
	"\n"
	"Exit codes: 0 written, or no difference; 1 error; 2 something differs (the first differences are printed).\n";

enum option_id {
	OPT_NAME = 256,
	OPT_LIGHT,
	OPT_ONLY,
	OPT_PRUNE,
	OPT_BELOW,
};

static const struct option options[] = {
	{"name", required_argument, NULL, OPT_NAME},
	{"light", no_argument, NULL, OPT_LIGHT},
	{"only", required_argument, NULL, OPT_ONLY},
	{"prune", no_argument, NULL, OPT_PRUNE},
	{"below", required_argument, NULL, OPT_BELOW},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static int usage_error(void)
{
	fold_put(stderr, usage_text);
	return EXIT_CODE_ERROR;
}

static enum exit_code run_check(struct manifest_check *check, const char *only, struct diag *diag)
{
	int whole;

	if (only) {
		check->only = strcmp(only, "-") ? fopen(only, "re") : stdin;
		if (!check->only) {
			diag_error(diag, only, NULL, "can't open");
			return EXIT_CODE_ERROR;
		}
	}
	whole = manifest_check(check, diag);
	if (check->only && check->only != stdin)
		fclose(check->only);
	if (whole < 0 || output_flush(stdout))
		return EXIT_CODE_ERROR;
	return whole ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

int main(int argc, char **argv)
{
	struct manifest_check check = {.out = stdout};
	struct diag diag = {.out = stderr};
	const char *only = NULL, *below = NULL, *slash;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_NAME:
			check.name = optarg;
			break;
		case OPT_LIGHT:
			check.light = true;
			break;
		case OPT_ONLY:
			only = optarg;
			break;
		case OPT_PRUNE:
			check.prune = true;
			break;
		case OPT_BELOW:
			below = optarg;
			break;
		case 'h':
			fold_put(stdout, usage_text);
			return EXIT_CODE_OK;
		default:
			return usage_error();
		}
	}
	if (argc - optind != 3)
		return usage_error();
	check.dir = argv[optind + 1];
	check.file = argv[optind + 2];
	slash = strrchr(check.dir, '/');
	if (!check.name)
		check.name = slash ? slash + 1 : check.dir;
	output_begin();
	if (!strcmp(argv[optind], "seal"))
		return manifest_seal(check.dir, check.file, check.name, &diag) ? EXIT_CODE_ERROR : EXIT_CODE_OK;
	if (!strcmp(argv[optind], "content") && below)
		return manifest_content(check.file, check.name, below, stdout, &diag) || output_flush(stdout)
			       ? EXIT_CODE_ERROR
			       : EXIT_CODE_OK;
	if (strcmp(argv[optind], "check"))
		return usage_error();
	return run_check(&check, only, &diag);
}
