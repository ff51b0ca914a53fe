# SPDX-License-Identifier: GPL-2.0
#
# Prints the assembly of an object like those of the kernel, with -v functions=N functions, each with its section, ftrace
# site, variable, counter, strings and entry in the bug table; -v changed=I has one instruction more in function I.

BEGIN {
	for (i = 0; i < functions; i++) {
		printf "\t.section .text.function_%d,\"ax\",@progbits\n\t.p2align 4\n", i
		printf "\t.globl function_%d\n\t.type function_%d,@function\nfunction_%d:\n", i, i, i
		printf "1:\tcall __fentry__\n\t.section __mcount_loc,\"a\",@progbits\n\t.quad 1b\n\t.previous\n"
		printf "\tpush %%rbx\n\tmov %%rdi,%%rbx\n\tadd %%esi,count_%d(%%rip)\n", i
		printf "\tcmpq $%d,8(%%rdi)\n\tjbe 2f\n", i
		if (i == changed) printf "\tincl count_%d(%%rip)\n", i
		printf "\tmov 8(%%rdi),%%rsi\n\tmov $.Lformat_%d,%%rdi\n\txor %%eax,%%eax\n\tcall _printk\n3:\tud2\n", i
		printf "\t.section __bug_table,\"aw\",@progbits\n4:\t.long 3b - .\n\t.long .Lfile_%d - .\n\t.word %d,0\n\t.previous\n", i, i % 30000
		printf "2:\tmov (%%rbx),%%rdi\n\tcall function_%d\n\tmov $item_%d,%%rdi\n\tmov jiffies(%%rip),%%rsi\n", (i > 0 ? i - 1 : 0), i
		printf "\tcall function_%d\n\tpop %%rbx\n\tret\n\tint3\n\t.size function_%d,.-function_%d\n", int(i / 2), i, i
		printf "\t.section .rodata.function_%d.str1.1,\"aMS\",@progbits,1\n", i
		printf ".Lformat_%d:\t.asciz \"value %%lu of function %d\\n\"\n.Lfile_%d:\t.asciz \"file %d\"\n", i, i, i, i
		printf ".Lname_%d:\t.asciz \"item %d\"\n", i, i
		printf "\t.section .data.item_%d,\"aw\",@progbits\n\t.p2align 3\n\t.globl item_%d\n\t.type item_%d,@object\nitem_%d:\n", i, i, i, i
		printf "\t.quad 0,%d,.Lname_%d\n\t.size item_%d,.-item_%d\n", i, i, i, i
		printf "\t.section .bss.count_%d,\"aw\",@nobits\n\t.p2align 2\n\t.type count_%d,@object\ncount_%d:\t.zero 4\n\t.size count_%d,4\n", i, i, i, i
	}
	print "\t.section .note.GNU-stack,\"\",@progbits"
}
