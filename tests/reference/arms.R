# Meta-regression of counts with random baselines, its two-dimensional integral by brute force (a grid of eight standard deviations to
# each side), and with arms whose risks vary by a beta distribution (rates: by a gamma distribution); moderators are those of the treated.
#
#   Rscript tests/reference/arms.R  reads moderators.json, writes arms.json

suppressPackageStartupMessages({ library(jsonlite); library(numDeriv) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
given <- fromJSON(file.path(this.folder, "moderators.json"))
tight <- list(rel.tol = 1e-13, x.tol = 1e-10, eval.max = 2000, iter.max = 1000)
told <- function(case, model, f, value, b) list(data = case[[1]], moderators = case[[2]], kind = case[[3]], model = model, estimates = f$par[b], errors = sqrt(diag(solve(hessian(value, f$par))))[b],
  shape = f$par[-b], logLik = -f$objective)

fits <- list()
h <- 0.1; grid <- expand.grid(u = seq(-8, 8, h), v = seq(-8, 8, h)); grid <- grid[grid$u^2 + grid$v^2 < 56, ]
log.weight <- dnorm(grid$u, log = TRUE) + dnorm(grid$v, log = TRUE) + 2 * log(h)
for (case in list(list("catheters", "~ large", "counts"), list("damico", "~ conceal", "counts"), list("rates", "~ days", "rates"))) {
  isRate <- case[[3]] == "rates"
  d <- as.data.frame(given[[case[[3]]]][[case[[1]]]]); m <- d[[sub("~ ", "", case[[2]])]]
  center <- mean(m); m <- m - center      # for the search alone: put back below
  value <- function(p) {    # baseline, effect, moderator of the treated; log standard deviations of baselines and of effects
    s <- exp(p[4]) * grid$u; t <- exp(p[5]) * grid$v
    -sum(sapply(seq_len(nrow(d)), function(i) {
      one <- p[1] + s + (p[2] + t) / 2 + p[3] * m[i]; none <- p[1] + s - (p[2] + t) / 2
      l <- log.weight + if (isRate) dpois(d$ai[i], d$n1i[i] * exp(one), log = TRUE) + dpois(d$ci[i], d$n2i[i] * exp(none), log = TRUE)
        else dbinom(d$ai[i], d$n1i[i], plogis(one), log = TRUE) + dbinom(d$ci[i], d$n2i[i], plogis(none), log = TRUE)
      top <- max(l); top + log(sum(exp(l - top)))
    }))
  }
  start <- c(log(sum(d$ci) / sum(d$n2i)), -0.5, 0, -0.5, -0.5)
  f <- nlminb(start, value, control = tight)
  r <- told(case, "UM.RS", f, value, 1:3)
  r$center <- center
  fits[[length(fits) + 1]] <- r
  message(case[[1]], " ", paste(round(f$par, 5), collapse = " "), " ", f$objective)

  value <- function(p) {
    one <- p[1] + p[2] / 2 + p[3] * m; none <- p[1] - p[2] / 2; k <- exp(p[4])
    bb <- function(y, n, mu) lchoose(n, y) + lbeta(y + mu * k, n - y + (1 - mu) * k) - lbeta(mu * k, (1 - mu) * k)
    -sum(if (isRate) dnbinom(d$ai, mu = d$n1i * exp(one), size = k, log = TRUE) + dnbinom(d$ci, mu = d$n2i * exp(none), size = k, log = TRUE)
      else bb(d$ai, d$n1i, plogis(one)) + bb(d$ci, d$n2i, plogis(none)))
  }
  f <- nlminb(c(start[1:3], 1), value, control = tight)
  r <- told(case, "beta-binomial", f, value, 1:3)
  r$center <- center
  fits[[length(fits) + 1]] <- r
  message(case[[1]], " ", paste(round(f$par, 5), collapse = " "), " ", f$objective)
}

writeLines(toJSON(list(versions = list(R = as.character(getRversion())), fits = fits), digits = 12, auto_unbox = TRUE), file.path(this.folder, "arms.json"))
