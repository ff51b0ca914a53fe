# Of lines "ID/result.json <TAB> NAME/SIZE ... <TAB> LINE OF IT", where each NAME is a file in ID/modules: the names of those that are whole, just as
# lib/job writes them, each with a NUL behind it. (Somebody may have edited one, or the power failed.)
def text: type == "string";
def list(f): . == null or type == "array" and all(.[]; f);
def optional(f): . == null or f;
def whole(id; sizes):
	type == "object" and .format == 1 and .id == id and (.kernel | text) and (.patch | text)
	and (.status | type == "number" and . >= 0) and .result == (($results / " ")[.status] // "error")
	and (.begin | type == "number") and (.seconds | type == "number") and (.host | text)
	and (.message | optional(text)) and (.release | optional(text)) and (.functions | list(text)) and (.warnings | list(text))
	and (.refusals | list(type == "object" and all(.rule, .file, .place, .message; optional(text))))
	and (.stages | list(type == "object" and (.name | text) and (.seconds | type == "number")))
	# All that was built is there, as it was.
	and (.modules | list(text)) and (.files | optional(type == "object"))
	and (.status != 0 or (.modules | . != null and . != []))
	and (.files as $files | all(.modules // [] | .[]; $files[.] != null))
	and all(.files // {} | to_entries[]; .value != 0 and .value == sizes[.key]);
inputs
| index("\t") as $i | .[:$i] as $path | .[$i + 1:]
| index("\t") as $i | (.[:$i] / " " | map(select(. != "") | . / "/" | {key: .[0], value: (.[1] | tonumber)}) | from_entries) as $sizes
| select(.[$i + 1:] | try fromjson catch null | whole($path | rtrimstr("/result.json"); $sizes))
| $path + "\u0000"
