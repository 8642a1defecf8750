# Syntheses of counts: intervals by Student's t (metafor's test = "t") and by the profile likelihood, by brute force (a sum over a fine
# grid in place of quadrature, uniroot for the ends); arms whose risks vary by a beta distribution, with moderators, by brute force.
#
#   Rscript tests/reference/intervals.R  reads counts.json and moderators.json, writes intervals.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
counts <- fromJSON(file.path(this.folder, "counts.json"))$counts
z <- seq(-7, 7, 0.1); log.weight <- dnorm(z, log = TRUE) + log(0.1)
log.mean <- function(l) { top <- apply(l, 1, max); top + log(rowSums(exp(l - top))) }

student <- list(); profiled <- list()
for (name in c("catheters", "hahn", "damico")) {
  d <- as.data.frame(counts[[name]]); d <- d[d$ai + d$ci > 0 & (d$ai < d$n1i | d$ci < d$n2i), ]; k <- nrow(d)
  message(name, " ", k)
  f <- rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, model = "UM.FS", test = "t", nAGQ = 21)
  student[[length(student) + 1]] <- list(data = name, df = f$ddf, lower = f$ci.lb, upper = f$ci.ub, p = f$pval)

  # binomial arms, a baseline for each study: of each study the maximum over its baseline. The effect counts by halves.
  one <- function(i, theta, tau) {
    ll <- function(a) {
      e1 <- a + (theta + tau * z) / 2; e0 <- a - (theta + tau * z) / 2
      l <- dbinom(d$ai[i], d$n1i[i], plogis(e1), log = TRUE) + dbinom(d$ci[i], d$n2i[i], plogis(e0), log = TRUE) + log.weight
      top <- max(l); top + log(sum(exp(l - top)))
    }
    optimize(ll, c(-12, 5), maximum = TRUE, tol = 1e-7)$objective
  }
  fixed <- function(theta, tau) sum(sapply(seq_len(k), one, theta, tau))
  log.p <- function(i, theta) {
    m <- d$ai[i] + d$ci[i]; a <- max(0, m - d$n2i[i]):min(m, d$n1i[i]); w <- lchoose(d$n1i[i], a) + lchoose(d$n2i[i], m - a)
    e <- outer(theta, a) + rep(w, each = length(theta)); top <- apply(e, 1, max)
    theta * d$ai[i] + w[a == d$ai[i]] - top - log(rowSums(exp(e - top)))
  }
  given <- function(theta, tau) sum(sapply(seq_len(k), function(i) { l <- log.p(i, theta + tau * z) + log.weight; max(l) + log(sum(exp(l - max(l)))) }))
  for (model in c("UM.FS", "CM.EL")) {
    value <- if (model == "UM.FS") fixed else given
    best <- function(theta) { tau <- optimize(function(t) value(theta, t), c(0, 3), maximum = TRUE, tol = 1e-7); max(tau$objective, value(theta, 0)) }
    top <- optimize(best, c(-3, 2), maximum = TRUE, tol = 1e-7)
    q <- qt(0.975, k - 1)^2
    end <- function(side) uniroot(function(t) 2 * (top$objective - best(t)) - q, sort(c(top$maximum, top$maximum + side * 6)), tol = 1e-6)$root
    profiled[[length(profiled) + 1]] <- list(data = name, model = model, df = k - 1, estimate = top$maximum, lower = end(-1), upper = end(1),
      zero = sqrt(2 * max(0, top$objective - best(0))))
    message(model)
  }
}

out <- list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))), student = student, profiled = profiled)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE), file.path(this.folder, "intervals.json"))
