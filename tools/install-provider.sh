#!/usr/bin/env bash
# install-provider.sh DIR VERSION installs the provider in .build into the plugin directory DIR as that version, in the
# layout that Terraform and OpenTofu expect of providers without a registry.
set -euo pipefail

plugins=$1 version=$2
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
	echo "VERSION is $version. Set a version such as 0.1.0, without a v: Terraform finds no other form." >&2
	exit 1
fi
cd "$(dirname "$0")/.."

for host in registry.terraform.io registry.opentofu.org; do
	package=$plugins/$host/rds-migrate/alicloud/$version/$(go env GOOS)_$(go env GOARCH)
	mkdir -p "$package"
	install -m 755 .build/terraform-provider-alicloud "$package/terraform-provider-alicloud_v$version"
	echo "Installed $package"
done
