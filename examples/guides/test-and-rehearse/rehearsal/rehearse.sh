#!/usr/bin/env bash
# Rehearses the cut-over: the migration of orders fails and is started again, and customers is
# migrated incrementally. Requires terraform and rdssim on the path, and no account. Each run starts
# with an empty state.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
	echo "$1" >&2
	exit 1
}

temp=$(mktemp -d)
rdssim -scenario scenario.json >"$temp/rdssim.log" &
simulator=$!
trap 'kill "$simulator" || true; rm -r "$temp"' EXIT
until TF_VAR_endpoint=$(sed -n 's/^rdssim listening on //p' "$temp/rdssim.log") && [[ -n $TF_VAR_endpoint ]]; do
	kill -0 "$simulator" || fail 'The simulator has ended.'
	sleep 0.1
done
export TF_VAR_endpoint

terraform init -input=false -reconfigure -backend-config="path=$temp/terraform.tfstate"

echo 'First apply: the migration of orders fails.'
if terraform apply -input=false -auto-approve -no-color >"$temp/apply.log" 2>&1; then
	cat "$temp/apply.log"
	fail 'The gate opened although the migration of orders failed.'
fi
cat "$temp/apply.log"
grep -q 'Error: Migration Failed' "$temp/apply.log" || fail 'The first apply ended with another error.'
resources=$(terraform state list)
[[ -z $resources ]] || fail "The first apply created resources: $resources"

echo 'Second apply: the migration of orders runs again.'
terraform apply -input=false -auto-approve
