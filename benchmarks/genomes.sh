#!/usr/bin/env bash
# Relationship matrix and exact scan beside GEMMA 0.98.5 (Debian's gemma), one thread each, how often scans find a marker where none matters,
# and how many causal markers they find.
#   benchmarks/genomes.sh [--individuals=1000] [--markers=50000]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
program=benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll
dotnet "$program" genomes "$@"
dotnet "$program" genomes-calibration --replicates=30
dotnet "$program" genomes-power --replicates=40
