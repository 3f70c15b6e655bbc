#!/usr/bin/env bash
# release-mirror.sh DIST MIRROR fills MIRROR with the zip files of the release in DIST, in the layout of a filesystem
# mirror, for terraform and for tofu.
set -euo pipefail

dist=$1 mirror=$2
for host in registry.terraform.io registry.opentofu.org; do
	mkdir -p "$mirror/$host/rds-migrate/alicloud"
	cp "$dist"/*.zip "$mirror/$host/rds-migrate/alicloud"
done
