# SPDX-License-Identifier: GPL-2.0
#
# Prints a C source whose debug information is like that of the kernel's objects, with -v functions=N functions: each has a
# structure, an inlined helper and a static local of its own. -v changed=I has one statement more in function I.

BEGIN {
	print "#define nop() asm volatile(\"nop\")"
	print "struct list { struct list *next, **prev; };"
	print "extern int print(const char *format, ...);"
	for (i = 0; i < functions; i++) {
		printf "enum kind_%d { NONE_%d, SOME_%d = %d, ALL_%d };\n", i, i, i, i + 1, i
		printf "typedef struct { int value; unsigned int flag:1, more:3; } count_%d;\n", i
		printf "struct item_%d {\n\tstruct list list;\n\tenum kind_%d kind;\n\tcount_%d count[4];\n", i, i, i
		printf "\tunion { long number; void *pointer; };\n\tint (*show)(struct item_%d *item, const char *name);\n", i
		printf "\tstruct item_%d *parent;\n\tchar name[%d];\n};\n", (i ? i - 1 : 0), i % 50 + 1
		printf "struct item_%d items_%d[3];\n", i, i
		printf "static inline __attribute__((always_inline)) int get_%d(struct item_%d *item, int index)\n{\n", i, i
		printf "\tstatic int calls;\n\tint old = calls++;\n\n\treturn old + item->count[index & 3].value;\n}\n"
		printf "int function_%d(struct item_%d *item, int index)\n{\n\tstatic unsigned long seen;\n\tint sum = 0;\n\n", i, i
		if (i == changed) print "\tnop();"
		printf "\tfor (int k = 0; k < index; k++)\n\t\tsum += get_%d(item, k);\n", i
		printf "\tseen += sum;\n\tif (item->kind == ALL_%d)\n\t\tprint(\"%%s %d %%lu\", item->name, seen);\n", i, i
		printf "\treturn item->show ? item->show(item, item->name) : sum + get_%d(&items_%d[1], 2);\n}\n", i, i
	}
}
