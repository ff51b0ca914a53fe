# Fields of list_entry() to one object for each entry, with a directory for each: of its name what is safe everywhere, and what makes it
# another name than those before. An entry that is there twice is a fault of the list: {fault}.
def entries:
	split("\u0000") | .[:-1] as $f
	| {i: 0, out: []}
	| until(.i >= ($f | length);
		.i as $i | ($f[$i + 3] | tonumber) as $n | ($f[$i + 4 + $n] | tonumber) as $m
		| .out += [{name: $f[$i], id: $f[$i + 1], place: $f[$i + 2], patches: $f[$i + 4:$i + 4 + $n], options: $f[$i + 5 + $n:$i + 5 + $n + $m],
			target: ($f[$i + 5 + $n + $m] | if . == "" then null else . end)}]
		| .i = $i + 6 + $n + $m)
	| .out;
def faults:
	# (jq has U+FFFD in place of what is not UTF-8.)
	(.[] | select([.name] + .patches + .options | any(.[]; explode | index(65533) != null)) | "\(.place): a name has characters that are not UTF-8"),
	(group_by([.name])[] | select(length > 1) | "\(.[1].place): the name \(.[0].name | tojson) is there twice (\(.[0].place))"),
	(group_by([.id])[] | select(length > 1) | "\(.[1].place): \(.[1].name | tojson) is the same as \(.[0].name | tojson) (\(.[0].place))");
$fields | entries
| (first(faults | {fault: .}) // empty),
([reduce .[] as $e ({};
	($e.name | gsub("[^A-Za-z0-9._+-]+"; "-") | gsub("-+"; "-") | sub("^[-.]+"; "") | sub("-$"; "") | .[0:80] | if . == "" then "x" else . end) as $safe
	| ($safe | ascii_downcase) as $key
	| .n[$key] += 1
	| .out += [$e + {dir: ($safe + (if .n[$key] > 1 then "-" + $e.id else "" end))}])
| .out[] | del(.place)] | .[])
