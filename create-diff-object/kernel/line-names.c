// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where macros of the kernel put __LINE__: into records, and into an argument of functions that print it or keep it for
 * a message. Found by searching Linux 5.10 to 6.12 for __LINE__ and for parameters that are called line; functions that
 * are static are left out, for the compiler may do with their arguments what it likes.
 */
#include <string.h>

#include "kernel/sections.h"

/*
 * A function is listed if its argument was the line number in all these versions. Not here, for that reason:
 * __ext4_journal_start_sb(), whose line is its second argument in 6.1 and its third, which was the type of the
 * transaction, in 6.12.
 */
static const struct {
	const char *name;
	unsigned int argument;
} line_functions[] = {
	/* include/linux/kernel.h, sched.h, bug.h, rcupdate.h, cred.h */
	{"__might_sleep", 2},
	{"___might_sleep", 2},
	{"__might_resched", 2},
	{"__might_fault", 2},
	{"__cant_sleep", 2},
	{"__cant_migrate", 2},
	{"warn_slowpath_fmt", 2},
	{"__warn", 2},
	{"lockdep_rcu_suspicious", 2},
	{"__invalid_creds", 3},
	{"__validate_process_creds", 3},
	/* include/kunit/test-bug.h, include/net/xdp.h, include/sound/core.h */
	{"__kunit_fail_current_test", 2},
	{"xdp_warn", 3},
	{"__snd_printk", 3},
	{"snd_use_lock_sync_helper", 3},
	/* include/linux/jbd2.h, fs/jbd2, fs/ext4 */
	{"__jbd2_debug", 4},
	{"__ext4_check_dir_entry", 2},
	{"__ext4_error", 3},
	{"__ext4_error_file", 3},
	{"__ext4_error_inode", 3},
	{"__ext4_forget", 2},
	{"__ext4_grp_locked_error", 2},
	{"__ext4_handle_dirty_metadata", 2},
	{"__ext4_iget", 5},
	{"__ext4_journal_get_create_access", 2},
	{"__ext4_journal_get_write_access", 2},
	{"__ext4_journal_start_reserved", 2},
	{"__ext4_journal_stop", 2},
	{"__ext4_mark_inode_dirty", 4},
	{"__ext4_std_error", 3},
	{"__ext4_warning", 3},
	{"__ext4_warning_inode", 3},
	{"ext4_check_blockref", 2},
	/* fs/btrfs, fs/gfs2, fs/ocfs2, fs/ubifs, fs/xfs */
	{"__btrfs_abort_transaction", 3},
	{"__btrfs_handle_fs_error", 3},
	{"__btrfs_panic", 3},
	{"gfs2_assert_warn_i", 5},
	{"gfs2_assert_withdraw_i", 5},
	{"gfs2_consist_i", 4},
	{"gfs2_consist_inode_i", 4},
	{"gfs2_consist_rgrpd_i", 4},
	{"gfs2_io_error_bh_i", 5},
	{"gfs2_io_error_i", 4},
	{"__mlog_printk", 3},
	{"ocfs2_dump_meta_lvb_info", 3},
	{"ubifs_assert_failed", 4},
	{"assfail", 4},
	{"asswarn", 4},
	{"xfs_error_report", 5},
	{"xfs_corruption_error", 6},
	{"xfs_do_force_shutdown", 4},
	/* drivers/acpi/acpica, include/acpi/acoutput.h */
	{"acpi_bios_error", 2},
	{"acpi_bios_exception", 2},
	{"acpi_bios_warning", 2},
	{"acpi_debug_print", 2},
	{"acpi_debug_print_raw", 2},
	{"acpi_error", 2},
	{"acpi_exception", 2},
	{"acpi_warning", 2},
	{"acpi_ut_create_internal_object_dbg", 2},
	{"acpi_ut_predefined_bios_error", 2},
	{"acpi_ut_predefined_info", 2},
	{"acpi_ut_predefined_warning", 2},
	{"acpi_ut_prefixed_namespace_error", 2},
	{"acpi_ut_method_error", 2},
	{"acpi_ut_exit", 1},
	{"acpi_ut_ptr_exit", 1},
	{"acpi_ut_status_exit", 1},
	{"acpi_ut_str_exit", 1},
	{"acpi_ut_value_exit", 1},
	{"acpi_ut_trace", 1},
	{"acpi_ut_trace_ptr", 1},
	{"acpi_ut_trace_str", 1},
	{"acpi_ut_trace_u32", 1},
	/* drivers */
	{"__i915_inject_probe_error", 4},
	{"dc_fpu_begin", 2},
	{"dc_fpu_end", 2},
	{"dm_perf_trace_timestamp", 2},
	{"mlx5_flexible_inlen", 6},
	{"qedf_dbg_err", 3},
	{"qedf_dbg_info", 3},
	{"qedf_dbg_notice", 3},
	{"qedf_dbg_warn", 3},
	{"qedi_dbg_err", 3},
	{"qedi_dbg_info", 3},
	{"qedi_dbg_notice", 3},
	{"qedi_dbg_warn", 3},
	{"vdo_assertion_failed", 3},
};

/* struct _ddebug: four pointers, then `unsigned int lineno:18` (include/linux/dynamic_debug.h). */
static const struct line_field dynamic_debug_line = {.offset = 32, .mask = 0x3ffff, .is_for_people = true};

/*
 * What UBSAN reports of an operation begins with struct source_location: a file name, the line, the column
 * (lib/ubsan.h).
 */
static const struct line_field sanitizer_line = {.offset = 8, .mask = 0xffffffff};

/* struct codetag: `unsigned int flags, lineno` (include/linux/codetag.h). */
static const struct line_field tag_line = {.offset = 4, .mask = 0xffffffff, .is_for_people = true};

const struct line_field *line_field_of_section(const char *name)
{
	if (kernel_section_is(name, SECTION_IS_OF_SANITIZER))
		return &sanitizer_line;
	if (kernel_section_is(name, SECTION_HAS_TAGS))
		return &tag_line;
	return is_descriptor_section(name) ? &dynamic_debug_line : NULL;
}

unsigned int line_argument_of_function(const char *name)
{
	for (size_t i = 0; i < sizeof(line_functions) / sizeof(line_functions[0]); i++)
		if (!strcmp(line_functions[i].name, name))
			return line_functions[i].argument;
	return 0;
}
