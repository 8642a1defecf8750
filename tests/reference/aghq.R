# Adaptive Gauss-Hermite quadrature: Rscript tests/reference/aghq.R  writes aghq.json.
#
# glmer's log-likelihood for nAGQ > 1 leaves out the part of the saturated model, so that it cannot be compared with other fits'.
# "logLik" here is complete: computed at glmer's estimates by quadrature written out below, independent of lme4, with as many points.
# "exactLogLik" integrates over each group's effect by adaptive integration at the same estimates.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

complete.loglik <- function(fit, points) {
  frame <- model.frame(fit)
  answer <- model.response(frame)
  family <- family(fit)
  trials <- if (is.matrix(answer)) rowSums(answer) else rep(1, nrow(frame))
  count <- if (is.matrix(answer)) answer[, 1] else if (is.factor(answer)) as.numeric(answer) - 1 else answer
  fixed <- predict(fit, re.form = NA)
  sd <- as.numeric(getME(fit, "theta"))
  group <- getME(fit, "flist")[[1]]
  density <- function(rows, b) {
    mu <- family$linkinv(fixed[rows] + b)
    sum(if (family$family == "poisson") dpois(count[rows], mu, log = TRUE) else dbinom(count[rows], trials[rows], mu, log = TRUE))
  }
  joint <- function(rows) function(u) density(rows, sd * u) + dnorm(u, log = TRUE)
  rule <- if (is.finite(points)) statmod::gauss.quad(points, "hermite")
  one.group <- function(rows) {
    f <- joint(rows)
    mode <- optimize(f, c(-10, 10), maximum = TRUE, tol = 1e-12)$maximum
    for (step in 1:20) {
      h <- 1e-4
      move <- (f(mode + h) - f(mode - h)) / (2 * h) / ((f(mode + h) - 2 * f(mode) + f(mode - h)) / h^2)
      mode <- mode - move
      if (abs(move) < 1e-10) break
    }
    # Binomial and Poisson with canonical links: the curvature is known exactly.
    mu <- family$linkinv(fixed[rows] + sd * mode)
    curvature <- 1 + sd^2 * sum(trials[rows] * family$variance(mu))
    if (is.null(rule)) {
      top <- f(mode)
      width <- 12 / sqrt(curvature)
      area <- integrate(Vectorize(function(u) exp(f(u) - top)), mode - 2 * width, mode + 2 * width, rel.tol = 1e-11, subdivisions = 2000)
      return(top + log(area$value))
    }
    scale <- sqrt(2 / curvature)
    values <- vapply(rule$nodes, function(x) f(mode + scale * x) + x^2, 0)
    top <- max(values)
    top + log(scale * sum(rule$weights * exp(values - top)))
  }
  sum(vapply(split(seq_along(group), group), one.group, 0))
}

run <- function(name, data, formula, family, points, factors = list()) {
  table <- read.data(data, factors)
  control <- glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e5, rhoend = 1e-9), calc.derivs = TRUE, tolPwrss = 1e-12,
                          check.conv.grad = "ignore", check.conv.hess = "ignore")
  model <- as.formula(formula, globalenv())
  fit <- suppressMessages(glmer(model, table, get(family)(), nAGQ = points, control = control))
  beta <- fixef(fit)
  modes <- ranef(fit, condVar = TRUE)
  flist <- getME(fit, "flist")
  logLik <- complete.loglik(fit, points)
  exact <- complete.loglik(fit, Inf)
  cat(sprintf("%-40s %2d points: glmer %.8f complete %.8f exact %.8f\n", name, points, as.numeric(logLik(fit)), logLik, exact))
  list(name = paste(name, points), dataset = data, formula = formula, family = family, link = family(fit)$link, points = points,
       factors = setNames(lapply(factors, I), as.character(names(factors))), package = "lme4", logLik = logLik, exactLogLik = exact,
       glmerLogLik = as.numeric(logLik(fit)), glmerDeviance = -2 * as.numeric(logLik(fit)),
       observations = nobs(fit), parameters = attr(logLik(fit), "df"),
       fixed = coefficient.rows(beta, as.matrix(vcov(fit, use.hessian = TRUE)), names(beta)),
       variances = variance.rows(unclass(VarCorr(fit)), names(flist)),
       modes = mode.rows(getME(fit, "cnms"), names(flist), list(levels(flist[[1]])), as.vector(getME(fit, "b")),
                         function(index) sqrt(attr(modes[[1]], "postVar")[1, 1, index])))
}

period <- list(period = c("1", "2", "3", "4"))
trt <- list(trt = c("placebo", "drug", "drug+"))
cbpp <- "cbind(incidence, size - incidence) ~ period + (1 | herd)"
contraception <- "use ~ scale(age) + I(scale(age)^2) + urban + livch + (1 | district)"
fits <- list()
for (points in c(1, 2, 5, 9, 25)) fits[[length(fits) + 1]] <- run("cbpp", "cbpp", cbpp, "binomial", points, period)
for (points in c(9, 25)) fits[[length(fits) + 1]] <- run("contraception", "contraception", contraception, "binomial", points)
for (points in c(5, 25)) fits[[length(fits) + 1]] <- run("bacteria", "bacteria", "y ~ trt + week + (1 | ID)", "binomial", points, trt)
for (points in c(9, 25)) fits[[length(fits) + 1]] <- run("epilepsy", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "poisson", points)
for (points in c(25)) fits[[length(fits) + 1]] <- run("guimmun mothers", "guimmun", "immun ~ kid2p + rural + pcInd81 + (1 | mom)", "binomial", points)
save.json(list(versions = package.versions(c("lme4", "statmod")), fits = fits), "aghq.json")
