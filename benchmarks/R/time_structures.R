# The models of "EcoGlmm.Benchmarks structures" by glmmTMB, on the tables that it wrote with --data=FOLDER:
#   OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 Rscript benchmarks/R/time_structures.R FOLDER [part of a name ...]
# Processor seconds, which a busy machine changes little.

suppressPackageStartupMessages(library(glmmTMB))
arguments <- commandArgs(TRUE)
folder <- arguments[1]
models <- list(
  list(file = "series-of-10000-Poisson", formula = y ~ x + ar1(0 + t | all), family = poisson(), prepare = function(d) transform(d, t = factor(t), all = factor(1))),
  list(file = "400-sites-of-30-years-nbinom2", formula = y ~ x + ar1(0 + t | site), family = nbinom2(), prepare = function(d) transform(d, t = factor(t))),
  list(file = "400-places-exp-Poisson", formula = y ~ v + exp(0 + place | all), family = poisson(),
       prepare = function(d) { d$place <- numFactor(d$x, d$z); d$all <- factor(1); d }),
  list(file = "40-species-at-300-sites-rr-Poisson", formula = y ~ 0 + sp + rr(0 + sp | site, d = 2), family = poisson(), prepare = identity))
cat("glmmTMB", format(packageVersion("glmmTMB")), "\n| model | processor seconds | log-likelihood |\n|---|--:|--:|\n")
for (model in models) {
  path <- list.files(folder, pattern = sub(",", "", model$file), full.names = TRUE)
  if (length(path) == 0 || (length(arguments) > 1 && !any(vapply(arguments[-1], grepl, NA, x = model$file, fixed = TRUE)))) next
  data <- model$prepare(read.csv(path[1], stringsAsFactors = TRUE))
  seconds <- sum(system.time(fit <- glmmTMB(model$formula, data, family = model$family))[c("user.self", "sys.self")])
  cat(sprintf("| %s | %.2f | %.3f |\n", model$file, seconds, -fit$fit$objective))
}
