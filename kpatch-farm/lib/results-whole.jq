# Of lines "ID/result.json <TAB> LINE OF IT": the names of those that are whole, just as lib/job writes them, each with a NUL behind it. (Somebody may
# have edited one, or the power failed.)
def text: type == "string";
def list(f): . == null or type == "array" and all(.[]; f);
def optional(f): . == null or f;
def whole(id):
	type == "object" and .format == 1 and .id == id and (.kernel | text) and (.patch | text) and (.status | type == "number")
	and (.result | IN(($results / " ")[])) and (.begin | type == "number") and (.seconds | type == "number") and (.host | text)
	and (.message | optional(text)) and (.release | optional(text)) and (.functions | list(text)) and (.warnings | list(text)) and (.modules | list(text))
	and (.refusals | list(type == "object" and all(.rule, .file, .place, .message; optional(text))))
	and (.stages | list(type == "object" and (.name | text) and (.seconds | type == "number")));
inputs
| index("\t") as $i | .[:$i] as $path
| select(.[$i + 1:] | try fromjson catch null | whole($path | rtrimstr("/result.json")))
| $path + "\u0000"
