#!/usr/bin/env bash
# The tables of benchmarks/README.md but for those of simulated residuals, as Markdown, in artifacts/benchmarks.md, with date, versions and how long
# each took. Less than twenty minutes on a machine of two cores that does nothing else; what counts most comes first.
#   benchmarks/all.sh [--seconds=3] [part ...]     parts: fits large kernels threads floor growth cold inference
# Against another glmmTMB than the system's: R_LIBS=FOLDER benchmarks/all.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
seconds=3
parts=()
for argument in "$@"; do case $argument in --seconds=*) seconds=${argument#*=} ;; --*) ;; *) parts+=("$argument") ;; esac; done
[ ${#parts[@]} -gt 0 ] || parts=(fits large kernels threads floor growth cold inference)
dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q >/dev/null
export BENCHMARKS_BUILT=yes
program="dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll"

part() {
    case $1 in
        fits) echo "## Fits, one thread and two"; bash benchmarks/compare.sh --slow --seconds="$seconds" --also=2 | grep -v '^{' ;;
        large) echo "## Large models"; echo; $program large ;;
        kernels) echo "## Kernels"; echo; $program kernels ;;
        threads) echo "## Threads, in turn"; $program threads --seconds="$seconds" ;;
        floor) echo "## Floor"; $program floor --seconds="$seconds" ;;
        growth) echo "## Growth"; $program growth ;;
        cold) echo "## Cold start"; echo; bash benchmarks/cold.sh --runs=3 ;;
        inference) echo "## Inference"; bash benchmarks/inference.sh | grep '^|' ;;
        *) echo "There is no part $1." >&2; return 1 ;;
    esac
}

{
    echo "$(date '+%F %R'); load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors; .NET $(dotnet --version); EcoGlmm $(git rev-parse --short HEAD)"
    for name in "${parts[@]}"; do
        from=$SECONDS
        echo
        part "$name" || echo "(failed)"
        echo
        echo "($name: $((SECONDS - from)) s)"
    done
} | tee artifacts/benchmarks.md
