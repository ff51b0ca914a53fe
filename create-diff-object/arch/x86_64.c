// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86-64, as GCC compiles it for the kernel.
 *
 * References are relocations of 4 bytes, either an absolute sign-extended address (R_X86_64_32S; the kernel
 * and its modules live in the top 2 GiB) or a distance (R_X86_64_PC32, R_X86_64_PLT32). A distance counts from the
 * end of the instruction, but the relocation only knows its field, so the compiler folds the bytes between into the
 * addend: `lea x(%rip),%rax` refers to x with addend -4, `movl $1,x(%rip)` with addend -8. To learn which byte of
 * x is meant, the instruction must be decoded; Zydis does that.
 *
 * The assembler resolves a branch to a local symbol of the same section by itself. In sections with several
 * functions (`.sched.text`, `.noinstr.text`: attributes override -ffunction-sections) such branches have no relocation,
 * so they too are found by decoding.
 *
 * Source of the relocation properties: System V ABI, AMD64 supplement, "Relocation Types"; and what the kernel's
 * module loader applies: arch/x86/kernel/module.c, __write_relocate_add().
 */
#include <elf.h>
#include <stddef.h>

#include <Zydis/Zydis.h>

#include "arch/arch.h"

static const struct arch_reloc relocs[] = {
	[R_X86_64_NONE] = {"R_X86_64_NONE", 0, false, false, true},
	[R_X86_64_64] = {"R_X86_64_64", 8, false, false, true},
	[R_X86_64_PC32] = {"R_X86_64_PC32", 4, true, true, true},
	[R_X86_64_PLT32] = {"R_X86_64_PLT32", 4, true, true, true},
	[R_X86_64_32] = {"R_X86_64_32", 4, false, false, true},
	[R_X86_64_32S] = {"R_X86_64_32S", 4, false, true, true},
	[R_X86_64_PC64] = {"R_X86_64_PC64", 8, true, true, true},
	/* The linker relaxes GOT forms away in vmlinux; the module loader has no GOT and refuses them. */
	[R_X86_64_GOTPCREL] = {"R_X86_64_GOTPCREL", 4, true, true, false},
	[R_X86_64_GOTPCRELX] = {"R_X86_64_GOTPCRELX", 4, true, true, false},
	[R_X86_64_REX_GOTPCRELX] = {"R_X86_64_REX_GOTPCRELX", 4, true, true, false},
};

static const struct arch_reloc *x86_64_reloc(uint32_t type)
{
	static const struct arch_reloc unknown = {.name = "unknown relocation type"};

	if (type >= sizeof(relocs) / sizeof(relocs[0]) || !relocs[type].name)
		return &unknown;
	return &relocs[type];
}

static bool is_direct_branch(ZydisInstructionCategory category)
{
	return category == ZYDIS_CATEGORY_CALL || category == ZYDIS_CATEGORY_COND_BR ||
	       category == ZYDIS_CATEGORY_UNCOND_BR;
}

static bool x86_64_decode(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_insn *insn)
{
	ZydisDecodedInstruction decoded;
	ZydisDecoder decoder;

	if (offset >= size)
		return false;
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, text + offset, size - offset, &decoded)))
		return false;
	*insn = (struct arch_insn){.offset = offset, .length = decoded.length};
	for (size_t i = 0; i < sizeof(decoded.raw.imm) / sizeof(decoded.raw.imm[0]); i++) {
		int64_t distance = decoded.raw.imm[i].value.s;

		if (!decoded.raw.imm[i].size || !decoded.raw.imm[i].is_relative)
			continue;
		insn->field_offset = decoded.raw.imm[i].offset;
		insn->field_size = decoded.raw.imm[i].size / 8;
		insn->is_branch = is_direct_branch(decoded.meta.category);
		insn->target = offset + decoded.length + (uint64_t)distance;
	}
	/* ModRM with mod 0 and rm 5 is relative to the instruction pointer (Intel SDM vol. 2, table 2-7). */
	if (!insn->field_size && (decoded.attributes & ZYDIS_ATTRIB_HAS_MODRM) && decoded.raw.modrm.mod == 0 &&
	    decoded.raw.modrm.rm == 5) {
		insn->field_offset = decoded.raw.disp.offset;
		insn->field_size = decoded.raw.disp.size / 8;
		insn->target = offset + decoded.length + (uint64_t)decoded.raw.disp.value;
		/* lea computes an address and touches nothing there. */
		insn->is_plain_memory = decoded.mnemonic != ZYDIS_MNEMONIC_LEA;
	}
	insn->is_jump_always =
		decoded.meta.category == ZYDIS_CATEGORY_UNCOND_BR || decoded.meta.category == ZYDIS_CATEGORY_RET;
	return true;
}

const struct arch_ops arch_x86_64 = {
	.machine = EM_X86_64,
	.name = "x86_64",
	.reloc = x86_64_reloc,
	.reloc_abs64 = R_X86_64_64,
	.decode = x86_64_decode,
};
