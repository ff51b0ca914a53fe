#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/per-object.sh SERIES [POINT...]: modules.sh for livepatches that are built with --per-object.
FORM=per-object exec "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/modules.sh" "$@"
