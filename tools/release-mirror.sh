#!/usr/bin/env bash
# release-mirror.sh DIST MIRROR copies the zip files of the release in DIST to MIRROR, in the layout of a filesystem mirror
# for Terraform and OpenTofu.
set -euo pipefail

dist=$1 mirror=$2
for host in registry.terraform.io registry.opentofu.org; do
	mkdir -p "$mirror/$host/rds-migrate/alicloud"
	cp "$dist"/*.zip "$mirror/$host/rds-migrate/alicloud"
done
