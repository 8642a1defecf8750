# Smooths by mgcv (gam with REML and ML) and gamm4, on simulated data that stand in the JSON:
#   Rscript tests/reference/smooths.R  writes smooths.json.
# For each model: the log-likelihood (REML or ML score), effective degrees of freedom and tests of the smooths, and predictions of the linear
# predictor with standard errors at twenty new places.

suppressPackageStartupMessages({ library(mgcv); library(gamm4); library(jsonlite) })
folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

make <- function(n) {
  d <- data.frame(x = round(runif(n), 4), z = round(runif(n, -1, 1), 4), w = round(rnorm(n), 3), month = sample(1:12, n, TRUE),
                  f = factor(sample(c("a", "b", "c"), n, TRUE)), g = factor(sprintf("g%02d", sample(1:12, n, TRUE))))
  d$o <- factor(as.character(d$f), ordered = TRUE)
  d
}
set.seed(20)
n <- 240
d <- make(n)
ranef <- round(rnorm(12, 0, 0.4), 3)
eta <- sin(2 * pi * d$x) + 0.6 * d$z^2 + 0.5 * cos(2 * pi * d$month / 12) + c(0, 0.5, -0.3)[d$f] * (1 + 2 * d$x) + ranef[d$g]
d$y <- round(eta + rnorm(n, 0, 0.5), 4)
d$count <- rpois(n, exp(0.6 + 0.7 * eta))
d$event <- rbinom(n, 1, plogis(eta))
d$over <- rnbinom(n, mu = exp(1 + 0.7 * eta), size = 2)
d$mass <- round(rTweedie(exp(0.5 + 0.7 * eta), p = 1.5, phi = 1.3), 4)
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
  cat(sprintf("%-28s %12.5f\n", name, as.numeric(logLik)))
}

# `text` is EcoGlmm's formula; mgcv's has its knots apart.
# `start`: smoothing parameters to begin from, where mgcv's own start leads to a lower maximum.
case <- function(name, text, family = "gaussian", reml = TRUE, knots = NULL, r = text, tol = 1e-10, start = NULL) {
  control <- gam.control(epsilon = 1e-11, maxit = 500, mgcv.tol = 1e-11, newton = list(conv.tol = tol, maxNstep = 5, maxSstep = 2, maxHalf = 30, use.svd = FALSE))
  b <- gam(as.formula(r), data = d, family = families[[family]], method = if (reml) "REML" else "ML", knots = knots, control = control,
           in.out = if (is.null(start)) NULL else list(sp = start, scale = 0.25))
  keep(paste(name, if (reml) "REML" else "ML"), text, family, reml, "mgcv", -b$gcv.ubre, b)
}

case("tp", "y ~ s(x)")
case("tp", "y ~ s(x)", reml = FALSE)
case("tp k20", "y ~ s(x, k = 20)")
case("tp m3", "y ~ s(x, m = 3)")
case("cr", "y ~ s(x, bs = \"cr\")")
case("cr", "y ~ s(x, bs = \"cr\", k = 15)", reml = FALSE)
case("cs", "y ~ s(x, bs = \"cs\") + s(z, bs = \"cs\")")
case("ts", "y ~ s(x, bs = \"ts\") + s(z, bs = \"ts\")")
case("ps", "y ~ s(x, bs = \"ps\")")
case("ps m", "y ~ s(x, bs = \"ps\", m = c(1, 1), k = 12)")
case("cc", "y ~ s(month, bs = \"cc\", k = 8, knots = c(0.5, 12.5))", r = "y ~ s(month, bs = \"cc\", k = 8)", knots = list(month = c(0.5, 12.5)))
case("cp", "y ~ s(month, bs = \"cp\", k = 8, knots = c(0, 12))", r = "y ~ s(month, bs = \"cp\", k = 8)", knots = list(month = c(0, 12)))
case("two", "y ~ f + s(x) + s(z)")
case("two", "y ~ f + s(x) + s(z)", reml = FALSE)
case("surface", "y ~ s(x, z, k = 20)")
case("te", "y ~ te(x, z)")
case("te", "y ~ te(x, z)", reml = FALSE)
case("te mixed", "y ~ te(x, month, bs = c(\"tp\", \"cr\"), k = c(5, 6))")
case("ti", "y ~ s(x, bs = \"cr\") + s(z, bs = \"cr\") + ti(x, z, k = 4)")
case("ti tp", "y ~ ti(x, bs = \"tp\") + ti(z, bs = \"tp\") + ti(x, z, bs = \"tp\")", start = c(0.1, 0.1, 10, 1e4))
case("by factor", "y ~ f + s(x, by = f, k = 8)")
case("by ordered", "y ~ o + s(x, k = 8) + s(x, by = o, k = 8)")
case("by number", "y ~ s(x, by = w) + s(z)")
case("re", "y ~ s(x) + s(g, bs = \"re\")")
case("re slope", "y ~ s(x) + s(g, bs = \"re\") + s(g, z, bs = \"re\")")
case("sz", "y ~ s(x) + s(x, f, bs = \"sz\")")
case("sz alike", "y ~ s(x, k = 8) + s(f, x, bs = \"sz\", k = 8, id = 1)")
case("sz cr", "y ~ s(x, bs = \"cr\") + s(x, f, bs = \"sz\", xt = list(bs = \"cr\"), k = 6)")
case("t2", "y ~ t2(x, z, bs = \"tp\")")
case("t2 unequal", "y ~ t2(x, month, bs = \"tp\", k = c(5, 6))")
case("fs", "y ~ s(x, k = 8) + s(x, g, bs = \"fs\", k = 5, m = 1)")
case("poisson sz", "count ~ s(x, k = 6) + s(x, f, bs = \"sz\", k = 6)", "poisson")
case("poisson tp", "count ~ s(x)", "poisson")
case("poisson several", "count ~ f + s(x) + s(z, bs = \"cr\") + s(month, bs = \"cc\", k = 8)", "poisson")
case("poisson te", "count ~ te(x, z, k = 4)", "poisson")
case("poisson re", "count ~ s(x) + s(g, bs = \"re\")", "poisson")
case("poisson by", "count ~ f + s(x, by = f, k = 6)", "poisson")
case("binomial tp", "event ~ s(x) + s(z)", "binomial")
case("binomial re", "event ~ s(x, bs = \"cr\") + s(g, bs = \"re\")", "binomial")
case("nbinom2 tp", "over ~ s(x)", "nbinom2")
case("nbinom2 several", "over ~ f + s(x) + s(z)", "nbinom2")
case("nbinom2 ps", "over ~ f + s(x, bs = \"ps\")", "nbinom2")
case("tweedie tp", "mass ~ s(x)", "tweedie")
case("tweedie several", "mass ~ f + s(x) + s(month, bs = \"cc\", k = 8)", "tweedie")

mixed <- function(name, text, r, random, family = "gaussian", reml = TRUE) {
  b <- gamm4(as.formula(r), random = as.formula(random), data = d, family = families[[family]], REML = reml,
             control = if (family == "gaussian") lmerControl(optCtrl = list(xtol_abs = 1e-11, ftol_abs = 1e-11))
                       else glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), tolPwrss = 1e-11))
  keep(paste("gamm4", name, if (reml) "REML" else "ML"), text, family, reml && family == "gaussian", "gamm4", logLik(b$mer), b$gam)
}
mixed("tp", "y ~ s(x) + (1 | g)", "y ~ s(x)", "~ (1 | g)")
mixed("cr slopes", "y ~ s(x, bs = \"cr\") + (z | g)", "y ~ s(x, bs = \"cr\")", "~ (z | g)")
mixed("two", "y ~ f + s(x) + s(z) + (1 | g)", "y ~ f + s(x) + s(z)", "~ (1 | g)", reml = FALSE)
mixed("poisson", "count ~ s(x) + (1 | g)", "count ~ s(x)", "~ (1 | g)", "poisson", reml = FALSE)
mixed("binomial", "event ~ s(x) + (1 | g)", "event ~ s(x)", "~ (1 | g)", "binomial", reml = FALSE)

plain <- function(table) lapply(table, function(column) if (is.factor(column)) as.character(column) else column)
write(toJSON(list(versions = versions, data = plain(d), new = plain(new), fits = fits), digits = 14, auto_unbox = TRUE, na = "null"),
      file.path(folder, "smooths.json"))
