# shellcheck shell=bash
# kpatch-farm cumulative: for each kernel the one livepatch that holds all of an ordered list of fixes that can be built. Its directory:
#
#   KERNEL/current.json   the newest one: its name, its version, the fixes in it, those left out and why
#   KERNEL/N/             version N: build.json, log, modules/, and left-out/, the logs of what can't be built
#   cumulative.json       current.json of all
#
# Each version has a name of its own, livepatch-cumulative-N, so that it can be loaded over the one before, which it replaces; and the version N
# of a state (struct klp_state), so that the kernel refuses to load an older one over it.

command_cumulative() {
	local status=0 work kernels
	OPTIONS_REFUSED=$NAME_WORDS$STATE_WORDS
	lists_read
	plan_options
	if [[ $OPT_FARM == farm ]]; then OPT_FARM=cumulative; fi
	plan_open_other cumulative
	tool_id
	work=$FARM/work
	plan_manifest >"$work/manifest"
	jq -r '.kernels[].dir' "$work/manifest" >"$work/kernels"
	tr '\n' '\0' <"$work/kernels" >"$work/names"
	(cd -- "$FARM" && exec setsid "${TIED[@]}" xargs -0 -n 1 -P "${OPT_JOBS:-$(nproc)}" "${TIED[@]}" "$FARM_LIB/cumulative-kernel" "$LIB_DIR") <"$work/names" &
	CHILD=$!
	wait "$CHILD" || status=$?
	CHILD=""
	mapfile -t kernels <"$work/kernels"
	# (Each is one line. Of a kernel that failed just now there may be an older one, or none, or one that was edited.)
	for kernel in "${kernels[@]}"; do grep -hsa '' "$FARM/$kernel/current.json" || true; done | jq -R -c 'fromjson? | objects' | jq -s . >"$FARM/cumulative.json.new"
	mv -f -- "$FARM/cumulative.json.new" "$FARM/cumulative.json"
	work_clean
	# (xargs: 123, if one of them ended with 1 to 125.)
	if ((status == 123)); then exit "$EXIT_ERROR"; elif ((status)); then die "internal: xargs ended with $status"; fi
	if jq -e --arg failures "$FAILURES" 'any(.[].left_out[]; .result | IN(($failures / " ")[]))' "$FARM/cumulative.json" >/dev/null; then exit "$EXIT_REFUSED"; fi
}
