// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch that patches nothing: a table of references by name and sympos, which the kernel resolves when it loads
 * the module, each beside the address that klp-place says it has. Reading the parameter "result" tells how many agree.
 */
#include <linux/kernel.h>
#include <linux/module.h>

struct sympos {
	unsigned long resolved, expected;
	const char *name; /* "s_show,2" */
};

/* table.S */
extern const struct sympos sympos[], sympos_end[];

static int result_get(char *buffer, const struct kernel_param *kp)
{
	const struct sympos *p;
	unsigned long agree = 0;

	for (p = sympos; p < sympos_end; p++) {
		if (p->resolved == p->expected)
			agree++;
		else
			pr_info("sympos: %s is at %lx, not at %lx\n", p->name, p->resolved, p->expected);
	}
	return sprintf(buffer, "%lu of %lu\n", agree, (unsigned long)(sympos_end - sympos));
}

static const struct kernel_param_ops result_ops = {.get = result_get};
module_param_cb(result, &result_ops, NULL, 0444);

static int __init sympos_init(void)
{
	return 0;
}
module_init(sympos_init);
MODULE_DESCRIPTION("References to symbols by name and sympos");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
