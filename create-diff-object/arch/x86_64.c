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
 * Arguments of calls are in registers, so a number that is only passed on (a line number, for one) can be followed from
 * the instruction that loads it to the call.
 *
 * Source of the relocation properties: System V ABI, AMD64 supplement, "Relocation Types"; and what the kernel's
 * module loader applies: arch/x86/kernel/module.c, __write_relocate_add().
 */
#include <elf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <Zydis/Zydis.h>

#include "arch/arch.h"
#include "arch/x86_64.h"

static const struct arch_reloc relocs[] = {
	[R_X86_64_NONE] = {"R_X86_64_NONE", 0, false, false, true, false, 0},
	[R_X86_64_64] = {"R_X86_64_64", 8, false, false, true, false, UINT64_MAX},
	[R_X86_64_PC32] = {"R_X86_64_PC32", 4, true, true, true, false, UINT32_MAX},
	[R_X86_64_PLT32] = {"R_X86_64_PLT32", 4, true, true, true, false, UINT32_MAX},
	[R_X86_64_32] = {"R_X86_64_32", 4, false, false, true, false, UINT32_MAX},
	[R_X86_64_32S] = {"R_X86_64_32S", 4, false, true, true, false, UINT32_MAX},
	[R_X86_64_PC64] = {"R_X86_64_PC64", 8, true, true, true, false, UINT64_MAX},
	[R_X86_64_GOTPCREL] = {"R_X86_64_GOTPCREL", 4, true, true, false, true, UINT32_MAX},
	[R_X86_64_GOTPCRELX] = {"R_X86_64_GOTPCRELX", 4, true, true, false, true, UINT32_MAX},
	[R_X86_64_REX_GOTPCRELX] = {"R_X86_64_REX_GOTPCRELX", 4, true, true, false, true, UINT32_MAX},
};

static const struct arch_reloc *x86_64_reloc(uint32_t type)
{
	static const struct arch_reloc unknown = {.name = "unknown relocation type"};

	if (type >= sizeof(relocs) / sizeof(relocs[0]) || !relocs[type].name)
		return &unknown;
	return &relocs[type];
}

static uint64_t x86_64_read_field(const struct arch_reloc *reloc, const uint8_t *bytes)
{
	uint32_t field;

	if (reloc->size == 8)
		return bytes_get64(bytes, false);
	field = bytes_get32(bytes, false);
	return reloc->sign_extend ? (uint64_t)(int64_t)(int32_t)field : field;
}

/* arch/x86/lib/retpoline.S */
static bool x86_64_is_return_thunk(const char *name)
{
	return !strcmp(name, "__x86_return_thunk");
}

static bool x86_64_is_indirect_thunk(const char *name)
{
	return !strncmp(name, "__x86_indirect_", strlen("__x86_indirect_"));
}

static bool is_direct_branch(ZydisInstructionCategory category)
{
	return category == ZYDIS_CATEGORY_CALL || category == ZYDIS_CATEGORY_COND_BR ||
	       category == ZYDIS_CATEGORY_UNCOND_BR;
}

/*
 * The bytes of an instruction, and how many there are. Linux 4.11 to 4.15 traps by two bytes, ASM_UD0 of
 * arch/x86/include/asm/bug.h, which have a third one in Intel's manual: they are as long as a ud2, and do the same.
 */
static const uint8_t *bytes_at(const uint8_t *text, uint64_t size, uint64_t offset, uint64_t *left)
{
	static const uint8_t ud0[] = {0x0f, 0xff}, ud2[] = {0x0f, 0x0b};

	*left = size - offset;
	if (*left < sizeof(ud0) || memcmp(text + offset, ud0, sizeof(ud0)) != 0)
		return text + offset;
	*left = sizeof(ud2);
	return ud2;
}

static bool x86_64_decode(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_insn *insn)
{
	const uint8_t *bytes;
	uint64_t left;
	ZydisDecodedInstruction decoded;
	ZydisDecoder decoder;

	if (offset >= size)
		return false;
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	bytes = bytes_at(text, size, offset, &left);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, bytes, left, &decoded)))
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
	if (decoded.raw.disp.size)
		insn->address_offset = decoded.raw.disp.offset;
	/* Only these two forms add nothing: relative to the instruction, and the SIB byte for a plain address. */
	insn->adds_register = insn->address_offset &&
			      !(decoded.raw.modrm.mod == 0 &&
				(decoded.raw.modrm.rm == 5 || (decoded.raw.modrm.rm == 4 && decoded.raw.sib.base == 5 &&
							       decoded.raw.sib.index == 4 && !decoded.raw.rex.X)));
	if (decoded.raw.imm[0].size && !decoded.raw.imm[0].is_relative)
		insn->immediate_offset = decoded.raw.imm[0].offset;
	insn->is_load = decoded.mnemonic == ZYDIS_MNEMONIC_MOV || decoded.mnemonic == ZYDIS_MNEMONIC_PUSH;
	if (insn->address_offset && !insn->adds_register && decoded.mnemonic != ZYDIS_MNEMONIC_LEA)
		insn->is_plain_memory = true;
	insn->is_call = decoded.meta.category == ZYDIS_CATEGORY_CALL;
	insn->is_trap = decoded.mnemonic == ZYDIS_MNEMONIC_UD2;
	insn->is_jump_always =
		decoded.meta.category == ZYDIS_CATEGORY_UNCOND_BR || decoded.meta.category == ZYDIS_CATEGORY_RET;
	return true;
}

/*
 * What the linker does for vmlinux where it can (System V ABI, AMD64 supplement, "Optimize GOTPCRELX Relocations"): the
 * whole kernel and its modules are in reach of a distance.
 */
static bool x86_64_avoid_got(const uint8_t *text, uint64_t field, struct arch_direct *direct)
{
	uint8_t opcode = field < 2 ? 0 : text[field - 2], modrm = field < 2 ? 0 : text[field - 1];

	if (opcode == 0x8b && (modrm & 0xc7) == 0x05) /* mov x@GOTPCREL(%rip),%reg: lea x(%rip),%reg */
		*direct = (struct arch_direct){.bytes = {0x8d, modrm}, .type = R_X86_64_PC32};
	else if (opcode == 0xff && modrm == 0x15) /* call *x@GOTPCREL(%rip): addr32 call x */
		*direct = (struct arch_direct){.bytes = {0x67, 0xe8}, .type = R_X86_64_PLT32, .is_branch = true};
	else if (opcode == 0xff && modrm == 0x25) /* jmp *x@GOTPCREL(%rip): addr32 jmp x */
		*direct = (struct arch_direct){.bytes = {0x67, 0xe9}, .type = R_X86_64_PLT32, .is_branch = true};
	else
		return false;
	return true;
}

static bool decode_full(const uint8_t *text, uint64_t size, uint64_t offset, ZydisDecodedInstruction *insn,
			ZydisDecodedOperand *operands)
{
	ZydisDecoder decoder;
	const uint8_t *bytes;
	uint64_t left;

	if (offset >= size)
		return false;
	bytes = bytes_at(text, size, offset, &left);
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, left, insn, operands));
}

/* The registers of integer arguments, in order: System V ABI, AMD64 supplement, "Parameter Passing". */
static const ZydisRegister argument_registers[] = {
	ZYDIS_REGISTER_RDI, ZYDIS_REGISTER_RSI, ZYDIS_REGISTER_RDX,
	ZYDIS_REGISTER_RCX, ZYDIS_REGISTER_R8,  ZYDIS_REGISTER_R9,
};
#define NUM_ARGUMENTS (sizeof(argument_registers) / sizeof(argument_registers[0]))

/* The whole register that reg is a part of: %rsi for %esi. */
static ZydisRegister whole_register(ZydisRegister reg)
{
	return ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
}

static bool x86_64_decode_load(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_load *load)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;

	if (!decode_full(text, size, offset, &insn, operands) || !insn.raw.imm[0].size ||
	    (insn.mnemonic != ZYDIS_MNEMONIC_MOV && insn.mnemonic != ZYDIS_MNEMONIC_PUSH))
		return false;
	*load = (struct arch_load){
		.field_offset = insn.raw.imm[0].offset,
		.field_size = insn.raw.imm[0].size / 8,
		.value = insn.raw.imm[0].value.s,
	};
	for (unsigned int i = 0; insn.mnemonic == ZYDIS_MNEMONIC_MOV && i < NUM_ARGUMENTS; i++)
		if (operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER && operands[0].size >= 32 &&
		    whole_register(operands[0].reg.value) == argument_registers[i])
			load->argument = i + 1;
	return true;
}

/* The bit of the general register that reg is, or is a part of; 0: it is another one. */
static uint32_t register_bit(ZydisRegister reg)
{
	ZydisRegister whole = whole_register(reg);

	return ZydisRegisterGetClass(whole) == ZYDIS_REGCLASS_GPR64 ? 1u << ZydisRegisterGetId(whole) : 0;
}

static void flow_register(const ZydisDecodedOperand *operand, struct arch_flow *flow)
{
	uint32_t bit = register_bit(operand->reg.value);
	ZydisRegisterClass class = ZydisRegisterGetClass(operand->reg.value);

	if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
		flow->reads |= bit;
	if (!(operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
		return;
	flow->writes |= bit;
	/* Writing the lower half clears the upper one; smaller parts stand for themselves. */
	if ((operand->actions & ZYDIS_OPERAND_ACTION_WRITE) && operand->size >= 32)
		flow->replaces |= bit;
	if (!bit && class != ZYDIS_REGCLASS_FLAGS && class != ZYDIS_REGCLASS_IP)
		flow->is_plain = false;
}

static void flow_memory(const ZydisDecodedOperand *operand, struct arch_flow *flow)
{
	uint32_t registers = register_bit(operand->mem.base) | register_bit(operand->mem.index);

	/* lea: an address is computed, and nothing is there. */
	if (operand->mem.type == ZYDIS_MEMOP_TYPE_AGEN) {
		flow->reads |= registers;
		return;
	}
	flow->addresses |= registers;
	flow->reads_memory |= (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
	flow->writes_memory |= (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
	flow->memory_size = (uint8_t)(operand->size / 8);
}

static bool is_plain_category(const ZydisDecodedInstruction *insn)
{
	switch (insn->meta.category) {
	case ZYDIS_CATEGORY_BINARY:
	case ZYDIS_CATEGORY_BITBYTE:
	case ZYDIS_CATEGORY_CMOV:
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_CONVERT:
	case ZYDIS_CATEGORY_DATAXFER:
	case ZYDIS_CATEGORY_LOGICAL:
	case ZYDIS_CATEGORY_NOP:
	case ZYDIS_CATEGORY_POP:
	case ZYDIS_CATEGORY_PUSH:
	case ZYDIS_CATEGORY_ROTATE:
	case ZYDIS_CATEGORY_SEMAPHORE:
	case ZYDIS_CATEGORY_SETCC:
	case ZYDIS_CATEGORY_SHIFT:
	case ZYDIS_CATEGORY_STRINGOP:
	case ZYDIS_CATEGORY_WIDENOP:
		return true;
	default:
		return insn->mnemonic == ZYDIS_MNEMONIC_LEA;
	}
}

static bool x86_64_decode_flow(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_flow *flow)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;

	if (!decode_full(text, size, offset, &insn, operands))
		return false;
	*flow = (struct arch_flow){
		.is_plain = is_plain_category(&insn),
		.is_return = insn.meta.category == ZYDIS_CATEGORY_RET,
	};
	for (uint8_t i = 0; i < insn.operand_count; i++) {
		if (operands[i].type == ZYDIS_OPERAND_TYPE_REGISTER)
			flow_register(&operands[i], flow);
		else if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY)
			flow_memory(&operands[i], flow);
	}
	/* xor %eax,%eax makes a zero of whatever was there. */
	if ((insn.mnemonic == ZYDIS_MNEMONIC_XOR || insn.mnemonic == ZYDIS_MNEMONIC_SUB) &&
	    operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER && operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    operands[0].reg.value == operands[1].reg.value)
		flow->reads = 0;
	/* rep stos moves its pointer on, and writes the value of another register. */
	if (insn.meta.category == ZYDIS_CATEGORY_STRINGOP) {
		flow->reads &= ~flow->addresses;
		flow->replaces &= ~flow->addresses;
	}
	return true;
}

static bool x86_64_is_landing(const uint8_t *text, uint64_t size, uint64_t offset)
{
	static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};

	return offset <= size && size - offset >= sizeof(endbr64) && !memcmp(text + offset, endbr64, sizeof(endbr64));
}

static bool is_stack_pointer(ZydisRegister reg)
{
	return whole_register(reg) == ZYDIS_REGISTER_RSP;
}

static unsigned int x86_64_numbers(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_number numbers[2])
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	unsigned int n = 0;

	if (!decode_full(text, size, offset, &insn, operands) || insn.meta.category == ZYDIS_CATEGORY_NOP ||
	    insn.meta.category == ZYDIS_CATEGORY_WIDENOP ||
	    (operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER && is_stack_pointer(operands[0].reg.value)))
		return 0;
	if (insn.raw.imm[0].size && !insn.raw.imm[0].is_relative && insn.raw.imm[0].value.s)
		numbers[n++] = (struct arch_number){insn.raw.imm[0].offset, insn.raw.imm[0].value.s};
	for (uint8_t i = 0; i < insn.operand_count && insn.raw.disp.size && insn.raw.disp.value; i++)
		if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY && operands[i].mem.disp.has_displacement &&
		    operands[i].mem.base != ZYDIS_REGISTER_RIP && !is_stack_pointer(operands[i].mem.base)) {
			numbers[n++] = (struct arch_number){insn.raw.disp.offset, insn.raw.disp.value};
			break;
		}
	return n;
}

static unsigned int x86_64_padding(const uint8_t *text, uint64_t size, uint64_t offset)
{
	uint64_t at = offset;
	struct arch_insn insn;

	if (offset >= size)
		return 0;
	if (text[offset] == 0xcc)
		return 1;
	/* 66, 2e and 3e only make a nop longer. */
	while (at + 1 < size && (text[at] == 0x66 || text[at] == 0x2e || text[at] == 0x3e))
		at++;
	if (text[at] == 0x90)
		return (unsigned int)(at + 1 - offset);
	if (at + 1 < size && text[at] == 0x0f && text[at + 1] == 0x1f && x86_64_decode(text, size, offset, &insn))
		return insn.length;
	return 0;
}

static uint32_t x86_64_field_reloc(const struct arch_insn *insn)
{
	if (insn->field_size != 4)
		return R_X86_64_PC8;
	return insn->is_branch ? R_X86_64_PLT32 : R_X86_64_PC32;
}

static bool x86_64_uses_argument(const uint8_t *text, uint64_t size, uint64_t offset, unsigned int argument)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	ZydisRegister reg;

	if (!argument || argument > NUM_ARGUMENTS || !decode_full(text, size, offset, &insn, operands))
		return true;
	reg = argument_registers[argument - 1];
	for (uint8_t i = 0; i < insn.operand_count; i++) {
		const ZydisDecodedOperand *operand = &operands[i];

		if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER && whole_register(operand->reg.value) == reg)
			return true;
		if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    (whole_register(operand->mem.base) == reg || whole_register(operand->mem.index) == reg))
			return true;
	}
	return false;
}

static enum arch_operand memory_operand(const ZydisDecodedOperand *operand)
{
	switch (operand->mem.base) {
	case ZYDIS_REGISTER_RIP:
		return ARCH_OPERAND_DISTANCE;
	case ZYDIS_REGISTER_RSP:
		return ARCH_OPERAND_STACK;
	case ZYDIS_REGISTER_RBP:
		return ARCH_OPERAND_FRAME;
	case ZYDIS_REGISTER_NONE:
		return operand->mem.index == ZYDIS_REGISTER_NONE ? ARCH_OPERAND_DISTANCE : ARCH_OPERAND_MEMBER;
	default:
		return ARCH_OPERAND_MEMBER;
	}
}

static enum arch_operand x86_64_differing(const uint8_t *a, uint64_t a_size, const uint8_t *b, uint64_t b_size)
{
	ZydisDecodedOperand a_operands[ZYDIS_MAX_OPERAND_COUNT], b_operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction a_insn, b_insn;

	if (!decode_full(a, a_size, 0, &a_insn, a_operands) || !decode_full(b, b_size, 0, &b_insn, b_operands))
		return ARCH_OPERAND_DISTANCE;
	if (a_insn.raw.imm[0].value.u != b_insn.raw.imm[0].value.u)
		return a_insn.raw.imm[0].is_relative ? ARCH_OPERAND_DISTANCE : ARCH_OPERAND_CONSTANT;
	for (uint8_t i = 0; i < a_insn.operand_count_visible && i < b_insn.operand_count_visible; i++)
		if (a_operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    b_operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    a_operands[i].mem.disp.value != b_operands[i].mem.disp.value)
			return memory_operand(&a_operands[i]);
	return ARCH_OPERAND_DISTANCE;
}

/* mov %rsp,%rbp */
static bool x86_64_sets_frame(const uint8_t *text, uint64_t size, uint64_t offset)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;

	return decode_full(text, size, offset, &insn, operands) && insn.mnemonic == ZYDIS_MNEMONIC_MOV &&
	       operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER && operands[0].reg.value == ZYDIS_REGISTER_RBP &&
	       operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER && operands[1].reg.value == ZYDIS_REGISTER_RSP;
}

/* What the hooks of the formatter below get. */
struct printing {
	arch_name_field *name;
	void *arg;
	ZydisFormatterFunc print_address, print_displacement, print_immediate; /* as they were without a hook */
};

static bool append(ZydisFormatterBuffer *buffer, const char *text)
{
	ZyanStringView view;
	ZyanString *string;

	return ZYAN_SUCCESS(ZyanStringViewInsideBuffer(&view, text)) &&
	       ZYAN_SUCCESS(ZydisFormatterBufferAppend(buffer, ZYDIS_TOKEN_SYMBOL)) &&
	       ZYAN_SUCCESS(ZydisFormatterBufferGetString(buffer, &string)) &&
	       ZYAN_SUCCESS(ZyanStringAppend(string, &view));
}

/* Prints the name of the field at `field`, with what the assembler has around it; false if it has none. */
static bool print_name(ZydisFormatterBuffer *buffer, const struct printing *printing, uint8_t field, const char *before,
		       const char *behind)
{
	const char *name = printing->name ? printing->name(printing->arg, field) : NULL;

	return name && append(buffer, before) && append(buffer, name) && append(buffer, behind);
}

/* Hooks: a branch, or memory relative to the instruction; a displacement; a constant. */
static ZyanStatus print_address(const ZydisFormatter *formatter, ZydisFormatterBuffer *buffer,
				ZydisFormatterContext *context)
{
	const struct printing *printing = context->user_data;
	bool in_memory = context->operand->type == ZYDIS_OPERAND_TYPE_MEMORY;
	uint8_t field = in_memory ? context->instruction->raw.disp.offset : context->instruction->raw.imm[0].offset;

	if (print_name(buffer, printing, field, "", in_memory ? "(%rip)" : ""))
		return ZYAN_STATUS_SUCCESS;
	return printing->print_address(formatter, buffer, context);
}

static ZyanStatus print_displacement(const ZydisFormatter *formatter, ZydisFormatterBuffer *buffer,
				     ZydisFormatterContext *context)
{
	const struct printing *printing = context->user_data;

	if (context->instruction->raw.disp.size &&
	    print_name(buffer, printing, context->instruction->raw.disp.offset, "", ""))
		return ZYAN_STATUS_SUCCESS;
	return printing->print_displacement(formatter, buffer, context);
}

static ZyanStatus print_immediate(const ZydisFormatter *formatter, ZydisFormatterBuffer *buffer,
				  ZydisFormatterContext *context)
{
	const struct printing *printing = context->user_data;

	if (context->instruction->raw.imm[0].size &&
	    print_name(buffer, printing, context->instruction->raw.imm[0].offset, "$", ""))
		return ZYAN_STATUS_SUCCESS;
	return printing->print_immediate(formatter, buffer, context);
}

/* The formatter passes over a displacement of 0, which is what stands in a field before it is relocated. */
static void show_names_in_memory(const ZydisDecodedInstruction *insn, ZydisDecodedOperand *operands,
				 const struct printing *printing)
{
	for (uint8_t i = 0; i < insn->operand_count_visible; i++)
		if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY && insn->raw.disp.size &&
		    !operands[i].mem.disp.value && printing->name &&
		    printing->name(printing->arg, insn->raw.disp.offset))
			operands[i].mem.disp.value = 1;
}

static bool x86_64_print(const uint8_t *text, uint64_t size, uint64_t offset, arch_name_field *name, void *arg,
			 char *buffer, size_t buffer_size)
{
	struct printing printing = {
		.name = name,
		.arg = arg,
		.print_address = print_address,
		.print_displacement = print_displacement,
		.print_immediate = print_immediate,
	};
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	ZydisFormatter formatter;

	if (!decode_full(text, size, offset, &insn, operands))
		return false;
	show_names_in_memory(&insn, operands, &printing);
	/* ZydisFormatterSetHook() swaps: what was there comes back. */
	return ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_ATT)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
						      ZYDIS_PADDING_DISABLED)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_DISP_PADDING,
						      ZYDIS_PADDING_DISABLED)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_IMM_PADDING,
						      ZYDIS_PADDING_DISABLED)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetHook(&formatter, ZYDIS_FORMATTER_FUNC_PRINT_ADDRESS_ABS,
						  (const void **)&printing.print_address)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetHook(&formatter, ZYDIS_FORMATTER_FUNC_PRINT_DISP,
						  (const void **)&printing.print_displacement)) &&
	       ZYAN_SUCCESS(ZydisFormatterSetHook(&formatter, ZYDIS_FORMATTER_FUNC_PRINT_IMM,
						  (const void **)&printing.print_immediate)) &&
	       ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &insn, operands, insn.operand_count_visible,
							    buffer, buffer_size, offset, &printing));
}

static bool x86_64_operation(const uint8_t *text, uint64_t size, uint64_t offset, char word[ARCH_WORD_MAX])
{
	/* And what begins like them (movzx, pushfq, endbr64); popcnt is no pop. */
	static const char *const moves[] = {"mov", "lea", "push", "popf", "nop", "endbr"};
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	const char *name;

	if (!decode_full(text, size, offset, &insn, operands))
		return false;
	name = ZydisMnemonicGetString(insn.mnemonic);
	if (insn.mnemonic == ZYDIS_MNEMONIC_POP)
		return false;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (!strncmp(name, moves[i], strlen(moves[i])))
			return false;
	snprintf(word, ARCH_WORD_MAX, "%s%s%s %u", insn.attributes & ZYDIS_ATTRIB_HAS_LOCK ? "lock " : "",
		 insn.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE) ? "rep "
													   : "",
		 name, insn.operand_width);
	return true;
}

const struct arch_ops arch_x86_64 = {
	.machine = EM_X86_64,
	.special = x86_64_special,
	/* XEN_ELFNOTE_PHYS32_ENTRY (arch/x86/platform/pvh/head.S) */
	.entry_note = {"Xen", 18},
	.unwind_section = SHT_X86_64_UNWIND,
	.reloc = x86_64_reloc,
	.read_field = x86_64_read_field,
	.is_return_thunk = x86_64_is_return_thunk,
	.is_indirect_thunk = x86_64_is_indirect_thunk,
	.find_payload = x86_64_find_payload,
	.reloc_abs64 = R_X86_64_64,
	.reloc_pc32 = R_X86_64_PC32,
	.field_reloc = x86_64_field_reloc,
	/*
	 * __START_KERNEL_map, arch/x86/include/asm/page_64_types.h: __pa_symbol(x) is x - __START_KERNEL_map +
	 * phys_base.
	 */
	.physical_shift = 0x80000000,
	.avoid_got = x86_64_avoid_got,
	.decode = x86_64_decode,
	.decode_load = x86_64_decode_load,
	.decode_flow = x86_64_decode_flow,
	.is_landing = x86_64_is_landing,
	.numbers = x86_64_numbers,
	/*
	 * Bits of rdi, rsi, rdx, rcx, r8, r9, then rax and rdx, and rsp: the numbers that instructions have for them.
	 */
	.calls = {.arguments = {1u << 7, 1u << 6, 1u << 2, 1u << 1, 1u << 8, 1u << 9},
		  .result = 1u << 0,
		  .second_result = 1u << 2,
		  .stack = 1u << 4},
	.call_size = 5,
	.padding = x86_64_padding,
	.uses_argument = x86_64_uses_argument,
	.differing = x86_64_differing,
	.sets_frame = x86_64_sets_frame,
	.operation = x86_64_operation,
	.print = x86_64_print,
};
