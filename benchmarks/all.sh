#!/usr/bin/env bash
# The tables of benchmarks/README.md but for those of simulated residuals, as Markdown, in artifacts/benchmarks.md. Some twenty minutes on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
program="dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll"
{
    echo "$(date +%F); load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors; .NET $(dotnet --version)"
    echo; echo "## One thread"; bash benchmarks/compare.sh "$@" | grep -v '^{'
    echo; echo "## Threads"; $program threads
    echo; echo "## Growth"; $program growth
    echo; echo "## Floor"; $program floor
    echo; echo "## Inference"; bash benchmarks/inference.sh | grep '^|'
    echo; echo "## Cold start"; echo; bash benchmarks/cold.sh
} | tee artifacts/benchmarks.md
