# Few studies with many zeros: no events in one arm, in both, nothing but events; two studies. Metafor's rma.glmm; conditional and
# beta-binomial models by brute force (the trapezoidal rule over nine standard deviations to each side).
#
#   Rscript tests/reference/zeros.R  writes zeros.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor); library(numDeriv) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

# events and individuals, treated and not
cases <- list(
  two = rbind(c(3, 40, 8, 42), c(5, 60, 9, 55)),
  twoWithZero = rbind(c(0, 40, 8, 42), c(5, 60, 9, 55)),
  mixed = rbind(c(0, 40, 4, 42), c(3, 20, 0, 25), c(0, 30, 0, 30), c(1, 50, 2, 48), c(0, 60, 3, 62)),
  allOrNone = rbind(c(0, 40, 0, 42), c(20, 20, 25, 25), c(3, 40, 8, 42), c(5, 30, 9, 31), c(1, 50, 6, 50)),
  opposite = rbind(c(0, 40, 4, 42), c(3, 20, 0, 25)))
tight <- list(rel.tol = 1e-13, x.tol = 1e-10, eval.max = 2000, iter.max = 1000)
z <- seq(-9, 9, 0.005); log.z <- dnorm(z, log = TRUE) + log(0.005)

fits <- list()
add <- function(case, measure, model, estimate, se, tau, logLik) fits[[length(fits) + 1]] <<- list(case = case, measure = measure, model = model, estimate = estimate, se = se, tau = tau, logLik = logLik)
for (name in names(cases)) {
  d <- setNames(as.data.frame(cases[[name]]), c("ai", "n1i", "ci", "n2i"))
  for (measure in c("OR", "IRR")) for (model in c("UM.FS", "UM.RS")) {
    points <- if (model == "UM.RS") 1 else 25
    f <- try(suppressWarnings(if (measure == "OR") rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, model = model, drop00 = model != "UM.RS", nAGQ = points)
      else rma.glmm(measure = "IRR", x1i = ai, t1i = n1i, x2i = ci, t2i = n2i, data = d, model = model, drop00 = model != "UM.RS", nAGQ = points)), silent = TRUE)
    if (!inherits(f, "try-error")) add(name, measure, model, tail(as.vector(f$beta), 1), tail(f$se, 1), sqrt(f$tau2), as.vector(logLik(f)))
  }

  # given the events of each study; for "opposite" the likelihood of these has no maximum
  if (name != "opposite") for (model in c("OR CM.EL", "OR CM.AL", "IRR CM.EL")) {
    isRate <- startsWith(model, "IRR")
    told <- d$ai + d$ci > 0 & (isRate | d$ai < d$n1i | d$ci < d$n2i); e <- d[told, ]
    log.p <- function(i, theta) {
      a <- e$ai[i]; m <- a + e$ci[i]
      if (model != "OR CM.EL") return(dbinom(a, m, plogis(theta + log(e$n1i[i] / e$n2i[i])), log = TRUE))
      k <- max(0, m - e$n2i[i]):min(m, e$n1i[i]); w <- lchoose(e$n1i[i], k) + lchoose(e$n2i[i], m - k)
      t <- outer(theta, k) + rep(w, each = length(theta)); top <- apply(t, 1, max)
      theta * a + w[k == a] - top - log(rowSums(exp(t - top)))
    }
    value <- function(p) -sum(sapply(seq_len(nrow(e)), function(i) { l <- log.p(i, p[1] + abs(p[2]) * z) + log.z; max(l) + log(sum(exp(l - max(l)))) }))
    none <- optimize(function(t) value(c(t, 0)), c(-8, 8), tol = 1e-10)
    some <- nlminb(c(none$minimum, 1), value, control = tight)
    isNone <- some$objective > none$objective - 1e-8
    h <- if (isNone) hessian(function(t) value(c(t, 0)), none$minimum) else hessian(value, abs(some$par) * c(sign(some$par[1]), 1))
    words <- strsplit(model, " ")[[1]]
    add(name, words[1], words[2], if (isNone) none$minimum else some$par[1], sqrt(solve(h)[1, 1]), if (isNone) 0 else abs(some$par[2]), -min(none$objective, some$objective))
  }

  # arms of which the risk varies by a beta distribution
  x <- c(d$ai, d$ci); n <- c(d$n1i, d$n2i); arm <- rep(1:0, each = nrow(d))
  minus <- function(p) { mu <- plogis(p[1] + p[2] * arm); s <- exp(p[3]); -sum(lchoose(n, x) + lbeta(x + mu * s, n - x + (1 - mu) * s) - lbeta(mu * s, (1 - mu) * s)) }
  f <- nlminb(c(qlogis(sum(x) / sum(n)), 0, 1), minus, control = tight)
  if (f$par[3] < 10) add(name, "OR", "beta-binomial", f$par[2], sqrt(solve(hessian(minus, f$par))[2, 2]), NULL, -f$objective)
}

writeLines(toJSON(list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))), cases = cases, fits = fits),
  digits = 12, auto_unbox = TRUE, null = "null", na = "null", matrix = "rowmajor"), file.path(this.folder, "zeros.json"))
