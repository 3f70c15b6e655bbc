#!/usr/bin/env bash
# release-check.sh DIST MIRROR VERSION checks the release in DIST: file names, checksums, manifest, and the content of the
# zip files. Then it checks that the provider can be installed from MIRROR on every platform, and runs on this one.
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
simulator=rdssim_$version
simulator_platforms=({darwin,linux,windows}_{amd64,arm64})

temp=$(mktemp -d)
server=''
cleanup() {
	[[ -z $server ]] || kill "$server" 2>/dev/null || true
	rm -rf "$temp"
}
trap cleanup EXIT

fail() {
	echo "Invalid release: $*" >&2
	exit 1
}

# quietly COMMAND [ARGUMENT] prints the output of the command only if it fails.
quietly() {
	"$@" >"$temp/log" 2>&1 || { cat "$temp/log" >&2; fail "$* failed"; }
}

# same WHAT WANT GOT compares two lists of lines in any order.
same() {
	diff <(sort <<<"$2") <(sort <<<"$3") >&2 || fail "$1 (< is expected, > is not)"
}

# The manifest is uploaded under another name.
cp "$dist/$release"_* "$dist/$simulator"_*.tar.gz "$temp"
cp terraform-registry-manifest.json "$temp/${release}_manifest.json"
cd "$temp"

same 'files in the checksums' \
	"$(
		echo "${release}_manifest.json"
		printf "$simulator"_'%s.tar.gz\n' "${simulator_platforms[@]}"
		for p in "${platforms[@]}"; do printf '%s\n' "$release"_"$p".{zip,cdx.json}; done
	)" \
	"$(awk '{ print $2 }' "${release}_SHA256SUMS")"
same 'checksums' "$(cat "${release}_SHA256SUMS")" "$(awk '{ print $2 }' "${release}_SHA256SUMS" | xargs sha256sum)"

for platform in "${platforms[@]}"; do
	exe=''
	[[ $platform != windows_* ]] || exe=.exe
	same "files in ${release}_$platform.zip" \
		"$(printf '%s\n' LICENSE "terraform-provider-alicloud_v$version$exe")" \
		"$(unzip -Z1 "${release}_$platform.zip")"
	quietly grep -q '"name": "github.com/hashicorp/terraform-plugin-framework"' "${release}_$platform.cdx.json"
done

for platform in "${simulator_platforms[@]}"; do
	exe=''
	[[ $platform != windows_* ]] || exe=.exe
	same "files in ${simulator}_$platform.tar.gz" \
		"$(printf '%s\n' LICENSE "rdssim$exe")" \
		"$(tar -tzf "${simulator}_$platform.tar.gz")"
done

commit=$(grep -o "[0-9a-f]\{40\}" "$dist/metadata.json") || fail "the metadata has no commit"

# The binary prints its version, and serves the protocol version in the manifest.
quietly unzip "${release}_$(go env GOOS)_$(go env GOARCH).zip"
binary=./terraform-provider-alicloud_v$version
same 'output of -version' \
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

# The simulator runs without the repository.
quietly tar -xzf "${simulator}_$(go env GOOS)_$(go env GOARCH).tar.gz" rdssim
quietly ./rdssim -help

# Registries and mirrors must contain only the provider.
same 'files in the mirror' \
	"$(printf "$release"_'%s.zip\n' "${platforms[@]}")" \
	"$(ls "$mirror/registry.terraform.io/rds-migrate/alicloud")"

# Install the provider with the CLI configuration of a user who has the mirror.
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
