# shellcheck shell=bash
# --json: what came of the run, for programs; the form is in doc/kpatch-build.schema.json. What is told on the way is kept in a directory of
# its own (json_keep, log.sh), for a run may end before it has a work directory, and messages come from subshells too:
#
#   messages, stages   fields with a NUL behind each: kind, rule, text; name, microseconds, summary
#
# The rest is read at the end, from the folders of the stages. It is put together by jq.

JSON_OUT=""             # file descriptor of standard output, for --json -
JSON_VERSION=""         # of this program
JSON_HASTE=0            # the run was interrupted: no sums of what was not looked at before

# json_begin: from here on things are kept
json_begin() {
	local dir=$OPT_JSON
	if [[ $dir != - ]]; then
		OPT_JSON=$(realpath -m -- "$OPT_JSON")
		dir=${OPT_JSON%/*}
		if [[ ! -w ${dir:-/} || -d $OPT_JSON ]]; then
			OPT_JSON=""
			usage_error "--json: $dir is no directory that can be written to, or has a directory of that name"
		fi
	fi
	if [[ $OPT_JSON == - ]]; then
		exec {JSON_OUT}>&1 1>&2
		STDOUT=$STDERR
	fi
	JSON_BEGUN=1
	json_directory
	# (An interrupted run has little time at its end; git takes a while.)
	version_text; JSON_VERSION=$REPLY
}

# json_directory: JSON_DIR, which has all that json_write() reads from the first moment on
json_directory() {
	local dir
	dir=$(mktemp -d)
	: >"$dir/messages"
	: >"$dir/stages"
	JSON_DIR=$dir
}

# json_end STATUS: write it, whatever the outcome
json_end() {
	local to=$OPT_JSON
	if ((RUN_AGAIN)); then
		if [[ $JSON_OUT ]]; then exec 1>&"$JSON_OUT"; fi
	else
		if [[ $to == - ]]; then
			json_write "$1" >&"$JSON_OUT" || message "error: --json: jq failed"
		elif ! json_write "$1" >"$JSON_DIR/result" || ! cp -- "$JSON_DIR/result" "$to.new" || ! mv -f -- "$to.new" "$to"; then
			# (One of an earlier run must not pass for this one's.)
			rm -f -- "$to" "$to.new"
			message "error: --json: $to can't be written; if there was one of an earlier run, it was removed"
		fi
	fi
	rm -rf -- "$JSON_DIR"
}

# json_write STATUS
json_write() {
	local status=$1 file
	if was_interrupted "$status"; then JSON_HASTE=1; fi
	if [[ ! -e $JSON_DIR/target ]]; then json_target_keep; fi
	json_patches >"$JSON_DIR/patches"
	json_reports >"$JSON_DIR/reports"
	json_modules "$status" >"$JSON_DIR/modules"
	json_made "$status" >"$JSON_DIR/made"
	: >"$JSON_DIR/objects"
	if [[ -f ${WORK:-}/3-affected/objects ]]; then cat -- "$WORK/3-affected/objects" >"$JSON_DIR/objects"; fi
	if [[ ! -e $JSON_DIR/full ]]; then : >"$JSON_DIR/full"; fi
	for file in "${WORK:-}"/9-verify/report*.json; do cat -- "$file"; done >"$JSON_DIR/verified"
	jq -n --argjson status "$status" --arg stage "$STAGE_NAME" --arg version "$JSON_VERSION" \
		--argjson boot "$OPT_BOOT" --arg seconds "$ESTIMATE_SECONDS" --arg from "$ESTIMATE_FROM" --rawfile messages "$JSON_DIR/messages" --rawfile stages "$JSON_DIR/stages" \
		--slurpfile target "$JSON_DIR/target" --rawfile patches "$JSON_DIR/patches" --rawfile objects "$JSON_DIR/objects" \
		--rawfile reports "$JSON_DIR/reports" --rawfile modules "$JSON_DIR/modules" --rawfile made "$JSON_DIR/made" --slurpfile verified "$JSON_DIR/verified" \
		--slurpfile full "$JSON_DIR/full" \
		"$JSON_PROGRAM" --args -- "${RUN_ARGS[@]}"
}

# json_target_keep: what is known of the target
json_target_keep() {
	if [[ ! $JSON_DIR ]]; then return; fi
	json_target >"$JSON_DIR/target.new"
	mv -f -- "$JSON_DIR/target.new" "$JSON_DIR/target"
}
json_target() {
	local compiler=""
	if [[ ! ${TARGET_RELEASE:-} ]]; then return; fi
	if [[ $TARGET_CC ]]; then compiler_version "$TARGET_CC"; compiler="$TARGET_CC $REPLY"; fi
	jq -n --arg release "$TARGET_RELEASE" --arg version "$TARGET_VERSION" --arg image "$TARGET_IMAGE" --arg sum "$(json_target_sum "$TARGET_IMAGE")" \
		--arg banner "$TARGET_BANNER" --arg config "$TARGET_CONFIG" --arg config_sum "$(json_target_sum "$TARGET_CONFIG")" --arg source "$TARGET_SOURCE" \
		--arg compiler "$compiler" --rawfile packages <(json_packages) '
		def known: if . == "" then null else . end;
		{
			release: $release, package_version: ($version | known), banner: ($banner | known),
			image: {file: ($image | known), sha256: ($sum | known)},
			config: {file: ($config | known), sha256: ($config_sum | known)},
			source: ($source | known), compiler: ($compiler | known),
			packages: [$packages | split("\n")[] | select(. != "") | split(" ") | {name: .[0], version: .[1], sha256: (if .[2] == "installed" then null else .[2] end)}]
		}'
}
# (An image of one's own can have a gigabyte.)
json_target_sum() { if ((!JSON_HASTE)); then json_sum "$1"; fi; }
json_sum() { if [[ -f $1 ]]; then file_sum "$1"; fi; }

# json_packages: what the image, the headers and the source were unpacked from
json_packages() {
	local entry
	for entry in "${DEBIAN_TARGET:-}" "$TARGET_SOURCE"; do
		if [[ $entry && -f $entry/$UNPACKED_FROM ]]; then cat -- "$entry/$UNPACKED_FROM"; fi
	done | sort -u
}

# json_patches: "name <NUL> sum <NUL> how it applies <NUL>" of each, as it was read
json_patches() {
	local i name
	for i in "${!PATCHES[@]}"; do
		name=${PATCHES[i]}
		printf '%s\0%s\0%s\0' "$name" "$(json_sum "${PATCH_COPIES[i]:-$name}")" "${PATCH_APPLIES[i]:-}"
	done
}

# json_reports: the records about each object, with its name before them: of the base check, and of the comparison
json_reports() {
	local object file files=()
	for object in "${OBJECTS[@]}"; do
		for file in "$WORK/5-base/${object%.o}.place" "$WORK/6-diff/${object%.o}.report"{,.lines}; do
			if [[ -f $file ]]; then files+=("object=${object//\\/\\\\}" "$file"); fi
		done
	done
	if ((${#files[@]})); then awk '$1 !~ /^(symbol|section)$/ { print object "\t" $0 }' "${files[@]}"; fi
}

# json_modules STATUS: "name <NUL> what it is for <NUL> path <NUL> sum <NUL>" of each that was delivered
json_modules() {
	local name
	if (($1)) || [[ ! ${MODULES_MADE[*]:-} ]] || ((OPT_CHECK || OPT_DRY_RUN)); then return; fi
	for name in "${MODULES_MADE[@]}"; do
		printf '%s\0%s\0%s\0%s\0' "$name" "${PART_OF[$name]}" "$OPT_OUTPUT/$name.ko" "$(json_sum "$OPT_OUTPUT/$name.ko")"
	done
}

# json_made STATUS: "path <NUL> sum <NUL>" of each package that was delivered
json_made() {
	local file
	if (($1)); then return; fi
	for file in "${PACKAGES_MADE[@]}"; do printf '%s\0%s\0' "$OPT_OUTPUT/${file##*/}" "$(json_sum "$file")"; done
}

# shellcheck disable=SC2016
readonly JSON_PROGRAM='
def rows(n): split("\u0000") | .[:-1] as $all | [range(0; $all | length; n) as $i | $all[$i:$i + n]];
def records: [split("\n")[] | select(. != "") | split("\t")];
def about($row; $kind): select(.[0] == $row[0] and .[1] == $kind and .[2] == $row[2] and .[3] == $row[3]);
def known: if . == "" or . == "-" then null else . end;
# What a stage of the driver refuses, with or without the file before the reason
def driver_refusal($rule; $text):
	($text | capture("^(?<file>[^ :]+\\.[a-zA-Z]+): (?<message>.*)$") // {file: null, message: $text})
	| {rule: ($rule | known), file, place: null, message, hunks: [], lines: []};
($messages | rows(3)) as $told
| ($stages | rows(3)) as $done
| ($reports | records) as $records
| ["built", "error", "refused", "unchanged", "usage", "not-applied", "not-compiled"] as $results
| {
	format: 1,
	tool: {name: "kpatch-build", version: $version},
	arguments: $ARGS.positional,
	exit: {
		status: $status,
		result: (if $status == 0 and $modules == "" then "done" else $results[$status] // "interrupted" end),
		stage: ($stage | known),
		message: ([$told[] | select(.[0] == "end") | .[2]] | last)
	},
	target: ($target[0] // null),
	patches: [$patches | rows(3)[] | {file: .[0], sha256: (.[1] | known), applies: (.[2] | known)}],
	objects: [$objects | records[] | . as $row | [$records[] | select(.[0] == $row[0])] as $mine | {
		object: $row[0], parent: $row[1], module: $row[2],
		base: ([$mine[] | select(.[1] == "base") | .[2]] | first // null),
		functions_matched: ([$mine[] | select(.[1] == "matched") | .[2] | tonumber] | first // null),
		status: ([$mine[] | select(.[1] == "status") | .[2]] | first // null)
	}],
	estimate: (if $from == "" then null else {
		objects: ($objects | records | length), seconds: (if $seconds == "" then null else ($seconds | tonumber) end),
		from: (if $seconds == "" then null else $from end)
	} end),
	functions: [$records[] | select(.[1] == "changed" or .[1] == "new" or .[1] == "copied") |
		{object: .[0], name: .[2], kind: .[1], why: (.[3] // null), by: (.[4] // null)}],
	full: ($full[0] // null),
	refusals: (
		[range(0; $records | length) as $i | $records[$i] | select(.[1] == "refused") | . as $row |
			{rule: (.[2] | known), file: .[0], place: (.[3] | known), message: .[4],
			hunks: [$records[] | about($row; "hunk") | {file: .[4], hunk: .[5]}] | unique,
			lines: [$records[] | about($row; "line") | .[4]]}]
		+ [$told[] | select(.[0] == "refused") | driver_refusal(.[1]; .[2])]
	),
	messages: (
		[$records[] | select(.[1] == "warning" or .[1] == "accepted" or .[1] == "note") |
			{kind: .[1], rule: (.[2] | known), file: .[0], place: (.[3] | known), text: .[4]}]
		+ [$told[] | select(.[0] == "error" or .[0] == "warning" or .[0] == "note") | {kind: .[0], rule: null, file: null, place: null, text: .[2]}]
	),
	verification: [$verified[] | {module: (.module | sub(".*/"; "")), verdict, findings, not_checked, functions, symbols}],
	boot_test: (if $boot == 0 then null
		elif [$done[] | select(.[0] == "boot")] != [] then "passed"
		elif $stage == "boot" then "failed" else "not-reached" end),
	stages: [$done[] | {name: .[0], seconds: ((.[1] | tonumber) / 1000000), summary: .[2]}],
	modules: [$modules | rows(4)[] | {name: .[0], for: (.[1] | known), file: .[2], sha256: .[3]}],
	packages: [$made | rows(2)[] | {file: .[0], sha256: .[1]}]
}'
