#!/usr/bin/env bash
# Sets up what the tests need on a fresh machine that has the .NET SDK 10, then runs all of them.
# The last line sums up every test project: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

# need PACKAGES COMMAND...: one of the commands must be there; Debian's packages bring it where we may install.
need() {
    local packages=$1 command
    shift
    # Debian keeps the programs of its PostgreSQL server out of the PATH.
    export PATH="$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin)"
    for command in "$@"; do command -v "$command" >/dev/null && return; done
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
        export PATH="$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin)"
    fi
    command -v "$1" >/dev/null || { echo "The tests need $1 on the PATH: install it and run again." >&2; exit 1; }
}

# A SLURM cluster of two nodes on the loopback needs root and a minute: ECOGLMM_CLUSTER=1 bash test.sh tests plans on it too.
if [ -n "${ECOGLMM_CLUSTER:-}" ]; then need "slurm-wlm munge" slurmctld; fi
need chromium-headless-shell chromium-headless-shell chromium chromium-browser google-chrome
need npm npm
need "gcc libc6-dev" clang gcc
need postgresql initdb
need "jupyter-nbconvert jupyter-client jupyter-core python3-ipykernel" jupyter-nbconvert

# Microsoft's notebook kernel, in the version that .config/dotnet-tools.json pins.
dotnet tool restore >/dev/null || exit 1

# Lengths of lines and files, before anything is built.
.ci/style || exit 1

dotnet build EcoGlmm.sln -c Release --nologo -v quiet || exit 1

# The web site of the documentation: no link may lead nowhere.
docs/site.sh || exit 1

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

run() {
    local name=$1
    shift
    dotnet test "tests/$name" -c Release --no-build --nologo --results-directory "$results" --logger "trx;LogFileName=$name.trx" "$@"
}

# The suite of notebooks waits for kernels and restores most of the time: the others run meanwhile.
notebooks=EcoGlmm.Notebooks.Tests
run $notebooks "$@" >"$results/$notebooks.log" 2>&1 &
status=0
for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    [ "$name" = $notebooks ] && continue
    if [ "$name" = EcoGlmm.Cluster.Tests ] && [ -z "${ECOGLMM_CLUSTER:-}" ]; then
        run "$name" --filter FullyQualifiedName~LocalProcess || status=1
    else
        run "$name" "$@" || status=1
    fi
done
wait $! || status=1
cat "$results/$notebooks.log"

# Each .trx file has one line: <Counters total="3" executed="3" passed="3" failed="0" ... />
read -r total passed failed < <(cat "$results"/*.trx 2>/dev/null | grep -o '<Counters [^>]*' |
    sed -E 's/.* total="([0-9]+)".* passed="([0-9]+)".* failed="([0-9]+)".*/\1 \2 \3/' |
    awk '{ t += $1; p += $2; f += $3 } END { print t + 0, p + 0, f + 0 }')
skipped=$((total - passed - failed))
echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
