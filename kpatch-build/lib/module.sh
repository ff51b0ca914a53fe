# shellcheck shell=bash
# Stages 7, 8 and 9: one module out of the diff objects, finished, checked, handed out.
#
# The link is done by the target's own Kbuild, so that modpost, vermagic and the symbol versions are those of any module
# of that kernel. Everything here reads $WORK/6-diff and leaves its results in $WORK/{7-link,8-finish,9-verify}; the
# user's directory sees nothing but a finished, checked module, by one rename.

# kbuild LOG STEP TARGET...: one run of the target's Kbuild over the link directory.
# No BTF: the headers' vmlinux has no debug information to build on, and nothing reads BTF of a livepatch. No debug
# information: it would be stripped anyway, but the work directory's name in it would make each build id another.
module_kbuild() {
	local log=$1 step=$2
	shift 2
	long_run "$log" no_progress make -C "$TARGET_HEADERS" "M=$WORK/7-link" "KLP_STEP=$step" "KLP_NAME=$MODULE_NAME" \
		"KLP_REPLACE=$OPT_REPLACE" CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-g0 "$@"
}

# module_bug MESSAGE FILES: end the run, and keep what is to be sent
module_bug() {
	workdir_keep
	die "$1; this is our bug, please send the patch and $2"
}

# Lists the symbols that vmlinux exports as "name<TAB>namespace".
module_vmlinux_exports() {
	awk -F '\t' '$3 == "vmlinux" { print $2 "\t" $5 }' "$TARGET_SYMVERS"
}

# Every undefined symbol must have an owner: another diff object, an export of vmlinux, or a livepatch relocation.
# Kbuild would find the rest as well, but not the object that needs it, and only as the last of many lines.
module_check_symbols() {
	local dir=$WORK/7-link object name owner bad=()
	local -A exported=() defined=() needed=()

	while IFS=$'\t' read -r name owner; do exported[$name]=$owner; done < <(module_vmlinux_exports)
	while read -r name; do defined[$name]=1; done < <(nm -gj --defined-only -- "$@" 2>/dev/null | grep -v ':$')

	for object; do
		while read -r name; do
			case $name in
			.klp.sym.vmlinux.*)
				owner=${name#.klp.sym.vmlinux.} owner=${owner%,*}
				if [[ ${defined[$owner]:-} ]]; then
					bad+=("${object#"$WORK/6-diff/"} needs $owner, which the patch adds to a module and $TARGET_RELEASE has too; give it another name")
				fi
				continue
				;;
			.klp.sym.* | __this_module) continue ;;
			esac
			if [[ ${defined[$name]:-} ]]; then continue; fi
			if [[ -v exported[$name] ]]; then
				needed[$name]=1
				continue
			fi
			owner=$(awk -F '\t' -v name="$name" '$2 == name { print $3; exit }' "$TARGET_SYMVERS")
			bad+=("${object#"$WORK/6-diff/"} needs $name, which ${owner:+only module $owner has}")
			if [[ -z $owner ]]; then bad[-1]+="is nowhere in $TARGET_RELEASE (declared, but not built with its configuration?)"; fi
		done < <(nm -uj -- "$object")
	done
	if ((${#bad[@]})); then
		local IFS=$'\n'
		refuse "the patched code uses symbols that neither the target nor the patch provides to it:"$'\n'"${bad[*]/#/    }"
	fi
	# A namespace is imported on behalf of the code that we carry: it was allowed to use it where it came from.
	for name in "${!needed[@]}"; do
		if [[ ${exported[$name]} ]]; then printf '%s\n' "${exported[$name]}"; fi
	done | sort -u >"$dir/namespaces"
}

# What the hook is to say about the module besides what it always says.
module_write_info() {
	local dir=$WORK/7-link name
	{
		echo "/* Written by kpatch-build. */"
		while read -r name; do
			echo "MODULE_INFO(import_ns, \"$name\");"
		done <"$dir/namespaces"
		# The objects that are patched, for whoever wants to load them first (see vm.sh).
		module_patched_objects "$@" | while read -r name; do
			echo "MODULE_INFO(klp_object, \"$name\");"
		done
		# That the base is not proved is for whoever loads the module to know.
		if ((${#UNPROVED[@]})); then echo 'MODULE_INFO(proof, "none");'; fi
		for name in "${UNPROVED[@]}"; do echo "MODULE_INFO(unproved, \"$name\");"; done
		module_clear_late "$@"
	} >"$dir/klp-info.h"
}

# Before 6.3 (or what a distribution made of it) the kernel leaves a patch's late relocations as they are when the patched
# module goes, and then refuses the module when it comes back. The hook clears them, if it can write to its own text.
module_clear_late() {
	local modules
	modules=$(module_patched_objects "$@" | grep -vx vmlinux) || return 0
	if grep -q ' clear_relocate_add$' "$TARGET_KALLSYMS"; then return; fi
	if (($(grep -c ' text_poke_set$' "$TARGET_KALLSYMS") == 1)); then
		echo "#define KLP_CLEAR_LATE 1"
	else
		warn "$TARGET_RELEASE does not let a patched module be loaded again while the livepatch stays: unload the livepatch before ${modules//$'\n'/, }, or do not unload the module"
	fi
}

# Parents of the diff objects given, each once.
module_patched_objects() {
	local object
	for object; do
		awk -F '\t' -v object="${object#"$WORK/6-diff/"}" '$1 == object { print $3 }' "$WORK/3-affected/objects"
	done | sort -u
}

module_link() {
	local dir=$WORK/7-link log=$WORK/7-link/log objects=()

	mapfile -d '' -t objects < <(find "$WORK/6-diff" -name '*.o' -print0 | sort -z)
	if ((${#objects[@]} == 0)); then die "internal: the link was reached without a changed object"; fi
	mkdir -p -- "$dir"
	cp -- "$KMOD_DIR"/{Kbuild,patch-hook.c,klp-records.h,late-relocations.h,patch.lds} "$dir/"
	module_check_symbols "${objects[@]}"
	module_write_info "${objects[@]}"

	# New globals that one diff object has for another are hidden: visible up to here, local from here on, so that
	# no name of the patch can meet one of the hook.
	if ! ld -r -o "$dir/klp-parts.o" "${objects[@]}" 2>"$log"; then
		show_file "$log"
		module_bug "the diff objects do not link" "$WORK/6-diff"
	fi
	objcopy --localize-hidden --strip-debug "$dir/klp-parts.o" "$dir/klp-diff.o"

	# Sealing is decided from one object here, while the addresses are taken in another: leave all functions alone.
	if ! module_kbuild "$log" hook patch-hook.o; then
		show_file "$log"
		workdir_keep
		die "the module's glue does not compile for $TARGET_RELEASE; the compiler's output is above and in $log"
	fi
	objcopy --strip-debug -R .ibt_endbr_seal -R .rela.ibt_endbr_seal "$dir/patch-hook.o" "$dir/klp-hook.o"

	if ! module_kbuild "$log" module modules; then
		show_file "$log"
		workdir_keep
		die "Kbuild does not link the module for $TARGET_RELEASE; its output is above and in $log"
	fi
	if grep -q '^WARNING: modpost' "$log"; then
		grep '^WARNING: modpost' "$log" >&2
		module_bug "modpost complains about the module, see above" "$WORK/7-link"
	fi
	objcopy --strip-debug "$dir/$MODULE_NAME.ko"
	STAGE_SUMMARY="$MODULE_NAME.ko from ${#objects[@]} object$( ((${#objects[@]} == 1)) || echo s)"
}

module_finish() {
	local dir=$WORK/8-finish status=0
	mkdir -p -- "$dir"
	"$BIN_DIR/create-klp-module" "$WORK/7-link/$MODULE_NAME.ko" "$dir/$MODULE_NAME.ko" >"$dir/log" 2>&1 || status=$?
	if ((status)); then
		show_file "$dir/log"
		module_bug "the module's livepatch relocations could not be written (create-klp-module, exit $status)" \
			"$WORK/7-link/$MODULE_NAME.ko"
	fi
	local sections
	sections=$(readelf -SW "$dir/$MODULE_NAME.ko" | grep -c '\.klp\.rela\.' || true)
	STAGE_SUMMARY="$sections livepatch relocation section$( ((sections == 1)) || echo s)"
}

module_verify() {
	local dir=$WORK/9-verify status=0 args=()
	mkdir -p -- "$dir"
	args=(--vmlinux "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS" --symbols "$TARGET_KALLSYMS")
	if [[ $TARGET_MODULES_DIR ]]; then args+=(--modules "$TARGET_MODULES_DIR"); fi
	"$BIN_DIR/klp-verify" "$WORK/8-finish/$MODULE_NAME.ko" "${args[@]}" >"$dir/report" 2>&1 || status=$?
	case $status in
	0) ;;
	2)
		show_file "$dir/report"
		# L12 is for the author of the patch; whatever else is broken was broken by us.
		if grep -vF ': note: ' "$dir/report" | grep -F ': L12: ' >/dev/null &&
			! grep -E ': L[0-9]+: ' "$dir/report" | grep -vE ': (L12|note): ' >/dev/null; then
			refuse "the patch takes the address of a function, see above, whose first instruction $TARGET_RELEASE has overwritten since nothing takes it there: where the processor has IBT, a call through it would stop the kernel; call it directly, or through a function of the patch"
		fi
		module_bug "the finished module breaks a rule, see above, and is not handed out" "$WORK/8-finish/$MODULE_NAME.ko"
		;;
	*)
		show_file "$dir/report"
		workdir_keep
		die "the finished module could not be checked (klp-verify, exit $status) and is not handed out"
		;;
	esac
	STAGE_SUMMARY=$(tail -n 1 "$dir/report")
	STAGE_SUMMARY="the relocation law is ${STAGE_SUMMARY##*: }"
}

# The module appears under its name complete or not at all.
module_deliver() {
	local to=$OPT_OUTPUT/$MODULE_NAME.ko temp
	temp=$(mktemp -- "$OPT_OUTPUT/.$MODULE_NAME.XXXXXX") || die "cannot write to $OPT_OUTPUT"
	MODULE_TEMP=$temp
	at_exit module_drop_temp
	if ! cp -- "$WORK/8-finish/$MODULE_NAME.ko" "$temp" || ! chmod 644 -- "$temp" || ! mv -f -- "$temp" "$to"; then
		die "cannot write $to"
	fi
	MODULE_TEMP=""
}
MODULE_TEMP=""
module_drop_temp() { if [[ $MODULE_TEMP ]]; then rm -f -- "$MODULE_TEMP"; fi; }
