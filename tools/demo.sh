#!/usr/bin/env bash
# Applies examples/demo against the simulator on this machine, in a temporary directory that goes with it. The scenario
# counts looks, not seconds, so that the story is the same on every machine: orders fails at the fourth look at the tasks,
# which ends the first apply, and is run again right after.
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

# Runs a command in the background, where this shell still hears signals, and in a process group of its own, so that
# an interrupt from the keyboard reaches it once, through cleanup: at a second one Terraform drops everything.
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

# Runs a command whose output matters only when it fails.
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

# Whatever the person who runs this has set for a real account stays out.
unset "${!ALICLOUD_@}" "${!ALIBABA@}" "${!TF_@}"
export TF_CLI_CONFIG_FILE=/dev/null TF_IN_AUTOMATION=1
export ALIBABA_CLOUD_ACCESS_KEY_ID=demo ALIBABA_CLOUD_ACCESS_KEY_SECRET=demo-secret
export ALIBABA_CLOUD_REGION=cn-hangzhou ALIBABA_CLOUD_ENDPOINT_RDS=$address TF_VAR_protocol=HTTP
[[ -t 1 ]] || export TF_CLI_ARGS=-no-color

apply() {
	printf '\n$ %s plan -out=shop.tfplan && %s apply shop.tfplan    # what it plans is left out\n' "${terraform##*/}" "${terraform##*/}"
	quietly "$terraform" -chdir="$temp" plan -out=shop.tfplan
	run "$terraform" -chdir="$temp" apply shop.tfplan 2>&1
}

quietly "$terraform" -chdir="$temp" init -plugin-dir="$temp/plugins"
cat <<END

Two databases move into the RDS instance rm-uf6wjk5shop. customers is there, orders is on its way.
A gate holds the DNS record and the release until both are there.

The instance is a simulator at $address. The keys are made up, and nothing leaves this machine.
The configuration is examples/demo/main.tf.
END
if apply; then
	echo 'The gate has opened, although the migration of orders failed.' >&2
	exit 1
fi
cat <<END

The DNS record and the release have not been touched. Somebody puts the backup file right and starts the migration of
orders again. It is running when the next apply begins.
END
apply
