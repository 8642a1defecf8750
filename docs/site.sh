#!/usr/bin/env bash
# Makes the web site of the documentation in artifacts/site: docs/site.sh, then look at it by any web server, for example
# python3 -m http.server -d artifacts/site. `docs/site.sh pictures [PAGE...]` draws the pictures of docs/ anew before.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = pictures ]; then
    shift
    dotnet run --project docs/site -c Release -- "$@"
fi
dotnet tool restore >/dev/null
source=artifacts/site-source
rm -rf artifacts/site $source
mkdir -p $source/docs $source/benchmarks $source/tests/reference
cp docs/*.md docs/toc.yml $source/docs
cp -r docs/reference docs/images $source/docs
cp -r benchmarks/*.md benchmarks/paper $source/benchmarks
cp tests/reference/*.R $source/tests/reference
cp -r notebooks docs/site/docfx.json docs/site/template $source
# The bar above every page.
cat >$source/toc.yml <<'TOC'
- name: Guide
  href: docs/
  homepage: docs/README.md
- name: Cookbook
  href: docs/cookbook.md
- name: Gallery
  href: docs/gallery.md
- name: Which family?
  href: docs/which-family.md
- name: Reference
  href: docs/reference/
  homepage: docs/reference/README.md
TOC
dotnet docfx $source/docfx.json --logLevel warning --warningsAsErrors
echo '<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=docs/README.html"><title>EcoGlmm</title>' \
    >artifacts/site/index.html
echo "$(find artifacts/site -name '*.html' | wc -l) pages in artifacts/site"
