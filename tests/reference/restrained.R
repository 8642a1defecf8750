# Parameters held at a value (glmmTMB's map and start; metafor for known sampling variances) and penalised fits (priors on
# coefficients, standard deviations and correlations added to glmmTMB's own objective and its exact gradient); writes
# restrained.json.

source(file.path(dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))), "common.R"))
suppressPackageStartupMessages({ library(jsonlite); library(metafor) })

describe <- function(name, objective, beta, errors, deviations, parameters, ...) {
  list(name = name, logLik = -objective, parameters = parameters, coefficients = names(beta), estimates = unname(beta),
       errors = unname(errors), deviations = unname(deviations), ...)
}


# Full convergence by Newton steps over glmmTMB's own objective, with a penalty on its parameters (by name of parameter).
penalised <- function(fit, penalty = function(par) 0, slope = function(par) 0 * par) {
  obj <- fit$obj
  f <- function(par) obj$fn(par) + penalty(par)
  g <- function(par) as.vector(obj$gr(par)) + slope(par)
  found <- polished(fit$fit$par, f, g)
  hessian <- optimHess(found$par, f, g, control = list(ndeps = rep(1e-4, length(found$par))))
  report <- TMB::sdreport(obj, par.fixed = found$par, hessian.fixed = hessian)
  errors <- sqrt(diag(solve(hessian)))
  list(par = found$par, objective = found$objective - penalty(found$par), penalty = penalty(found$par), errors = errors, report = report)
}


sleep <- read.data("sleepstudy")
cbpp <- read.data("cbpp")
cbpp$period <- factor(cbpp$period)
owls <- read.data("owls")
bacteria <- read.data("bacteria")
salamanders <- read.data("salamanders")
held <- list()
none <- factor(NA)

keep <- function(name, fit, names.of.beta = names(fixef(fit)$cond), ...) {
  exact <- penalised(fit)
  fit$obj$fn(exact$par)
  report <- fit$obj$report(fit$obj$env$last.par)
  at <- names(exact$par) == "beta"
  beta <- setNames(exact$par[at], names.of.beta)
  describe(name, exact$objective, beta, exact$errors[at], unlist(c(report$sd, report$sdzi)), length(exact$par), ...)
}

# REML integrates the fixed effects out: they stand among the random effects of the report.
keep.reml <- function(name, fit, parameters) {
  exact <- polished(fit$fit$par, fit$obj$fn, fit$obj$gr)
  fit$obj$fn(exact$par)
  last <- fit$obj$env$last.par
  report <- fit$obj$report(last)
  joint <- fit$obj$env$spHess(last, random = TRUE)
  random <- names(last)[fit$obj$env$random]
  at <- which(random == "beta")
  errors <- sqrt(diag(solve(as.matrix(joint)))[at])
  describe(name, exact$objective, setNames(last[names(last) == "beta"], names(fixef(fit)$cond)), errors, unlist(report$sd), parameters)
}

held[[1]] <- keep("residual deviation", glmmTMB(Reaction ~ Days + (1 | Subject), sleep, map = list(betad = none), start = list(betad = 2 * log(30))))
held[[2]] <- keep("deviation of intercepts", glmmTMB(Reaction ~ Days + (1 | Subject), sleep, map = list(theta = none), start = list(theta = log(40))))
held[[3]] <- keep("correlation", glmmTMB(Reaction ~ Days + (Days | Subject), sleep, map = list(theta = factor(c(1, 2, NA))),
                                         start = list(theta = c(log(20), log(5), 0.3 / sqrt(1 - 0.3^2)))))
held[[4]] <- keep("deviation of slopes", glmmTMB(Reaction ~ Days + (Days | Subject), sleep, map = list(theta = factor(c(1, NA, 2))),
                                         start = list(theta = c(log(20), log(4), 0))))
held[[5]] <- keep.reml("residual deviation by REML", glmmTMB(Reaction ~ Days + (Days | Subject), sleep, REML = TRUE, map = list(betad = none),
                                                        start = list(betad = 2 * log(30))), 5)
held[[6]] <- keep.reml("deviation of intercepts by REML", glmmTMB(Reaction ~ Days + (1 | Subject), sleep, REML = TRUE, map = list(theta = none),
                                                             start = list(theta = log(40))), 3)
held[[7]] <- keep.reml("dispersion formula by REML", glmmTMB(Reaction ~ Days + (1 | Subject), sleep, REML = TRUE, dispformula = ~ Days), 5)
held[[8]] <- keep("dispersion of counts", glmmTMB(SiblingNegotiation ~ FoodTreatment + SexParent + offset(log(BroodSize)) + (1 | Nest), owls, nbinom2,
                                                  map = list(betad = none), start = list(betad = log(1.5))))
held[[9]] <- keep("coefficient", glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial,
                                         map = list(beta = factor(c(1, 2, NA, 3))), start = list(beta = c(-1, -1, -1.2, -1.5))),
                  c("(Intercept)", "period2", "period4"))
held[[10]] <- keep("zero inflation", glmmTMB(count ~ mined + (1 | site), salamanders, poisson, ziformula = ~ mined,
                                             map = list(betazi = factor(c(1, NA))), start = list(betazi = c(0, -1))))
held[[11]] <- keep("deviation of binomial", glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial,
                                             map = list(theta = none), start = list(theta = log(0.5))))

# Known sampling variances.
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = metadat::dat.bcg)
meta <- lapply(c("ML", "REML"), function(method) {
  fit <- rma(yi, vi, mods = ~ ablat, data = bcg, method = method, control = list(threshold = 1e-10, maxiter = 1000))
  list(method = method, estimates = as.vector(fit$beta), errors = fit$se, tau = sqrt(fit$tau2), logLik = as.numeric(logLik(fit)),
       gram = as.numeric(determinant(crossprod(model.matrix(fit)))$modulus))
})

# Priors: minus the log-density and its derivative, over the coefficients (columns of the design but the intercept).
normal <- function(m, s) list(f = function(x) -dnorm(x, m, s, log = TRUE), g = function(x) (x - m) / s^2)
student <- function(df, m, s) list(f = function(x) -(dt((x - m) / s, df, log = TRUE) - log(s)), g = function(x) (df + 1) * (x - m) / (df * s^2 + (x - m)^2))
gamma.prior <- function(mean, shape) list(f = function(x) -dgamma(x, shape, shape / mean, log = TRUE), g = function(x) -(shape - 1) / x + shape / mean)

with.prior <- function(name, fit, parts) {
  at <- function(par, part) { i <- which(names(par) == part$vector); if (is.null(part$which)) i else i[part$which] }
  scale <- function(par, part) if (part$vector == "theta") exp(par[at(par, part)]) else par[at(par, part)]
  penalty <- function(par) sum(sapply(parts, function(p) sum(p$prior$f(scale(par, p)))))
  slope <- function(par) {
    result <- 0 * par
    for (p in parts) {
      x <- scale(par, p)
      result[at(par, p)] <- result[at(par, p)] + p$prior$g(x) * (if (p$vector == "theta") x else 1)
    }
    result
  }
  exact <- penalised(fit, penalty, slope)
  fit$obj$fn(exact$par)
  report <- fit$obj$report(fit$obj$env$last.par)
  beta <- names(exact$par) == "beta"
  describe(name, exact$objective, setNames(exact$par[beta], names(fixef(fit)$cond)), exact$errors[beta], unlist(report$sd),
           length(exact$par), logPrior = -exact$penalty)
}

quiet <- function(expr) suppressWarnings(suppressMessages(expr))
separated <- subset(bacteria, !(trt == "drug" & y == "n"))
separated$present <- as.numeric(separated$y == "y")
priors <- list(
  with.prior("normal on separated", quiet(glmmTMB(present ~ trt + (1 | ID), separated, binomial)), list(list(vector = "beta", which = 2:3, prior = normal(0, 2.5)))),
  with.prior("student on separated", quiet(glmmTMB(present ~ trt + (1 | ID), separated, binomial)), list(list(vector = "beta", which = 2:3, prior = student(3, 0, 2.5)))),
  with.prior("cauchy without groups", quiet(glmmTMB(present ~ trt + week, separated, binomial)),
             list(list(vector = "beta", which = 1, prior = student(1, 0, 10)), list(vector = "beta", which = 2:4, prior = student(1, 0, 2.5)))),
  with.prior("gamma on deviation", quiet(glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial)),
             list(list(vector = "theta", prior = gamma.prior(1, 2.5)))),
  with.prior("gamma on deviation of gaussian", quiet(glmmTMB(Reaction ~ Days + (1 | Subject), sleep)),
             list(list(vector = "theta", prior = gamma.prior(20, 5)), list(vector = "beta", which = 2, prior = normal(8, 1)))),
  with.prior("gamma on slopes", quiet(glmmTMB(Reaction ~ Days + (Days | Subject), sleep)), list(list(vector = "theta", which = 1:2, prior = gamma.prior(15, 3)))),
  with.prior("normal on zero inflation", quiet(glmmTMB(count ~ mined + (1 | site), salamanders, poisson, ziformula = ~ mined)),
             list(list(vector = "betazi", which = 2, prior = normal(0, 0.5)))))

writeLines(toJSON(list(held = held, meta = list(yi = as.vector(bcg$yi), vi = as.vector(bcg$vi), ablat = bcg$ablat, fits = meta), priors = priors),
                  auto_unbox = TRUE, digits = 12, pretty = TRUE), file.path(this.folder, "restrained.json"))
