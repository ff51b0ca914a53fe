# shellcheck shell=bash
# Static keys of a module. A jump label is set up when the livepatch is loaded, and needs the address of its key then; a key
# that lives in a module (its own, that of a tracepoint or of a pr_debug()) has none before the module is there. So
# create-diff-object refuses a changed function with such a jump label, and the pair is compiled once more with the header
# kmod/patch/run-time-keys.h, whose key tests read the key's count:
#
#   4-compile/orig-keys/X.o, 4-compile/patched-keys/X.o
#
# Both are built so, hence only real changes differ. The proof was made with the plain object; it holds for this original
# too if the compiler made the same of it but for the tests, since then each function, clone and static variable is where the
# proof saw it. That is looked at in the compiler's own output (orig-keys/X.o.s and X.o.as-built.s).

# keys_needed LOG -> REPLY: the keys that a refusal of create-diff-object names, separated by ", "; empty if a key is not the
# reason
keys_needed() {
	REPLY=$(sed -n 's/^.*: refused: its jump label in [^ ]* tests \([^ ]*\), a static key of a module, .*/\1/p' "$1" |
		sed -E 's/^(__UNIQUE_ID_ddebug[0-9]+|descriptor)\.[0-9]+$/pr_debug()/; s/^__tracepoint_(.*)/trace_\1()/' | sort -u)
	REPLY=${REPLY//$'\n'/, }
}

# keys_compile OBJECT...: their pairs with keys tested at run time
keys_compile() {
	local object side
	progress "compiling with static keys tested at run time: $*"
	cp -- "$KMOD_DIR/run-time-keys.h" "$WORK/4-compile/"
	for object; do
		for side in orig-keys patched-keys; do compile_script "$side" "$object"; done
	done
	compile_run orig-keys "$@"
	compile_run patched-keys "$@"
	for object; do keys_compare "$object"; done
}

# keys_assembler OBJECT -> REPLY: commands that write the compiler's output for the original, with run-time keys and without. (No
# debug information: it tells the lines, which are other ones where the header is.)
keys_assembler() {
	local object=$1 out=$WORK/4-compile/orig-keys/$1 with without
	compile_command orig-keys "$object"; with=${REPLY/ -c -o "$out.part" / -g0 -S -o "$out.s" }
	compile_command orig "$object"; without=${REPLY/ -c -o "$WORK/4-compile/orig/$object.part" / -g0 -S -o "$out.as-built.s" }
	REPLY="$with &&"$'\n'"${without/"$WORK/4-compile/orig/$object.part.d"/"$out.as-built.d"}"
}

keys_compare() {
	local out=$WORK/4-compile/orig-keys/$1
	if ! cmp -s <(keys_compiler_output "$out.s") <(keys_compiler_output "$out.as-built.s"); then
		diff <(keys_compiler_output "$out.as-built.s") <(keys_compiler_output "$out.s") >"$out.diff" || true
		workdir_keep
		refuse "$1 tests static keys of its module, which has to be done at run time; compiled so, the compiler makes other code of other functions too, which is not what $TARGET_RELEASE runs ($out.diff)"
	fi
}

# Without the assembly that the source itself contains; the header has some of its own, so labels count from their first use.
keys_compiler_output() {
	awk '
	/^#APP/ { app = 1 }
	!app {
		text = ""
		while (match($0, /\.L[A-Z]*[0-9]+/)) {
			label = substr($0, RSTART, RLENGTH)
			if (!(label in number)) number[label] = ++labels
			text = text substr($0, 1, RSTART - 1) ".L" number[label]
			$0 = substr($0, RSTART + RLENGTH)
		}
		print text $0
	}
	/^#NO_APP/ { app = 0 }' "$1"
}
