#!/usr/bin/env bats
# The report page in Chromium: no error on its console, the keyboard, 400 and 1,400 pixels, and 60,000 results. The screenshots stay in
# build/farm.

load ../cli/common

setup() {
	T=$BATS_TEST_TMPDIR
	LIB=$TOP/kpatch-farm/lib
	SHOTS=$TOP/build/farm
	mkdir -p "$SHOTS"
	if ! command -v chromium >/dev/null; then skip "no chromium here"; fi
}

# results KERNELS PATCHES: a results.json of that size
results() {
	jq -n -c --argjson k "$1" --argjson p "$2" '
		["built", "built", "built", "unchanged", "refused", "not-applied", "not-compiled", "error", "without a result"] as $words
		| {built: 0, unchanged: 3, refused: 2, "not-applied": 5, "not-compiled": 6, error: 1} as $status
		| {format: 1, made: 1796000000, tool: {file: "x", version: "kpatch-build 0", id: "t"}, options: [], counts: {},
			kernels: [range(0; $k) | {name: "6.12.\(.)+deb13-amd64", id: "k\(.)", dir: "k", options: [], prepared: true}],
			patches: [range(0; $p) | {name: "CVE-2026-\(. + 1000)", id: "p\(.)", dir: "p", options: [], patches: [{file: "/p/\(.).patch"}]}],
			jobs: [range(0; $k) as $i | range(0; $p) as $j | $words[($i * 5 + $j * 7) % 9] as $w
				| {id: "", kernel: "", patch: "", status: $status[$w], result: $w, message: (if $w == "built" then null else "what patch \($j) says: <b>&" end),
					functions: [range(0; 4) | "function_\($j)_\(.) (fs/x.o)"], refusals: (if $w == "refused" then [{rule: "data-changed", file: "fs/x.o", place: "v", message: "no"}] else [] end),
					warnings: [], modules: ["livepatch-x.ko"], stages: [range(0; 10) | {name: "stage\(.)", seconds: ((. + $i + $j) % 7)}], begin: (1796000000 + $j), seconds: (($i + $j) % 30), host: "n1"}]}'
}
# page FILE: as report_page makes it, of standard input
page() {
	{
		sed '/^@DATA@$/,$d' "$LIB/page.html"
		jq -c -f "$LIB/page.jq" | sed 's/</\\u003c/g'
		sed '1,/^@DATA@$/d' "$LIB/page.html"
	} >"$1"
}
# browse WIDTH ARG...: what its console says is in $T/console
browse() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$T/profile" --hide-scrollbars --enable-logging=stderr --virtual-time-budget=5000 \
		--window-size="$1,800" "${@:2}" 2>"$T/console"
	run ! grep CONSOLE "$T/console"
}
# in_page SCRIPT: what this makes of r, in the page
in_page() {
	{
		sed '/^<\/body>$/,$d' "$T/index.html"
		printf '<script>(async () => { const r = {}; const pause = ms => new Promise(f => setTimeout(f, ms)); %s; document.body.dataset.r = JSON.stringify(r); })()</script></body>\n' "$1"
	} >"$T/test.html"
	browse "${2:-1400}" --dump-dom "file://$T/test.html" | grep -o 'data-r="[^"]*"' | sed 's/^data-r="//; s/"$//; s/&quot;/"/g'
}
# Between the names of the kernels and of the patches, and the edges of the table
readonly SEEN='function seen(a) { const m = document.getElementById("main").getBoundingClientRect(), h = document.querySelector("thead th").getBoundingClientRect(), r = a.getBoundingClientRect();
	return r.top >= h.bottom - 1 && r.left >= h.right - 1 && r.bottom <= m.bottom && r.right <= m.right; }'
readonly KEYS='const key = (k, o) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", Object.assign({key: k, bubbles: true, cancelable: true}, o)))'

@test "a small page: screenshots, the keyboard, a result is opened and closed" {
	results 4 12 | page "$T/index.html"
	local width
	for width in 400 1400; do
		browse $width --screenshot="$SHOTS/page-$width.png" "file://$T/index.html"
		browse $width --screenshot="$SHOTS/result-$width.png" "file://$T/index.html#1.4"
		echo "# screenshots: $SHOTS/page-$width.png $SHOTS/result-$width.png" >&3
		run -0 in_page 'r.wide = document.documentElement.scrollWidth > innerWidth' $width
		[[ $output == '{"wide":false}' ]]
	done
	run -0 in_page "$SEEN; $KEYS"'; key("/"); r.filter = document.activeElement.id; document.querySelector("td a[tabindex=\"0\"]").focus(); key("ArrowDown"); key("ArrowRight"); key("ArrowRight");
		r.at = document.activeElement.dataset.at; key("End", {ctrlKey: true}); r.end = document.activeElement.dataset.at; r.seen = seen(document.activeElement); document.activeElement.click(); await pause(200);
		r.what = document.getElementById("what").textContent; r.focus = document.activeElement.id; document.getElementById("close").click(); await pause(200); r.back = document.activeElement.dataset.at'
	[[ $output == '{"filter":"filter","at":"1.2","end":"11.3","seen":true,"what":"CVE-2026-1011 on 6.12.3+deb13-amd64","focus":"close","back":"11.3"}' ]] || { echo "$output"; return 1; }
	# A message is text, whatever is in it; the links lead to the files.
	run -0 in_page 'location.hash = "1.4"; await pause(200); r.pre = document.querySelector("dialog pre").textContent; r.log = [...document.querySelectorAll("dialog a")].map(a => a.getAttribute("href"))'
	[[ $output == *'"log":["results/k1-p4-t/log","results/k1-p4-t/build.json","results/k1-p4-t/modules/livepatch-x.ko"]}' && $output == *'what patch 4 says: '* ]] || { echo "$output"; return 1; }
	run -0 in_page 'document.getElementById("filter").value = "refused 6.12.2"; document.getElementById("filter").dispatchEvent(new Event("input")); await pause(300); r.heads = [...document.querySelectorAll("thead th")].map(t => t.textContent); r.cells = [...document.querySelectorAll("td a")].map(a => a.textContent)'
	[[ $output == '{"heads":["patch","6.12.2+deb13-amd64"],"cells":["refused"'* ]] || { echo "$output"; return 1; }
}

@test "60,000 results: under 10 MB, a filter takes less than a second" {
	results 200 300 | page "$T/index.html"
	(($(stat -c %s "$T/index.html") < 10000000))
	browse 1400 --screenshot="$SHOTS/page-60000.png" "file://$T/index.html"
	run -0 in_page 'const f = (w, t) => { const b = performance.now(); document.getElementById("filter").value = w; filter(); document.body.offsetHeight; return Math.round(performance.now() - b) }; r.one = f("refused 6.12.1"); r.all = f(""); '"$SEEN; $KEYS"'; document.querySelector("td a").focus(); key("End", {ctrlKey: true}); r.end = document.activeElement.dataset.at; r.seen = seen(document.activeElement);
		key("Home", {ctrlKey: true}); r.home = document.activeElement.dataset.at + seen(document.activeElement)'
	echo "# milliseconds: $output" >&3
	[[ $(jq -c '[.one < 1000, .all < 1000, .end, .seen, .home]' <<<"$output") == '[true,true,"299.199",true,"0.0true"]' ]]
}
