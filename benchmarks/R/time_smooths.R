# The models of "EcoGlmm.Benchmarks smooths" by gamm4, glmmTMB and mgcv's bam, on the tables that it wrote with --data=FOLDER:
#   OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 Rscript benchmarks/R/time_smooths.R FOLDER gamm4|glmmTMB|bam|bam-discrete [part of a name ...]
# Processor seconds of one fit, which a busy machine changes little. bam has the groups as s(g, bs = "re").

arguments <- commandArgs(TRUE); folder <- arguments[1]; by <- arguments[2]
suppressPackageStartupMessages(if (by == "gamm4") library(gamm4) else if (by == "glmmTMB") library(glmmTMB) else library(mgcv))
package <- if (startsWith(by, "bam")) "mgcv" else by
cat(by, format(packageVersion(package)), "\n| model | processor seconds | log-likelihood or score | edf |\n|---|--:|--:|--:|\n")
for (name in c("gaussian-4000", "poisson-4000", "binomial-4000", "gaussian-by-4000", "gaussian-100000", "poisson-100000", "binomial-100000",
    "gaussian-surface-4000", "gaussian-surface-100000", "poisson-surface-100000", "binomial-surface-100000")) {
  if (length(arguments) > 2 && !any(vapply(arguments[-(1:2)], grepl, NA, x = name, fixed = TRUE))) next
  d <- read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = TRUE)
  family <- switch(sub("-.*", "", name), gaussian = gaussian(), poisson = poisson(), binomial = binomial())
  d$response <- switch(sub("-.*", "", name), gaussian = d$y, poisson = d$count, binomial = d$hit)
  fixed <- if (grepl("-by-", name)) response ~ f + s(x, by = f) else if (grepl("-surface-", name)) response ~ s(x, z) else response ~ s(x) + s(z)
  seconds <- sum(system.time(fit <- switch(by,
    gamm4 = gamm4(fixed, random = ~ (1 | g), data = d, family = family, REML = TRUE),
    glmmTMB = glmmTMB(update(fixed, . ~ . + (1 | g)), data = d, family = family, REML = family$family == "gaussian"),
    bam = bam(update(fixed, . ~ . + s(g, bs = "re")), data = d, family = family, method = "fREML"),
    "bam-discrete" = bam(update(fixed, . ~ . + s(g, bs = "re")), data = d, family = family, method = "fREML", discrete = TRUE)))[c("user.self", "sys.self")])
  value <- if (by == "gamm4") as.numeric(logLik(fit$mer)) else if (by == "glmmTMB") as.numeric(logLik(fit)) else -fit$gcv.ubre
  edf <- if (by == "gamm4") summary(fit$gam)$edf else if (by == "glmmTMB") NA else summary(fit, re.test = FALSE)$edf
  cat(sprintf("| %s | %.2f | %.3f | %s |\n", name, seconds, value, paste(round(edf, 2), collapse = ", ")))
}
