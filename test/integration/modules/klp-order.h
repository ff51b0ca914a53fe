/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLP_ORDER_H
#define KLP_ORDER_H

/* No length of time that anybody converts. */
#define KLP_ORDER_MAGIC 0x6b6c702d6f72ULL

#endif
