# shellcheck shell=bash
# Which kpatch-build is this?

readonly VERSION=0.1.0

# version_text -> REPLY: the version; run from the repository, with the commit behind it
version_text() {
	local commit
	REPLY=$VERSION
	if [[ -e ${LIB_DIR%/*/*}/.git ]] && commit=$(git -C "$LIB_DIR" describe --always --dirty 2>/dev/null); then REPLY+=" ($commit)"; fi
}
