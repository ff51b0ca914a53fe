// SPDX-License-Identifier: GPL-2.0-only
/*
 * create-diff-object: the difference of two objects of one translation unit, as an object for a livepatch module.
 * See man/create-diff-object.1 for the command line, doc in the headers of diff/ and klp/ for the passes.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "diff/author.h"
#include "diff/changes.h"
#include "diff/correlate.h"
#include "diff/explain.h"
#include "diff/gate.h"
#include "diff/type-rules.h"
#include "diff/report.h"
#include "diff/select.h"
#include "diff/values.h"
#include "elf/build.h"
#include "kernel/module.h"
#include "klp/kept.h"
#include "klp/output.h"
#include "klp/plan.h"
#include "object/layout.h"
#include "place/placement.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "tools/command.h"
#include "util/diag.h"
#include "util/fold.h"
#include "util/output.h"

struct options {
	const char *placement;   /* NULL: none */
	const char *layout;      /* NULL: none */
	const char *kernel;      /* NULL: none */
	const char *report;      /* NULL: none */
	const char *hunks;       /* NULL: none */
	const char *explanation; /* where it is written; NULL: to standard output */
	bool present;
	bool exact;
	bool debug;
	bool explain;
	const char *orig, *patched, *object, *symtab, *symvers, *module, *output;
};

static const char usage[] =
	"usage: create-diff-object [options] ORIG.o PATCHED.o OBJNAME SYMTAB SYMVERS MODNAME OUTPUT.o\n"
	"\n"
	"  -p, --placement FILE    the exact addresses of the original object's symbols, from klp-place\n"
	"  -k, --kernel FILE       if OBJNAME is a module: the kernel's symbols, for new references to the kernel\n"
	"  -P, --present           if OBJNAME is a module: it is always loaded before the livepatch, so resolve its symbols at load\n"
	"  -l, --layout FILE       entry sizes of special sections, in lines '<section> <bytes>'\n"
	"  -a, --accept RULE:NAME  make this refusal at NAME a warning, because the author has judged it harmless; may be repeated\n"
	"  -r, --report FILE       write the results as records for programs\n"
	"  -H, --hunks FILE        a table of the patch's hunks; refusals then name hunks\n"
	"      --list-rules[=records]\n"
	"                          list the rules of refusals: name, meaning, whether they may be accepted; or print records\n"
	"  -E, --exact             each number that differs is a change, not a line number: the objects were compiled with the same "
	"__LINE__\n"
	"  -e, --explain[=FILE]    print (or write to FILE) why each symbol is included, with the code that differs\n"
	"  -d, --debug             print the same on standard error, one line each\n"
	"  -h, --help              show this help\n"
	"\n"
	"Exit codes: 0 written, 1 error, 2 the change can't be livepatched, 3 nothing changed.\n";

static int finish_stdout(void)
{
	return output_flush(stdout) ? EXIT_CODE_ERROR : EXIT_CODE_OK;
}

/* Returns false for wrong usage. What can't be accepted is an error, reported. */
static bool parse_options(int argc, char **argv, struct options *options, struct diag *diag)
{
	static const struct option longs[] = {
		{"placement", required_argument, NULL, 'p'},
		{"kernel", required_argument, NULL, 'k'},
		{"present", no_argument, NULL, 'P'},
		{"layout", required_argument, NULL, 'l'},
		{"accept", required_argument, NULL, 'a'},
		{"report", required_argument, NULL, 'r'},
		{"hunks", required_argument, NULL, 'H'},
		{"list-rules", optional_argument, NULL, 'R'},
		{"exact", no_argument, NULL, 'E'},
		{"explain", optional_argument, NULL, 'e'},
		{"debug", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "p:k:Pl:a:r:H:Eedh", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			options->placement = optarg;
			break;
		case 'k':
			options->kernel = optarg;
			break;
		case 'P':
			options->present = true;
			break;
		case 'l':
			options->layout = optarg;
			break;
		case 'a':
			diag_accept(diag, optarg);
			break;
		case 'r':
			options->report = optarg;
			break;
		case 'H':
			options->hunks = optarg;
			break;
		case 'R':
			if (optarg && strcmp(optarg, "records"))
				return false;
			(optarg ? rules_list : rules_print)(stdout);
			exit(finish_stdout());
		case 'E':
			options->exact = true;
			break;
		case 'e':
			options->explain = true;
			options->explanation = optarg;
			break;
		case 'd':
			options->debug = true;
			break;
		case 'h':
			fold_put(stdout, usage);
			exit(finish_stdout());
		default:
			return false;
		}
	}
	if (argc - optind != 7)
		return false;
	argv += optind;
	options->orig = argv[0];
	options->patched = argv[1];
	options->object = argv[2];
	options->symtab = argv[3];
	options->symvers = argv[4];
	options->module = argv[5];
	options->output = argv[6];
	return true;
}

/* A module has the name under which it is loaded, with '_' for each '-': the kernel compares that with OBJNAME. */
static int check_object_name(const char *name, struct diag *diag)
{
	if (module_name_is_valid(name))
		return 0;
	return diag_error(
		diag, NULL, "OBJNAME",
		"'%s' is not the name of a loaded object: letters, digits and '_' ('_' also stands for a '-' of the file name)",
		name);
}

/* What was printed is part of the result: it must have arrived. */
static int flush_stdout(struct diag *diag)
{
	int err = output_flush(stdout);

	if (err)
		diag_error(diag, NULL, NULL, "can't write to standard output: %s", strerror(-err));
	return err;
}

static int object_open(const char *path, struct elf_obj **obj, struct diag *diag)
{
	int err = elf_obj_read(path, obj, diag);

	if (!err)
		elf_obj_drop_libelf(*obj);
	if (!err && (*obj)->type != ET_REL)
		err = diag_error(diag, path, NULL, "not a relocatable object");
	if (!err)
		err = elf_obj_check(*obj, diag);
	return err;
}

struct target_files {
	struct symtab *symtab, *kernel;
	struct symvers *symvers;
	struct placement *placement;
};

/* What is looked up is a name of either object. */
static bool is_name_of_objects(const void *arg, const char *name)
{
	const struct diff *diff = arg;

	return elf_obj_find_symbol(diff->orig.obj, name) || elf_obj_find_symbol(diff->patched.obj, name);
}

static int target_open(const struct options *options, const struct diff *diff, struct target_files *files,
		       struct plan_target *target, struct diag *diag)
{
	int err = symtab_read_wanted(options->symtab, is_name_of_objects, diff, &files->symtab, diag);

	if (!err && options->kernel)
		err = symtab_read_wanted(options->kernel, is_name_of_objects, diff, &files->kernel, diag);
	if (!err)
		err = symvers_read_wanted(options->symvers, is_name_of_objects, diff, &files->symvers, diag);
	if (!err && options->placement)
		err = placement_read(options->placement, &files->placement, diag);
	if (!err && files->placement && strcmp(files->placement->object, options->object))
		err = diag_error(diag, options->placement, NULL, "a placement for %s, but the object to patch is %s",
				 files->placement->object, options->object);
	*target = (struct plan_target){
		.object = options->object,
		.symtab = files->symtab,
		.kernel = files->kernel,
		.symvers = files->symvers,
		.placement = files->placement,
		.present = options->present,
	};
	return err;
}

static int explain_to(const char *path, const struct diff *diff, struct diag *diag)
{
	struct output output;
	int err;

	if (!path) {
		explain(diff, stdout);
		return 0;
	}
	err = output_open(&output, path, diag);
	if (err)
		return err;
	explain(diff, output.file);
	return output_close(&output, 0, diag);
}

/* What the passes leave, one after the other. */
struct passes {
	struct corr *corr;
	struct author *author;
	struct changes *changes;
	struct selection *selection;
	struct plan *plan;
	struct kept *kept;
	struct elf_out *out;
};

static void passes_free(struct passes *passes)
{
	elf_out_free(passes->out);
	kept_free(passes->kept);
	plan_free(passes->plan);
	selection_free(passes->selection);
	changes_free(passes->changes);
	author_free(passes->author);
	corr_free(passes->corr);
}

/* What the patch changes, and what goes into the livepatch for it. Fills diff. */
static int find_changes(struct diff *diff, struct passes *passes, struct diag *diag)
{
	/* Which piece of the patched object is which of the original. */
	int err = corr_new(&diff->orig, &diff->patched, &passes->corr, diag);

	diff->corr = passes->corr;
	/* What the author of the patch asks for. */
	if (!err)
		err = author_new(&diff->orig, &diff->patched, passes->corr, &passes->author, diag);
	diff->author = passes->author;
	/* What differs, and since when in the piece. */
	if (!err)
		err = changes_new(&diff->orig, &diff->patched, passes->corr, passes->author, &passes->changes, diag);
	diff->changes = passes->changes;
	/* What must be copied: the changed functions and all that only exists in the patch. */
	if (!err)
		err = selection_new(diff, &passes->selection);
	diff->selection = passes->selection;
	return err;
}

/* What can't be livepatched. From here on every included reference has a meaning. */
static int judge(const struct diff *diff, struct diag *diag)
{
	int err;

	gate_run(diff, diag);
	/* What objects that exist are not fit for. */
	type_rules_run(diff, diag);
	err = diag_checkpoint(diag);
	/* What a callback could do about that. */
	if (diag->report)
		values_report(diff, diag->report);
	return err;
}

/* Why each of them is there, for who asks; also of what is refused. */
static int tell_reasons(const struct diff *diff, const struct options *options, struct diag *diag)
{
	if (options->debug)
		report_reasons(diff, stderr);
	return options->explain ? explain_to(options->explanation, diff, diag) : 0;
}

/* The diff object, in memory. */
static int build(const struct diff *diff, const struct plan_target *target, struct passes *passes, struct diag *diag)
{
	/* How the running kernel's symbols are named: plain, or livepatch symbols. */
	int err = plan_new(diff, target, &passes->plan, diag);

	/* What the running kernel may know of the livepatch when it is gone. */
	if (!err)
		err = kept_new(diff, passes->plan, &passes->kept, diag);
	if (!err)
		err = output_new(diff, target, passes->plan, passes->kept, &passes->out, diag);
	if (!err)
		err = diag_checkpoint(diag);
	return err;
}

static int tell_functions(const struct diff *diff, struct diag *diag)
{
	report_functions(diff, stdout, diag->report);
	if (diag->report)
		report_author(diff->author, &diff->patched, diag->report);
	return flush_stdout(diag);
}

/* Changed functions to output file. Sets *unchanged if there is nothing to write. */
static int run(struct diff *diff, const struct plan_target *target, const struct options *options, bool *unchanged,
	       struct diag *diag)
{
	struct passes passes = {0};
	int err = find_changes(diff, &passes, diag), told;

	if (!err) {
		err = judge(diff, diag);
		told = tell_reasons(diff, options, diag);
		err = err ? err : told;
	}
	if (!err)
		err = selection_check(diff, diag);
	*unchanged = !err && !passes.selection->nroots;
	if (*unchanged)
		err = flush_stdout(diag);
	if (!err && !*unchanged)
		err = build(diff, target, &passes, diag);
	if (!err && !*unchanged)
		err = tell_functions(diff, diag);
	if (!err && !*unchanged)
		err = elf_out_write(passes.out, options->output, diag);
	passes_free(&passes);
	return err;
}

/* Compares the two objects and writes the third. Sets *unchanged if there is nothing to write. */
static int compare(const struct options *options, bool *unchanged, struct diag *diag)
{
	struct target_files files = {0};
	struct elf_obj *orig = NULL, *patched = NULL;
	struct plan_target target;
	struct layout layout = {0};
	struct diff diff = {0};
	int err = check_object_name(options->object, diag);

	if (!err)
		err = object_open(options->orig, &orig, diag);
	if (!err)
		err = object_open(options->patched, &patched, diag);
	if (!err && patched->arch != orig->arch)
		err = diag_error(diag, options->patched, NULL, "an object for another machine than %s", options->orig);
	if (!err)
		err = layout_read_environment(&layout, orig->arch, diag);
	if (!err && options->layout)
		err = layout_read_file(&layout, orig->arch, options->layout, diag);
	if (!err)
		err = side_open(orig, &layout, options->exact, &diff.orig, diag);
	if (!err)
		err = side_open(patched, &layout, options->exact, &diff.patched, diag);
	if (!err && options->hunks)
		err = origin_read(options->hunks, orig, patched, &diff.origin, diag);
	if (!err && diff.origin) {
		diag->find_hunks = origin_find_hunks;
		diag->hunks = diff.origin;
	}
	if (!err)
		err = target_open(options, &diff, &files, &target, diag);
	if (!err)
		err = run(&diff, &target, options, unchanged, diag);
	placement_free(files.placement);
	symvers_free(files.symvers);
	symtab_free(files.kernel);
	symtab_free(files.symtab);
	diag->find_hunks = NULL;
	origin_free(diff.origin);
	side_close(&diff.patched);
	side_close(&diff.orig);
	elf_obj_free(patched);
	elf_obj_free(orig);
	return err;
}

int main(int argc, char **argv)
{
	struct diag diag = {.out = stderr};
	struct options options = {0};
	struct output report = {0};
	bool unchanged = false;
	int err, code;

	if (!parse_options(argc, argv, &options, &diag)) {
		fold_put(stderr, usage);
		return EXIT_CODE_ERROR;
	}
	output_begin();
	err = diag_checkpoint(&diag);
	if (!err)
		err = command_report_open(options.report, &report, &diag);
	if (!err) {
		err = compare(&options, &unchanged, &diag);
		if (!diag.errors)
			diag_warn_unused_accepts(&diag);
	}
	code = unchanged && !err ? EXIT_CODE_UNCHANGED : (int)diag_exit_code(&diag, err);
	code = command_report_close(&report, code, &diag);
	diag_free(&diag);
	return code;
}
