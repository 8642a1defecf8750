# Log-densities that the families are held to, by R's own density functions (and sums or formulas where R has none).
# Run from the repository root: Rscript tests/reference/families.R
# Needs jsonlite, statmod (inverse Gaussian), mgcv (Tweedie) and sn (skew normal).
library(jsonlite)

rows <- list()
add <- function(family, y, mu, delta = NA, size = 1, shape = NA, f) {
  grid <- expand.grid(y = y, mu = mu, delta = delta, size = size, shape = shape)
  grid <- grid[grid$y <= grid$size | all(size == 1), , drop = FALSE]
  value <- mapply(function(y, mu, delta, size, shape) f(y, mu, exp(delta), size, shape),
                  grid$y, grid$mu, grid$delta, grid$size, grid$shape)
  rows[[length(rows) + 1]] <<- data.frame(family = family, grid, logDensity = value)
}

counts <- c(0, 1, 2, 5, 17, 80, 1000)
means <- c(1e-8, 0.05, 1.3, 20, 900)
deltas <- c(-5, -1, 0.3, 2, 9)

add("gaussian", c(-3, 0.2, 40), c(-1, 0.5, 38), c(-2, 0, 3), f = function(y, mu, phi, n, s) dnorm(y, mu, phi, log = TRUE))
add("poisson", c(counts, 1e6), c(means, 1e6), f = function(y, mu, phi, n, s) dpois(y, mu, log = TRUE))
add("binomial", c(0, 1, 4, 30), c(1e-9, 0.02, 0.5, 0.93), size = c(1, 4, 30, 1000),
    f = function(y, mu, phi, n, s) dbinom(y, n, mu, log = TRUE))
add("nbinom2", counts, means, deltas, f = function(y, mu, phi, n, s) dnbinom(y, size = phi, mu = mu, log = TRUE))
add("nbinom1", counts, means, c(-5, -1, 0.3, 2, 5),
    f = function(y, mu, phi, n, s) dnbinom(y, size = mu / phi, prob = 1 / (1 + phi), log = TRUE))
add("Gamma", c(0.01, 0.7, 3, 55), c(0.2, 1.5, 40), c(-3, 0, 1, 5, 12),
    f = function(y, mu, phi, n, s) dgamma(y, shape = phi, scale = mu / phi, log = TRUE))
add("inverse.gaussian", c(0.01, 0.7, 3, 55), c(0.2, 1.5, 40), c(-4, 0, 1.5),
    f = function(y, mu, phi, n, s) statmod::dinvgauss(y, mean = mu, dispersion = phi, log = TRUE))
add("lognormal", c(0.01, 0.7, 3, 55), c(0.2, 1.5, 40), c(-3, 0, 1.5), f = function(y, mu, phi, n, s) {
  v <- log1p((phi / mu)^2)
  dlnorm(y, log(mu) - v / 2, sqrt(v), log = TRUE)
})
add("beta", c(1e-6, 0.2, 0.5, 0.97), c(0.01, 0.4, 0.95), c(-2, 1, 4),
    f = function(y, mu, phi, n, s) dbeta(y, mu * phi, (1 - mu) * phi, log = TRUE))
add("betabinomial", c(0, 1, 4, 30), c(0.02, 0.5, 0.93), c(-2, 1, 4), size = c(1, 4, 30, 400),
    f = function(y, mu, phi, n, s) lchoose(n, y) + lbeta(y + mu * phi, n - y + (1 - mu) * phi) - lbeta(mu * phi, (1 - mu) * phi))
positive <- counts[counts > 0]
add("truncated_poisson", positive, c(1e-3, 0.05, 1.3, 20, 900),
    f = function(y, mu, phi, n, s) dpois(y, mu, log = TRUE) - ppois(0, mu, lower.tail = FALSE, log.p = TRUE))
add("truncated_nbinom2", positive, c(1e-3, 0.05, 1.3, 20, 900), c(-3, 0.3, 2, 9), f = function(y, mu, phi, n, s)
    dnbinom(y, size = phi, mu = mu, log = TRUE) - pnbinom(0, size = phi, mu = mu, lower.tail = FALSE, log.p = TRUE))
add("truncated_nbinom1", positive, c(1e-3, 0.05, 1.3, 20, 900), c(-3, 0.3, 2), f = function(y, mu, phi, n, s)
    dnbinom(y, size = mu / phi, mu = mu, log = TRUE) -
      pnbinom(0, size = mu / phi, mu = mu, lower.tail = FALSE, log.p = TRUE))
# Bell: theta solves mu = theta exp(theta); Bell numbers by their recurrence.
bell <- c(1, numeric(30))
for (n in 1:30) bell[n + 1] <- sum(choose(n - 1, 0:(n - 1)) * bell[1:n])
add("bell", c(0, 1, 2, 5, 17, 30), c(1e-6, 0.05, 1.3, 20, 300), f = function(y, mu, phi, n, s) {
  w <- log1p(mu)
  for (i in 1:60) w <- w - (w - mu * exp(-w)) / (1 + w)
  y * log(w) - exp(w) + 1 + log(bell[y + 1]) - lgamma(y + 1)
})
# Generalised Poisson of Consul and Famoye: theta = mu / sqrt(phi), lambda = 1 - 1 / sqrt(phi).
add("genpois", c(0, 1, 2, 5, 17, 80), c(0.05, 1.3, 20), c(0.05, 0.5, 2), f = function(y, mu, phi, n, s) {
  theta <- mu / sqrt(phi)
  lambda <- 1 - 1 / sqrt(phi)
  log(theta) + (y - 1) * log(theta + lambda * y) - theta - lambda * y - lgamma(y + 1)
})
# Conway-Maxwell Poisson with mean mu and nu = 1 / phi: the rate is found so that the mean is mu.
compois <- function(y, mu, phi) {
  j <- 0:20000
  logTerm <- function(logLambda) j * logLambda - lgamma(j + 1) / phi
  excess <- function(logLambda) {
    t <- logTerm(logLambda)
    p <- exp(t - max(t))
    sum(j * p) / sum(p) - mu
  }
  logLambda <- uniroot(excess, c(-60, 30), tol = 1e-14)$root
  t <- logTerm(logLambda)
  y * logLambda - lgamma(y + 1) / phi - (max(t) + log(sum(exp(t - max(t)))))
}
add("compois", c(0, 1, 2, 5, 17, 80), c(0.05, 1.3, 20), c(-1.5, 0, 0.7),
    f = function(y, mu, phi, n, s) compois(y, mu, phi))
add("tweedie", c(0, 0.01, 0.7, 3, 55), c(0.2, 1.5, 40), c(-1, 0.2, 1.5), shape = c(1.2, 1.5, 1.8),
    f = function(y, mu, phi, n, s) mgcv::ldTweedie(y, mu, p = s, phi = phi)[1, 1])
add("t", c(-3, 0.2, 40), c(-1, 0.5, 38), c(-2, 0, 3), shape = c(1.5, 4, 60),
    f = function(y, mu, phi, n, s) dt((y - mu) / phi, s, log = TRUE) - log(phi))
add("skewnormal", c(-3, 0.2, 40), c(-1, 0.5, 38), c(-2, 0, 3), shape = c(-8, -1, 0.3, 2.5, 30), f = function(y, mu, phi, n, s) {
  lean <- s / sqrt(1 + s^2)
  omega <- phi / sqrt(1 - 2 / pi * lean^2)
  sn::dsn(y, xi = mu - omega * lean * sqrt(2 / pi), omega = omega, alpha = s, log = TRUE)
})
add("nbinom12", counts, means, c(-5, -1, 0.3, 2), shape = c(0.2, 1, 8, 1e4), f = function(y, mu, phi, n, s)
    dnbinom(y, size = 1 / (phi / mu + 1 / s), mu = mu, log = TRUE))
# Ordered beta with cutpoints at the shape and 3.5 above it, by the logit of the mean.
add("ordbeta.logit", c(0, 1e-6, 0.2, 0.5, 0.97, 1), c(0.01, 0.4, 0.95), c(-2, 1, 4), shape = c(-4, -0.5), f = function(y, mu, phi, n, s) {
  eta <- qlogis(mu)
  if (y == 0) return(plogis(s - eta, log.p = TRUE))
  if (y == 1) return(plogis(eta - s - 3.5, log.p = TRUE))
  log(plogis(s + 3.5 - eta) - plogis(s - eta)) + dbeta(y, mu * phi, (1 - mu) * phi, log = TRUE)
})
# Four ordered categories with thresholds at the shape, 0.8 and 2.7 above it; mu is the linear predictor.
distributions <- list(logit = plogis, probit = pnorm, cauchit = pcauchy,
                      cloglog = function(x, lower.tail = TRUE) if (lower.tail) -expm1(-exp(x)) else exp(-exp(x)))
for (link in names(distributions)) {
  add(paste0("cumulative.", link), 1:4, c(-1.3, 0.2, 2), shape = c(-2, 0.4), f = function(y, mu, phi, n, s) {
    ends <- c(-Inf, s + c(0, 0.8, 2.7), Inf)[y + 0:1] - mu
    upper <- ends[1] > 0
    log(abs(diff(distributions[[link]](ends, lower.tail = !upper))))
  })
}

out <- do.call(rbind, rows)
write_json(list(software = paste(R.version.string, "statmod", packageVersion("statmod"),
                                 "mgcv", packageVersion("mgcv"), "sn", packageVersion("sn")),
                rows = out), "tests/reference/families.json", digits = NA, auto_unbox = TRUE, na = "null", pretty = FALSE)
