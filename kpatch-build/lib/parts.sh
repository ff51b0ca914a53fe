# shellcheck shell=bash
# The one list of the driver's parts: sourced by kpatch-build, and by tests that call single functions. LIB_DIR is where they are.

for part in arch environment log version json rules packages code options accept config-check cache cache-size \
	archive elsewhere build-root target debian-find debian-releases debian-fetch target-debian rt-source \
	target-own srpm workdir claims patch-read patch line-numbers hunks view file-names tree source-files includes \
	headers narrow affected same-code oot outside generated build-files pool estimate compile recall plain compiled keys base-check author check suggest \
	suggest-code diff full glue module sign package vm; do
	# shellcheck source=/dev/null
	source "$LIB_DIR/$part.sh"
done
unset part
