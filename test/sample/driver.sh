# shellcheck shell=bash
# The driver's parts and those of the sample, for scripts that compile and compare the kernel's objects as the driver
# would. HERE is test/sample.

TOP=${HERE%/test/sample}
LIB_DIR=$TOP/kpatch-build/lib
BIN_DIR=${KPATCH_BIN:-$TOP/build/bin} KMOD_DIR=$TOP/kmod/patch
# shellcheck source=kpatch-build/lib/parts.sh
source "$LIB_DIR/parts.sh"
environment_clean
export BIN_DIR KMOD_DIR
for part in select compile check report; do
	# shellcheck source=/dev/null
	source "$HERE/$part.sh"
done

# sample_begin SERIES DIR: the target, its tree, and DIR/SERIES as the driver's work directory, but one that stays.
sample_begin() {
	local lock
	SERIES=${1//\//-}
	install_traps
	options_parse -a "$1" --print-target ${KPATCH_TEST_JOBS:+-j "$KPATCH_TEST_JOBS"}
	workdir_find_cache
	mkdir -p "$CACHE"
	CACHE=$(realpath -- "$CACHE")
	WORK=$2/$SERIES
	mkdir -p "$WORK"
	exec {lock}>"$WORK/.lock"
	if ! flock -n "$lock"; then die "another run works in $WORK"; fi
	at_exit cache_drop_partial
	stage target target_describe
	stage tree code tree
}
