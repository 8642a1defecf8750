# Zero-truncated generalised Poisson and Conway-Maxwell-Poisson counts: log-densities by their definitions.
# Run in this folder: Rscript truncated.R; writes truncated.json.
suppressPackageStartupMessages(library(jsonlite))
# log P(y | y > 0) by the definitions; lambda of the Conway-Maxwell-Poisson from its mean by root finding.
genpois <- function(y, mu, phi) {
  s <- 1 / sqrt(phi); theta <- mu * s; lambda <- 1 - s
  log(theta) + (y - 1) * log(theta + lambda * y) - theta - lambda * y - lgamma(y + 1) - log1p(-exp(-theta))
}
compois <- function(y, mu, phi) {
  nu <- 1 / phi; k <- 0:2000
  terms <- function(log.lambda) k * log.lambda - nu * lgamma(k + 1)
  mean.of <- function(log.lambda) { t <- terms(log.lambda); w <- exp(t - max(t)); sum(k * w) / sum(w) }
  log.lambda <- uniroot(function(l) mean.of(l) - mu, c(-40, 12), tol = 1e-13)$root
  t <- terms(log.lambda); log.z <- max(t) + log(sum(exp(t - max(t))))
  y * log.lambda - nu * lgamma(y + 1) - log.z - log1p(-exp(-log.z))
}
points <- expand.grid(y = c(1, 2, 5, 11), mu = c(0.4, 2.5, 6), phi = c(0.8, 1.3, 3))
density <- function(name, f) {
  data.frame(family = name, points, logDensity = mapply(f, points$y, points$mu, points$phi))
}
result <- rbind(density("truncated_genpois", genpois), density("truncated_compois", compois))
write_json(result, "truncated.json", digits = 15, auto_unbox = TRUE, na = "null")
