# Conway-Maxwell-binomial successes: log-densities by their definition (glmmTMB 1.1.15.2 documents it at dcombinom), and a model of
# them by R's own optimiser.
# Run in this folder: Rscript combinomial.R; writes combinomial.json.
suppressPackageStartupMessages(library(jsonlite))
log.density <- function(y, n, mu, nu) {
  k <- 0:n
  terms <- function(zeta) nu * lchoose(n, k) + zeta * k
  mean.of <- function(zeta) { t <- terms(zeta); w <- exp(t - max(t)); sum(k * w) / sum(w) }
  # The larger side of the mean keeps digits: the distribution of failures is that of successes at the mirrored mean.
  zeta <- uniroot(function(z) mean.of(z) - n * mu, c(-60, 60), tol = 1e-14, maxiter = 10000, extendInt = "upX")$root
  t <- terms(zeta)
  y * zeta + nu * lchoose(n, y) - max(t) - log(sum(exp(t - max(t))))
}
points <- expand.grid(n = c(1, 5, 12, 40), share = c(0, 0.3, 1), mu = c(0.07, 0.45, 0.8), nu = c(0.2, 1, 2.5))
points$y <- round(points$n * points$share)
points$logDensity <- mapply(log.density, points$y, points$n, points$mu, points$nu)
points$share <- NULL

set.seed(20)
draw <- function(n, mu, nu) { p <- exp(vapply(0:n, log.density, 0, n = n, mu = mu, nu = nu)); sample(0:n, 1, prob = p) }
x <- round(seq(-1, 1, length.out = 60), 3)
n <- rep(c(6, 9, 14), 20)
y <- mapply(draw, n, plogis(0.3 + 0.9 * x), 0.6)
minus.log.likelihood <- function(b) {
  mu <- pmin(pmax(plogis(b[1] + b[2] * x), 1e-9), 1 - 1e-9)
  -sum(mapply(log.density, y, n, mu, exp(pmin(b[3], 4))))
}
fit <- optim(c(0.3, 0.8, -0.4), minus.log.likelihood, method = "BFGS", hessian = TRUE, control = list(reltol = 1e-14, maxit = 500))
result <- list(
  points = points,
  model = list(x = x, n = n, y = y, estimates = fit$par, errors = sqrt(diag(solve(fit$hessian))), logLik = -fit$value))
write_json(result, "combinomial.json", digits = 15, auto_unbox = TRUE)
