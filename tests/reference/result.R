# Turns one fitted model into the plain list that goes into the JSON; sourced after common.R.

result.of <- function(fit, case, data, formula, new.data) {
  if (inherits(fit, "merMod")) lme4.result(fit, case, data, formula, new.data) else glmmTMB.result(fit, case, data, formula, new.data)
}

head.of <- function(fit, sigma) {
  likelihood <- logLik(fit)
  list(logLik = as.numeric(likelihood), aic = AIC(fit), bic = BIC(fit), observations = attr(likelihood, "nobs"),
       parameters = attr(likelihood, "df"), sigma = sigma)
}

lme4.result <- function(fit, case, data, formula, new.data) {
  beta <- fixef(fit)
  covariance <- as.matrix(vcov(fit))
  groups <- names(getME(fit, "cnms"))
  blocks <- unclass(VarCorr(fit))
  flist <- getME(fit, "flist")
  level.names <- lapply(groups, function(g) levels(flist[[g]]))
  lambda <- t(getME(fit, "Lambdat"))
  factor <- getME(fit, "L")
  deviation <- function(index) {
    row <- lambda[index, , drop = FALSE]
    sigma(fit) * sqrt(max(sum(row * t(solve(factor, t(row), system = "A"))), 0))
  }
  singular <- isSingular(fit, tol = 1e-5)
  used <- data[rownames(model.frame(fit)), , drop = FALSE]
  weights <- if (is.null(case$weights)) rep(1, nrow(used)) else used[[case$weights]]
  response <- residuals(fit, type = "response")
  design <- fixed.design(fit, formula, data, new.data, names(beta))
  population <- predict(fit, new.data, re.form = NA, allow.new.levels = TRUE)
  stopifnot(isTRUE(all.equal(unname(predict(fit, used)), unname(fitted(fit)), tolerance = 1e-8)))
  c(head.of(fit, sigma(fit)), list(
    singular = singular,
    fixed = coefficient.rows(beta, covariance, design$names),
    variances = variance.rows(blocks, groups),
    modes = mode.rows(getME(fit, "cnms"), groups, level.names, as.vector(getME(fit, "b")), deviation),
    fitted = head(unname(fitted(fit)), 20),
    residuals = list(response = head(unname(response), 10), pearson = head(unname(residuals(fit, type = "pearson")), 10),
                     deviance = head(unname(sqrt(weights) * response), 10)),
    predictions = list(data = data.columns(new.data),
                       conditional = unname(predict(fit, new.data, re.form = NULL)),
                       population = unname(population),
                       populationError = design$errors(covariance))))
}

# Rows of the fixed-effects design at the new data, and the standard error of its product with the estimates.
fixed.design <- function(fit, formula, data, new.data, kept) {
  trained <- delete.response(terms(model.frame(nobars(formula), data)))
  full <- model.matrix(trained, model.frame(trained, data))
  rows <- model.matrix(trained, model.frame(trained, new.data, xlev = lapply(Filter(is.factor, model.frame(trained, data)), levels)))
  list(names = colnames(full), errors = function(covariance) {
    x <- rows[, kept, drop = FALSE]
    unname(sqrt(pmax(rowSums((x %*% covariance) * x), 0)))
  })
}

glmmTMB.result <- function(fit, case, data, formula, new.data) {
  family <- family(fit)$family
  beta <- fixef(fit)$cond
  covariance <- as.matrix(vcov(fit)$cond)
  sigma <- sigma(fit)
  response <- unname(residuals(fit, type = "response"))
  mu <- unname(fitted(fit))
  answer <- model.response(model.frame(fit))
  used <- data[rownames(model.frame(fit)), , drop = FALSE]
  weights <- if (!is.null(dim(answer))) rowSums(answer) else if (is.null(case$weights)) rep(1, nrow(used)) else used[[case$weights]]
  design <- fixed.design(fit, formula, data, new.data, names(beta))
  # This version of glmmTMB does not predict from a rank-deficient fit.
  aliased <- length(beta) < length(design$names)
  stopifnot(aliased || isTRUE(all.equal(unname(predict(fit, used, type = "response")), mu, tolerance = 1e-6)))
  with.modes <- function(type, modes, error = FALSE)
    if (aliased) NULL else suppressWarnings(predict(fit, new.data, type = type, re.form = modes, se.fit = error, allow.new.levels = TRUE))
  conditional <- with.modes("link", NULL, TRUE)
  random <- random.rows(fit)
  result <- c(head.of(fit, sigma), list(
    gradient = max(abs(fit$obj$gr(fit$fit$par))),
    fixed = coefficient.rows(beta, covariance, design$names),
    variances = random$variances,
    modes = random$modes,
    fitted = head(mu, 20),
    residuals = list(response = head(response, 10),
                     pearson = head(tryCatch(unname(residuals(fit, type = "pearson")), error = function(e) NULL), 10),
                     deviance = if (is.null(case$zi) && is.null(case$disp))
                       head(deviance.residuals(family, mu + response, mu, weights, sigma), 10)),
    predictions = list(data = data.columns(new.data),
                       conditional = unname(conditional$fit),
                       conditionalError = unname(conditional$se.fit),
                       conditionalResponse = unname(with.modes("response", NULL)),
                       population = unname(with.modes("link", NA)),
                       populationError = design$errors(covariance),
                       populationResponse = unname(with.modes("response", NA)))))
  result$singular <- FALSE
  zi <- fixef(fit)$zi
  if (length(zi)) {
    result$zeroInflation <- coefficient.rows(zi, as.matrix(vcov(fit)$zi), names(zi))
    result$predictions$conditionalMean <- unname(with.modes("conditional", NULL))
    result$predictions$zeroProbability <- unname(with.modes("zprob", NULL))
  }
  disp <- fixef(fit)$disp
  if (!is.null(case$disp)) {
    # This version of glmmTMB models the logarithm of a Gaussian's variance, current ones that of its standard deviation.
    scale <- if (family == "gaussian") 0.5 else 1
    result$dispersion <- coefficient.rows(scale * disp, scale^2 * as.matrix(vcov(fit)$disp), names(disp))
  }
  shape <- family_params(fit)
  if (length(shape)) result$shape <- unname(shape)
  result
}

# Variances and conditional modes; the standard deviation of a mode is given the parameters, from the inner Hessian of the joint density.
random.rows <- function(fit) {
  terms <- fit$modelInfo$reTrms
  parameters <- fit$obj$env$last.par.best
  inner <- fit$obj$env$random
  modes <- parameters[inner]
  hessian <- if (length(inner)) fit$obj$env$spHess(parameters, random = TRUE)
  factor <- if (length(inner)) Matrix::Cholesky(hessian, LDL = FALSE)
  variances <- rows <- list()
  for (part in c("cond", "zi")) {
    info <- terms[[part]]
    if (length(info$cnms) == 0) next
    label <- c(cond = "Conditional", zi = "ZeroInflation")[[part]]
    groups <- names(info$cnms)
    level.names <- lapply(groups, function(g) levels(info$flist[[g]]))
    position <- which(names(modes) == c(cond = "b", zi = "bzi")[[part]])
    deviation <- function(index) {
      unit <- numeric(length(inner))
      unit[position[index]] <- 1
      sqrt(as.vector(Matrix::solve(factor, unit, system = "A"))[position[index]])
    }
    variances <- c(variances, variance.rows(VarCorr(fit)[[part]], groups, label))
    rows <- c(rows, mode.rows(info$cnms, groups, level.names, unname(modes[position]), deviation, label))
  }
  list(variances = variances, modes = rows)
}

# A variance estimated as zero: everything else is the fit without that term, which has the same likelihood.
at.boundary <- function(full, reduced, zero) {
  stopifnot(abs(full$logLik - reduced$logLik) < 1e-5)
  n.extra <- full$parameters - reduced$parameters
  result <- reduced
  result$parameters <- full$parameters
  result$aic <- reduced$aic + 2 * n.extra
  result$bic <- reduced$bic + n.extra * log(full$observations)
  result$singular <- TRUE
  is.zero <- function(row) row$group %in% zero || paste(row$group, if (is.null(row$term1)) row$term else row$term1) %in% zero
  result$variances <- lapply(full$variances, function(row) {
    if (is.zero(row)) return(modifyList(row, list(sd = 0)))
    same <- Filter(function(other) other$group == row$group && identical(other$term1, row$term1) && identical(other$term2, row$term2), reduced$variances)
    same[[1]]
  })
  result$modes <- lapply(full$modes, function(row) {
    if (is.zero(row)) return(modifyList(row, list(mode = 0, sd = 0)))
    same <- Filter(function(other) other$group == row$group && other$level == row$level && other$term == row$term, reduced$modes)
    if (length(same)) same[[1]] else NULL
  })
  result$predictions$data <- full$predictions$data
  result
}
