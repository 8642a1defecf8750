# DHARMa's tests on the data sets that "EcoGlmm.Benchmarks calibration-data <folder>" wrote; prints scenario,study,mode,test,p.
#   Rscript benchmarks/R/residual_tests.R <folder> <first study> <last study> [scenario ...]
# testQuantiles takes seconds, so that it is run against x alone, for the sicknesses that it is meant to find.

arguments <- commandArgs(TRUE)
folder <- arguments[1]
studies <- seq(as.integer(arguments[2]), as.integer(arguments[3]))
suppressPackageStartupMessages({ library(lme4); library(glmmTMB); library(DHARMa) })
pdf(NULL) # testCategorical of DHARMa 0.5.0 cannot do without a plot

gaussian_fit <- function(d) lmer(y ~ x + (1 | g), d, REML = FALSE)
poisson_fit <- function(d) glmer(y ~ x + (1 | g), d, poisson)
fits <- list(
  "gaussian" = gaussian_fit, "poisson" = poisson_fit,
  "binomial" = function(d) glmer(cbind(y, 10 - y) ~ x + (1 | g), d, binomial),
  "nbinom2" = function(d) glmmTMB(y ~ x + (1 | g), d, nbinom2),
  "zero-inflated" = function(d) glmmTMB(y ~ x + (1 | g), d, poisson, ziformula = ~ 1),
  "overdispersion" = poisson_fit, "zero inflation" = poisson_fit, "missing quadratic" = poisson_fit,
  "missing random effect" = function(d) glm(y ~ x, poisson, d),
  "temporal autocorrelation" = gaussian_fit, "spatial autocorrelation" = gaussian_fit, "heteroscedasticity" = gaussian_fit)
if (length(arguments) > 3) fits <- fits[arguments[-(1:3)]]

p <- function(test) tryCatch(suppressWarnings(suppressMessages(test)), error = function(e) NA)
for (scenario in names(fits)) {
  all <- read.csv(file.path(folder, paste0("calibration-", gsub(" ", "-", scenario), ".csv")), stringsAsFactors = TRUE)
  for (study in studies) {
    d <- all[all$study == study, ]
    fit <- suppressWarnings(suppressMessages(fits[[scenario]](d)))
    # DHARMa 0.5.0 cannot simulate conditionally from glmmTMB 1.1.5.
    for (mode in if (inherits(fit, "glm")) "conditional" else if (inherits(fit, "glmmTMB")) "unconditional" else c("conditional", "unconditional")) {
      r <- if (inherits(fit, "glm")) simulateResiduals(fit, n = 250, seed = study)
           else suppressMessages(simulateResiduals(fit, n = 250, seed = study, simulateREs = mode))
      values <- c(
        uniformity = p(testUniformity(r, plot = FALSE)$p.value),
        dispersion = p(testDispersion(r, plot = FALSE)$p.value),
        outliers = p(testOutliers(r, plot = FALSE)$p.value),
        zeros = if (r$integerResponse) p(testZeroInflation(r, plot = FALSE)$p.value) else NA,
        categorical = p({ t <- testCategorical(r, d$g)
          min(p.adjust(c(t$uniformity$p.value, t$homogeneity[["Pr(>F)"]][1]), "holm")) }),
        temporal = p(testTemporalAutocorrelation(r, d$time, plot = FALSE)$p.value),
        spatial = p(testSpatialAutocorrelation(r, d$east, d$north, plot = FALSE)$p.value))
      if (mode == "conditional" && scenario %in% c("missing quadratic", "heteroscedasticity"))
        values["quantiles of x"] <- p(testQuantiles(r, predictor = d$x, plot = FALSE)$p.value)
      cat(paste(scenario, study, mode, names(values), values, sep = ","), sep = "\n")
    }
  }
}
