/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that ends the process below tools/: no memory is left. Nothing is half written then, for files appear
 * by rename, and no caller could do better than stop.
 */
#ifndef KLP_UTIL_MEMORY_H
#define KLP_UTIL_MEMORY_H

_Noreturn void memory_exhausted(void);

#endif
