# What of a JSON value is not as a schema says, for the words of JSON Schema that doc/kpatch-build.schema.json uses:
#   jq -n --slurpfile schema SCHEMA --slurpfile value FILE -f schema.jq
# prints a line for each fault. A word that is not known here is a fault of the schema.
def kind: if type == "number" and . == floor then "integer" else type end;
def check($schema; $path):
	. as $value | kind as $kind
	| (($schema | keys) - ["$schema", "title", "description", "type", "required", "properties", "additionalProperties", "items", "enum", "pattern"]
		| .[] | "\($path): the schema says \(.)"),
	([$schema.type] | flatten | if any(.[]; . == $kind or (. == "number" and $kind == "integer")) then empty
		else "\($path): is \($kind), not \(join(" or "))" end),
	(if $schema.enum and ($schema.enum | index([$value]) | not) then "\($path): is \($value | tojson)" else empty end),
	(if $schema.pattern and $kind == "string" and ($value | test($schema.pattern) | not) then "\($path): is \($value | tojson)" else empty end),
	(if $kind == "object" then
		(($schema.required // []) - keys | .[] | "\($path): has no \(.)"),
		(if $schema.additionalProperties == false then (keys - ($schema.properties | keys)) | .[] | "\($path): has \(.)" else empty end),
		(to_entries[] | select($schema.properties[.key]) | .key as $key | .value | check($schema.properties[$key]; "\($path).\($key)"))
	elif $kind == "array" then to_entries[] | .key as $key | .value | check($schema.items; "\($path)[\($key)]")
	else empty end);
$value[] | check($schema[0]; "")
