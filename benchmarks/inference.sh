#!/usr/bin/env bash
# Times (processor) marginal means, R², intervals and tests of finished fits beside those of emmeans, performance, lme4 and lmerTest, in one run on one thread.
# Needs R with lme4, glmmTMB, emmeans, performance, lmerTest and jsonlite.
#   benchmarks/inference.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
[ -n "${BENCHMARKS_BUILT:-}" ] || dotnet build -c Release benchmarks/EcoGlmm.Benchmarks --nologo -v q
Rscript benchmarks/R/time_inference.R datasets | tee artifacts/r-inference.jsonl
dotnet benchmarks/EcoGlmm.Benchmarks/bin/Release/net10.0/EcoGlmm.Benchmarks.dll inference artifacts/r-inference.jsonl
