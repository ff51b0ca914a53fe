#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Signatures: kernels that load signed modules only.
# Scripts for later:
# shellcheck disable=SC2016

load common

setup_file() { describe_kernels; }

setup() {
	common_setup
	export T
	printf 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH="sha512"\n' >"$T/config"
	printf -- '-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n' >"$T/both.pem"
	echo '-----BEGIN PRIVATE KEY-----' >"$T/key"
	echo cert >"$T/key.x509"
	# What is signed has the arguments and the signature's last line at its end, as the kernel looks for it.
	mkdir -p "$T/tree/scripts"
	printf '#!/bin/sh\n{ echo "$1 $2 $3"; echo "~Module signature appended~"; } >>"$4"\n' >"$T/tree/scripts/sign-file"
	chmod +x "$T/tree/scripts/sign-file"
}

# sign VALUE COMMAND...: with --sign VALUE
sign() {
	SETUP="KERNEL_TREE=$T/tree TARGET_CONFIG=$T/config TARGET_RELEASE=6.12.3; sign_option '$1'; ${MORE:-}" lib "${@:2}"
}

@test "the finished modules are signed with the target's hash; key and certificate may be one file" {
	mkdir -p "$T/work/8-post-link"
	echo module >"$T/work/8-post-link/one.ko"
	echo part >"$T/work/8-post-link/two.ko"
	MORE='MODULES_MADE=(one two)' run -0 sign "$T/both.pem" sign_modules
	[[ $(<"$T/work/8-post-link/one.ko") == "module"$'\n'"sha512 $T/both.pem $T/both.pem"$'\n'"~Module signature appended~" ]]
	[[ $(<"$T/work/8-post-link/two.ko") == "part"$'\n'"sha512 "* ]]
	echo module >"$T/one.ko"
	run -0 sign "$T/key,$T/key.x509" sign_file "$T/one.ko"
	[[ $(<"$T/one.ko") == *"sha512 $T/key $T/key.x509"* ]]
}

@test "key and certificate may be two words; what is no certificate is none" {
	words() { SETUP='words() { options_words "$@"; printf "[%s]" "${WORDS[@]}"; }' run -0 lib words "$@"; }
	printf -- '-----BEGIN CERTIFICATE-----\n' >"$T/cert.pem"
	printf '0\202\003\001' >"$T/cert.der"
	printf -- '--- a/x\n+++ b/x\n+-----BEGIN CERTIFICATE-----\n' >"$T/x.patch"
	words -q --sign "$T/key" "$T/cert.pem" "$T/x.patch"
	[[ $output == "[-q][--sign][$T/key,$T/cert.pem][$T/x.patch]" ]]
	words --sign="$T/key" "$T/cert.der" x.patch
	[[ $output == "[--sign=$T/key,$T/cert.der][x.patch]" ]]
	words --sign "pkcs11:object=k" "$T/cert.der" x.patch
	[[ $output == "[--sign][pkcs11:object=k,$T/cert.der][x.patch]" ]]
	# These are as they were.
	words --sign "$T/key" "$T/x.patch" --sign "$T/both.pem"
	[[ $output == "[--sign][$T/key][$T/x.patch][--sign][$T/both.pem]" ]]
	words --sign "$T/key,$T/cert.pem" "$T/cert.pem"
	[[ $output == "[--sign][$T/key,$T/cert.pem][$T/cert.pem]" ]]
	words -q -- --sign "$T/key" "$T/cert.pem"
	[[ $output == "[-q][--][--sign][$T/key][$T/cert.pem]" ]]
	words --sign
	[[ $output == "[--sign]" ]]
	# An abbreviation, as getopt takes it; names with commas
	cp "$T/key" "$T/k,ey"
	words --sig "$T/k,ey" "$T/cert.pem" x.patch
	[[ $output == "[--sig][$T/k,ey,$T/cert.pem][x.patch]" ]]
	words --sig="$T/k,ey" "$T/cert.pem" x.patch
	[[ $output == "[--sig=$T/k,ey,$T/cert.pem][x.patch]" ]]
	cp "$T/cert.pem" "$T/ce,rt"
	run -0 sign "$T/k,ey,$T/ce,rt" eval 'printf "[%s]" "$SIGN_KEY" "$SIGN_CERTIFICATE"'
	[[ $output == "[$T/k,ey][$T/ce,rt]" ]]
}

@test "a key without certificate, a file that is none" {
	run -4 sign "$T/key" true
	[[ $output == *"--sign: there is no certificate in $T/key; name its file too: --sign $T/key CERTIFICATE"* ]]
	run -4 sign "$T/none" true
	[[ $output == *"key (--sign) $T/none is not a readable file"* ]]
	run -4 sign "$T/key,$T/none" true
	[[ $output == *"certificate (--sign) $T/none is not a readable file"* ]]
}

@test "sign-file that fails, or is not there, ends the run" {
	echo module >"$T/one.ko"
	printf '#!/bin/sh\necho "what went wrong"; exit 1\n' >"$T/tree/scripts/sign-file"
	run -1 sign "$T/both.pem" sign_file "$T/one.ko"
	[[ $output == *"what went wrong"*"one.ko can't be signed with $T/both.pem and the certificate $T/both.pem"* ]]
	rm "$T/tree/scripts/sign-file"
	run -1 sign "$T/both.pem" sign_file "$T/one.ko"
	[[ $output == *"one.ko can't be signed: there is no scripts/sign-file of 6.12.3 in $T/tree"* ]]
}

@test "a boot test of a kernel that loads signed modules only needs the key, at once" {
	echo CONFIG_MODULE_SIG_FORCE=y >>"$T/config"
	SETUP='OPT_BOOT=1' run -1 lib sign_check "$T/config"
	[[ $output == *"--boot-test: CONFIG_MODULE_SIG_FORCE is set, and the target loads only signed modules; give a key that it trusts with --sign"* ]]
	run -0 lib sign_check "$T/config"
	[[ $output == *"warning: CONFIG_MODULE_SIG_FORCE is set"* ]]
	MORE=OPT_BOOT=1 run -0 sign "$T/both.pem" sign_check "$T/config"
	[[ -z $output ]]
	: >"$T/config"
	run -1 sign "$T/both.pem" sign_check "$T/config"
	[[ $output == *"--sign: CONFIG_MODULE_SIG is not set in $T/config"* ]]
	SETUP='OPT_BOOT=1' run -0 lib sign_check "$T/config"
	[[ -z $output ]]
}

@test "modules of the target are signed for the machine where it wants that, and once" {
	echo module >"$T/one.ko"
	run -0 sign "$T/both.pem" sign_file_for_machine "$T/one.ko"
	[[ $(<"$T/one.ko") == module ]]
	echo CONFIG_MODULE_SIG_FORCE=y >>"$T/config"
	run -0 sign "$T/both.pem" sign_file_for_machine "$T/one.ko"
	run -0 sign "$T/both.pem" sign_file_for_machine "$T/one.ko"
	[[ $(grep -c '~Module signature appended~' "$T/one.ko") == 1 ]]
}

@test "a key in a token, and a passphrase, as for the build of the kernel" {
	echo module >"$T/one.ko"
	printf '#!/bin/sh\necho "$2 $3 pin ${KBUILD_SIGN_PIN-none}" >>"$4"\n' >"$T/tree/scripts/sign-file"
	run -4 sign "pkcs11:token=a;object=b" true
	[[ $output == *"--sign: name the file of the certificate for the key in the token, too"* ]]
	run -0 sign "pkcs11:token=a;object=b,$T/key.x509" sign_file "$T/one.ko"
	[[ $(tail -n 1 "$T/one.ko") == "pkcs11:token=a;object=b $T/key.x509 pin none" ]]
	KBUILD_SIGN_PIN="one two" run -0 sign "$T/both.pem" sign_file "$T/one.ko"
	[[ $(tail -n 1 "$T/one.ko") == "$T/both.pem $T/both.pem pin one two" ]]
	# Nobody else sees it.
	KBUILD_SIGN_PIN="one two" SETUP='environment_clean' run -0 lib env
	[[ $output != *SIGN_PIN* ]]
}

# verifies FILE CERTIFICATE: does the signature that the kernel looks for at its end fit all that is before? (struct module_signature,
# include/linux/module_signature.h: the length of the signature, PKCS #7 in DER, is in its last four bytes, the highest first.)
verifies() {
	local all length
	[[ $(tail -c 28 "$1") == "~Module signature appended~" ]] || return
	all=$(stat -c %s "$1")
	length=$((16#$(tail -c 32 "$1" | head -c 4 | od -An -tx1 | tr -d ' ')))
	head -c $((all - 40 - length)) "$1" >content
	tail -c $((40 + length)) "$1" | head -c "$length" >signature
	openssl cms -verify -binary -inform DER -in signature -content content -certfile "$2" -CAfile "$2" -purpose any -out /dev/null
}

@test "what the target's own program signs OpenSSL verifies, and nothing else, on each series" {
	local series
	cd "$T"
	command -v openssl >/dev/null || skip "there is no openssl"
	for series in 6.12 6.1; do
		if [[ ! -s $KERNELS_DIR/$series.sh ]]; then skip "no kernel of series $series can be built"; fi
		# shellcheck source=/dev/null
		source "$KERNELS_DIR/$series.sh"
		openssl req -new -x509 -newkey rsa:2048 -nodes -subj "/CN=livepatches of $series/" -keyout key.pem -out cert.pem
		openssl req -new -x509 -newkey rsa:2048 -nodes -subj "/CN=other/" -keyout /dev/null -out other.pem
		head -c 20000 /dev/urandom >one.ko
		SETUP="KERNEL_TREE='' TARGET_HEADERS=$TARGET_HEADERS TARGET_CONFIG=$TARGET_CONFIG TARGET_RELEASE=$TARGET_RELEASE
			sign_option key.pem,cert.pem" run -0 lib sign_file one.ko
		verifies one.ko cert.pem
		run ! verifies one.ko other.pem
		printf x | dd of=one.ko bs=1 seek=3000 conv=notrunc status=none
		run ! verifies one.ko cert.pem
	done
}
