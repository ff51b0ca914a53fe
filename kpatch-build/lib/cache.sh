# shellcheck shell=bash
# The cache: nothing in it is believed because of its name. What a directory held when it was complete stands in a manifest
# beside it (klp-manifest), and every run holds the directory against it before using anything: what is truncated, changed,
# replaced by a link, put there by someone else or left by a killed run makes the directory no entry, and it is made anew.
#
#   DIR            an entry: target/X, source/X, image/X, tree/X, glue/X
#   DIR.manifest   what it held when it was complete; written last, by a rename
#   DIR.lock       who makes it (its process number); DIR.new, DIR.old are what a killed run left of that
#   DIR.use        who uses it: each run that needs it has a lock on it; and by its time, when that was last
#
# Of a source, which has some 90,000 files, C files and headers are looked at only when they are used: source_check_files
# for those that a patch changes, source_check_used for all that the compiler read. Of a target, whose headers are 17,000 files, those
# that the link reads: glue_headers_whole before Kbuild runs, glue_headers_used after its commands.

CACHE_FILLING=""        # what this run is filling, not an entry yet
declare -A CACHE_USED=() # entries that this run uses -> file descriptor of the lock

# file_sum FILE: its SHA-256
file_sum() { sha256sum <"$1" | cut -d ' ' -f 1; }

# cache_check DIR [OPTION...]: is it an entry, and ours? Else REPLY is the first thing that differs, empty if nothing is there.
cache_check() {
	local dir=$1 log=$WORK/cache-check.$BASHPID status=0
	shift
	REPLY=""
	if [[ ! -e $dir && ! -L $dir ]]; then return 1; fi
	COLUMNS=$UNFOLDED wait_for "$BIN_DIR/klp-manifest" check "$dir" "$dir.manifest" "$@" >"$log" 2>&1 || status=$?
	read -r REPLY <"$log" || true
	return "$status"
}

# cache_note DIR WHY: before making an entry anew. (One that an older version made has no manifest; nothing is wrong with that.)
cache_note() {
	if [[ -z $2 ]]; then return; fi
	if [[ ! -e $1.manifest ]]; then
		debug "$1 has no manifest: making it anew"
	else
		note "${1#"$CACHE"/} in the cache is damaged ($2); making it again"
	fi
}

# cache_seal DIR [NAME]: DIR is complete, as the entry NAME beside it
cache_seal() {
	local entry=$1
	if [[ ${2:-} ]]; then entry=${1%/*}/$2; fi
	if [[ -L $entry.manifest || -d $entry.manifest ]]; then rm -rf -- "$entry.manifest"; fi
	if ! wait_for "$BIN_DIR/klp-manifest" seal "$1" "$entry.manifest" --name "${entry##*/}" >"$WORK/seal.log" 2>&1; then
		show_file "$WORK/seal.log"
		die "$entry can't be recorded in the cache, see above"
	fi
}

# cache_fill DIR FUNCTION [ARG...]: have FUNCTION NEWDIR ARG... fill a directory which then becomes DIR, in one step and
# once, whoever else wants it at the same moment. CACHE_LIGHT=--light: files that are only looked at when they are used
cache_fill() {
	local lock
	cache_use "$1"
	if cache_check "$1" ${CACHE_LIGHT:+"$CACHE_LIGHT"}; then return; fi
	cache_lock "$1"; lock=$REPLY
	cache_fill_locked "$@"
	exec {lock}>&-
}

# cache_lock DIR -> REPLY: file descriptor of its lock, which this run has now
cache_lock() {
	local lock
	mkdir -p "${1%/*}"
	exec {lock}>>"$1.lock"
	lock_wait "$lock" "$1"
	REPLY=$lock
}

# cache_fill_locked DIR FUNCTION [ARG...]: the same for who has the lock
cache_fill_locked() {
	local dir=$1 why
	shift
	if ! cache_check "$dir" ${CACHE_LIGHT:+"$CACHE_LIGHT"}; then
		why=$REPLY
		cache_note "$dir" "$why"
		wait_for rm -rf -- "$dir".{new,old}
		mkdir -- "$dir.new"
		CACHE_FILLING=$dir.new
		"$1" "$dir.new" "${@:2}"
		progress "recording ${dir##*/}"
		cache_seal "$dir.new" "${dir##*/}"
		# Others may be using what is there, by its name: what differs in it is found by them as well.
		if [[ -e $dir || -L $dir ]] && ! mv -T -- "$dir" "$dir.old"; then
			die "$dir can't be replaced; check its owner. Remove it, or set KPATCH_CACHE to a cache of your own"
		fi
		mv -T -- "$dir.new" "$dir"
		CACHE_FILLING=""
		if [[ -e $dir.old || -L $dir.old ]]; then discard "$dir.old"; fi
	fi
}

# cache_use DIR: nobody removes it before the end of this run
cache_use() {
	local lock
	if [[ ${CACHE_USED[$1]:-} ]]; then return; fi
	if [[ ! -d ${1%/*} ]]; then mkdir -p "${1%/*}"; fi
	while :; do
		exec {lock}>"$1.use"
		wait_for flock -s "$lock"
		if [[ $1.use -ef /proc/self/fd/$lock ]]; then
			CACHE_USED[$1]=$lock
			return
		fi
		# It was removed when we had opened this.
		exec {lock}>&-
	done
}

# cache_drop DIR FUNCTION: remove the entry, with what is beside it, if FUNCTION says so; unless some run uses it, or looks at it
cache_drop() {
	local lock use
	exec {lock}>>"$1.lock" {use}>"$1.use"
	if flock -n "$lock" && flock -n "$use" && [[ $1.use -ef /proc/self/fd/$use && $1.lock -ef /proc/self/fd/$lock ]] && "$2" "$1"; then
		debug "nobody needs $1 any more"
		wait_for rm -rf -- "$1".{manifest,new,old} "$1" "$CACHE/claims/${1##*/}"
		rm -f -- "$1".{of,lock,use}
	fi
	exec {lock}>&- {use}>&-
}

# cache_drop_partial [STATUS]: what was being filled when the run ended
cache_drop_partial() {
	if [[ ! $CACHE_FILLING || ! -e $CACHE_FILLING ]]; then return; fi
	if was_interrupted "${1:-0}" && [[ -d $WORK ]] && ((!OPT_KEEP)); then
		mv -T -- "$CACHE_FILLING" "$WORK/discarded.new"
	else
		rm -rf -- "$CACHE_FILLING"
	fi
}

# cache_is_own: nobody else may write to the cache: the module is made of what is in it
cache_is_own() {
	local dir dirs=()
	for dir in "$CACHE" "$CACHE"/{target,source,image,tree,view,claims,glue,hook,packages,apt,root,work,seconds}; do
		if [[ ! -e $dir ]]; then continue; fi
		# make names sources without links: in its commands what is to be replaced by the patched source would not be found.
		if [[ -L $dir && $dir != */@(packages|apt|image|claims) ]]; then
			die "the cache directory $dir is a symbolic link; set KPATCH_CACHE to a directory on the disk where it should be, and remove the link"
		fi
		if [[ ! -O $dir ]]; then
			die "the cache directory $dir belongs to $(stat -L -c %U -- "$dir"), who could change what goes into the module; set KPATCH_CACHE to a cache of your own"
		fi
		dirs+=("$dir")
	done
	dir=$(find -H "${dirs[@]}" -maxdepth 0 -perm -o=w -print -quit)
	if [[ $dir ]]; then
		die "the cache directory $dir can be written by everybody, so anybody could change what goes into the module; chmod o-w it, or set KPATCH_CACHE to a cache of your own"
	fi
}

# ---- the source, file by file -----------------------------------------------------------------------------------------

# source_is_cached: is the source an entry of the cache? One of the user's own is what it is.
source_is_cached() { [[ $TARGET_SOURCE == "$CACHE"/source/* ]]; }

# source_check_list FILE: are the files that FILE lists, relative, what they were when the source was unpacked?
source_check_list() {
	if ! source_is_cached || cache_check "$TARGET_SOURCE" --only "$1"; then return; fi
	cache_again "$TARGET_SOURCE" "$REPLY"
}

# source_check_files FILE...: the same
source_check_files() {
	local file
	for file; do
		if [[ -e $TARGET_SOURCE/$file || -L $TARGET_SOURCE/$file ]]; then printf '%s\n' "$file"; fi
	done >"$WORK/source-files"
	source_check_list "$WORK/source-files"
}

# source_check_used DIR: what the compiler read of the source, by the lists that it wrote (DIR/**/*.d). A name in the view leads to the
# source, but for the files that the patch adds.
source_check_used() {
	local file
	if ! source_is_cached; then return; fi
	for file in "${PATCHED_FILES[@]}"; do
		if [[ ! -e $TARGET_SOURCE/$file ]]; then printf '%s\n' "$file"; fi
	done >"$WORK/source-added"
	find "$1" -name '*.d' -exec cat '{}' + | tr -s ' \\' '\n\n' | sort -u |
		awk -v source="$TARGET_SOURCE/" -v view="$PATCHED/" -v link="$WORK/2-tree/patched/" '
			FILENAME != "-" { added[$0] = 1; next }
			{ sub(/:$/, "") }
			index($0, source) == 1 { path = substr($0, length(source) + 1) }
			index($0, view) == 1 { path = substr($0, length(view) + 1) }
			index($0, link) == 1 { path = substr($0, length(link) + 1) }
			path != "" {
				gsub(/\/\.\//, "/", path)
				while (sub(/[^\/]+\/\.\.\//, "", path));
				if (!(path in added)) print path
				path = ""
			}' "$WORK/source-added" - | sort -u >"$WORK/source-used"
	source_check_list "$WORK/source-used"
}

# cache_again ENTRY WHY: it was found damaged when something had been made of it already. The entry is made no entry, and the
# run begins again, once.
cache_again() {
	cache_note "$1" "$2"
	rm -f -- "$1.manifest"
	if [[ ${KPATCH_AGAIN:-} ]]; then die "$1 is damaged again ($2) right after it was made; is the disk faulty, or is another program writing there?"; fi
	export KPATCH_AGAIN=1
	RUN_AGAIN=1
	exit "$EXIT_ERROR"
}
