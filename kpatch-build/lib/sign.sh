# shellcheck shell=bash
# Signatures (--sign KEY [CERTIFICATE]): a kernel with CONFIG_MODULE_SIG_FORCE, or one that Secure Boot locked down, loads only modules
# that are signed with a key that it trusts. The kernel's own sign-file appends the signature to the finished and checked module,
# in which nothing may be changed any more.
#
# sign-file also takes a key in a token, as a PKCS #11 URI, and the passphrase of a key (or the PIN) from KBUILD_SIGN_PIN, as in the
# kernel's own build. Without that it asks for one on the terminal.

SIGN_KEY=""             # file of the private key, "": nothing is signed
SIGN_CERTIFICATE=""     # file of its certificate

# sign_option VALUE: of --sign. The kernel's build keeps key and certificate in one file, certs/signing_key.pem.
sign_option() {
	local certificate
	SIGN_KEY=$1 SIGN_CERTIFICATE=""
	if [[ $1 == *,* && ! -f $1 ]]; then
		SIGN_KEY=${1%%,*} SIGN_CERTIFICATE=${1#*,}
		# (Names of files may have commas.)
		certificate=$1
		while [[ $certificate == *,* ]]; do
			certificate=${certificate#*,}
			if [[ -f $certificate && -f ${1%",$certificate"} ]]; then SIGN_KEY=${1%",$certificate"} SIGN_CERTIFICATE=$certificate; fi
		done
	fi
	if [[ $SIGN_KEY != pkcs11:* ]]; then require_file "$SIGN_KEY" "key (--sign)"; fi
	if [[ $SIGN_CERTIFICATE ]]; then
		require_file "$SIGN_CERTIFICATE" "certificate (--sign)"
	elif [[ $SIGN_KEY == pkcs11:* ]]; then
		usage_error "--sign: name the file of the certificate for the key in the token, too: --sign 'pkcs11:...' CERTIFICATE"
	elif grep -q 'BEGIN CERTIFICATE' -- "$SIGN_KEY"; then
		SIGN_CERTIFICATE=$SIGN_KEY
	else
		usage_error "--sign: there is no certificate in $SIGN_KEY; name its file too: --sign $SIGN_KEY CERTIFICATE"
	fi
	if [[ $SIGN_KEY != pkcs11:* ]]; then SIGN_KEY=$(realpath -- "$SIGN_KEY"); fi
	SIGN_CERTIFICATE=$(realpath -- "$SIGN_CERTIFICATE")
}

# sign_check CONFIG: will signatures be read, and will the target load what is made here? Asked before anything is compiled.
sign_check() {
	if [[ $SIGN_KEY ]] && ! grep -q '^CONFIG_MODULE_SIG=y' "$1"; then
		die "--sign: CONFIG_MODULE_SIG is not set in $1; the target does not support signatures"
	fi
	if [[ $SIGN_KEY ]] || ! sign_is_forced "$1"; then return; fi
	if ((OPT_BOOT)); then
		die "--boot-test: CONFIG_MODULE_SIG_FORCE is set, and the target loads only signed modules; give a key that it trusts with --sign (its own build made certs/signing_key.pem)"
	fi
	warn "CONFIG_MODULE_SIG_FORCE is set: the target loads the module only after it was signed (--sign, or scripts/sign-file)"
}
sign_is_forced() { grep -q '^CONFIG_MODULE_SIG_FORCE=y' "$1"; }

# sign_modules: the stage
sign_modules() {
	local name
	for name in "${MODULES_MADE[@]}"; do sign_file "$WORK/8-post-link/$name.ko"; done
	STAGE_SUMMARY="with $SIGN_KEY"
}

# sign_file FILE: append a signature
sign_file() {
	local place hash log=$WORK/sign.log
	config_value CONFIG_MODULE_SIG_HASH "$TARGET_CONFIG"; hash=${REPLY:-sha256}
	for place in "$KERNEL_TREE" "$TARGET_HEADERS"; do
		if [[ ! $place || ! -x $place/scripts/sign-file ]]; then continue; fi
		if (
			# (An empty one would be taken for the passphrase.)
			if [[ $CALLER_SIGN_PIN ]]; then export KBUILD_SIGN_PIN=$CALLER_SIGN_PIN; fi
			exec "$place/scripts/sign-file" "$hash" "$SIGN_KEY" "$SIGN_CERTIFICATE" "$1"
		) >"$log" 2>&1; then return; fi
		show_file "$log"
		die "${1##*/} can't be signed with $SIGN_KEY and the certificate $SIGN_CERTIFICATE, see above"
	done
	die "${1##*/} can't be signed: there is no scripts/sign-file of $TARGET_RELEASE in ${KERNEL_TREE:-$TARGET_HEADERS}"
}

# sign_file_for_machine FILE: a module of the target as its build left it, which signs modules when they are installed
sign_file_for_machine() {
	if ! sign_is_forced "$TARGET_CONFIG" || tail -c 28 -- "$1" | grep -q '^~Module signature appended~$'; then return; fi
	sign_file "$1"
}
