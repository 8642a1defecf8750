# Times what DHARMa's unconditional residuals need of lme4, simulate() with random effects drawn anew, and the comparison with what was
# observed; one line for each model, 100 simulations, seconds on the clock and of the processor:
#   Rscript benchmarks/R/time_unconditional.R <folder with the CSV file that EcoGlmm.Benchmarks residuals-data wrote>

suppressPackageStartupMessages(library(lme4))
d <- read.csv(file.path(commandArgs(TRUE)[1], "residuals-100000.csv"), stringsAsFactors = TRUE)

time <- function(model, fit, y) {
  t <- system.time({
    simulated <- sapply(simulate(fit, nsim = 100, re.form = NA), function(s) if (is.matrix(s)) s[, 1] else s)
    less <- rowSums(simulated < y)
    equal <- rowSums(simulated == y)
  })
  cat("|", model, "|", t[["elapsed"]], "|", t[["user.self"]] + t[["sys.self"]], "|\n")
}

time("100,000 rows poisson", glmer(y ~ x + (1 | site), d, poisson, nAGQ = 0), d$y)
time("100,000 rows nbinom2", glmer(z ~ x + (1 | site), d, MASS::negative.binomial(2), nAGQ = 0), d$z)
time("100,000 rows gaussian", lmer(w ~ x + (1 | site), d), d$w)
time("100,000 rows binomial", glmer(cbind(s, 10 - s) ~ x + (1 | site), d, binomial, nAGQ = 0), d$s)
