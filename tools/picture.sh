#!/usr/bin/env bash
# picture.sh runs the demo and writes its output to assets/demo.svg, the picture in the README. `picture.sh check` does not
# write: it fails if the text of the picture differs from the output. Durations, times, and IDs are replaced by fixed ones,
# so that the picture changes only if the demo does.
set -euo pipefail
cd "$(dirname "$0")/.."
picture=assets/demo.svg
escape=$'\e'

# Replaces what differs between runs and between versions of the command, and removes the first line, which is empty.
normalize() {
	sed -E -e '1d' -e '/: Still creating/d' \
		-e 's/\$ [^ ]+ plan (.*) [^ ]+ apply/$ terraform plan \1 terraform apply/' \
		-e 's/127\.0\.0\.1:[0-9]+/127.0.0.1:8080/' \
		-e 's/(gate.* complete after) [0-9hms]+/\1 9s/; s/((data|tasks).* complete after) [0-9hms]+/\1 0s/' \
		-e 's/(dns.*id=)[0-9a-f-]+/\15295e1f0-d796-f8f6-c2b4-702396726ec7/' \
		-e 's/(release.*id=)[0-9a-f-]+/\1df4dd151-6f58-9164-af23-e2caca498403/' |
		awk '
			BEGIN { split("09:50:00 10:00:03 10:00:20 10:00:08 09:50:00 09:40:00", times) }
			{
				line = ""
				while (match($0, /20[0-9-]+T[0-9:]+Z/)) {
					line = line substr($0, 1, RSTART - 1) "2026-11-25T" times[++n] "Z"
					$0 = substr($0, RSTART + RLENGTH)
				}
				print line $0
			}'
}

# Adapts escape sequences to freeze: it ends a color at the end of a line, and it ignores bold, which becomes bright.
adapt_colors() {
	awk -v sequences="^($escape\\\\[[0-9;]*m)+$" '
		$0 ~ sequences { pending = $0; print ""; next }
		{ print pending $0; pending = "" }' | sed "s/$escape\[1m/$escape[97m/g"
}

# Prints the text of the picture.
picture_text() {
	sed -nE '/<text/ {
		s/<\/text>|<text [^>]*\/>/\n/g
		s/<[^>]*>//g
		s/\n$//
		s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&amp;/\&/g
		p
	}' "$picture"
}

mkdir -p .build "${picture%/*}"
CLICOLOR_FORCE=1 tools/demo.sh | tee .build/demo.ansi
normalize <.build/demo.ansi >.build/demo-normalized.ansi

if [[ ${1:-} == check ]]; then
	diff -u --label "$picture" --label 'output of the demo' \
		<(picture_text) <(sed -E "s/$escape\[[0-9;]*m//g" .build/demo-normalized.ansi) || {
		echo "$picture does not show this output of the demo. Run \`make picture\`, look at the picture, and commit it." >&2
		exit 1
	}
	exit
fi

adapt_colors <.build/demo-normalized.ansi | .build/freeze --language ansi --output "$picture" \
	--font.family monospace --padding 20,20,5,20 --border.radius 8 --border.width 1 --border.color '#515151'
if (($(wc -c <"$picture") > 100000)); then
	echo "$picture has more than 100 kB." >&2
	exit 1
fi
