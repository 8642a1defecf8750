// Draws EcoGlmm's figures with Plotly. One copy serves a page; every output carries it, since any may come first.
window.ECOGLMM_KEY = window.ECOGLMM_KEY || (function () {
  "use strict";

  function usable() {
    return window.Plotly && window.Plotly.newPlot && parseInt(window.Plotly.version, 10) >= 2;
  }

  // Text that was compressed by gzip and written in base 64.
  function unpacked(packed) {
    var bytes = Uint8Array.from(atob(packed), function (c) { return c.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }

  // plotly.js as one of the page's figures carries it: unpacked at once, for every figure that waits.
  function carry(packed) {
    if (usable() || window.ecoglmmCarried) return;
    window.ecoglmmCarried = true;
    unpacked(packed).then(function (text) {
      var script = document.createElement("script");
      script.text = "(function(define,module,exports){" + text + "\n}).call(window);";
      document.head.appendChild(script);
      script.remove();
    }).catch(function (reason) {
      console.info("EcoGlmm: this browser cannot unpack plotly.js: " + reason.message);
    }).then(function () {
      (window.ecoglmmWaiting || []).splice(0).forEach(function (resolve) { resolve(); });
    });
  }

  // The figure that carries plotly.js may come after this one, or later, when the reader scrolls to it.
  function carried() {
    return new Promise(function (resolve, reject) {
      function arrived() {
        if (usable()) resolve(window.Plotly); else reject(new Error("plotly.js did not start"));
      }
      if (usable()) arrived();
      else (window.ecoglmmWaiting = window.ecoglmmWaiting || []).push(arrived);
    });
  }

  // plotly.js 3 has no AMD export: a loader such as require.js, if it saw the script, would keep it from the window.
  function fetched(source) {
    if (window.ecoglmmPlotly) return window.ecoglmmPlotly;
    window.ecoglmmPlotly = new Promise(function (resolve, reject) {
      var define = window.define, amd = define && define.amd;
      var script = document.createElement("script");
      function restore() {
        if (amd) define.amd = amd;
      }
      script.onload = function () {
        restore();
        if (usable()) resolve(window.Plotly); else reject(new Error("plotly.js did not start"));
      };
      script.onerror = function () {
        restore();
        script.remove();
        window.ecoglmmPlotly = null;
        reject(new Error("plotly.js could not be loaded"));
      };
      if (amd) define.amd = false;
      script.async = true;
      if (source.integrity) {
        script.integrity = source.integrity;
        script.crossOrigin = "anonymous";
      }
      script.src = source.url;
      document.head.appendChild(script);
    });
    return window.ecoglmmPlotly;
  }

  function load(source) {
    if (usable()) return Promise.resolve(window.Plotly);
    if (!source.url) return source.carried ? carried() : Promise.reject(new Error("the page's own plotly.js is too old"));
    if (window.ecoglmmCarried) return carried().catch(function () { return fetched(source); });
    return source.carried ? Promise.any([fetched(source), carried()]) : fetched(source);
  }

  function brightness(color) {
    var c = (color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
    return (0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]) / 255;
  }

  // What the host says of its theme: true for dark, false for light, undefined if it says nothing.
  function hostIsDark() {
    var body = document.body, kind = body.getAttribute("data-vscode-theme-kind") || body.className;
    if (/vscode-(dark|high-contrast(?!-light))/.test(kind)) return true;
    if (/vscode-(light|high-contrast-light)/.test(kind)) return false;
    var jupyter = body.getAttribute("data-jp-theme-light");
    return jupyter === null ? undefined : jupyter === "false";
  }

  // The colour of text: the one that the page gives to this place, unless it contradicts the host's theme.
  function inkOf(element) {
    var ink = getComputedStyle(element).color, dark = hostIsDark();
    if (dark === undefined) return ink;
    var light = brightness(ink) > 0.5;
    return light === dark ? ink : dark ? "#d4d4d4" : "#333333";
  }

  // The palette's darker colours, lifted for a dark page; the differences between them stay.
  var lifted = {
    "#0072B2": "#3f93d6", "#0072B240": "#3f93d640", "#D55E00": "#f2803f", "#D55E0040": "#f2803f40",
    "#009E73": "#2bb98c", "#009E7340": "#2bb98c40", "#56B4E9": "#8bd0f7", "#56B4E940": "#8bd0f740"
  };

  function onDark(color) {
    return lifted[color] || color;
  }

  function painted(value, ink) {
    if (value === "currentColor") return ink;
    if (typeof value === "string") return brightness(ink) > 0.5 ? onDark(value) : value;
    if (Array.isArray(value)) {
      return typeof value[0] === "number" ? value : value.map(function (v) { return painted(v, ink); });
    }
    if (value === null || typeof value !== "object") return value;
    var copy = {};
    Object.keys(value).forEach(function (key) {
      copy[key] = key === "text" || key === "ticktext" || key === "name" ? value[key] : painted(value[key], ink);
    });
    return copy;
  }

  function layoutFor(figure, width) {
    var chosen = figure.layouts[0];
    figure.layouts.forEach(function (l) { if (width >= l.from) chosen = l; });
    return chosen.layout;
  }

  // The still picture is an image, which every host shows; put into the page itself it takes the page's colours.
  function adopt(place) {
    var image = place.querySelector("img");
    if (!image || image.src.indexOf("data:image/svg+xml;base64,") !== 0) return;
    var bytes = Uint8Array.from(atob(image.src.split(",")[1]), function (c) { return c.charCodeAt(0); });
    var text = new TextDecoder().decode(bytes);
    if (brightness(inkOf(place)) > 0.5) text = text.replace(/="(#[0-9A-F]{6})"/g, function (_, c) { return '="' + onDark(c) + '"'; });
    var svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    var plate = svg.querySelector(".plate");
    if (plate) plate.remove();
    svg.removeAttribute("color");
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.style.color = inkOf(place);
    svg.style.width = "100%";
    image.replaceWith(document.importNode(svg, true));
  }

  function draw(place, figure, plotly) {
    var plot = document.createElement("div"), drawn = null, ink = null, layout = null, pending = false, busy = false;
    plot.style.width = "100%";

    // Plotly mixes up two changes that run at the same time: one waits for the other, and for its own promise's end.
    function update() {
      pending = false;
      if (busy) {
        later();
        return;
      }
      var width = place.clientWidth;
      if (!place.isConnected || !width) return;
      var newInk = inkOf(place), newLayout = layoutFor(figure, width);
      if (drawn === width && ink === newInk) return;
      var resized = ink === newInk && layout === newLayout;
      ink = newInk;
      layout = newLayout;
      var first = drawn === null;
      drawn = width;
      if (first) {
        plot.style.position = "absolute";
        plot.style.visibility = "hidden";
        place.style.position = "relative";
        place.appendChild(plot);
      }
      if (resized) {
        settle(plotly.relayout(plot, { width: width }));
        return;
      }
      var shown = painted(layout, ink), config = figure.config;
      shown.width = width;
      // Where nothing hovers the tools are there always, and on a narrow page they would cover the title.
      if (width < 560 && !window.matchMedia("(hover: hover)").matches) config = Object.assign({}, config, { displayModeBar: false });
      settle(plotly.react(plot, painted(figure.data, ink), shown, config).then(function () {
        if (!first) return;
        Array.prototype.slice.call(place.children).forEach(function (c) { if (c !== plot) c.remove(); });
        plot.style.position = "";
        plot.style.visibility = "";
        place.setAttribute("data-drawn", "plotly");
      }));
    }

    function settle(change) {
      busy = true;
      function done() {
        busy = false;
      }
      change.then(done, done);
    }

    function later() {
      if (!pending) {
        pending = true;
        setTimeout(update, 30);
      }
    }

    new ResizeObserver(later).observe(place);
    var themes = new MutationObserver(later);
    [document.documentElement, document.body].forEach(function (e) {
      themes.observe(e, { attributes: true, attributeFilter: ["class", "style", "data-vscode-theme-kind", "data-jp-theme-light", "data-theme"] });
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
    update();
  }

  // The output that this script came with: an earlier run of the same cell, kept by the host, has been taken already.
  function vacant(id) {
    return Array.prototype.find.call(document.querySelectorAll("#" + id), function (e) { return !e.ecoglmmTaken; });
  }

  function show(id, figure, source, tries) {
    var place = vacant(id);
    if (!place) {
      // Some hosts run an output's script before its elements are in the page.
      if ((tries || 0) < 100) setTimeout(function () { show(id, figure, source, (tries || 0) + 1); }, 50);
      return;
    }
    place.ecoglmmTaken = true;
    adopt(place);
    load(source).then(function (plotly) {
      // A figure of many points comes packed.
      return typeof figure !== "string" ? draw(place, figure, plotly)
        : unpacked(figure).then(function (text) { draw(place, JSON.parse(text), plotly); });
    }).catch(function (reason) {
      place.setAttribute("data-drawn", "still");
      console.info("EcoGlmm shows a still picture: " + reason.message + ".");
    });
  }

  return { carry: carry, show: show };
})();
