# The data of the page, small: what many cells have in common stands once, in "details". (Not by a reduce that adds to lists: jq copies them
# each time.)
def detail:
	{message, functions, refusals, warnings, modules, stages: [(.stages // [])[].name]}
	| with_entries(select(.value != null and .value != [])) | tojson;
def tenths: . * 10 | floor / 10;
def numbers: . as $list | reduce range(0; length) as $i ({}; .[$list[$i]] = $i);
["built", "unchanged", "refused", "not-applied", "not-compiled", "error", "without a result"] as $words
| ($words | numbers) as $word
| ([.jobs[].host | values] | unique) as $hosts
| ($hosts | numbers) as $host
| [.jobs[] | detail] as $details
| ($details | unique) as $unique
| ($unique | numbers) as $detail
| {
	words: $words, tool: .tool.version, id: .tool.id, options, made,
	kernels: [.kernels[] | {name, id, prepared, target}], patches: [.patches[] | {name, id, files: [.patches[].file]}],
	hosts: $hosts, details: ($unique | map(fromjson)),
	cells: [.jobs as $jobs | range(0; $jobs | length) as $i | $jobs[$i]
		| [$word[.result], $detail[$details[$i]]] + if .status == null then [] else [(.seconds | tenths), .begin, [.stages[]?.seconds | tenths], $host[.host // ""]] end]
}
