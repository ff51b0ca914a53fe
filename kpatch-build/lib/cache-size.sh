# shellcheck shell=bash
# --cache and --cache-prune: what the cache holds, and removing what was not used for longest.
#
# When an entry was used last is when its DIR.use was opened last (cache_use). A run that needs it has a lock on that file, and nothing is
# removed without the lock. Views have the lock that each run has anyway (view.sh).

PRUNE_DAYS=""           # what was not used for so many days is removed,
PRUNE_BYTES=""          # or as much as is needed to come down to this

# cache_prune_option TEXT: DAYS, or a size like 20G
cache_prune_option() {
	local text=${1:-30}
	if [[ $text =~ ^[0-9]{1,5}$ ]]; then
		PRUNE_DAYS=$text
	elif [[ $text =~ ^([0-9]{1,6})[MG]$ ]]; then
		PRUNE_BYTES=$((10#${BASH_REMATCH[1]} * 1048576))
		if [[ $text == *G ]]; then PRUNE_BYTES=$((PRUNE_BYTES * 1024)); fi
	else
		usage_error "--cache-prune takes a number of days, or a size such as 20G or 500M, not '$text'"
	fi
}

# cache_entries: "LAST-USED <TAB> BYTES <TAB> KIND <TAB> PATH" of each, the one that was not used for longest first
cache_entries() {
	local kind path last
	{
		for kind in target source image tree glue hook root view packages; do
			for path in "$CACHE/$kind"/*; do
				case $path in
				*.new | *.old | *.manifest | *.lock | *.use | *.of | *.links | *.pristine) continue ;;
				esac
				if [[ ! -d $path && $kind != packages ]]; then continue; fi
				cache_last_used "$path"; last=$REPLY
				printf '%s\t%s\0' "$last" "$kind/${path##*/}"
			done
		done
	} >"$WORK/entries"
	if [[ ! -s $WORK/entries ]]; then return; fi
	# (Of what goes while it is measured du says so, and ends with 1.)
	cut -z -f 2 <"$WORK/entries" | (cd -- "$CACHE" && du -0 -s -B1 --files0-from=- 2>/dev/null || true) | tr '\n\0' '?\n' >"$WORK/sizes"
	tr '\n\0' '?\n' <"$WORK/entries" | awk -F '\t' -v OFS='\t' '
		FILENAME != "-" { bytes[$2] = $1; next }
		$2 in bytes { kind = $2; sub(/\/.*/, "", kind); print $1, bytes[$2], kind, $2 }' "$WORK/sizes" - | sort -n
}

# cache_last_used PATH -> REPLY: seconds since 1970
cache_last_used() {
	local file
	for file in "$1".{use,pristine,manifest} "$1"; do
		if [[ -e $file ]]; then
			REPLY=$(stat -c %Y -- "$file")
			return
		fi
	done
	REPLY=0
}

# cache_show: a line for each target with all that was made for it, and for what several share; those that were used last first
cache_show() {
	local last bytes what
	cache_entries | awk -F '\t' -v OFS='\t' '
		{
			name = $4; sub(/^[^\/]*\//, "", name)
			if ($3 ~ /^(target|tree|glue|hook)$/) { what = name; sub(/_[^_]*$/, "", what) }
			else if ($3 == "source") what = "source " name
			else if ($3 == "view") { what = name; sub(/_[0-9a-f]*\.[0-9]+$/, "", what); what = "source " what }
			else if ($3 == "root") { what = name; sub(/_.*/, "", what); what = "build root, " what }
			else what = $3 == "image" ? "data read from images" : "package files"
			bytes[what] += $2; total += $2
			if ($1 > last[what]) last[what] = $1
		}
		END {
			# (A number beyond 2^31 is printed as 1.5e+10 otherwise.)
			for (what in bytes) printf "%d\t%.0f\t%s\n", last[what], bytes[what], what
			printf "0\t%.0f\ttogether\n", total
		}' | sort -rn | while IFS=$'\t' read -r last bytes what; do
		megabytes "$bytes"
		if ((last)); then last=$(date -d "@$last" +%F); else last="          "; fi
		printf '%10s  %s  %s\n' "$REPLY" "$last" "$what" 2>/dev/null
	done
	printf 'in %s; the date is that of the last use\n' "$CACHE"
}

# cache_prune_now: remove what has to go, and tell
cache_prune_now() {
	local last bytes kind name total=0 removed=0 freed=0 used=0 entries
	cache_entries | mapfile -t entries
	for name in "${entries[@]}"; do
		IFS=$'\t' read -r _ bytes _ <<<"$name"
		total=$((total + bytes))
	done
	for name in "${entries[@]}"; do
		IFS=$'\t' read -r last bytes kind name <<<"$name"
		if [[ $PRUNE_DAYS ]]; then
			if ((last > EPOCHSECONDS - PRUNE_DAYS * 86400)); then break; fi
		elif ((total - freed <= PRUNE_BYTES)); then
			break
		fi
		progress "removing $name"
		if cache_prune_entry "$kind" "$CACHE/$name"; then
			removed=$((removed + 1)) freed=$((freed + bytes))
		else
			used=$((used + 1))
		fi
	done
	progress_clear
	megabytes "$freed"; freed=$REPLY
	printf '%d removed, %s%s\n' "$removed" "$freed" "$(if ((used)); then echo "; $used left, which runs are using"; fi)"
}

# cache_prune_entry KIND PATH: false if a run uses it
cache_prune_entry() {
	case $2 in "$CACHE"/*/?*) ;; *) die "internal: '$2' is no entry of the cache" ;; esac
	local lock status=1 name=${2##*/}
	case $1 in
	packages)
		# Whoever is about to unpack one has taken it a moment ago, with this lock (debian_fetch).
		name=${name#partial.}
		exec {lock}>>"$CACHE/packages/.${name%%_*}.lock"
		if flock -n "$lock" && [[ -n $(find "$2" -maxdepth 0 -cmin +60) ]]; then
			wait_for rm -rf -- "$2"
			status=0
		fi
		exec {lock}>&-
		return "$status"
		;;
	view) view_drop "$2" ;;
	*)
		cache_drop "$2" true
		[[ ! -e $2 ]]
		;;
	esac
}
