# Times DHARMa's simulated residuals and tests, and prints one JSON object a line:
#   Rscript benchmarks/R/time_residuals.R <folder with the CSV files that EcoGlmm.Benchmarks --residuals-data wrote>
# "seconds" is the elapsed time of simulateResiduals(), "cpu" the processor time; "testSeconds" that of its tests of uniformity,
# dispersion, outliers, zeros and quantiles. Large models are timed once, small ones as the median of five.

folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(lme4); library(DHARMa) })
owls <- read.csv(file.path(folder, "..", "datasets", "owls.csv"), stringsAsFactors = TRUE)
large <- read.csv(file.path(folder, "residuals-100000.csv"), stringsAsFactors = TRUE)
formula <- SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)

time <- function(model, fit, count, repeats, tests = TRUE) {
  times <- sapply(seq_len(repeats), function(i) {
    t <- system.time(r <<- suppressMessages(simulateResiduals(fit, n = count, simulateREs = "conditional")))
    c(t[["elapsed"]], t[["user.self"]] + t[["sys.self"]])
  })
  test <- if (tests) system.time(suppressMessages({
    testUniformity(r, plot = FALSE); testDispersion(r, plot = FALSE); testOutliers(r, plot = FALSE, type = "binomial")
    testZeroInflation(r, plot = FALSE); testQuantiles(r, plot = FALSE)
  }))[["elapsed"]] else NA
  cat(jsonlite::toJSON(list(model = model, rows = nobs(fit), count = count, seconds = median(times[1, ]), cpu = median(times[2, ]), testSeconds = test), auto_unbox = TRUE, digits = NA, na = "null"), "\n", sep = "")
}

time("owls poisson", glmer(formula, owls, poisson), 250, 5)
time("owls nbinom2", glmer(formula, owls, MASS::negative.binomial(0.9)), 250, 5, tests = FALSE)
time("100,000 rows poisson", glmer(y ~ x + (1 | site), large, poisson, nAGQ = 0), 1000, 1, tests = FALSE)
time("100,000 rows nbinom2", glmer(z ~ x + (1 | site), large, MASS::negative.binomial(2), nAGQ = 0), 1000, 1, tests = FALSE)
time("100,000 rows gaussian", lmer(w ~ x + (1 | site), large), 1000, 1, tests = FALSE)
time("100,000 rows binomial", glmer(cbind(s, 10 - s) ~ x + (1 | site), large, binomial, nAGQ = 0), 1000, 1, tests = FALSE)
