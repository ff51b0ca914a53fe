/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine must know of a machine, in one const table per machine, chosen from e_machine when an
 * object is loaded. All tables are in one binary, so every machine can be tested in one build.
 */
#ifndef KLP_ARCH_ARCH_H
#define KLP_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/bytes.h"

struct special_row; /* kernel/special.h */

/* No relocated field has more bytes. */
#define ARCH_FIELD_MAX 8
/* Bytes of the word for an operation, its end included. */
#define ARCH_WORD_MAX  64

/* How a relocation type computes its field, as far as a reader of S + A must know. */
struct arch_reloc {
	const char *name; /* "R_X86_64_PC32" */
	uint8_t size;     /* bytes of the field; 0: type does nothing */
	bool pc_relative; /* the field holds S + A - P */
	bool sign_extend; /* a field of 4 bytes is a signed value */
	bool known;       /* false: the engine does not support the type and refuses it */
	bool is_got;      /* the field leads to a slot that holds the address; modules have none */
	uint64_t mask;    /* the bits that are the field's, of its bytes read as a number in the machine's byte order */
};

/* What refers to the same without a slot: the instruction's bytes before the field, and the relocation of the field. */
struct arch_direct {
	uint8_t bytes[2]; /* in place of those right before the field */
	uint32_t type;    /* R_* */
	bool is_branch;   /* a call or jump; else the address is put into a register */
};

/* Where the kernel is in a file that a boot loader reads. */
struct arch_payload {
	uint64_t offset, length; /* bytes */
	uint64_t unpacked;       /* bytes of it when it is unpacked, 0: not told */
};

/* An instruction, as far as the engine must know it. Offsets are bytes from the start of the section. */
struct arch_insn {
	uint64_t offset;
	uint8_t length;         /* bytes */
	uint8_t field_offset;   /* bytes from the start of the instruction to its PC-relative field, 0: has none */
	uint8_t field_size;     /* bytes */
	bool is_branch;         /* direct call, jump or conditional jump */
	bool is_call;           /* direct or not */
	bool is_jump_always;    /* nothing falls through to the next instruction */
	bool is_trap;           /* an exception, whose handler tells where to go on */
	bool is_plain_memory;   /* it reads or writes where its address field says: no register is added */
	bool is_load;           /* mov or push: puts its immediate somewhere, as it is */
	bool adds_register;     /* the address of what it reads or writes is that of its address field and a register */
	uint8_t address_offset; /* bytes from the start of the instruction to its address field, 0: has none */
	uint8_t immediate_offset; /* to its immediate, 0: has none */
	uint64_t target;          /* what the PC-relative field means as it stands, if it has no relocation */
};

/* An instruction that puts a constant somewhere, as it is. */
struct arch_load {
	/*
	 * The argument of a call whose register it is put into, counted from 1; 0: elsewhere (a stack slot, for one).
	 */
	unsigned int argument;
	uint8_t field_offset; /* bytes from the start of the instruction to the constant */
	uint8_t field_size;   /* bytes */
	int64_t value;
};

/* A number that the source, or what it measures, has put into an instruction. */
struct arch_number {
	uint8_t field_offset; /* bytes from the start of the instruction */
	int64_t value;
};

/* What a number in an instruction is for. */
enum arch_operand {
	ARCH_OPERAND_DISTANCE, /* an address, or the way of a jump */
	ARCH_OPERAND_CONSTANT, /* an immediate */
	ARCH_OPERAND_STACK,    /* a place on the stack */
	ARCH_OPERAND_FRAME,  /* the same in a function that keeps its frame in a register (sets_frame), else a member */
	ARCH_OPERAND_MEMBER, /* added to a register: a member of a structure */
};

/*
 * What an instruction does with what registers hold, each general register a bit. A call is none of these: see
 * arch_insn.
 */
struct arch_flow {
	uint32_t reads;     /* whose value it uses, otherwise than to find memory */
	uint32_t addresses; /* that tell where in memory it reads or writes */
	uint32_t writes;    /* that get a value */
	uint32_t replaces;  /* of these, those that keep nothing of the old one */
	bool reads_memory;
	bool writes_memory;
	uint8_t memory_size; /* bytes that it reads or writes */
	bool is_plain;       /* nothing comes of what it reads but values in registers and in memory, and flags */
	bool is_return;
};

/* How functions are called, in bits of general registers. */
struct arch_calls {
	uint32_t arguments[6]; /* the register of each, in order */
	uint32_t result;
	uint32_t second_result; /* of a result that needs two */
	uint32_t stack;         /* the one that points to the stack */
};

/* Text for the number at `field` bytes from the start of an instruction, or NULL: print the number itself. */
typedef const char *arch_name_field(void *arg, uint8_t field);

struct arch_ops {
	uint16_t machine; /* e_machine */
	bool is_big_endian;
	const struct special_row *special; /* its kernels' special tables; a row without a section ends them */
	/* The note by which a virtual machine finds where to start an image that is an ELF file; NULL: there is none */
	struct {
		const char *name;
		uint32_t type;
	} entry_note;
	uint32_t unwind_section; /* SHT_* of the machine's own tables for unwinding, 0: none */
	/* The properties of a relocation type; never NULL (see .known). */
	const struct arch_reloc *(*reloc)(uint32_t type);
	uint32_t reloc_abs64; /* the type of a plain 64-bit pointer */
	uint32_t reloc_pc32;  /* the type of a 32-bit distance */
	/* What a field means: the number at bytes, of reloc->size bytes, as wide as an address. */
	uint64_t (*read_field)(const struct arch_reloc *reloc, const uint8_t *bytes);
	/*
	 * The type that the assembler would have given to an instruction's PC-relative field, had it not known the
	 * target.
	 */
	uint32_t (*field_reloc)(const struct arch_insn *insn);
	/* Physical minus virtual addresses of the image of a kernel that is loaded where it was linked to. */
	int64_t physical_shift;
	/* How to do without the slot that a field of an is_got type leads to; false if there is no way. */
	bool (*avoid_got)(const uint8_t *text, uint64_t field, struct arch_direct *direct);
	/* Decodes the instruction at offset of text; false if there is none. */
	bool (*decode)(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_insn *insn);
	/* Is the instruction at offset of text an arch_load? */
	bool (*decode_load)(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_load *load);
	/* What the instruction at offset of text does with registers; false if there is none. */
	bool (*decode_flow)(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_flow *flow);
	/* May an indirect branch land on what stands at offset of text, on a processor that checks that (endbr64)? */
	bool (*is_landing)(const uint8_t *text, uint64_t size, uint64_t offset);
	struct arch_calls calls;
	/* Is a jump to that symbol a return? Is a call of it one of what a register holds? */
	bool (*is_return_thunk)(const char *name);
	bool (*is_indirect_thunk)(const char *name);
	/*
	 * Finds the packed kernel in a boot image. 1: found, 0: it is no boot image of this machine, -1: a broken one,
	 * and *why says how.
	 */
	int (*find_payload)(const uint8_t *bytes, uint64_t size, struct arch_payload *payload, const char **why);
	/*
	 * The immediate of the instruction at offset of text, and what it adds to a register for an address: not zero,
	 * no places on the stack, not where a jump goes. Stores up to two, and returns how many.
	 */
	unsigned int (*numbers)(const uint8_t *text, uint64_t size, uint64_t offset, struct arch_number numbers[2]);
	/*
	 * What the instruction at offset of text computes, as a word that is equal for the same operation of the same
	 * width: "lock add 32". False if it only moves what is there, or does nothing.
	 */
	bool (*operation)(const uint8_t *text, uint64_t size, uint64_t offset, char word[ARCH_WORD_MAX]);
	unsigned int call_size; /* bytes of a direct call */
	/* Bytes of the padding at offset of text, an instruction that does nothing or a trap; 0: it is none. */
	unsigned int (*padding)(const uint8_t *text, uint64_t size, uint64_t offset);
	/* May the instruction at offset of text read or write the register of an argument? Calls and jumps don't. */
	bool (*uses_argument)(const uint8_t *text, uint64_t size, uint64_t offset, unsigned int argument);
	/*
	 * What the first number is for in which two instructions differ that read alike otherwise; both are
	 * instructions.
	 */
	enum arch_operand (*differing)(const uint8_t *a, uint64_t a_size, const uint8_t *b, uint64_t b_size);
	/* Does the instruction at offset of text make a register the one that points to the function's frame? */
	bool (*sets_frame)(const uint8_t *text, uint64_t size, uint64_t offset);
	/*
	 * Writes the instruction at offset of text as the assembler has it; false if there is none. name (may be NULL)
	 * is asked for each number.
	 */
	bool (*print)(const uint8_t *text, uint64_t size, uint64_t offset, arch_name_field *name, void *arg,
		      char *buffer, size_t buffer_size);
};

/*
 * Decodes the instruction at offset of text. What is none is passed by as one byte that does nothing: the kernel has
 * such bytes on purpose (`.byte` in inline assembly). Returns whether it is one.
 */
static inline bool arch_step(const struct arch_ops *arch, const uint8_t *text, uint64_t size, uint64_t offset,
			     struct arch_insn *insn)
{
	if (arch->decode(text, size, offset, insn))
		return true;
	*insn = (struct arch_insn){.offset = offset, .length = 1};
	return false;
}

/* The number at bytes, in the machine's byte order. */
static inline uint32_t arch_get32(const struct arch_ops *arch, const uint8_t *bytes)
{
	return bytes_get32(bytes, arch->is_big_endian);
}

static inline uint64_t arch_get64(const struct arch_ops *arch, const uint8_t *bytes)
{
	return bytes_get64(bytes, arch->is_big_endian);
}

/* The bits of byte i of a field that are not the field's own: another instruction's, or the opcode. */
uint8_t arch_kept_bits(const struct arch_ops *arch, const struct arch_reloc *reloc, uint64_t i);
/* Sets the field at bytes, of reloc->size bytes, to zero; what else its bytes hold stays. */
void arch_clear_field(const struct arch_ops *arch, const struct arch_reloc *reloc, uint8_t *bytes);
bool arch_field_is_clear(const struct arch_ops *arch, const struct arch_reloc *reloc, const uint8_t *bytes);

/* As find_payload() of the first machine that knows the form; *found is that machine. */
int arch_find_payload(const uint8_t *bytes, uint64_t size, struct arch_payload *payload, const struct arch_ops **found,
		      const char **why);

/* Returns the row of a section, or NULL if it is no special table of the machine. */
const struct special_row *arch_find_special(const struct arch_ops *arch, const char *section);

/* Returns the table for e_machine, or NULL if the machine is not supported. */
const struct arch_ops *arch_find(uint16_t machine);

extern const struct arch_ops arch_x86_64;

#endif
