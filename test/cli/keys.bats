#!/usr/bin/env bats
# Static keys of a module: is an object that tests them at run time what was built, apart from that?
# Each test is a subshell:
# shellcheck disable=SC2030,SC2031

load common
setup() { common_setup; export T; }

# The compiler's output of two functions, the first with the assembly of a key test; $1 is its label behind that, $2 an instruction.
output() {
	printf '%s\n' first: '#APP' " jmp .L7" "$3" '#NO_APP' " jne .L$1" " ret" ".L$1:" " xor %eax, %eax" " ret" second: "$2" " ret"
}

@test "other labels behind other assembly are no difference, another instruction is one" {
	output 2 " mov %rdi, %rax" "nop" >"$T/built.s"
	output 3 " mov %rdi, %rax" "test %eax, %eax" >"$T/same.s"
	output 3 " mov %rsi, %rax" "nop" >"$T/other.s"
	sed 's/jne \.L2/jne .L4/; $a .L4:' "$T/built.s" >"$T/jump.s"
	diff <(lib keys_compiler_output "$T/built.s") <(lib keys_compiler_output "$T/same.s")
	run ! diff <(lib keys_compiler_output "$T/built.s") <(lib keys_compiler_output "$T/other.s")
	run ! diff <(lib keys_compiler_output "$T/built.s") <(lib keys_compiler_output "$T/jump.s")
}
