#!/usr/bin/env bash
# Prints the absolute path of a Terraform command that runs: $TERRAFORM where it is set, else terraform
# or tofu from the path, else OpenTofu, built here. A command that is there but does not run is passed over.
set -euo pipefail
cd "$(dirname "$0")/.."

# Prints the absolute path of a command if it runs. Links stay: a version manager's shim looks at its own name.
runs() {
	local path
	path=$(type -P "$1") && "$path" version >/dev/null 2>&1 && (cd "$(dirname "$path")" && echo "$PWD/${path##*/}")
}

if [[ -n ${TERRAFORM:-} ]]; then
	runs "$TERRAFORM" || { echo "TERRAFORM=$TERRAFORM does not run." >&2; exit 1; }
	exit
fi
runs terraform && exit
runs tofu && exit

[[ -e .build/tofu ]] || echo 'There is no terraform and no tofu on the path that runs.' >&2
env -u MAKEFLAGS make --silent .build/tofu >&2
echo "$PWD/.build/tofu"
