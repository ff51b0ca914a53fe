#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# How objtool is run on an object: as recorded with the compiler's command, or, where the build runs it by a command of its own (5.10), as
# the Makefile of the object's directory has it.
# Scripts for later:
# shellcheck disable=SC2016

load common

setup() {
	common_setup
	export T
	mkdir -p "$T/src/scripts" "$T/src/fs/sub" "$T/tree/include/config" "$T/tree/fs/sub" "$T/work/4-compile"
	: >"$T/src/scripts/Kbuild.include"
	: >"$T/src/scripts/Makefile.lib"
	: >"$T/tree/include/config/auto.conf"
	cat >"$T/src/scripts/Makefile.build" <<-'EOF'
		include $(srctree)/$(src)/Makefile
		include scripts/Makefile.lib
		__objtool_obj := $(objtree)/tools/objtool/objtool
		objtool_args = orc generate
		objtool_args += $(if $(part-of-module), --module,)
		objtool_args += --no-fp
		define rule_cc_o_c
			$(call cmd,objtool)
		endef
	EOF
	echo 'OBJECT_FILES_NON_STANDARD_none.o := y' >"$T/src/fs/Makefile"
	echo 'OBJECT_FILES_NON_STANDARD := y' >"$T/src/fs/sub/Makefile"
	for object in fs/x fs/none fs/sub/y fs/m; do
		echo "cmd_$object.o := gcc $([[ $object != fs/m ]] || echo "-DMODULE") -c -o $object.o /src/$object.c" >"$T/tree/${object%/*}/.${object##*/}.o.cmd"
	done
	export SETUP='KERNEL_SOURCE=$T/src KERNEL_TREE=$T/tree TREE=$T/tree TARGET_CC=gcc
		PARENT=([fs/x.o]=vmlinux [fs/none.o]=vmlinux [fs/sub/y.o]=vmlinux [fs/m.o]=fs/m)
		show() { local object; objtool_flags; for object; do recorded_command "$object"; echo "$object:" $OBJTOOL; done; }'
}

@test "a command of its own is asked for, object by object" {
	run -0 lib show fs/x.o fs/m.o fs/none.o fs/sub/y.o
	[[ $output == "fs/x.o: ./tools/objtool/objtool orc generate --no-fp"$'\n'"fs/m.o: ./tools/objtool/objtool orc generate --module --no-fp"$'\n'"fs/none.o:"$'\n'"fs/sub/y.o:" ]]
}

@test "the Makefile that is asked is that of the directory which builds the object, whatever directory it is in" {
	local object
	mkdir -p "$T"/{src,tree}/fs/{part,beside/deep}
	# Read by another Makefile, which says where it is.
	echo 'include $(BESIDE)/deep/Makefile' >"$T/src/fs/beside/Makefile"
	echo 'OBJECT_FILES_NON_STANDARD_alone.o := y' >>"$T/src/fs/Makefile"
	for object in fs/part/x fs/part/alone fs/beside/y fs/sub/../beside/deep/z fs/../fs/part/w; do
		echo "cmd_$object.o := gcc $([[ $object != */beside/* ]] || echo "-DMODULE") -c -o $object.o /src/$object.c" >"$T/tree/${object%/*}/.${object##*/}.o.cmd"
	done
	SETUP+='
		PARENT+=([fs/part/x.o]=vmlinux [fs/part/alone.o]=vmlinux [fs/beside/y.o]=fs/m [fs/sub/../beside/deep/z.o]=fs/sub/z [fs/../fs/part/w.o]=vmlinux)'
	run -0 lib show fs/part/x.o fs/part/alone.o fs/beside/y.o fs/sub/../beside/deep/z.o fs/../fs/part/w.o
	[[ $output == "fs/part/x.o: ./tools/objtool/objtool orc generate --no-fp"$'\n'"fs/part/alone.o:"$'\n'"fs/beside/y.o: ./tools/objtool/objtool orc generate --module --no-fp"$'\n'"fs/sub/../beside/deep/z.o:"$'\n'"fs/../fs/part/w.o: ./tools/objtool/objtool orc generate --no-fp" ]]
}

@test "where it is recorded, that is it" {
	sed -i '/call cmd,objtool/d' "$T/src/scripts/Makefile.build"
	echo 'cmd_fs/x.o := gcc -c -o fs/x.o /src/fs/x.c ; ./tools/objtool/objtool --orc fs/x.o' >"$T/tree/fs/.x.o.cmd"
	run -0 lib show fs/x.o fs/none.o
	[[ $output == "fs/x.o: ./tools/objtool/objtool --orc"$'\n'"fs/none.o:" ]]
}

@test "Makefiles that do not tell end the run" {
	echo 'none_such: |' >"$T/src/fs/Makefile"
	echo '$(error stop)' >>"$T/src/fs/Makefile"
	run -1 lib show fs/x.o
	[[ $output == *"error: the kernel's Makefiles do not say how objtool is run on fs/x.o" ]]
}
