#!/usr/bin/env bash
# Times EcoGlmm beside lme4 and glmmTMB on this machine, one after the other, and prints the ratios.
# Needs R with lme4, glmmTMB and jsonlite, and OpenBLAS (Debian: r-cran-lme4 r-cran-glmmtmb r-cran-jsonlite libopenblas0-pthread).
#   benchmarks/compare.sh [--slow] [--seconds=10] [--threads=1] [model ...]
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
threads=1
for argument in "$@"; do case $argument in --threads=*) threads=${argument#*=} ;; esac; done
dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
OPENBLAS_NUM_THREADS=$threads Rscript benchmarks/R/time_fits.R "$@" | tee artifacts/r-timings.jsonl
dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll "$@" --against=artifacts/r-timings.jsonl
