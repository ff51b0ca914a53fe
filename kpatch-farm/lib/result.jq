# The short result of a job, of its own and of what kpatch-build says of itself: all that the report needs of it, in one line.
($build[0] // {}) as $b
| ($job[0]) as $j
| {
	format: 1, id: $j.id, kernel: $j.kernel, patch: $j.patch, status: $status,
	result: $result,
	message: ($b.exit.message // null),
	release: ($b.target.release // null),
	functions: [$b.functions[]? | "\(.name) (\(.object))"],
	refusals: [$b.refusals[]? | {rule, file, place, message}],
	warnings: [$b.messages[]? | select(.kind != "note") | .text],
	modules: [$b.modules[]? | .file | split("/") | last],
	stages: [$b.stages[]? | {name, seconds}],
	begin: ($begin | tonumber | floor), seconds: (($ended | tonumber) - ($begin | tonumber)), host: $host
}
