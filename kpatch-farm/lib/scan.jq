# What a dry run says of a pair, in one word of a table.
($build[0] // {}) as $b
| [$b.patches[]?.applies] as $applies
| [$b.refusals[]?.rule] as $rules
| {
	kernel: $job[0].kernel, patch: $job[0].patch,
	answer: (if $status == 0 then
			if any($applies[]; . == "fuzz") then "applies with fuzz" elif any($applies[]; . == "offset") then "applies with offset" else "applies" end
		elif $status == 5 then
			if any($applies[]; . == "already") then "has it already" elif any($applies[]; . == "absent") then "file not in source" else "does not apply" end
		elif $status == 2 then
			if ($rules | unique) == ["not-built"] then "not in configuration" else "can't be patched" end
		elif $status == 3 then "changes nothing"
		else "error" end),
	message: ($b.exit.message // null), rules: ($rules | unique),
	release: ($b.target.release // null), objects: [$b.objects[]?.object]
}
