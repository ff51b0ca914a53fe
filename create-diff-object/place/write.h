/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The placement file: what the base check found, for the next stage and for people (placement.h reads it). Text, fields
 * separated by tabs:
 *
 *   klp-placement	1
 *   object	vmlinux | <module name>
 *   base	same | differs
 *   matched	<n>	<m>
 *   symbol	<name>	<def|undef>	<func|object|notype>	<size>	<address|->	<name in the target|->	<sympos>
 *
 * One symbol line per named function, object and label of the object that has a place, local and global alike, and
 * per undefined symbol whose place the relocations tell. The address is hexadecimal; of a module it is
 * `<section index>:<offset>` in the .ko. sympos is 0 if the name is unique in the target.
 */
#ifndef KLP_PLACE_WRITE_H
#define KLP_PLACE_WRITE_H

struct diag;
struct base_check;

/* Writes the file: a temporary one that is renamed when complete. Returns 0 or -errno, reported. */
int base_check_write(const struct base_check *check, const char *path, struct diag *diag)
	__attribute__((warn_unused_result));

#endif
