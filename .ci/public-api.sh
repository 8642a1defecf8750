#!/usr/bin/env bash
# Writes PublicAPI.Shipped.txt of every package: one line for each public member, as the analyzer names it.
# Run it after a change of the public surface, look at the diff, and commit it with the change.
set -eu
cd "$(dirname "$0")/.."
for project in src/EcoGlmm src/EcoGlmm.Plotly src/EcoGlmm.Publish; do
    echo '#nullable enable' > $project/PublicAPI.Shipped.txt
    echo '#nullable enable' > $project/PublicAPI.Unshipped.txt
    # With nothing declared, the analyzer reports every member (RS0016), one message each.
    dotnet build $project -c Release --nologo --no-incremental -p:WatchPublicApi=true -p:RunAnalyzers=true -p:TreatWarningsAsErrors=false \
        -p:BuildProjectReferences=true -clp:NoSummary -v:q 2>&1 |
        { grep -oP "RS0016: Symbol '\K.*(?=' is not part of the declared)" || true; } | LC_ALL=C sort -u >> $project/PublicAPI.Shipped.txt
    echo "$project: $(($(wc -l < $project/PublicAPI.Shipped.txt) - 1)) members"
done
