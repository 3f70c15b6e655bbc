#!/usr/bin/env bash
# release-check.sh DIST MIRROR VERSION checks the release in DIST: the names, the checksums, the manifest, and what is in
# the zip files; then that the provider installs from MIRROR on every platform, and works on this one.
set -euo pipefail

dist=$(realpath "$1") mirror=$(realpath "$2") version=$3
cd "$(dirname "$0")/.."
tree=$PWD
release=terraform-provider-alicloud_$version
platforms=(
	darwin_{amd64,arm64}
	freebsd_{386,amd64,arm,arm64}
	linux_{386,amd64,arm,arm64}
	windows_{386,amd64,arm64}
)

temp=$(mktemp -d)
server=''
cleanup() {
	[[ -z $server ]] || kill "$server" 2>/dev/null || true
	rm -rf "$temp"
}
trap cleanup EXIT

fail() {
	echo "The release is not as it should be: $*" >&2
	exit 1
}

# quietly COMMAND... prints what the command printed only where it fails.
quietly() {
	"$@" >"$temp/log" 2>&1 || { cat "$temp/log" >&2; fail "$* failed"; }
}

# same WHAT WANT GOT compares two lists of lines, in any order.
same() {
	diff <(sort <<<"$2") <(sort <<<"$3") >&2 || fail "$1, as < says and not as >"
}

# The manifest is uploaded under a name of its own.
cp "$dist/$release"_* "$temp"
cp terraform-registry-manifest.json "$temp/${release}_manifest.json"
cd "$temp"

same 'the checksums list these files' \
	"$(echo "${release}_manifest.json"; for p in "${platforms[@]}"; do printf '%s\n' "$release"_"$p".{zip,cdx.json}; done)" \
	"$(awk '{ print $2 }' "${release}_SHA256SUMS")"
same 'the checksums are these' "$(cat "${release}_SHA256SUMS")" "$(awk '{ print $2 }' "${release}_SHA256SUMS" | xargs sha256sum)"

for platform in "${platforms[@]}"; do
	exe=''
	[[ $platform != windows_* ]] || exe=.exe
	same "${release}_$platform.zip holds" \
		"$(printf '%s\n' LICENSE "terraform-provider-alicloud_v$version$exe")" \
		"$(unzip -Z1 "${release}_$platform.zip")"
	quietly grep -q '"name": "github.com/hashicorp/terraform-plugin-framework"' "${release}_$platform.cdx.json"
done

commit=$(grep -o "[0-9a-f]\{40\}" "$dist/metadata.json") || fail "it is of no commit"

# The binary says what it is, and speaks the protocol that the manifest promises.
quietly unzip "${release}_$(go env GOOS)_$(go env GOARCH).zip"
binary=./terraform-provider-alicloud_v$version
same 'the provider calls itself' \
	"$(printf '%s\n' "terraform-provider-alicloud $version" "commit $commit")" \
	"$("$binary" -version | head -n 2)"
: >served
"$binary" -debug >>served 2>&1 &
server=$!
until protocol=$(sed -n 's/.*"ProtocolVersion":\([0-9]*\).*/\1/p' served) && [[ -n $protocol ]]; do
	kill -0 "$server" || fail 'the provider does not serve'
	sleep 0.1
done
quietly grep -q "\"protocol_versions\": \[\"$protocol.0\"\]" "${release}_manifest.json"

# It installs as it does for somebody who has the mirror and this file.
cat >cli.tfrc <<-END
	provider_installation {
	  filesystem_mirror {
	    path    = "$mirror"
	    include = ["rds-migrate/alicloud"]
	  }
	  direct {
	    exclude = ["rds-migrate/alicloud"]
	  }
	}
END
cat >main.tf <<-'END'
	terraform {
	  required_providers {
	    alicloud = { source = "rds-migrate/alicloud" }
	  }
	}
END
terraform=$("$tree/tools/find-terraform.sh")
unset "${!TF_@}"
export TF_CLI_CONFIG_FILE=$temp/cli.tfrc CHECKPOINT_DISABLE=1
quietly "$terraform" init -no-color
grep -q "alicloud v$version" log || fail "terraform init installed another version"
quietly "$terraform" providers schema -json
for type in alicloud_rds_migrate_tasks alicloud_rds_migrate_gate; do
	grep -q "\"$type\":{" log || fail "the provider has no $type"
done
quietly "$terraform" providers lock -fs-mirror="$mirror" "${platforms[@]/#/-platform=}"

echo "Release $version: ${#platforms[@]} platforms checked, and installed by ${terraform##*/} from $mirror"
