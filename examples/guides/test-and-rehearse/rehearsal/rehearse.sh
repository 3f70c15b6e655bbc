#!/usr/bin/env bash
# Rehearses the cut-over: the migration of orders fails and is started again, and customers is
# migrated incrementally. Requires terraform and rdssim on the path, and no account.
set -euo pipefail
cd "$(dirname "$0")"

rdssim -scenario scenario.json >rdssim.log &
simulator=$!
trap 'kill "$simulator"' EXIT
until TF_VAR_endpoint=$(sed -n 's/^rdssim listening on //p' rdssim.log) && [[ -n $TF_VAR_endpoint ]]; do
	kill -0 "$simulator"
	sleep 0.1
done
export TF_VAR_endpoint

terraform init -input=false

echo 'First apply: the migration of orders fails.'
if terraform apply -input=false -auto-approve -no-color >apply.log 2>&1; then
	echo 'The gate opened although the migration of orders failed.' >&2
	exit 1
fi
cat apply.log
grep -q 'Error: Migration Failed' apply.log
[[ -z $(terraform state list) ]] # nothing was released

echo 'Second apply: the migration of orders runs again.'
terraform apply -input=false -auto-approve
