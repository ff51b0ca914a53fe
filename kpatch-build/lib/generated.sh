# shellcheck shell=bash
# C that the build generates is in no source: lib/raid6/int1.c is made of int.uc, aic7xxx_reg_print.c is a copy of aic7xxx_reg_print.c_shipped,
# crypto/rsapubkey.asn1.c is compiled from rsapubkey.asn1. A livepatch can't change what is made of it, but a header can. So it is looked
# at with what is no object (outside.sh), by a stand-in: C that includes what the generated file does, and names what it names.

# generated_reached UNITS: what C is generated from and includes one of these files, which are all that a patch reaches
generated_reached() {
	local file
	{
		source_files '(' -name '*.uc' -o -name '*.c_shipped' ')' |
			source_grep -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' |
			sed -nE 's,^\./([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*["<](\.\.?/)*([^">]+)[">].*,\1\t\3,p'
		source_files -name '*.asn1' | while IFS= read -rd '' file; do
			printf '%s\tlinux/asn1_ber_bytecode.h\n%s\tlinux/asn1_decoder.h\n' "${file#./}" "${file#./}"
		done
	} | awk -F '\t' '
		FILENAME != "-" { path = $0; reached[path] = 1; while (sub(/^[^\/]*\//, "", path)) reached[path] = 1; next }
		$2 in reached && !told[$1]++ { print $1 }' "$1" -
}

# generated_goal FILE -> REPLY: "goal <TAB> kind" of what is generated from it, as outside_goal; empty if it is not built
generated_goal() {
	local name=${1%.*}.c
	case $1 in
	# One of them stands for all, which differ in how often a loop is unrolled (lib/raid6/unroll.awk).
	*.uc) name=${1%.uc}1.c ;;
	*.asn1) name=$1.c ;;
	esac
	if object_wanted "$name"; then
		REPLY=${name%.c}.o$'\t'$([[ $1 == *.asn1 ]] && echo grammar || echo generated)
	else
		REPLY=""
	fi
}

# generated_stand_in FILE
generated_stand_in() {
	case $1 in
	# (What scripts/asn1_compiler.c writes is a table of numbers in the words of these two headers. Its macros must be used to be seen.)
	*.asn1)
		printf '#include <linux/%s.h>\n' asn1_ber_bytecode asn1_decoder
		echo 'int words[] = { _tag(UNIV, PRIM, INT), _tagn(CONT, CONS, 1), _jump_target(1), _action(1) };'
		;;
	# ($$, $# and $* become numbers.)
	*.uc) sed 's/[$][$#*]/1/g' "$TARGET_SOURCE/$1" ;;
	*) cat -- "$TARGET_SOURCE/$1" ;;
	esac
}
