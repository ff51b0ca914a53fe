/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLP_REFER_H
#define KLP_REFER_H

#include <linux/percpu.h>

/* Neither inlined, nor cloned, nor called with a calling convention of its own. */
#define klp_whole __attribute__((noipa))

struct klp_refer_ops {
	int (*hidden)(int x);
};

/* Of klp-base. */
extern int klp_base_level;
DECLARE_PER_CPU(int, klp_base_count);
int klp_base_scale(int x);

/* Of klp-refer: exported, and not. */
extern int klp_refer_exported_data;
int klp_refer_exported(int x);
extern int klp_refer_shared_data;
int klp_refer_one(int x);
int klp_refer_two(int x);

#endif
