#!/usr/bin/env bash
# soak.sh DURATION [SEED] runs the property tests and all fuzz targets, one after the other, with random inputs for a
# duration such as 90s, 30m, or 2h in all. The property tests start from SEED, by default a random one. It fails if a test
# fails, and prints how to repeat the failure.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ ${1:-} =~ ^([1-9][0-9]*)([smh])$ ]] || { echo 'Usage: soak.sh DURATION [SEED], with a DURATION such as 30m.' >&2; exit 2; }
case ${BASH_REMATCH[2]} in
s) duration=${BASH_REMATCH[1]} ;;
m) duration=$((BASH_REMATCH[1] * 60)) ;;
h) duration=$((BASH_REMATCH[1] * 3600)) ;;
esac
first=${2:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

# Package, test, and flags of one run, which takes about a second. The seed of the run is appended to the last flag.
properties=(
	'internal/migration ^TestEvaluate_Oracle$ -histories=20000 -seed='
	'internal/provider ^TestOracle_RandomHistories$/^0$ -rapid.nofailfile -rapid.checks=100 -rapid.seed='
	'internal/rds ^TestClient_Chaos$/^0$ -rapid.nofailfile -rapid.checks=300 -rapid.seed='
)
targets=()
while IFS=: read -r file _ name; do
	targets+=("${file%/*} ${name%%(*}")
done < <(grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*(' internal | sed 's/:func /:/' | sort)
((${#targets[@]})) || { echo 'There is no fuzz target.' >&2; exit 1; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export CGO_ENABLED=0
export TF_ACC_TERRAFORM_PATH=none # these tests do not run Terraform

# Prints the path of the test binary of a package. A fuzz target needs one with instrumentation.
binary() { echo "$dir/${1//\//-}${2:+-$2}.test"; }

echo 'Building the tests.'
for property in "${properties[@]}"; do
	go test -c -o "$(binary "${property%% *}")" "./${property%% *}"
done
for target in "${targets[@]}"; do
	read -r package name <<<"$target"
	go test -c -fuzz "$name" -o "$(binary "$package" "$name")" "./$package"
done

# Runs a property test at least once, with every $workers-th seed after the first until the time is over, and prints each
# seed. If a run fails, it prints the output of that run to stderr and fails.
run_property() {
	local package=$1 test=$2 seed=$((first + $3)) end=$4
	shift 4
	cd "$package"
	while
		echo "$seed"
		"$(binary "$package")" -test.run "$test" -test.timeout 10m "$@$seed" >"$dir/output.$seed" 2>&1 || {
			cat "$dir/output.$seed"
			echo "To repeat it: TF_ACC_TERRAFORM_PATH=none go test ./$package -run '$test' $*$seed"
			return 1
		} >&2
		seed=$((seed + workers))
		((SECONDS < end))
	do :; done
}

workers=$(getconf _NPROCESSORS_ONLN) failed=0 SECONDS=0 i=0 parts=$((${#properties[@]} + ${#targets[@]}))
echo "Running ${#properties[@]} properties and ${#targets[@]} fuzz targets for ${duration}s, with seeds from $first."
for property in "${properties[@]}"; do
	read -r package test flags <<<"$property"
	read -ra flags <<<"$flags"
	i=$((i + 1)) jobs=()
	for ((worker = 0; worker < workers; worker++)); do
		run_property "$package" "$test" "$worker" $((duration * i / parts)) "${flags[@]}" >"$dir/seeds.$worker" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do wait "$job" || failed=1; done
	sort -n "$dir"/seeds.* >"$dir/seeds"
	echo "$package $test: $(wc -l <"$dir/seeds") runs with ${flags[*]:0:${#flags[@]}-1}," \
		"seeds $(head -1 "$dir/seeds") to $(tail -1 "$dir/seeds")"
done
for target in "${targets[@]}"; do
	read -r package name <<<"$target"
	i=$((i + 1)) seconds=$((duration * i / parts - SECONDS))
	((seconds > 0)) || seconds=1
	(cd "$package" && "$(binary "$package" "$name")" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "${seconds}s" \
		-test.fuzzcachedir "$(go env GOCACHE)/fuzz/$(go list .)") >"$dir/output" 2>&1 || {
		cat "$dir/output"
		for file in $(git ls-files --others "$package/testdata" 2>/dev/null); do
			echo "Commit $file with the fix, so that every test run has this input:"
			cat "$file"
		done
		failed=1
	} >&2
	executions=$(grep -o 'execs: [0-9]*' "$dir/output" | tail -1) || executions=
	echo "$package $name: ${executions:-execs: 0}"
done
echo "Finished after ${SECONDS}s."
exit "$failed"
