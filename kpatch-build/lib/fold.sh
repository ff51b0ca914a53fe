# shellcheck shell=bash
# How lines fit the width of a terminal: kpatch-build's and kpatch's.

# Lines fit the terminal. What our programs print is shown with 4 blanks before it, so they get that much less; bash is not to set
# the variable again.
shopt -u checkwinsize
CALLER_COLUMNS=${COLUMNS:-}
WIDTH=80
if [[ $CALLER_COLUMNS =~ ^0*([1-9][0-9]{0,8})$ ]]; then WIDTH=${BASH_REMATCH[1]}; fi
export COLUMNS=$((WIDTH > 4 ? WIDTH - 4 : 1))

# fold TEXT [INDENT] -> REPLY: each of its lines cut between words to fit WIDTH, as create-diff-object/util/fold.c does it. What
# goes on below is indented by INDENT, or by four more blanks than the line, or as the meaning in a line of help. Words that are
# longer stay whole, and so do hunks (@@ -10,7 +10,8 @@) and, to be copied, commands ("    $ apt-get install ...").
readonly FOLD_HUNK='@@ (-[0-9,]+) (\+[0-9,]+) @@' FOLD_HELP='^( +[^ ]( ?[^ ])*  +)[^ ]' FOLD_WORD='^ *[^ ]+ '
# (No return in it: a trap that calls it makes bash lose count of its functions.)
fold() { if ((${#1} <= WIDTH)) && [[ $1 != *$'\n'* ]]; then REPLY=$1; else fold_lines "$@"; fi; }
fold_lines() {
	local texts line lead head indent out="" joined=$'\1'
	mapfile -t texts <<<"$1"
	for line in "${texts[@]}"; do
		if ((${#line} > WIDTH)) && [[ $line != "    \$ "* ]]; then
			while [[ $line =~ $FOLD_HUNK ]]; do
				line=${line/"${BASH_REMATCH[0]}"/"@@$joined${BASH_REMATCH[1]}$joined${BASH_REMATCH[2]}$joined@@"}
			done
			lead=${line%%[! ]*}
			indent=${2:-$((${#lead} < 16 ? ${#lead} + 4 : ${#lead}))}
			if [[ $line =~ $FOLD_HELP ]] && ((${#BASH_REMATCH[1]} <= 32)); then indent=${#BASH_REMATCH[1]}; fi
			printf -v lead '%*s' "$indent" ""
			while ((${#line} > WIDTH)); do
				head=${line:0:WIDTH+1}
				if [[ $head == *[!\ ]*' '* ]]; then
					head=${head% *}
				elif [[ $line =~ $FOLD_WORD ]]; then
					head=${BASH_REMATCH[0]}
				else
					break
				fi
				line=${line:${#head}}
				line=$lead${line#"${line%%[! ]*}"}
				out+=${head%"${head##*[! ]}"}$'\n'
			done
		fi
		out+=$line$'\n'
	done
	out=${out%$'\n'}
	REPLY=${out//"$joined"/ }
}
# print_folded TEXT [INDENT]: nothing, if there is none. (If it can't be written, the caller says so, not bash.)
print_folded() {
	local REPLY
	if [[ $1 ]]; then
		fold "${1%$'\n'}" "${@:2}"
		printf '%s\n' "$REPLY" 2>/dev/null
	fi
}
