# A list, as text or JSON (see lists.sh), to fields with a NUL behind each: place, fault, name, number of options, options, and for
# patches their number and names.
def nul: "\u0000";
def has_nul: explode | index(0) != null;
def fields: map(tostring + nul) | add;
def strings: type == "array" and all(.[]; type == "string" and (has_nul | not) and . != "");
# The words of a line, quoted as for a shell; null if a quote is not closed
def words:
	"([^\\s'\"\\\\]|\\\\.|'[^']*'|\"(\\\\.|[^\"\\\\])*\")+" as $word
	| if [splits($word)] | join("") | test("\\S") then null
	else [match($word; "g").string | [match("[^'\"\\\\]+|\\\\.|'[^']*'|\"(\\\\.|[^\"\\\\])*\""; "g").string
		| if startswith("'") then .[1:-1]
		elif startswith("\"") then .[1:-1] | gsub("\\\\(?<c>[\"\\\\$`])"; .c)
		elif startswith("\\") then .[1:]
		else . end] | join("")] end;
# (jq has U+FFFD in place of what is not UTF-8.)
def is_text: explode | index(0) == null and index(65533) == null;
def entry(place; fault; name; options; patches):
	(if fault != "" or ([name] + options + patches | all(is_text)) then [fault, name] else ["a NUL, or characters that are not UTF-8", ""] end) as $entry
	| [place] + $entry + [(options | length)] + options + (if $kind == "patches" then [patches | length] + patches else [] end) | fields;
def fault(place; what): entry(place; what; ""; []; []);
def text_entry(place):
	if $kind == "patches" then entry(place; ""; ""; []; [.])
	elif $kind == "series" then entry(place; ""; .; []; [])
	elif startswith("-") then words as $w | if $w then entry(place; ""; .; $w; []) else fault(place; "a quote is not closed") end
	else entry(place; ""; .; ["-a", .]; []) end;
def json_entry(place):
	if type == "string" and . != "" and (has_nul | not) then text_entry(place)
	elif type != "object" then fault(place; "an entry is a string or an object")
	elif (keys - ["name", "options", "patches"]) != [] then fault(place; "unknown word \(keys - ["name", "options", "patches"] | join(", "))")
	elif (.name | type) != "string" or .name == "" or (.name | has_nul) then fault(place; "name is missing")
	elif (.options // [] | strings | not) then fault(place; "options is not a list of strings")
	elif $kind == "patches" and (.patches | strings | not) then fault(place; "patches is not a list of strings")
	elif $kind == "kernels" and (.options // [] | length) == 0 then fault(place; "options is missing")
	else entry(place; ""; .name; .options // []; .patches // []) end;
# (Some editors put a mark of UTF-8 before the first line.)
ltrimstr("\ufeff")
| if $kind != "series" and test("^\\s*\\[") then
	(try fromjson catch null)
	| if . == null then fault(""; "not a list: it begins like JSON, and is none") else to_entries[] | .key as $i | .value | json_entry("entry \($i + 1)") end
else
	split("\n") | to_entries[] | .key as $i | .value | sub("\r$"; "")
	| (if $kind != "patches" then sub("^\\s+"; "") | sub("\\s+$"; "") else . end)
	| select(test("^\\s*(#|$)") | not) | text_entry("line \($i + 1)")
end
