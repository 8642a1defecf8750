# Runs the cases and writes their results; sourced after common.R and result.R.

run <- function(case) {
  data <- read.data(case$data, case$factors)
  formula <- as.formula(case$formula)
  environment(formula) <- globalenv()
  with.random <- length(findbars(formula)) > 0
  zi.formula <- as.formula(if (is.null(case$zi)) "~0" else case$zi, globalenv())
  disp.formula <- as.formula(if (is.null(case$disp)) "~1" else case$disp, globalenv())
  grouping <- unique(unlist(lapply(c(findbars(formula), findbars(zi.formula)), function(bar) all.vars(bar[[3]]))))
  extra <- c(case$weights, all.vars(zi.formula), all.vars(disp.formula))
  known <- complete.cases(data[intersect(names(data), c(all.vars(formula), extra))])
  new.data <- new.rows(formula, data[known, , drop = FALSE], c(grouping, case$weights), extra)
  by.lmer <- case$family == "gaussian" && is.null(case$link) && with.random && is.null(case$disp)
  fit.it <- function(formula) {
    if (by.lmer) return(fit.lmer(formula, data, case$reml, case$weights))
    fit.glmmTMB(formula, data, family.of(case$family, case$link), case$reml, case$weights, zi.formula, disp.formula)
  }
  result <- result.of(fit.it(formula), case, data, formula, new.data)
  if (!is.null(case$reduced)) {
    smaller <- as.formula(case$reduced)
    environment(smaller) <- globalenv()
    result <- at.boundary(result, result.of(fit.it(smaller), case, data, smaller, new.data), case$zero)
  }
  canonical <- is.null(case$link) && case$family %in% c("poisson", "binomial") && with.random && is.null(case$zi) && case$data != "verbagg" &&
    (is.null(case$weights) || case$family == "binomial")
  if (canonical) result$glmerLogLik <- check.by.glmer(formula, data, case)
  list.of.case <- list(name = case$name, dataset = case$data, formula = case$formula, family = sub("_family$", "", case$family),
                       link = if (is.null(case$link)) family.of(case$family, NULL)$link else case$link, reml = case$reml,
                       zeroInflationFormula = case$zi, dispersionFormula = case$disp, weights = case$weights,
                       factors = if (length(case$factors)) lapply(case$factors, I), only = case$only, package = if (by.lmer) "lme4" else "glmmTMB")
  c(list.of.case, result)
}

check.by.glmer <- function(formula, data, case) {
  control <- glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e5, rhoend = 1e-8), calc.derivs = FALSE,
                          check.conv.singular = "ignore", tolPwrss = 1e-10)
  family <- get(case$family)()
  weights <- if (!is.null(case$weights)) data[[case$weights]]
  fit <- tryCatch(suppressMessages(suppressWarnings(
    if (is.null(weights)) glmer(formula, data, family, control = control)
    else do.call(glmer, list(formula, data = data, family = family, control = control, weights = weights)))),
    error = function(e) { cat("   glmer:", conditionMessage(e), "\n"); NULL })
  if (is.null(fit)) NULL else as.numeric(logLik(fit))
}

run.all <- function(file, packages) {
  only <- commandArgs(TRUE)
  if (length(only)) cases <- cases[names(cases) %in% only]
  fits <- list()
  for (case in cases) {
    seconds <- system.time(fit <- tryCatch(run(case), error = function(e) { cat("FAILED", case$name, ":", conditionMessage(e), "\n"); NULL }))[["elapsed"]]
    if (is.null(fit)) next
    sds <- as.numeric(unlist(lapply(fit$variances, function(v) v$sd)))
    cat(sprintf("%-50s logLik %.8f  glmer %+.1e  gradient %.0e  %s%s %.1f s\n", case$name, fit$logLik,
                if (is.null(fit$glmerLogLik)) NA else fit$glmerLogLik - fit$logLik, if (is.null(fit$gradient)) NA else fit$gradient,
                if (isTRUE(fit$singular)) "singular " else "", paste(signif(sds, 3), collapse = " "), seconds))
    if (any(is.na(unlist(lapply(fit$fixed, function(f) if (is.na(f$estimate)) 0 else f$standardError))))) cat("   NaN standard errors\n")
    fits[[length(fits) + 1]] <- fit
  }
  save.json(list(versions = package.versions(packages), fits = fits), if (length(only)) paste0("some-", file) else file)
}
