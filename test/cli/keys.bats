#!/usr/bin/env bats
# Static keys of a module: is an object that tests them at run time what was built, apart from that?
# Each test is a subshell:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	mkdir -p "$T/out"
	export SETUP='
		BUILT=$T/work/4-compile/orig-keys/m.o.as-built.s MADE=$T/work/4-compile/orig-keys/m.o.s
		mkdir -p "${BUILT%/*}"
		workdir_keep() { :; }
		same() { cp "$T/built.s" "$BUILT"; cp "$1" "$MADE"; keys_compare m.o; }'
	assembly >"$T/built.s"
}

as_function() { printf '\t.type\t%s, @function\n%s:\n' "$1" "$1"; cat; printf '\t.size\t%s, .-%s\n' "$1" "$1"; }
lines() { printf '\t%s\n' "$@" | sed 's/^\t\(#\|\.L.*:\)/\1/'; }

# assembly: the compiler's output for two functions: first() tests a key in its assembly (KEY), and has TESTS around it; plain() has PLAIN.
# LABEL is the number of first()'s label.
KEY='.pushsection __jump_table,  "aw"' LABEL=2 TESTS='movq %rdi, %rbx' PLAIN='movq %rdi, %rax'
assembly() {
	lines '#APP' "$KEY" '#NO_APP' "$TESTS" "jne .L$LABEL" 'call helper' 'movq $variable, %rsi' ".L$LABEL:" 'ret' | as_function first
	lines 'xorl %eax, %eax' 'call part' | as_function first.cold
	lines "$PLAIN" 'je .L9' '.L9:' 'ret' | as_function plain
	lines '.type variable, @object' 'variable:' '.quad 1'
}

same() { lib same "$T/made.s"; }
refused() {
	run -2 lib same "$T/made.s"
	[[ $output == *"m.o tests static keys of its module"*"other functions change too"*"use --per-object, which needs no such tests"* ]]
}

@test "other assembly of the source and other labels are no difference" {
	KEY="cmpl 0, key" LABEL=7 assembly >"$T/made.s"
	same
}

@test "a function that tests a key may have other registers, one that tests none may not" {
	KEY="cmpl 0, key" TESTS='movq %rdi, 8(%rsp)' assembly >"$T/made.s"
	same
	KEY="cmpl 0, key" PLAIN='movq %rsi, %rax' assembly >"$T/made.s"
	refused
}

@test "a function that tests a key must call the same functions, each as often" {
	local edit
	for edit in '/call helper/d' 's/.*call helper/&\n&/' 's/helper/other/' 's/call part/jmp other/'; do
		KEY="cmpl 0, key" assembly | sed "$edit" >"$T/made.s"
		refused
	done
}

@test "a function that tests a key must refer to the same symbols, however often" {
	KEY="cmpl 0, key" assembly | sed 's/^.*\$variable.*/&\n&/' >"$T/made.s"
	same
	KEY="cmpl 0, key" assembly | sed 's/\$variable/$other/' >"$T/made.s"
	refused
}

@test "another function or another variable is a difference" {
	{ KEY="cmpl 0, key" assembly; echo ret | as_function extra; } >"$T/made.s"
	refused
	{ KEY="cmpl 0, key" assembly; echo ret | as_function first.part.0; } >"$T/made.s"
	refused
	KEY="cmpl 0, key" assembly | sed 's/quad 1/quad 2/' >"$T/made.s"
	refused
}

@test "which keys are meant is read from the records of create-diff-object" {
	printf '%s\n' $'refused\tmodule-key\tf\tits jump label tests other, a static key of a module, ...' $'key\tmodule-key\tf\t__tracepoint_x' \
		$'key\tmodule-key\tg\tdescriptor.12' $'key\tmodule-key\tg\tmy_key' $'status\trefused' >"$T/report"
	SETUP='show() { keys_needed "$@"; echo "$REPLY"; }'
	run -0 lib show "$T/report"
	[[ $output == "my_key, pr_debug(), trace_x()" ]]
	sed -i /^key/d "$T/report"
	run -0 lib show "$T/report"
	[[ $output == "" ]]
}
