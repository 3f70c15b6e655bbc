#!/usr/bin/env bash
# Applies examples/demo to the simulator on this machine, in a temporary directory that is removed at the end. The scenario
# counts polls, not seconds, so that the demo is the same on every machine: the migration of orders fails at the fourth
# poll, which ends the first apply, and the next poll finds a second task.
set -euo pipefail
cd "$(dirname "$0")/.."

temp=$(mktemp -d)
simulator='' command=''

cleanup() {
	trap '' INT TERM
	local child
	for child in $command $simulator; do
		kill -INT "$child" 2>/dev/null || true
		wait "$child" || true
	done
	rm -rf "$temp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command in the background, so that this shell still receives signals, and in a process group of its own, so that
# an interrupt from the keyboard reaches it once, through cleanup: at a second interrupt, Terraform exits without cleanup.
start() {
	set -m
	"$@" </dev/null &
	set +m
}

run() {
	local status=0
	start "$@"
	command=$!
	wait "$command" || status=$?
	command=''
	return "$status"
}

# Runs a command, and prints its output only if it fails.
quietly() {
	run "$@" >"$temp/log" 2>&1 || { cat "$temp/log" >&2; exit 1; }
}

terraform=$(tools/find-terraform.sh)
quietly tools/install-provider.sh "$temp/plugins" 0.1.0
cp examples/demo/main.tf "$temp"

start .build/rdssim -scenario examples/demo/scenario.json >"$temp/simulator"
simulator=$!
until address=$(sed -n 's/^rdssim listening on //p' "$temp/simulator") && [[ -n $address ]]; do
	kill -0 "$simulator" || { echo 'The simulator did not start.' >&2; exit 1; }
	sleep 0.1
done

# Do not use what the user has set for a real account.
unset "${!ALICLOUD_@}" "${!ALIBABA@}" "${!TF_@}"
export TF_CLI_CONFIG_FILE=/dev/null TF_IN_AUTOMATION=1
export ALIBABA_CLOUD_ACCESS_KEY_ID=demo ALIBABA_CLOUD_ACCESS_KEY_SECRET=demo-secret
export ALIBABA_CLOUD_REGION=cn-hangzhou ALIBABA_CLOUD_ENDPOINT_RDS=$address TF_VAR_protocol=HTTP

# Terraform does not check whether its output is a terminal. CLICOLOR_FORCE is for tools/picture.sh.
bold=$'\e[1m' reset=$'\e[0m'
[[ -t 1 || -n ${CLICOLOR_FORCE:-} ]] || { export TF_CLI_ARGS=-no-color; bold='' reset=''; }

apply() {
	local name=${terraform##*/}
	printf '\n%s$ %s plan -out=shop.tfplan && %s apply shop.tfplan%s    # output of plan omitted\n' \
		"$bold" "$name" "$name" "$reset"
	quietly "$terraform" -chdir="$temp" plan -out=shop.tfplan
	run "$terraform" -chdir="$temp" apply shop.tfplan 2>&1
}

quietly "$terraform" -chdir="$temp" init -plugin-dir="$temp/plugins"
cat <<END

Two databases are migrated to the RDS instance rm-uf6wjk5shop. The migration of customers has
succeeded; the migration of orders is running. A gate blocks the DNS record and the release until
both have succeeded.

The configuration is examples/demo/main.tf. The API is a simulator at $address, and the
credentials are placeholders: nothing is sent to Alibaba Cloud.
END
if apply; then
	echo 'The gate has opened, although the migration of orders failed.' >&2
	exit 1
fi
cat <<END

The migration of orders failed, so the apply stopped before the DNS record and the release. Now an
operator has fixed the backup file and started the migration again. It is running when the next
apply starts.
END
apply
