# The Anderson-Darling test of uniformity by goftest, and kernel densities by R's bw.nrd0 and dnorm.
# Run in this folder: Rscript tails.R; writes tails.json.
suppressPackageStartupMessages({ library(jsonlite); library(goftest) })
set.seed(11)
samples <- list(runif(12), runif(60), rbeta(40, 0.6, 0.6), rbeta(25, 1.6, 1.5), rbeta(200, 1.1, 1))
tests <- lapply(samples, function(u) {
  u <- round(u, 6)
  t <- ad.test(u)
  list(values = u, statistic = unname(t$statistic), p = t$p.value)
})
x <- round(c(rnorm(20), rnorm(15, 4, 0.5)), 4)
grid <- seq(min(x), max(x), length.out = 128)[c(1, 20, 64, 100, 128)]
violin <- list(values = x, bandwidth = bw.nrd0(x), at = grid, density = sapply(grid, function(g) mean(dnorm(g, x, bw.nrd0(x)))))
write_json(list(tests = tests, violin = violin), "tails.json", digits = 15, auto_unbox = TRUE)
