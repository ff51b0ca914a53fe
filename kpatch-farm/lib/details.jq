# What kpatch-build says of itself (--json), as far as the report needs it, in one line: the rest of a result.json. Nothing, if the kernel is
# not the one that was planned.
if $target != null and .target.release and "\(.target.release) \(.target.package_version // "")" != $target then empty
else {
	message: .exit.message,
	release: .target.release,
	functions: [.functions[]? | "\(.name) (\(.object))"],
	refusals: [.refusals[]? | {rule, file, place, message}],
	warnings: [.messages[]? | select(.kind != "note") | .text],
	modules: [.modules[]? | .file | split("/") | last],
	stages: [.stages[]? | {name, seconds}]
} end
