# shellcheck shell=bash
# Letters and names of options, as getopt takes them. (kpatch-farm reads with them what it hands on.)

# shellcheck disable=SC2034
readonly OPTION_LETTERS=ha:r:s:c:v:j:t:n:o:m:e:dqRT
OPTION_NAMES=help,archversion:,mirror:,packages:,build-root:,sourcerpm:,sourcedir:,config:,vmlinux:,jobs:,target:,name:,output:,debug,non-replace
OPTION_NAMES+=,oot-module:,oot-module-src:,skip-cleanup,skip-compiler-check,skip-gcc-check,no-replace,keep-tmp
OPTION_NAMES+=,skip-base-check,symvers:,modules:,per-object,state:,fuzz:,max-objects:,explain,check,full,suggest,accept:,without:,without-hunk:
OPTION_NAMES+=,sign:,package:,list-targets,print-target,prepare,dry-run,boot-test::,boot-test-wait:,boot-test-module:,boot-test-file:,json:
OPTION_NAMES+=,quiet,version,cache,cache-prune::
readonly OPTION_NAMES

# option_takes_value OPTION: is the next word, as getopt gives them, its value?
option_takes_value() {
	case $1 in
	--*) [[ ,$OPTION_NAMES == *,"${1#--}":* ]] ;;
	*) [[ $OPTION_LETTERS == *"${1#-}":* ]] ;;
	esac
}

# options_words WORD... -> WORDS: as getopt can read them, which knows of no option with two words: --sign KEY CERTIFICATE is --sign
# KEY,CERTIFICATE. (Where the word behind KEY is a patch, KEY has the certificate, too.)
options_words() {
	local key
	WORDS=()
	while (($#)) && [[ $1 != -- ]]; do
		key=""
		if [[ $1 == @(--si|--sig|--sign) && $# -ge 3 ]]; then key=$2 WORDS+=("$1"); shift; fi
		if [[ $1 == @(--si|--sig|--sign)=* && $# -ge 2 ]]; then key=$1; fi
		if [[ $key && ($key != *,* || -f ${key#--si*=}) ]] && is_certificate "$2"; then
			WORDS+=("$key,$2")
			shift
		else
			WORDS+=("$1")
		fi
		shift
	done
	WORDS+=("$@")
}

# is_certificate FILE: as text (PEM), or as sign-file takes it as well, DER
is_certificate() {
	[[ -f $1 && -r $1 ]] && { grep -q '^-----BEGIN CERTIFICATE-----' -- "$1" || [[ $(head -c 2 -- "$1" | od -An -t x1) == " 30 82" ]]; }
}

# option_empty WORD... -> REPLY: the first option, as getopt gives them, whose value is empty, as in --sign "$KEY" without a KEY, which is no
# wish for a module without signature
option_empty() {
	REPLY=""
	while [[ $1 != -- ]]; do
		if ! option_takes_value "$1"; then shift; continue; fi
		# (A value that may be left out is empty here.)
		if [[ ! $2 && ,$OPTION_NAMES, != *,"${1#--}"::,* ]]; then REPLY=$1; return; fi
		shift 2
	done
}
