# shellcheck shell=bash
# The patched view of the source: a directory where every file is a symbolic link to the source and every patched file a
# real copy. Directories are real, so that an #include "../x.h" stays inside the view.
#
# Some 50,000 links take seconds to make and, on a busy disk, far longer to remove. So a view goes back to the cache after
# the run, with links again where files were; the next run takes a free one, and has a lock on it as long as it lives. A run
# that keeps its work directory makes a view of its own there.
#
# VIEW.pristine names the source that a free view is of. It is there only after a run that put everything back: a run takes
# it away first, so a killed one leaves a view that nobody takes. VIEW.manifest has all links, with where they lead, and is
# held against the view in each run, before it puts its patched files there: a view that differs in anything is made anew. (A
# link can only be replaced, which its directory shows; so that is a look at some 4,500 directories.)

PATCHED=""              # the patched view
VIEW_FORMAT=3           # of what is linked into it; one of another format has another name
VIEW_FILES=()           # what is a real file in it, relative

# view_make FILES NAME...: a view that differs from the source in these files, which are below directory FILES
view_make() {
	local from=$1
	shift
	VIEW_FILES=("$@")
	if ((OPT_KEEP)); then
		PATCHED=$WORK/2-tree/patched
		view_link
	else
		view_take
		at_exit view_give_back
		ln -s "$PATCHED" "$WORK/2-tree/patched"
	fi
	view_fill "$from"
}

# The first view that no other run has, as a run left it or new.
view_take() {
	local n base lock pristine=""
	base=$CACHE/view/${TARGET_SOURCE##*/}_$(printf %s "$VIEW_FORMAT $TARGET_SOURCE${OPT_SOURCE:+ own}" | sha256sum | cut -c 1-8)
	mkdir -p "$CACHE/view"
	for ((n = 1; ; n++)); do
		exec {lock}>"$base.$n.lock"
		if flock -n "$lock"; then break; fi
		exec {lock}>&-
	done
	PATCHED=$base.$n
	if [[ -f $PATCHED.pristine ]]; then pristine=$(<"$PATCHED.pristine"); fi
	rm -f "$PATCHED.pristine"
	REPLY="it is of another source"
	if [[ $pristine == "$VIEW_FORMAT $TARGET_SOURCE_ID" ]] && cache_check "$PATCHED"; then return; fi
	debug "making $PATCHED${pristine:+ again ($REPLY)}"
	view_link
	cache_seal "$PATCHED"
}

# Links for all that can be compiled or included; documentation, other architectures and most of tools/ are left out. (On a busy disk it takes
# minutes; an interruption does not wait for it.)
view_link() {
	local entry file skip=" Documentation LICENSES samples tools arch "
	progress "making the patched view of the source"
	wait_for rm -rf "$PATCHED"
	need_space "$CACHE" 400000000 "the patched view of the source"
	mkdir -p "$PATCHED/arch"
	for entry in "$TARGET_SOURCE"/* "$TARGET_SOURCE/$ARCH_DIR" "$TARGET_SOURCE"/arch/Kconfig; do
		if [[ $skip == *" ${entry##*/} "* ]]; then continue; fi
		file=${entry#"$TARGET_SOURCE"/}
		wait_for cp -rs -- "$entry" "$PATCHED/${file%"${file##*/}"}"
	done
	source_tools
	while IFS= read -r file; do
		mkdir -p -- "$PATCHED/${file%/*}"
		ln -s -- "$TARGET_SOURCE/$file" "$PATCHED/$file"
	done <"$REPLY"
}

# view_fill FILES: real copies of what the patches change, in place of links. Nothing is written through a link: what stands
# there goes first, and no directory above is one.
view_fill() {
	local file
	for file in "${VIEW_FILES[@]}"; do
		view_directory "$file"
		rm -rf -- "${PATCHED:?}/$file"
		cp -- "$1/$file" "$PATCHED/$file"
		chmod u+w -- "$PATCHED/$file"
		if [[ -L $PATCHED/$file ]] || ! cmp -s -- "$1/$file" "$PATCHED/$file"; then
			die "internal: $PATCHED/$file is not the patched file; is another program writing there?"
		fi
	done
}

# view_directory FILE: the directory that it is in is a real one
view_directory() {
	local dir=$PATCHED part parts
	IFS=/ read -ra parts <<<"${1%/*}"
	if [[ $1 != */* ]]; then return; fi
	for part in "${parts[@]}"; do
		dir+=/$part
		if [[ -L $dir || -e $dir && ! -d $dir ]]; then rm -f -- "$dir"; fi
		if [[ ! -d $dir ]]; then mkdir -- "$dir"; fi
	done
}

# view_give_back: links where files were, also if the run was interrupted: all else was held against the source before they came. (And
# the next run does so again.)
view_give_back() {
	local file
	for file in "${VIEW_FILES[@]}"; do
		rm -f -- "$PATCHED/$file"
		if [[ -f $TARGET_SOURCE/$file ]]; then
			ln -s "$TARGET_SOURCE/$file" "$PATCHED/$file"
		elif [[ $file == */* ]]; then
			(cd -- "$PATCHED" && rmdir -p --ignore-fail-on-non-empty -- "${file%/*}" 2>/dev/null)
		fi
	done
	printf '%s\n' "$VIEW_FORMAT $TARGET_SOURCE_ID" >"$PATCHED.pristine"
}

# view_drop VIEW: remove it; false if a run has it
view_drop() {
	local lock status=1
	exec {lock}>"$1.lock"
	if flock -n "$lock"; then
		rm -f -- "$1.pristine"
		wait_for rm -rf -- "$1" "$1".{links,manifest}
		status=0
	fi
	exec {lock}>&-
	return "$status"
}
