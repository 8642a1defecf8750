// Writes plotly.min.js.gz from npm's plotly.js-dist-min, if it is not there with the same content already.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const script = readFileSync(new URL("node_modules/plotly.js-dist-min/plotly.min.js", import.meta.url));
const bundle = new URL("plotly.min.js.gz", import.meta.url);
if (!existsSync(bundle) || !gunzipSync(readFileSync(bundle)).equals(script))
  writeFileSync(bundle, gzipSync(script, { level: 9 }));
