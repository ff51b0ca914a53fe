# shellcheck shell=bash
# Words for results.

# The result of a job, or of a trial, by the exit status of kpatch-build. (A wrong command line is an error of who planned it, and to be tried
# again.)
# shellcheck disable=SC2034
readonly RESULTS=(built error refused unchanged error not-applied not-compiled)
# Those of a patch that can't be built for this kernel
# shellcheck disable=SC2034
readonly FAILURES="refused not-applied not-compiled"
