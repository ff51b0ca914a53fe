# results.json: each job of the manifest with its result, from the result.json files of standard input.
$manifest[0] as $m
| (reduce inputs as $r ({}; .[$r.id] = $r)) as $results
| ([$prepared | split("\n")[] | select(. != "") | split(" ") | {key: .[0], value: (.[1] | tonumber)}] | from_entries) as $prepared
| [$m.kernels[] | . + {prepared: (if $prepared["\(.id)-\($m.tool.id)"] == null then null else $prepared["\(.id)-\($m.tool.id)"] == 0 end)}] as $kernels
| [$kernels[] as $k | $m.patches[] as $p
	| "\($k.id)-\($p.id)-\($m.tool.id)" as $id
	| ($results[$id] // {id: $id, status: null, result: "without a result",
		message: (if $k.prepared == false then "the kernel can't be prepared" else null end)})
	# (Two lists may call the same thing by other names.)
	+ {kernel: $k.name, patch: $p.name}] as $jobs
| {
	format: 1, made: ($now | tonumber), tool: $m.tool, environment: $m.environment, options: $m.options,
	kernels: $kernels, patches: $m.patches,
	counts: (reduce $jobs[] as $j ({}; .[$j.result] += 1)), jobs: $jobs
}
