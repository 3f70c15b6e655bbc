#!/usr/bin/env bash
# mutation.sh GREMLINS [TARGET]... changes one operator of the code at a time and runs the tests. It fails if the tests of
# such a mutant pass or do not end, unless tools/gremlins/survivors.txt names it, if a mutant in that file no longer
# survives, and if the tests kill less than 95 % of a target's mutants, or less than all of migration and gate. The targets
# are migration, openapi, rds, credentials, and gate; the default is all of them.
set -euo pipefail
cd "$(dirname "$0")/.."

gremlins=$PWD/$1 survivors=$PWD/tools/gremlins/survivors.txt wrapper=$PWD/tools/gremlins
shift
(($#)) || set -- migration openapi rds credentials gate

limit=180 # seconds until a mutant is timed out, also on a machine that does other work
options=(--workers 2 --timeout-coefficient "$limit" --invert-assignments --invert-bitwise --invert-bwassign
	--invert-logical --invert-loopctrl --remove-self-assignments)

# Gremlins copies the directory of the module for each worker, so it gets one without the build output.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
mkdir "$TMPDIR/module"
git ls-files --cached --others --exclude-standard -z | tar --null -T - -cf - | tar -xf - -C "$TMPDIR/module"
cd "$TMPDIR/module"

GO=$(type -P go)
none='^$' # matches no test
export GO CGO_ENABLED=0 LC_ALL=C RUN SKIP SLOW
export TF_ACC_TERRAFORM_PATH=none # these tests do not run Terraform

# Prints one line for each mutant in the output of gremlins: the status, the file, the function, the mutator, and the
# source line with » before the operator. The line number is not part of it, because every edit changes it. Files of other
# platforms have mutants that are not covered: they are left out.
describe() {
	local package=$1 status mutator position file line column
	sed -nE 's/^ *(KILLED|LIVED|TIMED OUT|NOT VIABLE) ([A-Z_]+) at (.+:[0-9]+:[0-9]+)$/\1|\2|\3/p' "$2" |
		while IFS='|' read -r status mutator position; do
			IFS=: read -r file line column <<<"$position"
			awk -v line="$line" -v column="$column" -v status="${status/ /-}" -v file="$package/$file" \
				-v mutator="$mutator" '
				/^}/ { name = "" }
				/^func / { name = $0; sub(/^func (\([^)]*\) )?/, "", name); sub(/[^A-Za-z0-9_].*/, "", name) }
				NR == line {
					text = substr($0, 1, column - 1) "»" substr($0, column)
					gsub(/[ \t]+/, " ", text)
					sub(/^ /, "", text)
					print status, file, (name == "" ? "-" : name), mutator, text
				}' "$package/$file"
		done
}

failed=
for target; do
	package=internal/$target files='[a-z_]+' RUN=. SKIP=$none SLOW=$none
	case $target in
	migration) SLOW='^TestEvaluate_(Oracle|DefinitionOfHistories)$' ;;
	rds)
		SKIP='^TestClient_(Chaos|LargeListMemory)$'
		SLOW='^Test(Client_(Models|ConnectionLimit|FailureCancelsOtherPages|OversizedResponse)'
		SLOW+='|Limiter_(NoThrottling|ManyReads)|Fault_Matrix)$'
		;;
	gate)
		package=internal/provider files='migrate_gate_(waiter|limits)'
		RUN='^Test(GateWaiter_|MigrateWaitAction_(Errors|FailedCheck|Interrupt|Long|Progress|Throttled))'
		;;
	esac
	# The original must pass in the same way.
	(cd "$package" && "$wrapper/go" test -timeout "${limit}s" -failfast .)
	others=()
	while read -r file; do
		[[ $file =~ ^$package/$files\.go$ ]] || others+=(--exclude-files "^${file#"$package/"}$")
	done < <(find "$package" -name '*.go' ! -name '*_test.go')
	PATH="$wrapper:$PATH" "$gremlins" unleash "./$package" "${options[@]}" ${others[@]+"${others[@]}"} |
		tee "$TMPDIR/gremlins.log"
	grep -q '^Mutation testing completed' "$TMPDIR/gremlins.log" # gremlins also exits with 0 if it is interrupted
	describe "$package" "$TMPDIR/gremlins.log" | sort >"$TMPDIR/$target"

	comm -13 <(grep -E "^[A-Z-]+ $package/$files\.go " "$survivors" | sort) \
		<(grep -vE '^(KILLED|NOT-VIABLE) ' "$TMPDIR/$target") >"$TMPDIR/new" || true
	comm -23 <(grep -E "^[A-Z-]+ $package/$files\.go " "$survivors" | sort) "$TMPDIR/$target" >"$TMPDIR/stale"
	if [[ -s $TMPDIR/new ]]; then
		echo 'These mutants survive. Add a test, or name them in tools/gremlins/survivors.txt with the reason:'
		cat "$TMPDIR/new"
		failed=1
	fi
	if [[ -s $TMPDIR/stale ]]; then
		echo 'Remove these mutants from tools/gremlins/survivors.txt, because the tests kill them or they do not exist:'
		cat "$TMPDIR/stale"
		failed=1
	fi
done

printf '%-12s %8s %7s %6s %10s %11s\n' target mutants killed lived 'timed out' 'not viable'
for target; do
	case $target in migration | gate) least=100 ;; *) least=95 ;; esac
	awk -v target="$target" -v least="$least" '
		{ count[$1]++ }
		END {
			mutants = NR - count["NOT-VIABLE"]
			killed = 100 * count["KILLED"] / mutants
			printf "%-12s %8d %6.1f%% %6d %10d %11d\n", target, mutants, killed,
				count["LIVED"], count["TIMED-OUT"], count["NOT-VIABLE"]
			if (killed < least) {
				printf "The tests must kill at least %d %% of these mutants.\n", least
				exit 1
			}
		}' "$TMPDIR/$target" || failed=1
done
[[ -z $failed ]]
