# shellcheck shell=bash
# Which translation units? The sources of the kernel are put in an order that looks like chance but depends only on their
# path and the seed. Going down that list, each source that the configuration builds (the Makefiles are asked, as for a
# patch) is taken, until one half of the sample belongs to vmlinux and one half to modules. So the choice is a function of
# source and configuration, a smaller sample is the beginning of a larger one, and with a new version of the kernel most units stay.
#
# Left out: sources that are compiled for several modules (the driver refuses them), and modules that the package does not have.

readonly SAMPLE_SEED=kpatch-sample-1

# -> OBJECTS, PARENT, MODULE, GOAL as affected_load leaves them, vmlinux and modules by turns; WORK/selection
sample_select() {
	local source half=$((COUNT / 2)) object parent module goal kind dir=$WORK/3-affected
	local -A taken=([vmlinux]=0 [module]=0)
	mkdir -p "$dir"
	sample_order >"$dir/order"
	: >"$dir/vmlinux"
	: >"$dir/module"
	while ((taken[vmlinux] < half || taken[module] < half)) && read -r source; do
		sample_units "$source"
		if [[ -z $REPLY || $REPLY == *$'\n'* ]]; then continue; fi
		IFS=$'\t' read -r object parent module goal <<<"$REPLY"
		kind=vmlinux
		if [[ $parent != vmlinux ]]; then kind=module; fi
		if ((taken[$kind] >= half)) || { [[ $kind == module ]] && ! module_file "$parent"; }; then continue; fi
		taken[$kind]=$((taken[$kind] + 1))
		printf '%s\t%s\t%s\t%s\n' "$object" "$parent" "$module" "$goal" >>"$dir/$kind"
		progress "asking the Makefiles: $((taken[vmlinux] + taken[module])) of $COUNT units"
	done <"$dir/order"
	paste -d '\n' "$dir/vmlinux" "$dir/module" >"$WORK/selection"
	cp "$WORK/selection" "$dir/objects"
	affected_load
	# which sorts them
	mapfile -t OBJECTS < <(cut -f 1 "$WORK/selection")
	STAGE_SUMMARY="${taken[vmlinux]} unit(s) of vmlinux, ${taken[module]} of modules"
}

# The answer is kept beside the tree: looking up costs more than all the rest of a run in which nothing is compiled.
declare -A SAMPLE_KNOWN=()
sample_units() {
	local file=$TREE.sample-units source units
	if ((${#SAMPLE_KNOWN[@]} == 0)) && [[ -f $file ]]; then
		while IFS='|' read -r source units; do SAMPLE_KNOWN[$source]=$units; done <"$file"
	fi
	if [[ ! -v SAMPLE_KNOWN[$1] ]]; then
		objects_of_source "$1"
		units=$(sort -u <<<"$REPLY" | tr '\n' '&')
		SAMPLE_KNOWN[$1]=${units%&}
		printf '%s|%s\n' "$1" "${units%&}" >>"$file"
	fi
	REPLY=${SAMPLE_KNOWN[$1]//&/$'\n'}
}

# All sources, in the order of the seed.
sample_order() {
	(cd "$TARGET_SOURCE" && find -- * '(' -path Documentation -o -path samples -o -path tools -o -path scripts -o -path usr -o \
		-path 'arch/*' ! -path arch/x86 ! -path 'arch/x86/*' ')' -prune -o -name '*.c' -type f -print) | sample_shuffle
}

# Sorts lines by a hash of text and seed. (The seed comes last, so that it spreads lines that differ in the end.)
sample_shuffle() {
	awk -v seed="$SAMPLE_SEED" '
	BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
	{
		text = $0 seed; hash = 0
		for (i = 1; i <= length(text); i++) hash = (hash * 65599 + code[substr(text, i, 1)]) % 2147483647
		printf "%d %s\n", hash, $0
	}' | sort -k 1,1n -k 2 | cut -d ' ' -f 2
}
