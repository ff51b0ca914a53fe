# shellcheck shell=bash
# Messages are those of kpatch-build (log.sh), with the name of this program and what it has to say of its end.

INTERNAL_HINT="report this"
message() { progress_clear; print_folded "kpatch-farm: $*" >&2 || true; }
usage_error() { finish "$EXIT_USAGE" "error: $*; see kpatch-farm --help"; }
on_signal() {
	message "interrupted; what is done is kept, and the next run goes on from there"
	exit "$1"
}

# print_lines: what is on standard input, folded
print_lines() {
	local line
	while IFS= read -r line; do print_folded "$line"; done
}

# field_list: NUL-terminated strings of standard input as lines for a message, each in quotes if it needs them
field_list() {
	local field
	while IFS= read -r -d '' field; do printf '    %s\n' "${field@Q}"; done
}

# path_of FILE -> REPLY: its absolute path. (A command substitution would take line feeds off its end.)
path_of() { realpath -z "${@:2}" -- "$1" | IFS= read -r -d '' REPLY; }
