# junit.xml of results.json: a suite for each kernel, a test for each patch.
# What XML can't have is a question mark.
def xml:
	tostring | explode | map(if . < 32 and . != 9 and . != 10 and . != 13 or . == 65534 or . == 65535 then 63 else . end) | implode
	| gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;") | gsub("\""; "&quot;") | gsub("\n"; "&#10;") | gsub("\r"; "&#13;") | gsub("\t"; "&#9;");
def is_failure: IN(($failures / " ")[]);
def reasons: [.message // empty, (.refusals // [])[] | if type == "string" then . else "\(.file // ""): \(.place // ""): \(.message) [\(.rule // "")]" end] | join("\n");
(.patches | length) as $n
| .jobs as $jobs
| "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
"<testsuites name=\"kpatch-farm\" tests=\"\($jobs | length)\">",
(.kernels | to_entries[] | .value.name as $kernel
	| $jobs[.key * $n:.key * $n + $n]
	| "<testsuite name=\"\($kernel | xml)\" tests=\"\($n)\" failures=\"\(map(select(.result | is_failure)) | length)\" errors=\"\(map(select(.result == "error")) | length)\" skipped=\"\(map(select(.result == "unchanged" or .status == null)) | length)\" time=\"\(map(.seconds // 0) | add // 0)\">",
	(.[] | "<testcase classname=\"\($kernel | xml)\" name=\"\(.patch | xml)\" time=\"\(.seconds // 0)\">"
		+ (if .result == "error" then "<error message=\"\(.message // "error" | xml)\">\(reasons | xml)</error>"
			elif .result | is_failure then "<failure type=\"\(.result)\" message=\"\(.message // .result | xml)\">\(reasons | xml)</failure>"
			elif .result == "built" then ""
			else "<skipped message=\"\(.message // .result | xml)\"/>" end)
		+ "</testcase>"),
	"</testsuite>"),
"</testsuites>"
