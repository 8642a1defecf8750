# Generalized estimating equations: geepack's coefficients, standard errors, scale, correlations and QIC; the bias-reduced sandwiches
# of Mancl & DeRouen and of Kauermann & Carroll by their formulas with whole matrices. Rscript tests/reference/gee.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(geepack))

bacteria <- read.data("bacteria")
bacteria$ID <- as.integer(bacteria$ID)
bacteria$cured <- as.integer(bacteria$y == "n")
bacteria <- bacteria[order(bacteria$ID, bacteria$week), ]
epilepsy <- read.data("epilepsy")
epilepsy <- epilepsy[order(epilepsy$subject, epilepsy$period), ]
cbpp <- read.data("cbpp", list(period = as.character(1:4)))
sitka <- read.data("sitka")
sitka <- sitka[order(sitka$tree, sitka$Time), ]
sitka$year <- sitka$Time / 365
control <- geese.control(epsilon = 1e-12, maxit = 2000)

power.of <- function(matrix, power) {
  parts <- eigen(matrix)
  Re(parts$vectors %*% diag(parts$values^power, nrow(matrix)) %*% solve(parts$vectors))
}

# Sandwiches with each subject's whole matrices, from the fitted means, scale and working correlation.
sandwiches <- function(fit, id, correlation) {
  mu <- fit$fitted.values
  family <- family(fit)
  d <- as.vector(family$mu.eta(fit$linear.predictors)) * model.matrix(fit)
  mu <- as.vector(mu)
  blocks <- lapply(split(seq_along(mu), id), function(rows) {
    a <- sqrt(family$variance(mu[rows]) / fit$prior.weights[rows])
    v <- as.numeric(fit$geese$gamma) * outer(a, a) * correlation(rows)
    list(d = d[rows, , drop = FALSE], v = v, r = (fit$y - mu)[rows])
  })
  m <- solve(Reduce(`+`, lapply(blocks, function(b) t(b$d) %*% solve(b$v, b$d))))
  meat <- function(power) Reduce(`+`, lapply(blocks, function(b) {
    h <- b$d %*% m %*% t(b$d) %*% solve(b$v)
    s <- t(b$d) %*% solve(b$v, power.of(diag(nrow(h)) - h, power) %*% b$r)
    s %*% t(s)
  }))
  lapply(c(robust = 0, mancl = -1, kauermann = -0.5), function(power) unname(sqrt(diag(m %*% meat(power) %*% m))))
}

case <- function(name, dataset, formula, data, family, id, corstr, waves = NULL, zcor = NULL) {
  arguments <- list(as.formula(formula), family = family, data = data, id = data[[id]], corstr = corstr, control = control)
  if (!is.null(waves)) arguments$waves <- data[[waves]]
  if (!is.null(zcor)) arguments$zcor <- zcor
  fit <- do.call(geeglm, arguments)
  alpha <- as.numeric(fit$geese$alpha)
  occasion <- if (is.null(waves)) ave(seq_len(nrow(data)), data[[id]], FUN = seq_along) else as.integer(factor(data[[waves]]))
  k <- max(occasion)
  whole <- diag(k)
  if (corstr == "exchangeable") whole[] <- alpha
  if (corstr == "ar1") whole <- alpha^abs(outer(1:k, 1:k, "-"))
  if (corstr == "unstructured") { whole[lower.tri(whole)] <- alpha; whole <- t(whole); whole[lower.tri(whole)] <- alpha }
  if (corstr == "fixed") whole <- given
  diag(whole) <- 1
  own <- sandwiches(fit, data[[id]], function(rows) whole[occasion[rows], occasion[rows], drop = FALSE])
  stopifnot(max(abs(own$robust - sqrt(diag(fit$geese$vbeta)))) < 1e-6)
  qic <- tryCatch(QIC(fit), error = function(e) rep(NA, 6))
  list(name = name, dataset = dataset, formula = formula, family = family$family, id = id, correlation = corstr, order = waves,
       names = names(coef(fit)), estimate = unname(coef(fit)), robust = unname(sqrt(diag(fit$geese$vbeta))),
       model = unname(sqrt(diag(fit$geese$vbeta.naiv))), mancl = own$mancl, kauermann = own$kauermann,
       scale = as.numeric(fit$geese$gamma), matrix = I(unname(whole)), qic = unname(qic[1]), qicu = unname(qic[2]), quasi = unname(qic[3]), cic = unname(qic[4]))
}

given <- 0.6^abs(outer(1:4, 1:4, "-"))
fixed <- rep(given[lower.tri(given)], length(unique(epilepsy$subject)))
y <- "y ~ trt * log(base) + log(age)"
results <- list(
  case("epilepsy independence", "epilepsy", y, epilepsy, poisson(), "subject", "independence"),
  case("epilepsy exchangeable", "epilepsy", y, epilepsy, poisson(), "subject", "exchangeable"),
  case("epilepsy ar1", "epilepsy", y, epilepsy, poisson(), "subject", "ar1", "period"),
  case("epilepsy unstructured", "epilepsy", y, epilepsy, poisson(), "subject", "unstructured", "period"),
  case("epilepsy fixed", "epilepsy", y, epilepsy, poisson(), "subject", "fixed", "period", fixed),
  case("bacteria exchangeable", "bacteria", "cured ~ trt + week", bacteria, binomial(), "ID", "exchangeable"),
  case("bacteria ar1 with gaps", "bacteria", "cured ~ trt + week", bacteria, binomial(), "ID", "ar1", "week"),
  case("bacteria ar1 without order", "bacteria", "cured ~ trt + week", bacteria, binomial(), "ID", "ar1"),
  case("cbpp exchangeable", "cbpp", "cbind(incidence, size - incidence) ~ period", cbpp, binomial(), "herd", "exchangeable"),
  case("sitka exchangeable", "sitka", "size ~ treat * year", sitka, gaussian(), "tree", "exchangeable"),
  case("sitka ar1", "sitka", "size ~ treat * year", sitka, gaussian(), "tree", "ar1", "Time"),
  case("sitka gamma", "sitka", "size ~ treat * year", sitka, Gamma(log), "tree", "exchangeable"))
save.json(list(versions = package.versions("geepack"), fits = results), "gee.json")
