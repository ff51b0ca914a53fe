# shellcheck shell=bash
# Stages 7, 8 and 9: one module out of the diff objects (or one for each object, with --per-object), finished, checked, handed
# out.
#
# The link is done by the target's own Kbuild, so that modpost, vermagic and the symbol versions are those of any module
# of that kernel (glue.sh). Everything here reads $WORK/6-diff and leaves its results in $WORK/{7-link,8-post-link,9-verify}; the
# user's directory sees nothing but finished, checked modules, by a rename.

# The modules that are made: one for all objects; or, with --per-object, one for the kernel and one for each module.
MODULES_MADE=()         # their names
declare -A PART_OF=()   # name -> object that it is for, "" if it is for all
MODULE_TEMPS=()         # what is not yet under its name in the user's directory

# module_list OBJECT...: of these diff objects
module_list() {
	local object name
	MODULES_MADE=() PART_OF=()
	if ((!OPT_PER_OBJECT)); then
		MODULES_MADE=("$MODULE_NAME") PART_OF[$MODULE_NAME]=""
		return
	fi
	if ! grep -q ' find_module$' "$TARGET_KALLSYMS" || ! grep -q ' is_module_address$' "$TARGET_KALLSYMS"; then
		die "$TARGET_RELEASE lacks find_module() or is_module_address(), which the part for a module needs to hold it; build one module for all objects, without --per-object"
	fi
	module_patched_objects "$@" | while read -r object; do
		if [[ $object == vmlinux ]]; then
			MODULES_MADE=("$MODULE_NAME" "${MODULES_MADE[@]}")
			PART_OF[$MODULE_NAME]=vmlinux
		else
			name=$MODULE_NAME--$object
			if ((${#name} > MODULE_NAME_MAX)); then
				usage_error "$name is longer than the $MODULE_NAME_MAX characters that the kernel takes for a module's name; give a shorter name with -n"
			fi
			MODULES_MADE+=("$name")
			PART_OF[$name]=$object
		fi
	done
}

# module_objects NAME OBJECT...: MODULE_OBJECTS are those of the diff objects that belong into this module
module_objects() {
	local part=${PART_OF[$1]} object
	shift
	MODULE_OBJECTS=()
	for object; do
		if [[ -z $part || ${MODULE[${object#"$WORK/6-diff/"}]} == "$part" ]]; then MODULE_OBJECTS+=("$object"); fi
	done
}

# module_dir NAME -> REPLY: where it is linked
module_dir() { REPLY=$WORK/7-link${PART_OF[$1]:+/$1}; }

# module_bug MESSAGE FILES: end the run, and keep what is to be sent
module_bug() {
	workdir_keep
	die "$1; this is a bug of kpatch-build, please send the patch and $2"
}

# Every undefined symbol must have an owner: another diff object of the same module, an export of vmlinux, or a livepatch
# relocation. Kbuild would find the rest as well, but not the object that needs it, and only as the last of many lines.
# module_check_symbols NAME OBJECT...: all diff objects, of which those of module NAME are looked at
module_check_symbols() {
	local name=$1 dir object kind rule symbol why objects=() args=() bad=() twice=() status=0
	module_dir "$name"; dir=$REPLY
	module_objects "$@"
	shift
	for object; do
		object=${object#"$WORK/6-diff/"}
		objects+=("${MODULE[$object]}:$object")
	done
	args=(--symvers "$TARGET_SYMVERS" --release "$TARGET_RELEASE")
	if [[ $TARGET_MODULES_DIR ]]; then args+=(--modules "$TARGET_MODULES_DIR"); fi
	if [[ ${PART_OF[$name]} ]]; then args+=(--part "${PART_OF[$name]}"); fi
	# There, so that messages name fs/exec.o.
	(cd -- "$WORK/6-diff" && exec "$BIN_DIR/klp-link" symbols "${args[@]}" "${objects[@]}") \
		>"$dir/symbols" 2>"$dir/symbols.log" || status=$?
	if ((status != 0 && status != 2)); then
		show_file "$dir/symbols.log"
		die "klp-link failed on the diff objects (status $status)"
	fi
	while IFS=$'\t' read -r kind rule symbol why object; do
		if [[ $kind != refused ]]; then continue; fi
		lines_with_word "$symbol"
		if [[ $rule == symbol-twice ]]; then
			twice+=("$object: $symbol $why$REPLY")
		else
			bad+=("$object needs $symbol, $why$REPLY")
		fi
	done <"$dir/symbols"
	local IFS=$'\n'
	if ((${#twice[@]})); then
		refuse symbol-twice "objects of one livepatch can't both define a global symbol; make them static, or give them different names:"$'\n'"${twice[*]/#/    }"
	fi
	if ((${#bad[@]})); then
		refuse symbol-missing "the patched code uses symbols that neither the target nor the patch provides:"$'\n'"${bad[*]/#/    }"
	fi
}

# module_told DIR KIND: what klp-link says of the objects of the module in DIR: its namespaces, the addresses that are kept
module_told() { awk -F '\t' -v kind="$2" '$1 == kind { print $2 }' "$1/symbols"; }

# module_write_info NAME: what the hook has to know of this module. (What it says of itself is not here: the compiled hook is the same for
# all modules with the same answers.)
module_write_info() {
	local dir kept part=${PART_OF[$1]} replace=$OPT_REPLACE
	module_dir "$1"; dir=$REPLY
	# A part that replaced others would replace the parts beside it.
	if ((OPT_PER_OBJECT)); then replace=0; fi
	{
		echo "/* Written by kpatch-build. */"
		echo "#define KLP_REPLACE $replace"
		if [[ $OPT_STATE ]]; then echo "#define KLP_STATE {.id = ${OPT_STATE%:*}ul, .version = $((10#${OPT_STATE#*:}))}"; fi
		# Addresses that the kernel may keep, and whose author did not accept that
		kept=$(module_told "$dir" kept)
		if [[ $kept ]]; then echo "#define KLP_ADDRESS_KEPT \"${kept//$'\n'/, }\""; fi
		case $part in
		"") module_clear_late "${MODULE_OBJECTS[@]}" ;;
		vmlinux) module_list_parts ;;
		*) echo "#define KLP_PART_OF \"$part\"" ;;
		esac
	} >"$dir/klp-info.h"
}

# module_write_modinfo NAME: what the module says of itself besides what the hook says: "KEY=VALUE" in each line
module_write_modinfo() {
	local made=$1 dir name i part=${PART_OF[$1]}
	module_dir "$made"; dir=$REPLY
	{
		echo "kpatch_build=$VERSION"
		if [[ $TARGET_VERSION ]]; then echo "target_package=$TARGET_VERSION"; fi
		for i in "${!PATCHES[@]}"; do
			name=${PATCHES[i]##*/}
			echo "patch=${name//[^A-Za-z0-9._+-]/_} $(file_sum "${PATCH_COPIES[i]}")"
		done
		module_told "$dir" namespace | sed 's/^/import_ns=/'
		# The objects that are patched, for whoever wants to load them first (see vm.sh).
		module_patched_objects "${MODULE_OBJECTS[@]}" | sed 's/^/klp_object=/'
		module_build_ids
		if [[ $part && $part != vmlinux ]]; then echo "klp_part_of=$part"; fi
		if ((OPT_REPLACE && !OPT_PER_OBJECT)); then echo klp_replace=Y; fi
		# That the base differs is for whoever loads the module to know.
		if ((${#BASE_DIFFERS[@]})); then echo base_check=skipped; fi
		for name in "${BASE_DIFFERS[@]}"; do echo "base_differs=$name"; done
		for name in "${WITHOUT_HUNKS[@]}"; do echo "without=$name"; done
		printf '%s\n' "${!AUTHOR_ALONE[@]}" | sort | while read -r name; do
			if [[ $name && ${AUTHOR_ALONE[$name]} == accepted && (-z $part || $part == "$name") ]]; then echo "accepted=callback-alone:$name"; fi
		done
	} >"$dir/modinfo"
}

# module_build_ids: of the kernel and of the patched modules, so that the livepatch is not loaded into another build of the same release
module_build_ids() {
	local object file id
	{ echo vmlinux; module_patched_objects "${MODULE_OBJECTS[@]}"; } | sort -u | while read -r object; do
		file=$WORK/3-affected/modules/$object.ko
		if [[ $object == vmlinux ]]; then file=$TARGET_VMLINUX; fi
		if [[ ! -f $file ]]; then continue; fi
		id=$(file_facts "$file" build-id)
		if [[ $id ]]; then echo "target_build_id=$object $id"; fi
	done
}

# module_modinfo_object DIR: klp-modinfo.o, with that in .modinfo
module_modinfo_object() {
	{
		echo '.section .modinfo, "a"'
		sed 's/[\\"]/\\&/g; s/.*/.asciz "&"/' "$1/modinfo"
	} >"$1/klp-modinfo.s"
	if ! in_root as -o "$1/klp-modinfo.o" "$1/klp-modinfo.s" 2>"$1/log"; then
		show_file "$1/log"
		module_bug "what the module says of itself can't be assembled" "$1"
	fi
}

# For the part of the kernel: the others, which it has loaded.
module_list_parts() {
	local name list=""
	for name in "${MODULES_MADE[@]}"; do
		if [[ ${PART_OF[$name]} != vmlinux ]]; then list+=", { \"${PART_OF[$name]}\", \"$name\" }"; fi
	done
	if [[ $list ]]; then echo "#define KLP_PARTS ${list#, }"; fi
}

# Before 6.3 (or what a distribution made of it) the kernel leaves a patch's late relocations as they are when the patched
# module goes, and then refuses the module when it comes back. Every kernel leaves them where a pre_patch callback refuses the
# module. The hook clears them, if it can write to its own text.
module_clear_late() {
	local modules reason=""
	modules=$(module_patched_objects "$@" | grep -vx vmlinux) || return 0
	if ! grep -q ' clear_relocate_add$' "$TARGET_KALLSYMS"; then
		reason=KLP_CLEAR_LATE
	elif author_may_refuse; then
		reason=KLP_CLEAR_REFUSED
	else
		return 0
	fi
	if (($(grep -c ' text_poke_set$' "$TARGET_KALLSYMS") == 1)); then
		echo "#define $reason 1"
	elif [[ $reason == KLP_CLEAR_REFUSED ]]; then
		warn "once a pre_patch callback has refused a module, $TARGET_RELEASE can't load that module again until the livepatch is unloaded"
	else
		warn "$TARGET_RELEASE can't load a patched module again while the livepatch is loaded: unload the livepatch before you unload ${modules//$'\n'/, }"
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
	local objects=() name what
	find "$WORK/6-diff" -name '*.o' -print0 | sort -z | mapfile -d '' -t objects
	if ((${#objects[@]} == 0)); then die "internal: the link was reached without a changed object"; fi
	module_list "${objects[@]}"
	for name in "${MODULES_MADE[@]}"; do module_link_one "$name" "${objects[@]}"; done
	printf -v what '%s.ko, ' "${MODULES_MADE[@]}"
	STAGE_SUMMARY="${what%, } from ${#objects[@]} object$( ((${#objects[@]} == 1)) || echo s)"
}

# module_link_one NAME OBJECT...: of all diff objects, those of module NAME
module_link_one() {
	local name=$1 dir log
	module_dir "$name"; dir=$REPLY log=$REPLY/log
	mkdir -p -- "$dir"
	cp -- "$KMOD_DIR"/{Kbuild,patch-hook.c,klp-records.h,held-module.h,late-relocations.h,parts.h,callbacks.h,patch.lds} "$dir/"
	cp -R -- "$KMOD_DIR/arch" "$dir/"
	module_check_symbols "$@"
	module_write_info "$name"
	module_write_modinfo "$name"
	module_modinfo_object "$dir"

	# New globals that one diff object has for another are hidden: visible up to here, local from here on, so that
	# no name of the patch can meet one of the hook.
	if ! in_root ld -r -o "$dir/klp-parts.o" "${MODULE_OBJECTS[@]}" "$dir/klp-modinfo.o" 2>"$log"; then
		show_file "$log"
		module_bug "the diff objects do not link" "$WORK/6-diff"
	fi
	objcopy --localize-hidden --strip-debug "$dir/klp-parts.o" "$dir/klp-diff.o"

	glue_link "$name" "$dir"
	if ((GLUE_STATUS)); then
		show_file "$log"
		workdir_keep
		if [[ ! -e $dir/klp-hook.o ]]; then
			die "the files of kmod/patch do not compile for $TARGET_RELEASE; the compiler's output is above and in $log"
		fi
		die "Kbuild does not link the module for $TARGET_RELEASE; its output is above and in $log"
	fi
	module_one_compiler "$dir"
	if [[ $OPT_SOURCE ]]; then module_check_layout "$dir/$name.ko"; fi
	if grep -q '^WARNING: modpost' "$log"; then
		grep '^WARNING: modpost' "$log" >&2
		module_bug "modpost reports faults in the module, see above" "$dir"
	fi
	objcopy --strip-debug "$dir/$name.ko"
}

# module_one_compiler DIR: the glue was compiled by what compiled the patched objects. (Kbuild's headers have a say in CC.)
module_one_compiler() {
	local object glue patched
	glue=$(object_compilers "$1/klp-hook.o")
	for object in "${MODULE_OBJECTS[@]}"; do
		patched=$(object_compilers "$WORK/4-compile/patched/${object#"$WORK/6-diff/"}")
		if [[ $glue != "$patched" ]]; then
			workdir_keep
			die "the files of kmod/patch were compiled by '$glue', ${object#"$WORK/6-diff/"} by '$patched': the Makefile of $TARGET_HEADERS names another compiler than the target's configuration"
		fi
	done
}

# module_check_layout KO: struct module is as in the modules of the target, as far as they tell: its size, and where its init and exit
# functions are. A configuration that is not the image's may make another one of it; see tree_check_layout. (A livepatch that stays has
# no exit function.)
module_check_layout() {
	local ours theirs file files
	if [[ ! $TARGET_MODULES_DIR ]]; then return; fi
	ours=$(module_layout_of "$1")
	module_find "$TARGET_MODULES_DIR" '*' -xtype f -print | awk 'NR <= 40' | mapfile -t files
	for file in "${files[@]}"; do
		module_unpack "$file" "$WORK/7-link/other.ko"
		theirs=$(module_layout_of "$WORK/7-link/other.ko")
		# (Some have no init or exit function.)
		if [[ $theirs != *" "*" "* ]]; then continue; fi
		if [[ "$theirs " == "$ours "* ]]; then return; fi
		die "configuration and modules do not belong together: with $TARGET_CONFIG, struct module differs from that in $file, and the kernel would not find the init function of the livepatch; give the configuration that the image was built with (-c)"
	done
}

# module_layout_of KO: size of struct module, and the places in it that are filled when it is loaded
module_layout_of() { file_facts "$1" module-struct | tr '\t' ' '; }

# object_compilers OBJECT: each compiler once
object_compilers() { file_facts "$1" compiler | sort -u; }

module_finish() {
	local dir=$WORK/8-post-link name status sections total=0 report=$WORK/8-post-link/report
	mkdir -p -- "$dir"
	for name in "${MODULES_MADE[@]}"; do
		status=0
		module_dir "$name"
		"$BIN_DIR/create-klp-module" --report "$report" "$REPLY/$name.ko" "$dir/$name.ko" >"$dir/log" 2>&1 || status=$?
		if ((status)); then
			show_file "$dir/log"
			module_bug "the module's livepatch relocations could not be written (create-klp-module, exit $status)" \
				"$REPLY/$name.ko"
		fi
		sections=$(awk -F '\t' '$1 == "moved" { print $4 }' "$report")
		total=$((total + sections))
	done
	if ((OPT_PER_OBJECT)); then module_write_config >"$dir/$MODULE_NAME.conf"; fi
	STAGE_SUMMARY="$total livepatch relocation section$( ((total == 1)) || echo s)"
}

# For modprobe: a module that is loaded gets its part. Of several softdep lines for a module modprobe reads the first only,
# so this one says what the module itself says (modules.softdep) as well.
module_write_config() {
	local name object file pre post
	echo "# For /etc/modprobe.d: loads the part of the livepatch after its module of $TARGET_RELEASE. The parts have to be below"
	echo "# /lib/modules/$TARGET_RELEASE and known to depmod."
	for name in "${MODULES_MADE[@]}"; do
		object=${PART_OF[$name]}
		if [[ $object == vmlinux ]]; then continue; fi
		file=$WORK/3-affected/modules/$object.ko
		pre=$(softdeps_of "$file" pre) post=$(softdeps_of "$file" post)
		echo "softdep $object${pre:+ pre:$pre} post:$post $name"
	done
}

module_verify() {
	local name
	for name in "${MODULES_MADE[@]}"; do module_verify_one "$name"; done
}

module_verify_one() {
	local name=$1 dir=$WORK/9-verify report=$WORK/9-verify/report status=0 args=()
	mkdir -p -- "$dir"
	if [[ ${PART_OF[$name]} ]]; then report+=.$name; fi
	args=(--vmlinux "$TARGET_VMLINUX" --symvers "$TARGET_SYMVERS" --symbols "$TARGET_KALLSYMS")
	if [[ $TARGET_MODULES_DIR ]]; then args+=(--modules "$TARGET_MODULES_DIR"); fi
	"$BIN_DIR/klp-verify" "$WORK/8-post-link/$name.ko" "${args[@]}" --report "$report.json" >"$report" 2>&1 || status=$?
	case $status in
	0) ;;
	2)
		show_file "$report"
		# L12 is for the author of the patch; whatever else is broken was broken by us.
		if jq -e '[.findings[].rule] | unique == ["L12"]' "$report.json" >/dev/null; then
			refuse endbr-sealed "the patch takes the address of a function, see above, that must not be called indirectly in $TARGET_RELEASE (it has no endbr, or that is overwritten at boot): where the CPU has IBT, such a call stops the kernel; call the function directly, or through one of the patch"
		fi
		module_bug "the finished module violates a relocation rule, see above, and is not delivered" "$WORK/8-post-link/$name.ko"
		;;
	*)
		show_file "$report"
		workdir_keep
		die "the finished module could not be checked (klp-verify, exit $status) and is not delivered"
		;;
	esac
	STAGE_SUMMARY="relocation rules: pass"
}

# Each file appears under its name complete or not at all, and none before all are there.
module_deliver() {
	local file temp files=("${MODULES_MADE[@]/%/.ko}") from=() i
	if ((OPT_PER_OBJECT)); then files+=("$MODULE_NAME.conf"); fi
	# (The module is in the last line.)
	from=("${PACKAGES_MADE[@]}" "${files[@]/#/$WORK/8-post-link/}")
	files=("${PACKAGES_MADE[@]##*/}" "${files[@]}")
	at_exit module_drop_temps
	for i in "${!files[@]}"; do
		file=${files[i]}
		temp=$(mktemp -- "$OPT_OUTPUT/.$MODULE_NAME.XXXXXX") || die "cannot write to $OPT_OUTPUT"
		MODULE_TEMPS+=("$temp")
		if ! cp -- "${from[i]}" "$temp" || ! chmod 644 -- "$temp"; then die "cannot write $OPT_OUTPUT/$file"; fi
	done
	# (From the first to the last, nothing ends this run.)
	signals_ignored
	end_told 0
	for file in "${files[@]}"; do
		if ! mv -f -- "${MODULE_TEMPS[0]}" "$OPT_OUTPUT/$file"; then die "cannot write $OPT_OUTPUT/$file"; fi
		MODULE_TEMPS=("${MODULE_TEMPS[@]:1}")
	done
	for file in "${files[@]}"; do
		if ((OPT_QUIET)); then printf '%s\n' "$OPT_OUTPUT/$file"; else printf '%-10s%s\n' written "$OPT_OUTPUT/$file"; fi
	done 2>/dev/null || warn "standard output can't be written to; the livepatch was written to $OPT_OUTPUT/${files[*]}"
}
module_drop_temps() { if ((${#MODULE_TEMPS[@]})); then rm -f -- "${MODULE_TEMPS[@]}"; fi; }
