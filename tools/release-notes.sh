#!/usr/bin/env bash
# release-notes.sh VERSION prints the section of CHANGELOG.md for a version. It fails if the section is missing, is empty, or
# has no date.
set -euo pipefail
cd "$(dirname "$0")/.."

notes=$(awk -v heading="## [$1] - " '
	/^## / || /^\[.*\]: / { inside = 0 }
	inside { print }
	index($0, heading) == 1 && / - [0-9][-0-9]+$/ { inside = 1 }
' CHANGELOG.md)
if [[ -z $notes ]]; then
	echo "CHANGELOG.md has no section '## [$1] - YYYY-MM-DD', or it is empty." >&2
	exit 1
fi
printf '%s\n' "$notes"
