# Location-scale models of effect sizes whose true effects scatter differently, also where some do not scatter at all (tau2 = 0): metafor's
# rma(scale = ...) on published data sets of metadat.
#
#   Rscript tests/reference/scale.R  writes scale.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor); library(metadat) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
expectancy <- dat.raudenbush1985
expectancy$few <- ifelse(expectancy$weeks > 1, "many", "few")
tables <- list(
  bcg = data.frame(yi = as.vector(bcg$yi), vi = as.vector(bcg$vi), alloc = bcg$alloc, ablat = bcg$ablat),
  expectancy = data.frame(yi = as.vector(expectancy$yi), vi = as.vector(expectancy$vi), weeks = expectancy$weeks, few = expectancy$few))
fits <- list()
add <- function(table, mods, scale) for (method in c("ML", "REML")) {
  f <- suppressWarnings(rma(yi, vi, mods = mods, scale = scale, data = tables[[table]], method = method, control = list(maxiter = 10000)))
  # metafor's restricted likelihood leaves out half the log-determinant of X'X; a tau2 of zero is one below 1e-8.
  fits[[length(fits) + 1]] <<- list(table = table, mods = deparse(mods), scale = deparse(scale), method = method,
    logLik = as.vector(logLik(f)) - if (method == "REML") 0.5 * c(determinant(crossprod(f$X))$modulus) else 0,
    beta = I(as.vector(f$beta)), se = I(as.vector(f$se)), tau2 = as.vector(f$tau2), alpha = I(as.vector(f$alpha)), alphase = I(as.vector(f$se.alpha)))
}
add("bcg", ~ 1, ~ alloc)
add("bcg", ~ 1, ~ ablat)
add("bcg", ~ ablat, ~ ablat)
add("expectancy", ~ 1, ~ few)
add("expectancy", ~ weeks, ~ weeks)
add("expectancy", ~ few, ~ few)
write(toJSON(list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))), tables = tables, fits = fits),
             digits = 14, auto_unbox = TRUE, na = "null", dataframe = "columns"), file.path(this.folder, "scale.json"))
