# shellcheck shell=bash
# What is hashed to a patch's id, when it is planned, and again when a job has read it.

# patch_inputs N OPTION... FILE...: N options of its own, the files that they name, and its files in their order
patch_inputs() {
	local n=$1 file
	shift
	printf '%s\0' "${@:1:n}"
	if ((n)); then
		option_paths / "${@:1:n}"
		for file in "${OPTION_FILES[@]}"; do sha256sum <"$file"; done
	fi
	for file in "${@:n + 1}"; do sha256sum <"$file"; done
}
