#!/usr/bin/env bash
# Prints the absolute path of a Terraform command that runs: $TERRAFORM if it is set, otherwise terraform or tofu on the
# PATH, otherwise OpenTofu, built from its Go module. Commands on the PATH that do not run are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

# Prints the absolute path of a command if it runs. Symbolic links are not resolved, because the shims of version managers
# depend on their own name.
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

[[ -e .build/tofu ]] || echo 'Neither terraform nor tofu on the PATH runs.' >&2
env -u MAKEFLAGS make --silent .build/tofu >&2
echo "$PWD/.build/tofu"
