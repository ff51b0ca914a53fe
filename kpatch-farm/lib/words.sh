# shellcheck shell=bash
# The result of a job, or of a trial, by the exit status of kpatch-build. (A wrong command line is an error of who planned it, and to be
# tried again.)

# shellcheck disable=SC2034
readonly RESULTS=(built error refused unchanged error not-applied not-compiled)
