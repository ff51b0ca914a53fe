#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 6: another build of the module than the one that the patch was made for. It lacks one symbol: a variable that the
# patched code uses (no-variable), or a function that is patched (no-function).
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

value=/sys/module/klp_refer/parameters/value

# refused BUILD SYMBOL: neither does the patch take this build, nor does the module load into the patched kernel
refused()
{
	local out ko=/vm/references.ko

	[ "$FORM" = one ] || ko=/vm/references--klp_refer.ko
	insmod "/vm/$1.ko" && grep -q '^plain ' $value || { fail "the other build does not work by itself"; return; }
	log_mark
	if out=$(insmod $ko 2>&1); then fail "the patch takes another build of the module"; return; fi
	say "patch: $out"
	log_names "$2" || return
	grep -q '^plain ' $value && rmmod klp_refer || { fail "after the refusal"; return; }

	[ "$FORM" = one ] || { right_one; return; }
	patch_load references || return
	log_mark
	if out=$(insmod "/vm/$1.ko" 2>&1); then fail "another build of the module loads although the patch is there"; return; fi
	say "module: $out"
	log_names "$2" || return
	[ ! -e $value ] || { fail "the refused module is there"; return; }
	# The kernel does not take back the relocations that came before the symbol that is missing: the patch starts anew.
	patch_unload references && right_one
}

right_one()
{
	patch_load references && module_load klp-refer || return
	grep -q '^patched ' $value || { fail "the right module is not patched after the wrong one"; return; }
	patch_unload references && module_unload klp-refer
}

log_names()
{
	log_since | grep 'livepatch: ' | sed 's/^/log: /'
	log_since | grep 'livepatch: ' | grep -q "'$1'" || fail "the kernel log does not name $1"
}

# What the kernel says in refusing is no complaint; anything else is. insmod tries twice (finit_module, init_module), and the
# second time 6.1 warns of what the first left behind; 6.12 says it in another text, which is not taken for a complaint.
cat > /run/expected <<'END'
livepatch: symbol
livepatch: failed to initialize
livepatch: patch 'references' failed
x86/modules: Skipping invalid relocation target, existing value is nonzero
END
insmod /vm/klp-base.ko || exit 1
dmesg > /run/log.begin
point no-variable refused no-variable hidden_data
point no-function refused no-function twice
cp /run/log.begin /run/log.before
point log log_check /run/expected
