# shellcheck shell=bash
# What a kpatch-build says of itself, and whether what it built is there: what has no whole report is no result, whatever its status was.

# details_of DIR STATUS TARGET: of DIR/build.json and DIR/modules, as details.jq has it. (TARGET is JSON.)
details_of() {
	jq -c -s --argjson status "$2" --argjson target "$3" --arg files "$(find "$1/modules" -mindepth 1 -type f -printf '%P\t%s\n')" \
		-f "$DETAILS_LIB/details.jq" -- "$1/build.json" 2>/dev/null
}
DETAILS_LIB=${BASH_SOURCE[0]%/*}
if [[ $DETAILS_LIB != /* ]]; then DETAILS_LIB=$PWD/$DETAILS_LIB; fi

# details_sync DIR: when the power fails, what has its name has its bytes
details_sync() { sync -- "$1"/* "$1"/modules/* "$1" 2>/dev/null; }
