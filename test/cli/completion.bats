#!/usr/bin/env bats
# Completion in bash: every option and every command of every program.

load common

setup() {
	common_setup
	export KPATCH_BIN=$TOP/build/bin
	PATH=$TOP/kpatch-build:$TOP/kpatch:$TOP/kpatch-farm:$TOP/build/bin:$PATH
	# (It says how words that it leaves alone are to be shown; there is nobody to show them to.)
	source "$TOP/kpatch/completion.bash"
	cd "$T" || return
}

# complete_words WORD...: what the last one is completed to
complete_words() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_kpatch_complete "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}
options_of() { "$@" --help | grep -oE -- '^ +(-[a-zA-Z], )?(--[a-z-]+|-[a-z])' | grep -oE -- '--[a-z-]+' | sort -u; }

@test "each program has a completion" {
	local program
	for program in "$TOP"/build/bin/* "$TOP"/kpatch-build/kpatch-build "$TOP"/kpatch/kpatch "$TOP"/kpatch-farm/kpatch-farm; do
		complete -p "${program##*/}"
	done
}

@test "each option is completed" {
	local program command
	for program in kpatch-build kpatch kpatch-farm create-diff-object create-klp-module klp-verify; do
		diff <(options_of "$program") <(complete_words "$program" --)
	done
	for command in klp-place:{place,kallsyms,exports,layout,facts,elf} klp-link:{symbols,made-global,versions,exports}; do
		diff <(options_of "${command%:*}" "${command#*:}") <(complete_words "${command%:*}" "${command#*:}" --)
	done
	[[ $(complete_words kpatch-build --sy) == --symvers && $(complete_words kpatch-build -q --cache-) == --cache-prune ]]
	# Letters as well
	[[ $(complete_words kpatch-build -) == *$'\n'-a$'\n'* ]]
}

@test "each command is completed, and what an option takes" {
	[[ $(complete_words kpatch uninst) == uninstall ]]
	diff <(printf '%s\n' info install list load signal status uninstall unload verify) <(complete_words kpatch "")
	diff <(printf '%s\n' elf exports facts kallsyms layout place reader) <(complete_words klp-place "")
	diff <(echo same) <(complete_words klp-source "")
	mkdir empty
	cd empty
	mkdir "with blank" plain
	: >"a patch.patch"
	: >fix.ko
	[[ $(complete_words kpatch-build -o "") == $'plain\nwith blank' ]]
	[[ $(complete_words kpatch-build --output = pl) == plain ]]
	[[ $(complete_words kpatch-build -q a) == "a patch.patch" ]]
	[[ $(complete_words kpatch-build -j "") == "" ]]
	mkdir -p root/lib/modules/6.12.3-amd64 root/sys/kernel/livepatch/livepatch_one
	_KPATCH_ROOT=root
	[[ $(complete_words kpatch-build --archversion 6) == 6.12.3-amd64 ]]
	[[ $(complete_words kpatch unload l) == livepatch_one ]]
	[[ $(complete_words kpatch load f) == fix.ko ]]
}
