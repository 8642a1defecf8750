# What fits.R, aghq.R and zi.R share: reading the data as EcoGlmm reads them, fitting to full convergence with lme4 or glmmTMB, and
# laying the results out as plain lists for JSON.

invisible(Sys.setlocale("LC_COLLATE", "C"))   # factor levels sorted ordinally
suppressPackageStartupMessages({
  library(lme4)
  library(glmmTMB)
  library(splines)
})

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
data.folder <- normalizePath(file.path(this.folder, "..", "..", "datasets"))

read.data <- function(name, factors = list()) {
  path <- file.path(data.folder, paste0(name, ".csv"))
  if (!file.exists(path)) path <- paste0(path, ".gz")
  table <- read.csv(path, check.names = FALSE, stringsAsFactors = FALSE)
  for (column in names(table))
    if (is.character(table[[column]])) table[[column]] <- factor(table[[column]], sort(unique(table[[column]]), method = "radix"))
  for (column in names(factors)) table[[column]] <- factor(as.character(table[[column]]), factors[[column]])
  table
}

# nlminb to its limit, then Newton steps with a Hessian by differences of the exact gradient.
polished <- function(start, objective, gradient, ...) {
  limits <- list(iter.max = 10000, eval.max = 10000, rel.tol = 1e-14, x.tol = 1e-12)
  result <- nlminb(start, objective, gradient, control = limits)
  result <- nlminb(result$par, objective, gradient, control = limits)
  par <- result$par
  value <- objective(par)
  for (step in 1:4) {
    slope <- as.vector(gradient(par))
    if (max(abs(slope)) < 1e-7) break
    hessian <- try(optimHess(par, objective, gradient), silent = TRUE)
    move <- try(solve(hessian, slope), silent = TRUE)
    if (inherits(move, "try-error") || any(!is.finite(move)) || max(abs(move)) > 0.1) break
    trial <- objective(par - move)
    if (!is.finite(trial) || trial > value + 1e-10) break
    par <- par - move
    value <- trial
  }
  objective(par)
  list(par = par, objective = value, convergence = 0, message = result$message)
}

fit.lmer <- function(formula, data, reml, weights = NULL) {
  quiet <- list(check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore", calc.derivs = FALSE,
                check.rankX = "silent.drop.cols")
  call <- list(formula, data = data, REML = reml)
  if (!is.null(weights)) call$weights <- data[[weights]]
  fit <- function(start, optimizer, settings)
    suppressMessages(suppressWarnings(do.call(lmer, c(call, list(start = start,
      control = do.call(lmerControl, c(list(optimizer = optimizer, optCtrl = settings), quiet)))))))
  best <- fit(NULL, "nloptwrap", list(xtol_abs = 1e-11, ftol_abs = 1e-12, xtol_rel = 1e-12, ftol_rel = 1e-15, maxeval = 1e5))
  for (again in 1:2) {
    other <- fit(getME(best, "theta"), "bobyqa", list(rhobeg = 0.02, rhoend = 1e-9, maxfun = 1e5))
    if (logLik(other) > logLik(best)) best <- other
  }
  best
}

fit.glmmTMB <- function(formula, data, family, reml = FALSE, weights = NULL, zi = ~0, disp = ~1, start = NULL) {
  environment(formula) <- environment(zi) <- environment(disp) <- environment()
  control <- glmmTMBControl(optimizer = polished, rank_check = "adjust")
  # The weights go in by name, so that predict() finds them in new data.
  arguments <- list(formula, data = quote(data), family = family, REML = reml, ziformula = zi, dispformula = disp, control = control,
                    start = start, weights = if (!is.null(weights)) as.name(weights))
  suppressWarnings(suppressMessages(eval(as.call(c(quote(glmmTMB), arguments)))))
}

family.of <- function(name, link) {
  make <- get(name, mode = "function")
  if (is.null(link)) make() else make(link = link)
}

# ---- laying out the results -------------------------------------------------------------------------------------------------

coefficient.rows <- function(estimates, covariance, all.names) {
  errors <- sqrt(diag(as.matrix(covariance)))
  lapply(all.names, function(name) {
    known <- name %in% names(estimates)
    list(name = name, estimate = if (known) unname(estimates[name]) else NA,
         standardError = if (known) unname(errors[match(name, names(estimates))]) else NA)
  })
}

variance.rows <- function(blocks, groups, part = "Conditional") {
  rows <- list()
  for (i in seq_along(blocks)) {
    sd <- attr(blocks[[i]], "stddev")
    correlation <- attr(blocks[[i]], "correlation")
    terms <- names(sd)
    for (a in seq_along(sd)) {
      rows[[length(rows) + 1]] <- list(part = part, group = groups[i], term1 = terms[a], term2 = NULL, sd = unname(sd[a]),
                                       correlation = NULL)
    }
    diagonal <- is.null(correlation) || all(correlation[lower.tri(correlation)] == 0)
    if (length(sd) > 1 && !diagonal)
      for (a in seq_len(length(sd) - 1)) for (b in seq(a + 1, length(sd)))
        rows[[length(rows) + 1]] <- list(part = part, group = groups[i], term1 = terms[a], term2 = terms[b], sd = NULL,
                                         correlation = correlation[b, a])
  }
  rows
}

# The first few levels of every random term: `modes` and `deviation(index)` run over effects within levels within terms.
mode.rows <- function(terms, groups, level.names, modes, deviation, part = "Conditional", limit = 8) {
  rows <- list()
  start <- 0
  for (i in seq_along(terms)) {
    size <- length(terms[[i]])
    levels <- level.names[[i]]
    chosen <- unique(round(seq(1, length(levels), length.out = min(limit, length(levels)))))
    for (level in chosen) for (term in seq_len(size)) {
      index <- start + (level - 1) * size + term
      rows[[length(rows) + 1]] <- list(part = part, group = groups[i], level = levels[level], term = terms[[i]][term],
                                       mode = modes[index], sd = deviation(index))
    }
    start <- start + size * length(levels)
  }
  rows
}

all.column.names <- function(fixed.formula, frame, data) {
  terms <- terms(fixed.formula, data = data)
  colnames(model.matrix(delete.response(terms), model.frame(delete.response(terms), data)))
}

new.rows <- function(formula, data, grouping, extra = NULL, count = 6) {
  rows <- unique(round(seq(1, nrow(data), length.out = count + 2)))[2:(count + 1)]
  rows <- rows[!is.na(rows)]
  used <- intersect(unique(c(all.vars(formula[[3]]), extra)), names(data))
  result <- data[rows, used, drop = FALSE]
  rownames(result) <- NULL
  # Covariates move a little off the observed values; groups, factors and whatever an offset uses stay.
  held <- c(grouping, offset.variables(formula))
  for (column in setdiff(used, held)) if (is.numeric(data[[column]])) {
    inward <- ifelse(result[[column]] > mean(data[[column]]), -1, 1)
    result[[column]] <- signif(result[[column]] + inward * 0.1 * sd(data[[column]]), 6)
  }
  result
}

offset.variables <- function(formula) {
  terms <- terms(nobars(formula))
  found <- attr(terms, "offset")
  if (is.null(found)) character() else unlist(lapply(found, function(i) all.vars(attr(terms, "variables")[[i + 1]])))
}

deviance.residuals <- function(family, y, mu, weights, sigma) {
  base <- switch(family, gaussian = gaussian(), poisson = poisson(), binomial = binomial(), Gamma = Gamma(),
                 nbinom2 = MASS::negative.binomial(theta = sigma), NULL)
  if (is.null(base)) return(NULL)
  sign(y - mu) * sqrt(pmax(base$dev.resids(y, mu, weights), 0))
}

data.columns <- function(table) lapply(as.list(table), function(x) if (is.factor(x)) as.character(x) else x)

package.versions <- function(names)
  c(list(R = R.version.string), sapply(names, function(n) as.character(packageVersion(n)), simplify = FALSE))

save.json <- function(content, file) {
  text <- jsonlite::toJSON(content, digits = NA, auto_unbox = TRUE, null = "null", na = "null", always_decimal = FALSE)
  # One fit a line keeps differences readable.
  text <- gsub("\\},(\\{\"name\":\"[^\"]*\",\"dataset\")", "},\n\\1", text)
  writeLines(text, file.path(this.folder, file))
}
