#!/usr/bin/env bash
# Prints the schema of the provider in .build as JSON, with the short provider name that tfplugindocs expects.
set -euo pipefail
cd "$(dirname "$0")/.."

terraform=$(tools/find-terraform.sh)
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

tools/install-provider.sh "$temp/plugins" 0.1.0 >/dev/null
cat >"$temp/main.tf" <<-'END'
	terraform {
	  required_providers {
	    alicloud = { source = "rds-migrate/alicloud" }
	  }
	}
END

cd "$temp"
"$terraform" init -plugin-dir="$temp/plugins" >init.log || { cat init.log >&2; exit 1; }
"$terraform" providers schema -json | sed 's|"[^"]*/rds-migrate/alicloud"|"alicloud"|'
