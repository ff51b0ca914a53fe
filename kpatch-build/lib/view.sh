# shellcheck shell=bash
# The patched view of the source: a directory where every file is a symbolic link to the source and every patched file a
# real copy. Directories are real, so that an #include "../x.h" stays inside the view.
#
# Some 50,000 links take seconds to make and, on a busy disk, far longer to remove. So a view goes back to the cache after
# the run, with links again where files were; the next run takes a free one, and has a lock on it as long as it lives. A run
# that keeps its work directory makes a view of its own there.
#
# VIEW.pristine names the source that a free view is of. It is there only after a run that put everything back: a run takes
# it away first, so a killed one leaves a view that nobody takes. What VIEW.links lists, all links with where they lead, is
# held against the view in each run, once the patched files are in it: a view that differs in anything else is made anew.

PATCHED=""              # the patched view
VIEW_FORMAT=2           # of what is linked into it; one of another format is made anew
VIEW_FILES=()           # what is a real file in it, relative
VIEW_WHOLE=0            # it was held against the source

# view_make FILES NAME...: a view that differs from the source in these files, which are below directory FILES
view_make() {
	local from=$1
	shift
	VIEW_FILES=("$@")
	if ((OPT_KEEP)); then
		PATCHED=$WORK/2-tree/patched
		view_link
		view_fill "$from"
		view_check "$from" || view_foreign
	else
		view_take
		at_exit view_give_back
		view_fill "$from"
		if ! view_check "$from"; then
			debug "$PATCHED has changed: making it again"
			view_link
			view_fill "$from"
			view_check "$from" || view_foreign
		fi
		VIEW_WHOLE=1
		ln -s "$PATCHED" "$WORK/2-tree/patched"
	fi
}
view_foreign() {
	die "internal: $PATCHED differs from the source in files that the patch does not change; is another program writing there?"
}

# The first view that no other run has, as a run left it or new.
view_take() {
	local n base lock pristine=""
	base=$CACHE/view/${TARGET_SOURCE##*/}_$(printf %s "$TARGET_SOURCE${OPT_SOURCE:+ own}" | sha256sum | cut -c 1-8)
	mkdir -p "$CACHE/view"
	for ((n = 1; ; n++)); do
		exec {lock}>"$base.$n.lock"
		if flock -n "$lock"; then break; fi
		exec {lock}>&-
	done
	PATCHED=$base.$n
	if [[ -f $PATCHED.pristine ]]; then pristine=$(<"$PATCHED.pristine"); fi
	rm -f "$PATCHED.pristine"
	if [[ $pristine != "$VIEW_FORMAT $TARGET_SOURCE_ID" || ! -d $PATCHED || -L $PATCHED || ! -f $PATCHED.links ]]; then view_link; fi
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
	view_list >"$PATCHED.links"
}

# All that is no directory: kind, name, where a link leads
# (klp-manifest is three times as fast as find, which looks each file up once more.)
view_list() { "$BIN_DIR/klp-manifest" list "$PATCHED" | sort; }

# view_fill FILES: real copies of what the patches change, in place of links. Nothing is written through a link: what stands
# there goes first, and no directory above is one.
view_fill() {
	local file
	for file in "${VIEW_FILES[@]}"; do
		view_directory "$file"
		rm -rf -- "${PATCHED:?}/$file"
		cp -- "$1/$file" "$PATCHED/$file"
		chmod u+w -- "$PATCHED/$file"
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

# view_check FILES: is the view what was made, but for the patched files, which are as they are below FILES?
view_check() {
	local file
	for file in "${VIEW_FILES[@]}"; do
		if [[ -L $PATCHED/$file ]] || ! cmp -s -- "$1/$file" "$PATCHED/$file"; then return 1; fi
	done
	# (Both are sorted: files come before links.)
	view_list | cmp -s - <(
		printf '%s\n' "${VIEW_FILES[@]}" | sort | awk -F '\t' -v OFS='\t' '
			FILENAME == "-" { file[$1] = 1; print "f", $1, ""; next }
			!($2 in file)' - "$PATCHED.links"
	)
}

# view_give_back STATUS: links where files were, unless the run was interrupted before all of it was there. (The next run holds it against the
# source anyway.)
view_give_back() {
	local file
	if (($1 > 128 && !VIEW_WHOLE)); then return; fi
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
		wait_for rm -rf -- "$1" "$1.links"
		status=0
	fi
	exec {lock}>&-
	return "$status"
}
