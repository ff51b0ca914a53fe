// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-verify MODULE.ko: does a finished livepatch module keep the relocation rules? verify/ does the work.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "util/diag.h"
#include "util/fold.h"
#include "util/output.h"
#include "verify/verify.h"

enum option_id {
	OPT_VMLINUX = 256,
	OPT_SYMVERS,
	OPT_SYMBOLS,
	OPT_MODULES,
	OPT_RUNNING,
	OPT_JSON,
	OPT_REPORT,
};

static const struct option options[] = {
	{"vmlinux", required_argument, NULL, OPT_VMLINUX},
	{"symvers", required_argument, NULL, OPT_SYMVERS},
	{"symbols", required_argument, NULL, OPT_SYMBOLS},
	{"modules", required_argument, NULL, OPT_MODULES},
	{"running", optional_argument, NULL, OPT_RUNNING},
	{"json", no_argument, NULL, OPT_JSON},
	{"report", required_argument, NULL, OPT_REPORT},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static void usage(FILE *out)
{
	const char *id, *meaning;

	fold_put(
		out,
		"usage: klp-verify MODULE.ko --vmlinux IMAGE --symvers FILE [options]\n"
		"       klp-verify MODULE.ko --running [options]\n"
		"Check a livepatch module against the relocation rules and its target kernel.\n"
		"\n"
		"      --vmlinux IMAGE  the target kernel: vmlinux, a bootable image, or kallsyms or System.map text\n"
		"      --symvers FILE   the target's Module.symvers\n"
		"      --symbols FILE   kallsyms or System.map text instead of the image's own symbols\n"
		"      --modules DIR    the target's modules (/lib/modules/RELEASE)\n"
		"      --running[=ROOT] the kernel that runs is the target; all that is not given is looked for, below ROOT\n"
		"      --json           print the verdict as JSON\n"
		"      --report FILE    also write the verdict as JSON to FILE\n"
		"  -h, --help           show this help\n"
		"\n"
		"Rules:\n");
	for (uint32_t i = 0; verify_rule_name(i, &id, &meaning); i++)
		fold_printf(out, "  %-4s  %s", id, meaning);
	fold_put(out, "\nExit codes: 0 no violation, 1 error, 2 a rule is violated.\n");
}

static int usage_error(const char *what)
{
	fold_printf(stderr, "klp-verify: error: %s; try --help", what);
	return EXIT_CODE_ERROR;
}

static int write_report(const struct verify_result *result, const char *path, struct diag *diag)
{
	struct output output;
	int err = output_open(&output, path, diag);

	if (err)
		return err;
	verify_print_json(result, output.file);
	return output_close(&output, 0, diag);
}

static enum exit_code run(const struct verify_input *input, bool json, const char *report)
{
	struct diag diag = {.out = stderr};
	struct verify_result result;
	int err = verify_run(input, &result, &diag);
	enum exit_code code = EXIT_CODE_ERROR;

	if (!err) {
		(json ? verify_print_json : verify_print_text)(&result, stdout);
		code = result.findings.n ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
	}
	if (!err && (err = output_flush(stdout))) {
		diag_error(&diag, "standard output", NULL, "can't write the verdict: %s", strerror(-err));
		code = EXIT_CODE_ERROR;
	}
	if (!err && report && write_report(&result, report, &diag))
		code = EXIT_CODE_ERROR;
	verify_result_free(&result);
	return code;
}

int main(int argc, char **argv)
{
	struct verify_input input = {0};
	const char *report = NULL;
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_VMLINUX:
			input.vmlinux = optarg;
			break;
		case OPT_SYMVERS:
			input.symvers = optarg;
			break;
		case OPT_SYMBOLS:
			input.symbols = optarg;
			break;
		case OPT_MODULES:
			input.modules = optarg;
			break;
		case OPT_RUNNING:
			input.running = optarg ? optarg : "";
			break;
		case OPT_JSON:
			json = true;
			break;
		case OPT_REPORT:
			report = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_CODE_OK;
		default:
			return usage_error("unknown option");
		}
	}
	if (argc - optind != 1)
		return usage_error("name one module");
	if (input.running && input.symbols)
		return usage_error("--running has the symbols of the kernel that runs: don't give --symbols");
	if (!input.running && (!input.vmlinux || !input.symvers))
		return usage_error("--vmlinux and --symvers are needed, or --running");
	input.module = argv[optind];
	output_begin();
	return run(&input, json, report);
}
