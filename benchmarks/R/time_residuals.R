# Times DHARMa's simulated residuals and tests, and prints one JSON object a line:
#   Rscript benchmarks/R/time_residuals.R <folder with the CSV files that EcoGlmm.Benchmarks --residuals-data wrote>
# "seconds" is the elapsed time of simulateResiduals(), with conditional simulations for lme4 and unconditional ones for glmmTMB, whose
# version in Debian 12 has no others for DHARMa; "testSeconds" of its tests of uniformity,
# dispersion, outliers, zeros and quantiles. Large models are timed once, small ones as the median of five.

folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(lme4); library(glmmTMB); library(DHARMa) })
owls <- read.csv(file.path(folder, "..", "datasets", "owls.csv"), stringsAsFactors = TRUE)
large <- read.csv(file.path(folder, "residuals-100000.csv"), stringsAsFactors = TRUE)
formula <- SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)

time <- function(model, fit, count, repeats, tests = TRUE) {
  random <- if (inherits(fit, "glmmTMB")) "user-specified" else "conditional"
  seconds <- sapply(seq_len(repeats), function(i) system.time(r <<- suppressMessages(simulateResiduals(fit, n = count, simulateREs = random)))[["elapsed"]])
  test <- if (tests) system.time(suppressMessages({
    testUniformity(r, plot = FALSE); testDispersion(r, plot = FALSE); testOutliers(r, plot = FALSE, type = "binomial")
    testZeroInflation(r, plot = FALSE); testQuantiles(r, plot = FALSE)
  }))[["elapsed"]] else NA
  cat(jsonlite::toJSON(list(model = model, rows = nobs(fit), count = count, seconds = median(seconds), testSeconds = test), auto_unbox = TRUE, digits = NA, na = "null"), "\n", sep = "")
}

time("owls poisson", glmer(formula, owls, poisson), 250, 5)
time("owls nbinom2", glmmTMB(formula, owls, family = nbinom2), 250, 5)
time("100,000 rows poisson", glmer(y ~ x + (1 | site), large, poisson, nAGQ = 0), 1000, 1, tests = FALSE)
time("100,000 rows nbinom2", glmmTMB(z ~ x + (1 | site), large, family = nbinom2), 1000, 1, tests = FALSE)
