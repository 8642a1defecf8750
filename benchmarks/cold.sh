#!/usr/bin/env bash
# Whole process against whole process: `ecoglmm fit` reading a CSV file, fitting and printing JSON, beside Rscript with the
# faster of lme4 and glmmTMB doing the same. Prints the least wall-clock seconds of some runs, one after the other, as Markdown.
#   benchmarks/cold.sh [--runs=5]
# "native" is `dotnet publish src/EcoGlmm.Native -r RID`, compiled ahead of time; "built" is what `dotnet build` leaves.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=5
for argument in "$@"; do case $argument in --runs=*) runs=${argument#*=} ;; esac; done
export OPENBLAS_NUM_THREADS=1
system=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)
dotnet build src/EcoGlmm.Tool -c Release --nologo -v q >/dev/null
built=src/EcoGlmm.Tool/bin/Release/net10.0/EcoGlmm.Tool
native=artifacts/native/ecoglmm
dotnet publish src/EcoGlmm.Native -c Release -r "$system" -o artifacts/native --nologo -v q >/dev/null || native=

# least COMMAND...: the least seconds of the runs.
least() {
    for _ in $(seq "$runs"); do
        local from=$EPOCHREALTIME
        "$@" >/dev/null
        awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }'
    done | sort -g | head -n 1
}

# compare NAME DATA FORMULA FAMILY R-LIBRARY R-CALL: R's call refers to the data as d.
compare() {
    local fit=(fit "datasets/$2" "$3" --family "$4" --json) ours ahead=
    local code="suppressPackageStartupMessages(library($5)); d <- read.csv('datasets/$2', stringsAsFactors = TRUE); print(summary($6))"
    ours=$(least "$built" "${fit[@]}")
    [ -z "$native" ] || ahead=$(least "$native" "${fit[@]}")
    awk -v name="$1" -v r="$(least Rscript -e "$code")" -v ours="$ours" -v ahead="$ahead" -v package="$5" 'BEGIN {
        printf "| %s | %.2f | %s | %.2f (%s) | %.1f | %s |\n", name, ours, ahead ? sprintf("%.2f", ahead) : "", r, package, r / ours,
            ahead ? sprintf("%.1f", r / ahead) : "" }'
}

echo "| model | built (s) | native (s) | Rscript (s) | times faster, built | times faster, native |"
echo "|---|--:|--:|--:|--:|--:|"
compare sleepstudy sleepstudy.csv "Reaction ~ Days + (Days | Subject)" gaussian lme4 "lmer(Reaction ~ Days + (Days | Subject), d, REML = FALSE)"
compare cbpp cbpp.csv "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)" binomial lme4 \
    "glmer(cbind(incidence, size - incidence) ~ factor(period) + (1 | herd), d, binomial)"
owls="SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)"
compare "owls nbinom2" owls.csv "$owls" nbinom2 glmmTMB "glmmTMB($owls, d, nbinom2)"
verbagg="r2 ~ (Anger + Gender + btype + situ)^2 + (1 | id) + (1 | item)"
compare verbagg verbagg.csv.gz "$verbagg" binomial glmmTMB "glmmTMB($verbagg, d, binomial)"
insteval="y ~ factor(service) + (1 | s) + (1 | d)"
compare insteval insteval.csv.gz "$insteval" gaussian lme4 "lmer($insteval, d, REML = FALSE)"
