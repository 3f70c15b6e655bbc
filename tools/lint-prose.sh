#!/usr/bin/env bash
# lint-prose.sh VALE tests the rules for prose, and then checks pages, messages, comments, and what examples and scripts
# print. Vale does not read comments in HCL, Make, and shell, so these are extracted into text files, with the same
# line numbers.
set -euo pipefail

vale=$(realpath "$1")
cd "$(dirname "$0")/.."
out=.build/prose

# Files that Vale reads itself.
pages=(
	'*.md' ':!*.zh-CN.md' '*.go' '*.golden'
)
# Files of which Vale checks what extract prints.
extracts=(
	'*.tf' '*.hcl' '*.yml' '*.sh' .ci/run .vale.ini GNUmakefile tools/gremlins/go tools/gremlins/survivors.txt
)

# extract FILE prints the file with everything but its prose replaced by empty lines: comments, descriptions in examples and of
# targets, texts of issue forms, and messages of scripts.
extract() {
	awk -v quote="'" '
		function prose(s) { gsub(/`[^`]*`/, "code", s); print s }
		/^END$/ { heredoc = 0 }
		heredoc { prose($0); next }
		/<<END$/ { heredoc = 1 }
		match($0, /^[ \t]*#+ /) { prose(substr($0, RLENGTH + 1)); next }
		match($0, /^[a-z-]+:.*## /) { prose(substr($0, RLENGTH + 1)); next }
		match($0, / (description|error_message) *= *"/) { prose(substr($0, RSTART + RLENGTH)); next }
		match($0, /^ *(- )?(about|description|label|name): /) { prose(substr($0, RLENGTH + 1)); next }
		match($0, "(echo|printf) [^A-Z]*[\"" quote "][A-Z]") { prose(substr($0, RSTART + RLENGTH - 1)); next }
		match($0, / # [a-z]/) { prose(substr($0, RSTART + RLENGTH - 1)); next }
		{ print "" }
	' "$1"
}

"$vale" --no-global test .vale/styles

git ls-files -z -- "${extracts[@]}" | while IFS= read -rd '' file; do
	mkdir -p "$out/$(dirname "$file")"
	extract "$file" >"$out/$file.txt"
done
{
	git ls-files -z -- "${pages[@]}"
	git ls-files -z -- "${extracts[@]}" | sed -z "s|.*|$out/&.txt|"
} | xargs -0 "$vale" --no-global --output=line | sed -E "s|^$out/(.*)\.txt:([0-9]+:)|\1:\2|"
