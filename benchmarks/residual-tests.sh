#!/usr/bin/env bash
# Rejection rates of the tests of simulated residuals beside DHARMa's, into benchmarks/residual-tests.md. Needs R with lme4 and DHARMa.
#   benchmarks/residual-tests.sh [data sets of EcoGlmm] [data sets of DHARMa]
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
program=benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll
dotnet "$program" calibration-data artifacts --studies="${2:-100}"
Rscript benchmarks/R/residual_tests.R artifacts 1 "${2:-100}" > artifacts/r-residual-tests.csv
dotnet "$program" calibration --studies="${1:-1000}" --against=artifacts/r-residual-tests.csv
