# shellcheck shell=bash
# What the engine makes of the objects. Each unit has a verdict in four columns, in associative arrays by object; what is
# not as it should be goes on in WHY and must be explained.

declare -A FUNCTIONS=() BASE=() AGAIN=() LINES_=() STATEMENT=() CHOSEN=() WHY=() AUTOMATIC=()

readonly SAMPLE_GROUP=25        # diff objects that are linked into one module

sample_check() {
	local object done=0
	rm -rf "$WORK/5-base" "$WORK/6-diff" "$WORK/link"
	mkdir -p "$WORK/3-affected/modules" "$WORK/6-diff"
	for object in "${OBJECTS[@]}"; do
		progress "checking: $((done++)) of ${#OBJECTS[@]} units"
		WHY[$object]=""
		check_base "$object"
		check_same again "$object"; AGAIN[$object]=$REPLY
		check_same lines "$object"; LINES_[$object]=$REPLY
		check_statement "$object"
	done
	check_modules
	STAGE_SUMMARY="$done units"
}

why() { WHY[$1]+="${WHY[$1]:+; }$2"; }

# The last line of a log, without directories of this run; for one column of a table.
last_words() {
	REPLY=$(tail -n 1 -- "$1" | tr '\t' ' ')
	REPLY=${REPLY//"$WORK/"/}
}

check_base() {
	local object=$1 log=$WORK/5-base/${1%.o}.log out=$WORK/5-base/${1%.o}.place status=0
	local args=(--image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS")
	mkdir -p "${out%/*}"
	FUNCTIONS[$object]=-
	if [[ ! -f $WORK/4-compile/plain/$object ]]; then
		BASE[$object]=no-object
		last_words "$WORK/4-compile/plain/$object.log"; why "$object" "$REPLY"
		return
	fi
	if [[ ${PARENT[$object]} != vmlinux ]]; then
		module_unpacked "$object"
		args=(--module "$REPLY" --name "${MODULE[$object]}")
	fi
	(cd "$WORK/4-compile/plain" && exec "$BIN_DIR/klp-place" place "${args[@]}" -o "$out" "$object") >"$log" 2>&1 || status=$?
	case $status in
	0)
		BASE[$object]=same
		FUNCTIONS[$object]=$(awk -F '\t' '$1 == "matched" { print $2 "/" $3 }' "$out")
		;;
	2)
		BASE[$object]=differs
		FUNCTIONS[$object]=$(sed -nE 's/.*[^0-9]([0-9]+) of ([0-9]+) functions match.*/\1\/\2/p' "$log" | sed -n 1p)
		why "$object" "$(sed -n 1p "$log" | tr '\t' ' ')"
		;;
	*)
		BASE[$object]=failed-$status
		last_words "$log"; why "$object" "$REPLY"
		;;
	esac
}

# diff_of VARIANT OBJECT -> DIFF_STATUS: 6-diff/VARIANT/X.{o,log}, as the driver would
diff_of() {
	local variant=$1 object=$2 orig=orig symbols=$TARGET_KALLSYMS out=$WORK/6-diff/$1/$2 more=(--exact --layout "$TARGET_LAYOUT")
	mkdir -p "${out%/*}"
	if [[ ${PARENT[$object]} != vmlinux ]]; then module_unpacked "$object"; symbols=$REPLY more+=(--kernel "$TARGET_KALLSYMS"); fi
	if [[ ${BASE[$object]} == same ]]; then more+=(--placement "$WORK/5-base/${object%.o}.place"); fi
	if [[ $variant == *-keys ]]; then orig="orig-keys"; fi
	DIFF_STATUS=0
	"$BIN_DIR/create-diff-object" "${more[@]}" --report "${out%.o}.report" "$WORK/4-compile/$orig/$object" "$WORK/4-compile/$variant/$object" \
		"${MODULE[$object]}" "$symbols" "$TARGET_SYMVERS" klp_sample "$out" >"${out%.o}.log" 2>&1 || DIFF_STATUS=$?
}

# -> REPLY: same, or what came out
check_same() {
	local variant=$1 object=$2 file
	for file in "$WORK/4-compile/orig/$object" "$WORK/4-compile/$variant/$object"; do
		if [[ ! -f $file ]]; then
			last_words "$file.log"; why "$object" "$variant: $REPLY"
			REPLY=no-object
			return
		fi
	done
	diff_of "$variant" "$object"
	if ((DIFF_STATUS == 3)); then REPLY=same; return; fi
	why "$object" "$variant: $(sed -n 's/^[^ ]*: changed function: /changed /p; /: \(error\|refused\)/p' "$WORK/6-diff/$variant/${object%.o}.log" |
		sed "s,$WORK/,," | sed -n 1,3p | tr '\n\t' ', ')"
	REPLY=exit-$DIFF_STATUS
}

# The functions that must have changed are those that hold a copy of the statement: the chosen one, and where it was inlined.
check_statement() {
	local object=$1 log=$WORK/6-diff/statement/${1%.o}.log compiled=$WORK/4-compile/statement/$1 differ
	CHOSEN[$object]=$(<"$WORK/statement/$object")
	if [[ -z ${CHOSEN[$object]} ]]; then
		CHOSEN[$object]=- STATEMENT[$object]=none
		if [[ -z $(sample_sites "$WORK/4-compile/orig/$object") ]]; then AUTOMATIC[$object]="no function that ftrace can reach"; fi
		return
	fi
	if [[ ! -f $compiled ]]; then
		STATEMENT[$object]=no-object
		last_words "$compiled.log"; why "$object" "statement: $REPLY"
		return
	fi
	statement_copies "$compiled" >"$WORK/copies"
	diff_of statement "$object"
	keys_needed "${log%.log}.report"
	if [[ $REPLY ]]; then statement_keys "$object" || true; fi
	if ((DIFF_STATUS)); then
		STATEMENT[$object]=exit-$DIFF_STATUS
		why "$object" "statement: $(sed -n '/: \(error\|refused\|warning\)/p' "$log" | sed "s,$WORK/,,g" | sed -n 1,3p | tr '\n\t' ', ')"
		return
	fi
	sed -n 's/^[^ ]*: \(changed\|new\) function: //p' "$log" | sort -u >"$WORK/changed"
	if ! grep -qxF -- "${CHOSEN[$object]}" "$WORK/changed" && grep -qxF -- "${CHOSEN[$object]}" "$WORK/copies"; then
		STATEMENT[$object]=missed
	elif cmp -s "$WORK/copies" "$WORK/changed"; then
		STATEMENT[$object]=changed
		return
	else
		STATEMENT[$object]=others
	fi
	differ=$(diff "$WORK/copies" "$WORK/changed" | sed -n 's/^> /also changed: /p; s/^< /not changed: /p' | paste -s -d ,) || true
	why "$object" "statement: $differ"
}

# The pair once more, with static keys of the module tested at run time, as the driver does where it must (keys.sh).
# Leaves the result where the other would be; false if it can't be compiled or is not what the base check saw.
statement_keys() {
	local object=$1 side script status=0
	cp -R -- "$KMOD_DIR"/{run-time-keys.h,arch} "$WORK/4-compile/"
	for side in orig-keys statement-keys; do
		script=$WORK/4-compile/$side/$object.sh
		mkdir -p "${script%/*}"
		sample_script "$side" "$object" >"$script"
		in_root sh "$script" || true
		if [[ ! -f ${script%.sh} ]]; then return 1; fi
	done
	# in the background, where the driver's way of giving up ends nothing else
	keys_compare "$object" >"$WORK/6-diff/keys.log" 2>&1 &
	wait $! || status=$?
	if ((status)); then return 1; fi
	statement_copies "$WORK/4-compile/statement-keys/$object" >"$WORK/copies"
	diff_of statement-keys "$object"
	mv "$WORK/6-diff/statement-keys/${object%.o}.log" "$WORK/6-diff/statement/${object%.o}.log"
	if ((DIFF_STATUS == 0)); then mv "$WORK/6-diff/statement-keys/$object" "$WORK/6-diff/statement/$object"; fi
}

# statement_copies OBJECT: the functions that hold a copy of the statement; a cold part counts as its function
statement_copies() {
	{ readelf -sW -- "$1"; readelf -rW -- "$1"; } | awk '
	function hex(text,   i, n) {
		for (i = 1; i <= length(text); i++) n = n * 16 + index("123456789abcdef", substr(text, i, 1))
		return n
	}
	$4 == "SECTION" { section[$8] = $7 }
	$4 == "FUNC" && $3 > 0 { name[++n] = $8; in_section[n] = $7; start[n] = hex($2); end[n] = start[n] + $3 }
	/^Relocation section/ { on = $3 ~ /[.]rela[.]discard.$/ }
	on && /R_X86_64_64/ {
		for (i = 1; i <= n; i++)
			if (in_section[i] == section[$5] && start[i] <= hex($7) && hex($7) < end[i]) {
				sub(/\.cold(\.[0-9]+)?$/, "", name[i])
				print name[i]
			}
	}' | sort -u
}

# Link the diff objects of the third pair, many in one module; where that fails, each by itself.
check_modules() {
	local object group=() number=0
	for object in "${OBJECTS[@]}" ""; do
		if [[ $object && -f $WORK/6-diff/statement/$object ]]; then group+=("$object"); fi
		if ((${#group[@]} < SAMPLE_GROUP)) && [[ $object ]]; then continue; fi
		if ((${#group[@]} == 0)); then continue; fi
		progress "linking $((number * SAMPLE_GROUP)) of ${#OBJECTS[@]} units"
		if ! check_module "$((++number))" "${group[@]}"; then
			local one
			for one in "${group[@]}"; do
				if ! check_module "$number.${one//\//+}" "$one"; then
					STATEMENT[$one]=no-module
					last_words "$WORK/link/$number.${one//\//+}/log"; why "$one" "module: $REPLY"
				fi
			done
		fi
		group=()
	done
}

# check_module NAME OBJECT...: the driver's last stages in WORK/link/NAME; false if one of them fails
check_module() {
	local dir=$WORK/link/$1 object status=0 main=$WORK
	shift
	mkdir -p "$dir/3-affected" "$dir/4-compile" "$dir/6-diff"
	ln -sfn "$main/4-compile/statement" "$dir/4-compile/patched"
	for object; do
		mkdir -p "$dir/6-diff/${object%/*}"
		cp "$main/6-diff/statement/$object" "$dir/6-diff/$object"
		printf '%s\t%s\t%s\n' "$object" "${PARENT[$object]}" "${MODULE[$object]}"
	done >"$dir/3-affected/objects"
	# In the background, where a failing command ends it.
	(
		WORK=$dir MODULE_NAME=klp-sample
		OPT_KEEP=1
		module_link
		module_finish
		module_verify
	) >"$dir/log" 2>&1 &
	wait $! || status=$?
	return $status
}
