#!/usr/bin/env bash
# Fails if README.md and its translation README.zh-CN.md differ in anything but their prose: headings, paragraphs, list items,
# tables, link targets, code, and numbers. The labels of Mermaid diagrams are prose.
set -euo pipefail
cd "$(dirname "$0")/.."

# structure FILE prints one line for each block of text, followed by the block's link targets, code, and numbers in
# alphabetical order, because translated sentences have another order. Code blocks are printed as they are.
structure() {
	awk '
		function add(item) { printf "%d %s\n", block, item }
		function end_block() {
			block++
			while (match(text, /`[^`]+`|\]\([^)]+\)|[0-9]+(\.[0-9]+)*/)) {
				item = substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
				add(item ~ /^]/ ? "  link to " substr(item, 3, length(item) - 3) : "  " item)
			}
			text = ""
		}
		function start_block(kind) { end_block(); block++; add(kind) }

		/^```/ { end_block(); code = !code; diagram = /mermaid/; add($0); next }
		code && diagram && match($0, /: | as |loop /) { $0 = substr($0, 1, RSTART + RLENGTH - 1) }
		code { block++; add($0); next }

		/^$/ { end_block(); paragraph = 0; next }
		/^#+ / { start_block($1 " heading") }
		/^ *- |^[0-9]+\. / { start_block($1 " list item"); paragraph = 1 }
		/^\|/ { start_block("table row with " gsub(/\|/, "|") - 1 " columns"); paragraph = 1 }
		!paragraph && !/^#/ { start_block("paragraph"); paragraph = 1 }
		{ text = text " " $0 }
		END { end_block() }
	' "$1" | sed 's/README\.zh-CN\.md/README.md/' | LC_ALL=C sort -s -k1,1n -k2 | cut -d' ' -f2-
}

diff -u --label README.md --label README.zh-CN.md <(structure README.md) <(structure README.zh-CN.md) || {
	echo 'README.zh-CN.md differs from README.md, as shown above. Change the translation as well.' >&2
	exit 1
}
