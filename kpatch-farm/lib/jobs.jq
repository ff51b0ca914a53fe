# Each job of a manifest as "DIRECTORY <TAB> job.json", kernel by kernel. (job-read.sh knows how it looks.)
# Names of modules, of the letters and the length that kpatch-build takes (options.sh: module_name_clean); - and _ are one to the kernel. Two
# livepatches of one name could not be loaded together.
def clean: gsub("[^A-Za-z0-9_-]"; "-");
def module_names:
	map({id, name: ("livepatch-\(.dir)" | clean | .[0:55])})
	| (reduce .[] as $p ({}; .[$p.name | gsub("-"; "_")] += 1)) as $n
	| map({key: .id, value: (if $n[.name | gsub("-"; "_")] > 1 then "\(.name[0:46])-\(.id[0:8])" else .name end)})
	| from_entries;
. as $m
| (.patches | module_names) as $names
| .kernels[] as $k | .patches[] as $p
| "jobs/\($k.dir)/\($p.dir)\t\({
	format: $m.format, id: "\($k.id)-\($p.id)-\($m.tool.id)", kernel: $k.name, patch: $p.name, target: $k.target, patch_options: $p.options, environment: $m.environment,
	command: ([$m.tool.file] + $k.options + $p.options + $m.options
		+ if any($p.options[]; startswith("--name") or startswith("-n")) then [] else ["-n", $names[$p.id]] end
		+ ["--"] + [$p.patches[].file])
} | tojson)"
