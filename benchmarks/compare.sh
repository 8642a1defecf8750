#!/usr/bin/env bash
# Times EcoGlmm beside lme4 and glmmTMB on this machine, one after the other, and prints the versions and the ratios.
# Needs R with lme4, glmmTMB and jsonlite, and OpenBLAS (Debian: r-cran-lme4 r-cran-glmmtmb r-cran-jsonlite libopenblas0-pthread).
#   benchmarks/compare.sh [--slow] [--seconds=10] [--threads=1] [--also=2] [model ...]
# R takes its packages from R_LIBS first, so that another glmmTMB than the system's can be measured against: R_LIBS=FOLDER benchmarks/compare.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
threads=1
for argument in "$@"; do case $argument in --threads=*) threads=${argument#*=} ;; esac; done
[ -n "${BENCHMARKS_BUILT:-}" ] || dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
export OPENBLAS_NUM_THREADS=$threads OMP_NUM_THREADS=$threads
Rscript -e 'suppressPackageStartupMessages(library(glmmTMB)); v <- function(p) paste(p, packageVersion(p))
cat(R.version.string, "; ", paste(v("lme4"), v("glmmTMB"), v("TMB"), sep = ", "), "; BLAS ", sessionInfo()$BLAS, "\n", sep = "")'
Rscript benchmarks/R/time_fits.R "$@" | tee artifacts/r-timings.jsonl
dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll "$@" --against=artifacts/r-timings.jsonl
