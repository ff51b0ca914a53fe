# shellcheck shell=bash
# Letters and names of options, as getopt takes them. (kpatch-farm reads with them what it hands on.)

# shellcheck disable=SC2034
readonly OPTION_LETTERS=ha:r:s:c:v:j:t:n:o:m:e:dqRT
OPTION_NAMES=help,archversion:,mirror:,packages:,build-root:,sourcerpm:,sourcedir:,config:,vmlinux:,jobs:,target:,name:,output:,debug,non-replace
OPTION_NAMES+=,oot-module:,oot-module-src:,skip-cleanup,skip-compiler-check,skip-gcc-check,no-replace,keep-tmp
OPTION_NAMES+=,skip-base-check,symvers:,modules:,per-object,state:,fuzz:,max-objects:,explain,check,suggest,accept:,without:,without-hunk:
OPTION_NAMES+=,sign:,package:,list-targets,print-target,prepare,dry-run,boot-test::,boot-test-wait:,boot-test-module:,boot-test-file:,json:
OPTION_NAMES+=,quiet,version,cache,cache-prune::
readonly OPTION_NAMES
