#!/usr/bin/env bats
# What is a build tree of one target and another's? Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	export SETUP='TARGET_CC=gcc TARGET_CONFIG=$T/config; answer() { tree_assembler; printf "%s\n" "$REPLY"; }'
}

@test "the assembler counts where the target was built with another one" {
	local line number
	line=$(as --version | sed -n 1p)
	number=$(sed -nE 's/.* ([0-9]+)\.([0-9]+).*/\1 \2/p' <<<"$line" | awk '{ print $1 * 10000 + $2 * 100 }')
	echo "CONFIG_AS_VERSION=$number" >"$T/config"
	run -0 lib answer
	[[ -z $output ]]
	echo "CONFIG_AS_VERSION=$((number - 100))" >"$T/config"
	run -0 lib answer
	[[ $output == "$line" ]]
	# Before 5.12 the configuration did not tell.
	: >"$T/config"
	run -0 lib answer
	[[ $output == "$line" ]]
}
