// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch by hand, as it is before create-klp-module: one function of vmlinux and one of law_target, with each kind
 * of reference that the law knows, each in a section of its own, so that law.sh can break them one by one.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>

#include "klp-records.h"

asm(".pushsection .data.law_vmlinux, \"aw\"\n"
    ".balign 8\n"
    "law_vmlinux_refs:\n"
    "	.weak \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.quad \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.weak \".klp.sym.vmlinux.init_once,2\"\n"
    "	.quad \".klp.sym.vmlinux.init_once,2\"\n"
    "	.weak law_optional\n"
    "	.quad law_optional\n"
    ".popsection\n");
extern char *law_vmlinux_refs[3];

__attribute__((section(".text.law_version"), used)) static int law_version(struct seq_file *m, void *v)
{
	seq_printf(m, "reference is %s\n", law_vmlinux_refs[0] ? "there" : "0");
	return 0;
}

__attribute__((section(".text.law_shown"), used)) static int law_shown(char *buffer, const struct kernel_param *kp)
{
	int hidden;

	asm volatile(".weak \".klp.sym.law_target.law_hidden,0\"\n"
		     "movl \".klp.sym.law_target.law_hidden,0\"(%%rip), %0"
		     : "=r"(hidden));
	/* A jump to the next instruction, which the kernel makes a nop when the module is loaded. */
	asm volatile(ALTERNATIVE("law_site: .byte 0xe9; .long 0", "", X86_FEATURE_ALWAYS));
	return sprintf(buffer, "patched %d\n", hidden);
}

static int law_spare __attribute__((section(".data.law_spare"), used)) = 1;

static const struct klp_func_record law_records[] __attribute__((section(KLP_FUNCS_SECTION), used)) = {
	{KLP_VMLINUX, "version_proc_show", law_version, 0},
	{"law_target", "law_show", law_shown, 0},
};
