# shellcheck shell=bash
# Static keys of a module. A jump label is set up when the livepatch is loaded, and needs the address of its key then; a key
# that lives in a module (its own, that of a tracepoint or of a pr_debug()) has none before the module is there. So
# create-diff-object refuses a changed function with such a jump label, and the pair is compiled once more with the header
# kmod/patch/run-time-keys.h, whose key tests read the key's count:
#
#   4-compile/orig-keys/X.o, 4-compile/patched-keys/X.o
#
# Both are built so, hence only real changes differ. The base check was made with the plain object; it holds for this original
# too if the compiler decided the same for it: the same functions, clones and static variables, and each function inlined where
# it was. Else what inlines a changed function in the target would be missed. That is looked at in the compiler's own output
# (orig-keys/X.o.s and X.o.as-built.s): a function that tests no key must be the same; one that does may have its registers
# and instructions in another order (__bond_release_one() of bonding has), but calls the same functions, each as
# often, and refers to the same symbols.

# keys_needed REPORT -> REPLY: the keys that create-diff-object names in it, as the source has them, separated by ", "; empty if there are none
keys_needed() {
	REPLY=$(awk -F '\t' '$1 == "key" { print $4 }' "$1" |
		sed -E 's/^(__UNIQUE_ID_ddebug[0-9]+|descriptor)\.[0-9]+$/pr_debug()/; s/^__tracepoint_(.*)/trace_\1()/' | sort -u)
	REPLY=${REPLY//$'\n'/, }
}

# keys_compile OBJECT...: their pairs with keys tested at run time
keys_compile() {
	local object side
	progress "compiling with static keys tested at run time: $*"
	cp -R -- "$KMOD_DIR"/{run-time-keys.h,arch} "$WORK/4-compile/"
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
	local out=$WORK/4-compile/orig-keys/$1 side
	keys_testing "$out.as-built.s" >"$out.testing"
	for side in as-built.s s; do
		keys_same "$out.$side" "$out.testing" >"$out.$side.same"
		keys_alike "$out.$side" "$out.testing" >>"$out.$side.same"
	done
	if ! diff "$out.as-built.s.same" "$out.s.same" >"$out.diff"; then
		workdir_keep
		refuse run-time-key "$1 tests static keys of its module, and must do that at run time; but compiled that way, other functions change too, and are not what $TARGET_RELEASE runs ($out.diff); use --per-object, which needs no such tests"
	fi
}

# A function of the compiler's output begins at ".type NAME, @function" and ends at ".size NAME". Its .cold part is one of its own, but
# belongs to it.
KEYS_FUNCTIONS='
	/^\t\.type\t.*@function/ { name = $2; sub(/,.*/, "", name); root = name; sub(/\.cold.*/, "", root) }
	/^\t\.size\t/ && name != "" { ended = 1 }
	/^#APP/ { app = 1 }
	/^#NO_APP/ { app = 0 }'

# keys_testing FILE: names of the functions that test a key, in the output without run-time keys
keys_testing() {
	awk "$KEYS_FUNCTIONS"'
	app && /__jump_table/ { print root }
	ended { name = root = ""; ended = 0 }' "$1" | sort -u
}

# keys_same FILE TESTING: what must be the same: all but the functions that TESTING lists, and the assembly that the source
# itself contains, since the header has some of its own. Labels count from their first use in a function for the same reason.
keys_same() {
	awk 'FILENAME == ARGV[1] { testing[$0] = 1; next }'"$KEYS_FUNCTIONS"'
	/^\t\.type\t.*@function/ { split("", number); labels = 0 }
	!app && !(root in testing) {
		line = $0
		text = ""
		while (match(line, /\.L[A-Z]*[0-9]+/)) {
			label = substr(line, RSTART, RLENGTH)
			if (!(label in number)) number[label] = ++labels
			text = text substr(line, 1, RSTART - 1) ".L" number[label]
			line = substr(line, RSTART + RLENGTH)
		}
		print text line
	}
	ended { name = root = ""; ended = 0; split("", number); labels = 0 }' "$2" "$1"
}

# keys_alike FILE TESTING: of the functions that TESTING lists, their names, what they call, how often, and what else they
# refer to. The thunk of an indirect call depends on the register.
keys_alike() {
	awk -v indirect="$ARCH_INDIRECT_THUNK" -v return_thunk="$ARCH_RETURN_THUNK" 'FILENAME == ARGV[1] { testing[$0] = 1; next }'"$KEYS_FUNCTIONS"'
	root in testing && /^\t\.type/ { print root, "has", name, 1 }
	root in testing && !app && /^\t([a-z]|'"$ARCH_ASM_ADDRESS"')/ {
		kind = $1 ~ /'"$ARCH_ASM_BRANCH"'/ ? "calls" : "refers to"
		sub(/^\t[^ \t]+/, "")
		gsub(indirect "_[a-z0-9]+", indirect)
		gsub(/'"$ARCH_ASM_REGISTER"'|\.L[A-Z]*[0-9]+/, " ")
		while (match($0, /[A-Za-z_][A-Za-z0-9_.$]*/)) {
			symbol = substr($0, RSTART, RLENGTH)
			if (symbol != return_thunk) count[root " " kind " " symbol] += kind == "calls" || !count[root " " kind " " symbol]
			$0 = substr($0, RSTART + RLENGTH)
		}
	}
	ended { name = root = ""; ended = 0 }
	END { for (what in count) print what, count[what] }' "$2" "$1" | sort
}
