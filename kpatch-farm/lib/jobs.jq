# Each job of a manifest as "DIRECTORY <TAB> job.json", kernel by kernel. (job-read.sh knows how it looks.)
. as $m
| .kernels[] as $k | .patches[] as $p
| "jobs/\($k.dir)/\($p.dir)\t\({
	format: $m.format, id: "\($k.id)-\($p.id)-\($m.tool.id)", kernel: $k.name, patch: $p.name, target: $k.target, patch_options: $p.options,
	command: ([$m.tool.file] + $k.options + $p.options + $m.options
		+ if any($p.options[]; startswith("--name") or startswith("-n")) then [] else ["-n", "livepatch-\($p.dir)"] end
		+ ["--"] + [$p.patches[].file])
} | tojson)"
