# Syntheses of counts: metafor's rma.glmm, rma.mh and rma.peto on published data sets of metadat, most with arms without events; the
# non-central hypergeometric and the beta-binomial model by brute force.
#
#   Rscript tests/reference/counts.R  writes counts.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor); library(metadat) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

pick <- function(d, a = "ai", n1 = "n1i", c = "ci", n2 = "n2i") {
  x <- data.frame(ai = d[[a]], n1i = d[[n1]], ci = d[[c]], n2i = d[[n2]]); x[complete.cases(x), ]
}
counts <- list(
  catheters = pick(dat.nielweise2007), hahn = pick(dat.hahn2001), li = pick(dat.li2007),
  egger = pick(dat.egger2001), laopaiboon = pick(dat.laopaiboon2015), damico = pick(dat.damico2009, "xt", "nt", "xc", "nc"),
  viechtbauer = pick(dat.viechtbauer2021, "xTi", "nTi", "xCi", "nCi"))
rates <- list(catheters = pick(dat.nielweise2008, "x1i", "t1i", "x2i", "t2i"), stroke = pick(dat.hart1999, "x1i", "t1i", "x2i", "t2i"))

told <- function(f) list(estimate = as.vector(f$beta)[length(f$beta)], se = f$se[length(f$se)], tau2 = f$tau2, logLik = as.vector(logLik(f)), i2 = f$I2, q = f$QE.LRT, df = f$QE.df)
attempt <- function(e) { r <- try(suppressWarnings(e), silent = TRUE); if (inherits(r, "try-error")) { message(r); NULL } else r }

one.stage <- list()
for (name in names(counts)) {
  d <- counts[[name]]
  for (model in c("UM.FS", "UM.RS", "CM.AL")) {
    message(name, " ", model)
    f <- attempt(rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, model = model, drop00 = model != "UM.RS", nAGQ = if (model == "UM.RS") 1 else 21))
    if (!is.null(f)) one.stage[[length(one.stage) + 1]] <- c(list(data = name, measure = "OR", model = model), told(f))
  }
}
for (name in names(rates)) {
  d <- rates[[name]]
  for (model in c("UM.FS", "UM.RS", "CM.EL")) {
    f <- attempt(rma.glmm(measure = "IRR", x1i = ai, t1i = n1i, x2i = ci, t2i = n2i, data = d, model = model, drop00 = model != "UM.RS", nAGQ = if (model == "UM.RS") 1 else 21))
    if (!is.null(f)) one.stage[[length(one.stage) + 1]] <- c(list(data = name, measure = "IRR", model = model), told(f))
  }
}

# The non-central hypergeometric model, which metafor (CM.EL) integrates slowly and to a relative error of 1e-4 or so, by brute force: the
# trapezoidal rule over eight standard deviations of the random effect to each side, and its maximum from two starts and on the boundary.
# Not for li and egger, of which trials of tens of thousands need a finer rule and take long.
conditional <- lapply(setdiff(names(counts), c("li", "egger")), function(name) {
  d <- counts[[name]]; d <- d[d$ai + d$ci > 0 & (d$ai < d$n1i | d$ci < d$n2i), ]
  z <- seq(-8, 8, 0.025)
  log.p <- function(i, theta) {
    m <- d$ai[i] + d$ci[i]; k <- max(0, m - d$n2i[i]):min(m, d$n1i[i]); w <- lchoose(d$n1i[i], k) + lchoose(d$n2i[i], m - k)
    e <- outer(theta, k) + rep(w, each = length(theta)); top <- apply(e, 1, max)
    theta * d$ai[i] + w[k == d$ai[i]] - top - log(rowSums(exp(e - top)))
  }
  value <- function(theta, tau) sum(sapply(seq_len(nrow(d)), function(i) if (tau < 1e-8) log.p(i, theta) else {
    l <- log.p(i, theta + tau * z) + dnorm(z, log = TRUE) + log(0.025); max(l) + log(sum(exp(l - max(l)))) }))
  none <- optimize(function(t) -value(t, 0), c(-6, 6), tol = 1e-10)
  some <- lapply(c(0.2, 1), function(s) nlminb(c(none$minimum, s), function(p) -value(p[1], abs(p[2])), control = list(rel.tol = 1e-13, x.tol = 1e-9)))
  best <- some[[which.min(sapply(some, function(f) f$objective))]]
  isNone <- best$objective > none$objective - 1e-9 || abs(best$par[2]) < 1e-4
  h <- if (isNone) numDeriv::hessian(function(t) -value(t, 0), none$minimum) else numDeriv::hessian(function(p) -value(p[1], p[2]), abs(best$par) * c(sign(best$par[1]), 1))
  list(data = name, estimate = if (isNone) none$minimum else best$par[1], se = sqrt(solve(h)[1, 1]), tau2 = if (isNone) 0 else best$par[2]^2, logLik = -min(none$objective, best$objective))
})

# Beta-binomial arms, a mean for each arm and one dispersion.
beta.binomial <- lapply(c("catheters", "egger", "laopaiboon", "viechtbauer"), function(name) {
  d <- counts[[name]]; x <- c(d$ai, d$ci); n <- c(d$n1i, d$n2i); z <- rep(1:0, each = nrow(d))
  minus <- function(p) { mu <- plogis(p[1] + p[2] * z); s <- exp(p[3]); -sum(lchoose(n, x) + lbeta(x + mu * s, n - x + (1 - mu) * s) - lbeta(mu * s, (1 - mu) * s)) }
  f <- nlminb(c(qlogis(sum(x) / sum(n)), 0, 3), minus, control = list(rel.tol = 1e-14, iter.max = 2000, eval.max = 5000))
  h <- numDeriv::hessian(minus, f$par)
  list(data = name, estimate = f$par[2], se = sqrt(solve(h)[2, 2]), precision = exp(f$par[3]), logLik = -f$objective)
})

classical <- list()
for (name in names(counts)) {
  d <- counts[[name]]
  for (m in c("OR", "RR", "RD")) {
    f <- attempt(rma.mh(measure = m, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, add = c(1/2, 0), to = c("only0", "none"), drop00 = c(TRUE, m != "RD")))
    e <- escalc(measure = m, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, add = 1/2, to = "only0", drop00 = TRUE)
    g <- attempt(rma(yi, vi, data = e, method = "REML", control = list(threshold = 1e-12, maxiter = 2000)))
    classical[[length(classical) + 1]] <- list(data = name, measure = m, mh = list(estimate = as.vector(f$beta), se = f$se),
      corrected = if (is.null(g)) NULL else list(estimate = as.vector(g$beta), se = g$se, tau2 = g$tau2))
  }
  f <- rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d)
  classical[[length(classical) + 1]] <- list(data = name, measure = "Peto", mh = list(estimate = as.vector(f$beta), se = f$se))
}

out <- list(counts = counts, rates = rates, oneStage = one.stage, conditional = conditional, betaBinomial = beta.binomial, classical = classical)
out <- c(list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")))), out)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, null = "null", na = "null", dataframe = "columns", matrix = "rowmajor"), file.path(this.folder, "counts.json"))
