# shellcheck shell=bash
# What is hashed to a patch's id, when it is planned, and again when a job has read it.

# patch_inputs N OPTION... FILE...: N options of its own, and its files in their order
patch_inputs() {
	local n=$1 file
	shift
	printf '%s\0' "${@:1:n}"
	for file in "${@:n + 1}"; do sha256sum <"$file"; done
}
