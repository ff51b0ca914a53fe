/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLP_OOT_H
#define KLP_OOT_H

#define KLP_OOT_SCALE 1

extern int klp_oot_step;
int klp_oot_part(int number);
int klp_oot_base(int number);
int klp_oot_base_unused(int number);

#endif
