// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch that patches nothing: a table of references by name and position, which the kernel resolves when it loads
 * the module, each beside the address that klp-place says it has. Reading the parameter "result" tells how many agree.
 */
#include <linux/kernel.h>
#include <linux/module.h>

struct position {
	unsigned long resolved, expected;
	const char *name; /* "s_show,2" */
};

/* table.S */
extern const struct position positions[], positions_end[];

static int result_get(char *buffer, const struct kernel_param *kp)
{
	const struct position *p;
	unsigned long agree = 0;

	for (p = positions; p < positions_end; p++) {
		if (p->resolved == p->expected)
			agree++;
		else
			pr_info("positions: %s is at %lx, not at %lx\n", p->name, p->resolved, p->expected);
	}
	return sprintf(buffer, "%lu of %lu\n", agree, (unsigned long)(positions_end - positions));
}

static const struct kernel_param_ops result_ops = {.get = result_get};
module_param_cb(result, &result_ops, NULL, 0444);

static int __init positions_init(void)
{
	return 0;
}
module_init(positions_init);
MODULE_DESCRIPTION("References to symbols by name and position");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
