#!/usr/bin/env bash
# Times simulated residuals in EcoGlmm beside DHARMa's on the same models and data, in one run, and prints the ratios.
# Needs R with lme4, jsonlite and DHARMa (R_LIBS names its library if it is not in a standard one).
#   benchmarks/residuals.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll residuals-data artifacts
Rscript benchmarks/R/time_residuals.R artifacts | tee artifacts/r-residuals.jsonl
dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll residuals artifacts artifacts/r-residuals.jsonl
