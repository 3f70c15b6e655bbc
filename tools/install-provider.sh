#!/usr/bin/env bash
# install-provider.sh DIR VERSION puts the provider from .build into the plugin directory DIR, as that version,
# in the layout in which terraform and tofu look for a provider that comes from no registry.
set -euo pipefail

plugins=$1 version=$2
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
	echo "VERSION must be like 0.0.2, without a v: Terraform looks for no other form. It is $version." >&2
	exit 1
fi
cd "$(dirname "$0")/.."

for host in registry.terraform.io registry.opentofu.org; do
	package=$plugins/$host/rds-migrate/alicloud/$version/$(go env GOOS)_$(go env GOARCH)
	mkdir -p "$package"
	install -m 755 .build/terraform-provider-alicloud "$package/terraform-provider-alicloud_v$version"
	echo "Installed $package"
done
