# What kpatch-build says of itself (--json), as far as the report needs it, in one line: the rest of a result.json. Nothing, if the kernel is
# not the one that was planned. A failure, if it is no whole report of a run that ended so, or what was built is not all there: $files has a line
# "NAME <TAB> SIZE" for each file in modules/.
if length != 1 or (.[0] | type) != "object" or .[0].exit.status != $status then error("no report") else .[0] end
| ($files | split("\n") | map(select(. != "") | split("\t") | {key: .[0], value: (.[1] | tonumber)}) | from_entries) as $sizes
| [.modules[]?.file | split("/") | last] as $modules
| if $status == 0 and $modules == [] or any($modules[], (.packages[]?.file | split("/") | last); ($sizes[.] // 0) == 0) then error("not all is there") else . end
| if $target != null and .target.release and "\(.target.release) \(.target.package_version // "")" != $target then empty
else {
	message: .exit.message,
	release: .target.release,
	functions: [.functions[]? | "\(.name) (\(.object))"],
	refusals: [.refusals[]? | {rule, file, place, message}],
	warnings: [.messages[]? | select(.kind != "note") | .text],
	modules: $modules,
	files: $sizes,
	stages: [.stages[]? | {name, seconds}]
} end
