/* SPDX-License-Identifier: GPL-2.0 */
/* The tracepoint of klp-static-key.c. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM klp_static_key

#if !defined(KLP_STATIC_KEY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KLP_STATIC_KEY_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(klp_static_key_asked,
	TP_PROTO(int length),
	TP_ARGS(length),
	TP_STRUCT__entry(__field(int, length)),
	TP_fast_assign(__entry->length = length;),
	TP_printk("length=%d", __entry->length)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/misc
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE klp-static-key-trace
#include <trace/define_trace.h>
