# SPDX-License-Identifier: GPL-2.0
#
# make                build the programs into build/bin
# make demo           install missing packages, build a livepatch, boot it
# make install        install programs, library and manual pages below PREFIX
#                     (make uninstall removes them)
# make deb, rpm       packages, in build/deb and build/rpm
# make clean          remove what was built (never the cache of kernels)
#
# Tests, with their times on two idle CPUs; "(kernel)": needs a stock kernel,
# which the first run fetches:
# make check          all tests except the long ones below; ends with "N passed,
#                     N failed"    13 minutes, an hour at first (kernel)
# make check-quick    before each commit: style, unit, objects of one compiler,
#                     the command line    30 s
# make check-style    formats, shell scripts, rules of CODING-STYLE.md
#                     30 s
# make check-unit     unit tests of the engine    30 s
# make check-object   pairs of small sources, COMPILERS="gcc-12 gcc-11"
#                     chooses    2 minutes
# make check-sanitized  the same under the sanitizers    4 minutes
# make check-cli      the driver and the command lines of all programs
#                     5 minutes (kernel)
# make check-integration  livepatches booted on each series; to choose:
#                     KERNELS=6.12 CASES=tracepoint    20 minutes (kernel)
# make check-sample-small, check-fixes-small  a dozen kernel objects, twenty real
#                     fixes    5 minutes (kernel)
#
# Long tests, which make check does not run:
# make check-sample   300 kernel objects of each series
#                     an hour at first (kernel)
# make check-series   the cases of test/integration on every series, against
#                     test/integration/table; SERIES="5.10 7.3" chooses
#                     half an hour for each (kernel)
# make check-fixes    150 real fixes of each series
#                     hours; resumes after an interruption (kernel)
# make check-headers  all objects that include a changed header, compiled with
#                     and without the change, against those that the driver
#                     leaves out; HEADERS="io_uring/napi.h" chooses
#                     hours; resumes after an interruption (kernel)
# make check-long     loads and unloads modules and livepatches, to find races;
#                     kills runs    hours (kernel)
# make check-oot      modules of two Debian packages *-dkms, built from source,
#                     patched and booted    6 minutes (kernel)
# make bench-full     twenty patches with --full, on a small kernel; the README's
#                     table (bench/full --store)    two hours (kernel)
# make check-farm     kpatch-farm on a Slurm of two nodes, in Chromium, with
#                     distcc and ccache, and booted    15 minutes (kernel)
# make check-farm-real  4 kernels and 25 real fixes in a farm, on this machine
#                     and with Slurm, beside kpatch-build alone
#                     an hour; resumes after an interruption (kernel)
# make check-trees    small kernels with other configurations, compilers and
#                     builds, patched and booted; a source RPM
#                     an hour at first (kernel)
# make check-compilers  the programs compiled without a warning by GCC 10 to 14
#                     and clang 14 to 19, from build roots
#                     10 minutes at first
# make check-packages  the packages of Debian 12 and 13: built, checked by
#                     lintian, installed in fresh systems, and a livepatch built
#                     there by an ordinary user; as root; SUITES="trixie" chooses
#                     half an hour, and 6 GB (kernel)
# make check-demo    the two commands of the README on fresh systems of Debian 12
#                     and 13; as root; SUITES="trixie" chooses
#                     20 minutes, and 8 GB (kernel)
# make check-valgrind  the object tests under valgrind    20 minutes
# make check-object-compilers  the object tests with each compiler that Debian's
#                     suites have, from build roots; COMPILERS="gcc-16" chooses
#                     20 minutes, and 5 GB at first
# make fuzz, fuzz-long  broken files; fuzz-long is guided by coverage, with two
#                     million runs of each program    10 minutes, hours
# make bench          compares time and memory with limits
#                     minutes (kernel)
# make fmt, fmt-check, shellcheck  the format of C sources; changed scripts
#
# Knobs:
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
# SAN=1: address and undefined behaviour sanitizers, in a build directory of their own
SAN     ?= 0
# WERROR=1: a warning is an error, as in make check. (Not in what users build: a compiler of tomorrow has new ones. It changes nothing of
# what is made, so nothing is made anew for it.)
WERROR  ?= 0
# V=1: show the commands
V       ?= 0
# KERNELS, CASES: which integration tests, e.g. make check-integration KERNELS=6.12 CASES="new-function"
KERNELS ?= 6.12 6.1
CASES   ?=
# SERIES: which series of test/integration/series make check-series tries
SERIES  ?=
# ONE_SERIES=0: check-sanitized compares the objects of both series, not only of one
ONE_SERIES ?= 1
# FUZZ, FUZZ_FIRST: how many broken files make fuzz tries, and the number of the first
FUZZ    ?= 2000
FUZZ_FIRST ?= 0

ifeq ($(SAN),1)
BUILD   := build-san
# (Optimized less: compiled in less than half the time. Of debug information, lines are what a report needs.)
CFLAGS  ?= -O1 -g1
SANFLAGS := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
else
BUILD   := build
CFLAGS  ?= -O2 -g
SANFLAGS :=
endif

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

ENGINE   := create-diff-object
LAYERS   := util kernel source arch elf target object place diff klp verify
LIB_SRC  := $(foreach d,$(LAYERS),$(wildcard $(ENGINE)/$(d)/*.c))
TOOL_ALL := $(wildcard $(ENGINE)/tools/*.c)
# A file of tools/ without a main() is shared by the programs.
TOOL_SRC := $(shell grep -lw 'int main' $(TOOL_ALL))
TOOL_LIB := $(filter-out $(TOOL_SRC),$(TOOL_ALL))
UNIT_ALL := $(wildcard test/unit/*.c)
# A file of test/unit without a main() is shared by the others.
UNIT_SRC := $(if $(UNIT_ALL),$(shell grep -lw 'int main' $(UNIT_ALL)))
UNIT_LIB := $(filter-out $(UNIT_SRC),$(UNIT_ALL))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
TOOL_OBJ := $(TOOL_ALL:%.c=$(BUILD)/%.o)
TOOLS    := $(TOOL_SRC:$(ENGINE)/tools/%.c=$(BUILD)/bin/%)
UNIT_OBJ := $(UNIT_ALL:%.c=$(BUILD)/%.o)
UNITS    := $(UNIT_SRC:%.c=$(BUILD)/%)
# Reads what create-diff-object wrote, for the object tests.
SHOW     := $(BUILD)/test/object/show
# Judges finished modules, and shares nothing with the engine: not its library, not its headers.
JUDGE    := $(BUILD)/test/judge/judge
JUDGE_SRC := $(wildcard test/judge/*.c)
JUDGE_OBJ := $(JUDGE_SRC:%.c=$(BUILD)/%.o)
LIB      := $(BUILD)/libklp.a
TOOL_AR  := $(BUILD)/libtools.a
# Programs of the tests of the relocation rules: break modules, compare them, enroll keys.
RULES_SRC  := $(addprefix test/integration/relocation-rules/,mutate.c same-sections.c enroll.c)

KLP_CFLAGS := -std=gnu11 -Wall -Wextra -D_GNU_SOURCE -I$(ENGINE) $(SANFLAGS)
LDLIBS   := -lelf -lzstd -llzma -lz -llz4 -llzo2 -lbz2 -ldw -lZydis -lZycore

FARM_PROGRAMS := $(filter-out %.sh %.jq %.html,$(wildcard kpatch-farm/lib/*))
SHELL_SCRIPTS := $(wildcard .ci/run examples/*.sh test/*.sh test/*.bash test/check test/series test/*/run test/fixes/small test/object/valgrind test/object/*.sh test/sample/*.sh test/fixes/*.sh test/headers/*.sh test/trees/*.sh test/integration/*.sh \
		   test/cli/*.bats test/cli/*.bash bench/run bench/place bench/beside bench/driver bench/instructions bench/root kpatch-build/kpatch-build \
		   kpatch-build/install-packages kpatch-build/lib/*.sh kpatch/kpatch kpatch/completion.bash kpatch/lib/*.sh \
		   kpatch-farm/kpatch-farm kpatch-farm/lib/*.sh $(FARM_PROGRAMS) test/farm/*.sh test/farm/real test/farm/*.bats test/farm/*.bash)
C_FILES  := $(wildcard $(ENGINE)/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] test/object/*.[ch] test/judge/*.[ch] kmod/patch/*.[ch] kmod/patch/arch/*.h kmod/patch/include/*.h kmod/patch/include/linux/*.h kmod/patch/include/first/linux/*.h test/integration/sympos/*.c) $(RULES_SRC)
MAN1     := $(wildcard man/*.1)

.PHONY: all
all: $(LIB) $(TOOLS)

$(LIB): $(LIB_OBJ)
$(TOOL_AR): $(TOOL_LIB:%.c=$(BUILD)/%.o)
$(LIB) $(TOOL_AR):
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

# Without links: what make check-compilers wants.
.PHONY: objects
objects: $(LIB_OBJ) $(TOOL_OBJ) $(UNIT_OBJ) $(JUDGE_OBJ) $(SHOW).o $(RULES_SRC:%.c=$(BUILD)/%.o)

# The compiler's options are a prerequisite: changing a knob rebuilds.
$(BUILD)/flags: FORCE
	$(Q)mkdir -p $(@D); echo '$(CC) $(CFLAGS) $(KLP_CFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CFLAGS) $(KLP_CFLAGS)' > $@

# What reads images is named after all that it is made of: the cache keeps what it read (kpatch-build/lib/target.sh), under this name. Not
# after the program, of which most is something else.
READER_SRC := $(sort $(foreach d,util kernel arch elf target object,$(wildcard $(ENGINE)/$(d)/*.[ch]))) $(ENGINE)/tools/command.c \
	      $(ENGINE)/tools/command.h $(ENGINE)/tools/place-image.c
$(BUILD)/place-reader.h: $(BUILD)/flags FORCE
	$(Q)id=$$({ cat $(READER_SRC) $(BUILD)/flags; $(CC) --version; } | sha256sum | cut -c 1-16); \
		echo "#define PLACE_READER \"$$id\"" | cmp -s - $@ || echo "#define PLACE_READER \"$$id\"" > $@
$(BUILD)/$(ENGINE)/tools/place-image.o: $(BUILD)/place-reader.h
$(BUILD)/$(ENGINE)/tools/place-image.o: private KLP_CFLAGS += -I$(BUILD)

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(KLP_CFLAGS) $(if $(filter 1,$(WERROR)),-Werror) -MMD -MP -c -o $@ $<

$(TOOLS): $(BUILD)/bin/%: $(BUILD)/$(ENGINE)/tools/%.o $(TOOL_AR) $(LIB)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(UNITS): %: %.o $(UNIT_LIB:%.c=$(BUILD)/%.o) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(SHOW): %: %.o
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ -lelf -lZydis

$(JUDGE_OBJ): private KLP_CFLAGS := $(filter-out -I$(ENGINE),$(KLP_CFLAGS))
$(JUDGE): $(JUDGE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ -lelf -ldw -lZydis

# They use the ELF editor of the unit tests.
RULES_TOOLS := $(RULES_SRC:%.c=$(BUILD)/%)
$(RULES_TOOLS): %: %.o $(UNIT_LIB:%.c=$(BUILD)/%.o) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(JUDGE_OBJ:.o=.d) $(SHOW).d $(RULES_TOOLS:=.d) $(wildcard $(BUILD)/test/fuzz/*.d)

# ---- installation ---------------------------------------------------------------------------------

SHARE := $(DESTDIR)$(PREFIX)/share/kpatch-build
KPATCH_SHARE := $(DESTDIR)$(PREFIX)/share/kpatch
# One file completes the options of all programs; bash looks for one by the name of the command.
COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Where systemd looks for the units of packages, below PREFIX
UNITDIR ?= $(PREFIX)/lib/systemd/system
# What a machine needs that only loads livepatches: the command and what checks them
KPATCH_TOOLS := $(BUILD)/bin/klp-verify
KPATCH_MAN1  := man/kpatch.1 man/klp-verify.1
FARM_MAN1    := man/kpatch-farm.1

# Three parts, for packages: install-kpatch-farm needs what install-kpatch-build installs, and that needs what install-kpatch does.
.PHONY: install install-kpatch-build install-kpatch-farm install-kpatch uninstall
install: install-kpatch-build install-kpatch-farm install-kpatch

install-kpatch-build: all
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/lib' '$(SHARE)/kmod/patch/arch' '$(SHARE)/kmod/patch/include/linux' '$(SHARE)/kmod/patch/include/first/linux' \
		'$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 755 $(filter-out $(KPATCH_TOOLS),$(TOOLS)) kpatch-build/kpatch-build '$(DESTDIR)$(PREFIX)/bin'
	install -m 644 $(wildcard kpatch-build/lib/*.sh) '$(SHARE)/lib'
	install -m 644 $(filter-out kmod/patch/arch kmod/patch/include,$(wildcard kmod/patch/*)) '$(SHARE)/kmod/patch'
	install -m 644 $(wildcard kmod/patch/arch/*.h) '$(SHARE)/kmod/patch/arch'
	install -m 644 $(wildcard kmod/patch/include/*.h) '$(SHARE)/kmod/patch/include'
	install -m 644 $(wildcard kmod/patch/include/linux/*.h) '$(SHARE)/kmod/patch/include/linux'
	install -m 644 $(wildcard kmod/patch/include/first/linux/*.h) '$(SHARE)/kmod/patch/include/first/linux'
	install -m 644 $(filter-out $(KPATCH_MAN1) $(FARM_MAN1),$(MAN1)) '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -d '$(COMPLETIONS)'
	for name in kpatch-build $(filter-out $(KPATCH_TOOLS:$(BUILD)/bin/%=%),$(TOOLS:$(BUILD)/bin/%=%)); do \
		ln -sfn kpatch '$(COMPLETIONS)'/$$name || exit 1; done

install-kpatch-farm:
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/farm' '$(DESTDIR)$(PREFIX)/share/man/man1' '$(COMPLETIONS)'
	install -m 755 kpatch-farm/kpatch-farm '$(DESTDIR)$(PREFIX)/bin'
	install -m 644 $(filter-out $(FARM_PROGRAMS),$(wildcard kpatch-farm/lib/*)) '$(SHARE)/farm'
	install -m 755 $(FARM_PROGRAMS) '$(SHARE)/farm'
	install -m 644 $(FARM_MAN1) '$(DESTDIR)$(PREFIX)/share/man/man1'
	ln -sfn kpatch '$(COMPLETIONS)/kpatch-farm'

install-kpatch: $(KPATCH_TOOLS)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/sbin' '$(KPATCH_SHARE)/lib' '$(DESTDIR)$(UNITDIR)' '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 755 $(KPATCH_TOOLS) '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 kpatch/kpatch '$(DESTDIR)$(PREFIX)/sbin'
	install -m 644 $(wildcard kpatch/lib/*.sh) $(addprefix kpatch-build/lib/,fold.sh end.sh) '$(KPATCH_SHARE)/lib'
	sed 's,/usr/sbin/,$(PREFIX)/sbin/,' kpatch/kpatch.service > '$(DESTDIR)$(UNITDIR)/kpatch.service'
	chmod 644 '$(DESTDIR)$(UNITDIR)/kpatch.service'
	install -m 644 $(KPATCH_MAN1) '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -d '$(COMPLETIONS)'
	install -m 644 kpatch/completion.bash '$(COMPLETIONS)/kpatch'
	for name in $(KPATCH_TOOLS:$(BUILD)/bin/%=%); do ln -sfn kpatch '$(COMPLETIONS)'/$$name || exit 1; done

uninstall:
	rm -f $(patsubst $(BUILD)/bin/%,'$(DESTDIR)$(PREFIX)/bin/%',$(TOOLS)) \
		'$(DESTDIR)$(PREFIX)/bin/kpatch-build' '$(DESTDIR)$(PREFIX)/bin/kpatch-farm' '$(DESTDIR)$(PREFIX)/sbin/kpatch' '$(DESTDIR)$(UNITDIR)/kpatch.service' \
		$(patsubst man/%,'$(DESTDIR)$(PREFIX)/share/man/man1/%',$(MAN1)) \
		$(patsubst $(BUILD)/bin/%,'$(COMPLETIONS)/%',$(TOOLS)) '$(COMPLETIONS)/kpatch' '$(COMPLETIONS)/kpatch-build' '$(COMPLETIONS)/kpatch-farm'
	rm -rf '$(SHARE)' '$(KPATCH_SHARE)'

# What git knows of, in a directory of its own: packages have nothing else in them.
VERSION  := $(shell sed -n 's/^readonly VERSION=//p' kpatch-build/lib/version.sh)
SNAPSHOT := kpatch-build-$(VERSION)
define snapshot
	$(Q)rm -rf '$(1)' && mkdir -p '$(1)/$(SNAPSHOT)'
	$(Q)git ls-files -z | cpio -0pdm --quiet '$(1)/$(SNAPSHOT)'
endef

.PHONY: deb rpm
deb:
	$(call snapshot,$(BUILD)/deb)
	$(Q)cd '$(BUILD)/deb/$(SNAPSHOT)' && dpkg-buildpackage -b -us -uc

# (--nodeps: rpm does not know what is installed on a Debian machine.)
rpm:
	$(call snapshot,$(BUILD)/rpm)
	$(Q)tar -C '$(BUILD)/rpm' -czf '$(BUILD)/rpm/$(SNAPSHOT).tar.gz' '$(SNAPSHOT)' && rm -rf '$(BUILD)/rpm/$(SNAPSHOT)'
	$(Q)rpmbuild -bb $$(! command -v dpkg >/dev/null || echo --nodeps) --define '_topdir $(CURDIR)/$(BUILD)/rpm' \
		--define '_sourcedir $(CURDIR)/$(BUILD)/rpm' rpm/kpatch-build.spec

# ---- demonstration and tests ----------------------------------------------------------------------

.PHONY: help
help:
	@sed -n '/^# make  /,/^# make fmt/s/^# \{0,1\}//p' Makefile

.PHONY: deps demo check check-quick check-style check-unit check-object check-cli check-integration check-series check-series-small check-sanitized check-valgrind \
	check-sample check-sample-small check-fixes check-fixes-small check-headers check-trees check-trees-small check-packages check-demo check-compilers check-object-compilers check-long check-farm check-farm-real check-oot fuzz fuzz-long bench bench-full fmt-check fmt shellcheck clean scripts
deps:
	$(Q)kpatch-build/install-packages all

demo:
	$(Q)examples/demo.sh

# Each suite prints "ok N ..." and "not ok N ..." lines; test/check adds them up. Everything that two suites need is built
# before, for the lanes run side by side. The longest lanes come first (test/check says how long each suite took).
LANES = $(KERNELS:%=scripts-%) cli $(KERNELS:%=cases-%) 'sample-small sanitized' $(KERNELS:%=modules-%) 'style unit object' fixes-small \
	'trees-small series-small'
check: export WERROR := 1
check:
	$(Q)kpatch-build/install-packages all
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all $(UNITS) $(SHOW) $(JUDGE) $(RULES_TOOLS)
	$(Q)test/check '$(MAKE)' $(LANES)

# What needs no kernel and little time; check has the object tests with both compilers, and all of test/cli.
check-quick: export WERROR := 1
check-quick:
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all $(UNITS) $(SHOW)
	$(Q)st=0; $(MAKE) --no-print-directory check-style || st=1; $(MAKE) --no-print-directory check-unit || st=1; \
	COMPILERS=gcc-12 $(MAKE) --no-print-directory check-object || st=1; \
	bats --tap $(addprefix test/cli/,lines.bats options.bats rules.bats special-row.bats) || st=1; exit $$st

check-style:
	$(Q)test/style.sh

# The compilers are fetched; test/compilers has what came out.
check-compilers: $(TOOLS)
	$(Q)test/compilers.sh

check-unit: $(UNITS)
	$(Q)test/unit.sh $(UNITS)

# COMPILERS="gcc-12 gcc-11": which ones
check-object: all $(SHOW)
	$(Q)CREATE_DIFF_OBJECT='$(CURDIR)/$(BUILD)/bin/create-diff-object' SHOW_OBJECT='$(CURDIR)/$(SHOW)' test/object/run

# The objects of one compiler once more, under the sanitizers; and the small sample, whose objects are there then.
check-sanitized:
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) SAN=1 all check-unit
	$(Q)ONE_SERIES=$(ONE_SERIES) COMPILERS=gcc-12 $(MAKE) --no-print-directory SAN=1 check-object
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ=60
	$(Q)KPATCH_BIN='$(CURDIR)/build-san/bin' $(MAKE) --no-print-directory check-sample-small

# Broken files for create-klp-module and klp-verify, under the sanitizers. Ten minutes; check-sanitized tries a few.
fuzz:
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) SAN=1 all build-san/test/integration/relocation-rules/mutate
	$(Q)test/fuzz.sh build-san/bin $(FUZZ) $(FUZZ_FIRST)

# Coverage-guided: FUZZ_RUNS executions for each of FUZZ_TARGETS, by clang's libFuzzer. Takes hours; see test/fuzz/README.md.
FUZZ_RUNS ?= 2000000
FUZZ_TARGETS ?= create-diff-object create-klp-module klp-verify klp-place klp-link
# Without pointer-overflow: clang finds fault with an empty vector, NULL + 0.
FUZZ_SAN := -Wno-missing-field-initializers -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -fno-sanitize=pointer-overflow
FUZZ_BIN := $(FUZZ_TARGETS:%=build-fuzz/test/fuzz/%)
ifeq ($(BUILD),build-fuzz)
$(FUZZ_BIN): %: %.o build-fuzz/test/fuzz/target.o $(TOOL_AR) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) -fsanitize=fuzzer $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
endif

fuzz-long: all $(SHOW)
	$(Q)kpatch-build/install-packages fuzz
	$(Q)$(MAKE) --no-print-directory BUILD=build-fuzz CC=clang-14 CFLAGS='-O1 -g' SANFLAGS='-fsanitize=fuzzer-no-link $(FUZZ_SAN)' \
		$(FUZZ_BIN)
	$(Q)test/fuzz/run build-fuzz/test/fuzz $(FUZZ_RUNS) $(FUZZ_TARGETS)

# Object tests once more, each run of the engine under valgrind: about ten times slower.
check-valgrind: all $(SHOW)
	$(Q)VALGRIND_RUNS='$(CURDIR)/$(BUILD)/bin/create-diff-object' CREATE_DIFF_OBJECT='$(CURDIR)/test/object/valgrind' \
		SHOW_OBJECT='$(CURDIR)/$(SHOW)' test/object/run

# Object tests with other compilers, GCC 9 to 16 and clang 11 to 21. Those of clang that expect what GCC makes fail.
check-object-compilers: all $(SHOW)
	$(Q)CREATE_DIFF_OBJECT='$(CURDIR)/$(BUILD)/bin/create-diff-object' SHOW_OBJECT='$(CURDIR)/$(SHOW)' test/object/compilers $(COMPILERS)

# The engine on objects of the stock kernels: 300 of each series, and a few of them for every day. The first run compiles them.
check-sample: all
	$(Q)st=0; for series in $(KERNELS); do test/series $$series test/sample/run $$series 300 || st=1; done; exit $$st

check-sample-small: all
	$(Q)st=0; for series in $(KERNELS); do test/series $$series test/sample/run $$series 12 || st=1; done; exit $$st

# Real fixes between the point releases that the archive has, 150 of each series, given to the driver; and each livepatch to the judge. Takes
# hours, and can be interrupted. make check undoes twenty of them, on the newest kernel.
check-fixes: all $(JUDGE)
	$(Q)st=0; for series in $(KERNELS); do test/series $$series test/fixes/run $$series 150 || st=1; done; exit $$st

check-fixes-small: all $(JUDGE)
	$(Q)test/series 6.12 test/fixes/small

# Kernels of one's own (test/trees/table; TREES="in-tree kasan" chooses). make check has three, once they were built, and a module from outside
# the tree for one of them.
TREES ?=
check-trees: all
	$(Q)kpatch-build/install-packages trees
	$(Q)st=0; test/series 6.12 test/trees/run $(TREES) || st=1; \
	[ -n '$(TREES)' ] || for t in oot srpm; do test/series 6.12 test/trees/$$t.sh || st=1; done; exit $$st

check-trees-small: all
	$(Q)st=0; test/series 6.12 test/trees/run --cached in-tree git-no-pvh kasan || st=1; \
	test/series 6.12 test/trees/oot.sh --cached in-tree || st=1; exit $$st

# Packages that only this needs are fetched.
check-farm: all
	$(Q)kpatch-build/install-packages farm
	$(Q)st=0; bats --tap --timing test/farm || st=1; test/series 6.12 test/farm/cumulative.sh 6.12 || st=1; exit $$st

check-farm-real: all
	$(Q)test/series 6.12 test/farm/real

check-cli: all $(RULES_TOOLS) $(JUDGE)
	$(Q)bats --tap --timing --filter-tags '!slow' test/cli

# The scripts of test/integration that test one thing on one booted series each, beside the cases; and those of one series only. (A livepatch
# for modules has two forms, which the kernel knows nothing of: one on each series. check-long has both on both.)
INTEGRATION := kallsyms-equal sympos replace mounted static-call static-key callbacks relocation-rules relocation-rules-pipeline
INTEGRATION-6.12 := kpatch oot suggest
MODULES-6.12 := modules
MODULES-6.1 := per-object

# All of it; make check has three suites for each series, check-cases-6.12 and so on.
check-integration:
	$(Q)st=0; for series in $(KERNELS); do for part in cases $(if $(CASES),,scripts modules); do \
		$(MAKE) --no-print-directory check-$$part-$$series || st=1; done; done; exit $$st

check-cases-%: all
	$(Q)test/series $* test/integration/run $* $(CASES)

check-scripts-%: all $(RULES_TOOLS)
	$(Q)test/series $* $(MAKE) --no-print-directory scripts SERIES=$* SCRIPTS='$(INTEGRATION) $(INTEGRATION-$*)'

check-modules-%: all
	$(Q)test/series $* $(MAKE) --no-print-directory scripts SERIES=$* SCRIPTS='$(MODULES-$*)'

# (The series is there.)
scripts:
	$(Q)st=0; for t in $(SCRIPTS); do test/integration/$$t.sh $(SERIES) || st=1; done; exit $$st

# The cases on every series, from build roots where the machine does not have the compiler; and a few of them, only built, for every day.
check-series: all
	$(Q)test/integration/series.sh $(SERIES)

check-series-small: all
	$(Q)BOOT=0 test/series 6.12/trixie test/integration/run 6.12-trixie new-function init-function-FAIL

# What takes hours: both forms of livepatches for modules on each series; modules and livepatches come and go 50 times, and race 200 times.
check-long: all
	$(Q)st=0; for series in $(KERNELS); do \
		test/integration/modules.sh $$series || st=1; test/integration/per-object.sh $$series || st=1; \
		PAUSE=300 ROUNDS=50 RACES=200 test/integration/modules.sh $$series orders order || st=1; \
		PAUSE=300 ROUNDS=50 test/integration/per-object.sh $$series orders other-build || st=1; \
		test/integration/killed.sh $$series || st=1; \
		test $$series = 6.12 || test/integration/kpatch.sh $$series || st=1; \
	done; $(MAKE) --no-print-directory ONE_SERIES=0 check-sanitized || st=1; exit $$st

# Installed from packages on fresh systems. SUITES="bookworm trixie"
SUITES ?=
check-packages:
	$(Q)kpatch-build/install-packages packages
	$(Q)test/packages.sh $(SUITES)

# The first commands of the README, on fresh systems of Debian.
check-demo:
	$(Q)kpatch-build/install-packages packages
	$(Q)test/demo.sh $(SUITES)

# Real changes of headers (test/headers/list); test/headers/table is what came out. HEADERS="io_uring/napi.h" chooses
HEADERS ?=
check-headers: all
	$(Q)test/series 6.12 test/headers/run $(HEADERS)

# A module of a Debian package on each series; the packages are fetched.
check-oot: all $(RULES_TOOLS) $(JUDGE)
	$(Q)st=0; bats --tap --timing --filter-tags slow test/cli/oot.bats || st=1; \
	for series in $(KERNELS); do test/series $$series test/integration/oot-dkms.sh $$series || st=1; done; exit $$st

# Where the stated limits of time and memory stand; fails where one is missed.
bench: all
	$(Q)st=0; for b in $(wildcard bench/place bench/run bench/instructions bench/beside bench/root bench/driver); do $$b || st=1; done; exit $$st

# (Not a part of bench: it builds two kernels for each patch.)
bench-full: all
	$(Q)test/series 6.12 bench/full

fmt-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)

fmt:
	$(Q)clang-format -i $(C_FILES)

# Again only for a script that has changed, or that reads one that has (-x).
SHELL_OK := $(SHELL_SCRIPTS:%=$(BUILD)/shellcheck/%.ok)
SHELL_READ := $(wildcard kpatch-build/lib/*.sh kpatch-farm/lib/*.sh kpatch/lib/*.sh test/*/*.bash test/sample/*.sh test/fixes/*.sh test/trees/run test/integration/common.sh)
$(SHELL_OK): $(BUILD)/shellcheck/%.ok: % $(SHELL_READ)
	$(Q)shellcheck -S warning $< && mkdir -p $(@D) && touch $@

shellcheck:
	$(Q)$(MAKE) --no-print-directory -k -j$$(nproc) $(SHELL_OK)

clean:
	rm -rf build build-san build-fuzz

FORCE:
