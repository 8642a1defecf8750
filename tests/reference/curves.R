# Further smooths by mgcv and gamm4, on other data than those of smooths.R: tensor products of three, of a surface and a curve, and in
# several parts; small and large bases; curves of a factor beside random effects; families with dispersion beside groups:
#   Rscript tests/reference/curves.R  writes curves.json.
# What stands in it is what stands in smooths.json.

suppressPackageStartupMessages({ library(mgcv); library(gamm4); library(jsonlite) })
folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

make <- function(n) {
  d <- data.frame(day = round(runif(n, 0, 365), 1), temperature = round(rnorm(n, 12, 5), 2), east = round(runif(n, 0, 10), 3),
                  north = round(runif(n, 0, 4), 3), dose = round(rexp(n), 3), kind = factor(sample(c("oak", "pine", "yew"), n, TRUE)),
                  site = factor(sprintf("s%02d", sample(1:15, n, TRUE))), trials = sample(4:12, n, TRUE))
  d
}
set.seed(31)
n <- 400
d <- make(n)
ranef <- round(rnorm(15, 0, 0.4), 3)
season <- cos(2 * pi * (d$day - 120) / 365)
eta <- 0.8 * season + 0.5 * sin(d$temperature / 4) + 0.3 * sin(d$east) * d$north / 2 + 0.2 * d$dose * season + c(0, 0.4, -0.3)[d$kind] + ranef[d$site]
d$growth <- round(2 + eta + rnorm(n, 0, 0.6), 4)
d$count <- rpois(n, exp(0.5 + 0.6 * eta))
d$hatched <- rbinom(n, d$trials, plogis(eta))
d$died <- d$trials - d$hatched
d$over <- rnbinom(n, mu = exp(1 + 0.6 * eta), size = 1.5)
d$biomass <- round(rTweedie(exp(0.3 + 0.6 * eta), p = 1.4, phi = 1.1), 4)
new <- make(20)

versions <- list(R = R.version.string, mgcv = as.character(packageVersion("mgcv")), gamm4 = as.character(packageVersion("gamm4")))
fits <- list()
families <- list(gaussian = gaussian(), poisson = poisson(), binomial = binomial(), nbinom2 = nb(), tweedie = tw())

keep <- function(name, text, family, reml, package, logLik, gam.object, newdata = new) {
  s <- summary(gam.object)$s.table
  p <- predict(gam.object, newdata, se.fit = TRUE)
  fits[[length(fits) + 1]] <<- list(name = name, formula = text, family = family, reml = reml, package = package, logLik = as.numeric(logLik),
    residualDf = gam.object$df.residual,
    smooths = lapply(seq_len(nrow(s)), function(i) list(name = rownames(s)[i], edf = s[i, 1], referenceDf = s[i, 2], statistic = s[i, 3], p = s[i, 4])),
    fit = as.numeric(p$fit), standardError = as.numeric(p$se.fit))
  cat(sprintf("%-28s %12.5f  %s\n", name, as.numeric(logLik), paste(round(s[, 1], 3), collapse = " ")))
}
case <- function(name, text, family = "gaussian", reml = TRUE, knots = NULL, r = text, tol = 1e-10) {
  control <- gam.control(epsilon = 1e-11, maxit = 500, mgcv.tol = 1e-11, newton = list(conv.tol = tol, maxNstep = 5, maxSstep = 2, maxHalf = 30, use.svd = FALSE))
  b <- gam(as.formula(r), data = d, family = families[[family]], method = if (reml) "REML" else "ML", knots = knots, control = control)
  keep(paste(name, if (reml) "REML" else "ML"), text, family, reml, "mgcv", -b$gcv.ubre, b)
}
year <- list(day = c(0, 365))
case("year by kind", "growth ~ kind + s(day, by = kind, bs = \"cc\", k = 8, knots = c(0, 365))", r = "growth ~ kind + s(day, by = kind, bs = \"cc\", k = 8)", knots = year)
case("year by dose", "growth ~ s(day, by = dose, bs = \"cc\", k = 9, knots = c(0, 365)) + s(temperature, k = 30)", r = "growth ~ s(day, by = dose, bs = \"cc\", k = 9) + s(temperature, k = 30)", knots = year)
case("te with season", "growth ~ te(temperature, day, bs = c(\"tp\", \"cc\"), k = c(5, 7), knots = list(day = c(0, 365)))", r = "growth ~ te(temperature, day, bs = c(\"tp\", \"cc\"), k = c(5, 7))", knots = year)
case("te of three", "growth ~ te(temperature, east, north, k = c(4, 4, 4))")
case("te of a surface", "growth ~ te(east, north, temperature, d = c(2, 1), k = c(12, 4), bs = c(\"tp\", \"cr\"))")
case("small and large", "growth ~ s(temperature, k = 3) + s(day, k = 40) + s(dose, bs = \"cr\", k = 4)")
case("small and large", "growth ~ s(temperature, k = 3) + s(day, k = 40) + s(dose, bs = \"cr\", k = 4)", reml = FALSE)
case("t2 and groups", "growth ~ kind + t2(east, north, k = 5) + s(site, bs = \"re\")")
case("fs and groups", "growth ~ s(temperature, k = 6) + s(temperature, kind, bs = \"fs\", k = 5, m = 1) + s(site, bs = \"re\")")
case("surface", "growth ~ s(east, north, k = 40) + s(day, bs = \"cp\", k = 10)")
case("poisson te groups", "count ~ te(east, north, k = 4) + s(site, bs = \"re\")", "poisson")
case("poisson by number", "count ~ s(temperature, by = dose, k = 6) + s(day, bs = \"cp\", k = 8)", "poisson")
case("binomial trials", "cbind(hatched, died) ~ kind + s(day, bs = \"cp\", k = 8) + s(temperature, bs = \"ps\")", "binomial")
case("binomial trials groups", "cbind(hatched, died) ~ s(day, by = kind, bs = \"cp\", k = 7) + kind + s(site, bs = \"re\")", "binomial")
case("nbinom2 groups", "over ~ s(temperature, k = 20) + s(site, bs = \"re\")", "nbinom2")
case("nbinom2 ti", "over ~ ti(east, k = 5) + ti(north, k = 5) + ti(east, north, k = 4)", "nbinom2")
case("tweedie groups", "biomass ~ s(temperature) + s(site, bs = \"re\")", "tweedie")
case("tweedie te", "biomass ~ kind + te(temperature, dose, k = 4)", "tweedie")

mixed <- function(name, text, r, random, family = "gaussian", reml = TRUE) {
  b <- gamm4(as.formula(r), random = as.formula(random), data = d, family = families[[family]], REML = reml,
             control = if (family == "gaussian") lmerControl(optCtrl = list(xtol_abs = 1e-11, ftol_abs = 1e-11))
                       else glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), tolPwrss = 1e-11))
  keep(paste("gamm4", name, if (reml) "REML" else "ML"), text, family, reml && family == "gaussian", "gamm4", logLik(b$mer), b$gam)
}
mixed("cc", "growth ~ kind + s(temperature, k = 6) + s(day, bs = \"cc\", k = 8) + (1 | site)", "growth ~ kind + s(temperature, k = 6) + s(day, bs = \"cc\", k = 8)", "~ (1 | site)")
mixed("t2", "growth ~ t2(east, north, k = 5) + (dose | site)", "growth ~ t2(east, north, k = 5)", "~ (dose | site)")
mixed("poisson by", "count ~ kind + s(day, by = kind, bs = \"cr\", k = 7) + (1 | site)", "count ~ kind + s(day, by = kind, bs = \"cr\", k = 7)", "~ (1 | site)", "poisson", reml = FALSE)

plain <- function(table) lapply(table, function(column) if (is.factor(column)) as.character(column) else column)
write(toJSON(list(versions = versions, data = plain(d), new = plain(new), fits = fits), digits = 14, auto_unbox = TRUE, na = "null"),
      file.path(folder, "curves.json"))
