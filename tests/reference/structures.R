# Structured random effects by glmmTMB, nlme and plain R:
#   Rscript tests/reference/structures.R [name ...]  writes structures.json, or some-structures.json.
# It takes glmmTMB 1.1.15 or later (Debian's 1.1.5 has no homdiag, homcs, homtoep, hetar1, propto and equalto): R_LIBS names the library.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
stopifnot(packageVersion("glmmTMB") >= "1.1.15")
suppressPackageStartupMessages({ library(nlme); library(ape) })

cases <- list()
# `formula` (and zi, disp) is EcoGlmm's; `r` is glmmTMB's where it needs coordinates as factors. `prepare` makes them.
case <- function(name, data, formula, family = "gaussian", zi = NULL, disp = NULL, r = formula, r.zi = zi, r.disp = disp, reml = FALSE,
                 factors = list(), prepare = NULL, rows = NULL, relatedness = list(), start = NULL, link = NULL, only = NULL, new = NULL) {
  stopifnot(!name %in% names(cases))
  cases[[name]] <<- list(name = name, data = data, formula = formula, family = family, zi = zi, disp = disp, r = r, r.zi = r.zi, r.disp = r.disp,
                         reml = reml, factors = factors, prepare = prepare, rows = rows, relatedness = relatedness, start = start, link = link, only = only,
                         new = new)
}

# ---- what a fit says of its structures -----------------------------------------------------------------------------------

row.of <- function(part, group, structure, name, estimate, effect1 = NULL, effect2 = NULL)
  list(part = part, group = group, structure = structure, name = name, effect1 = effect1, effect2 = effect2, estimate = unname(estimate))

lag.rows <- function(part, group, structure, theta)
  lapply(seq_along(theta), function(k) row.of(part, group, structure, "correlation", theta[k] / sqrt(1 + theta[k]^2), effect1 = paste("lag", k)))

structure.rows <- function(part, group, code, effects, theta, corr, sd) {
  n <- length(effects)
  sds <- function(values) lapply(seq_along(values), function(i) row.of(part, group, code, "sd", values[i], effects[i]))
  one <- function(name, value) list(row.of(part, group, code, name, value))
  pairs <- function() {
    rows <- list()
    if (n > 1) for (a in seq_len(n - 1)) for (b in seq(a + 1, n))
      rows[[length(rows) + 1]] <- row.of(part, group, code, "correlation", corr[b, a], effects[a], effects[b])
    rows
  }
  bounded <- function(t) t / sqrt(1 + t^2)
  cs.correlation <- function(t) { a <- 1 / (n - 1); plogis(t) * (1 + a) - a }
  switch(code,
    us = c(sds(sd), pairs()),
    rr = c(sds(sd), pairs()),
    diag = sds(sd),
    homdiag = one("sd", exp(theta[1])),
    cs = c(sds(exp(theta[1:n])), one("correlation", cs.correlation(theta[n + 1]))),
    homcs = c(one("sd", exp(theta[1])), one("correlation", cs.correlation(theta[2]))),
    toep = c(sds(exp(theta[1:n])), lag.rows(part, group, code, theta[-(1:n)])),
    homtoep = c(one("sd", exp(theta[1])), lag.rows(part, group, code, theta[-1])),
    ar1 = c(one("sd", exp(theta[1])), one("correlation", bounded(theta[2]))),
    hetar1 = c(sds(exp(theta[1:n])), one("correlation", bounded(theta[n + 1]))),
    ou = c(one("sd", exp(theta[1])), one("decay", exp(theta[2]))),
    exp = c(one("sd", exp(theta[1])), one("range", exp(theta[2]))),
    gau = c(one("sd", exp(theta[1])), one("range", exp(theta[2]))),
    mat = c(one("sd", exp(theta[1])), one("range", exp(theta[2])), one("shape", exp(theta[3]))),
    propto = one("sd", exp(theta[length(theta)] / 2)),
    equalto = list(),
    stop("structure ", code))
}

structured.rows <- function(fit) {
  parameters <- fit$obj$env$last.par.best
  inner <- fit$obj$env$random
  b.names <- names(parameters)[inner]
  hessian <- fit$obj$env$spHess(parameters, random = TRUE)
  factor <- Matrix::Cholesky(hessian, LDL = FALSE)
  report <- fit$obj$env$report(parameters)
  covariance <- modes <- list()
  for (part in c("cond", "zi", "disp")) {
    info <- fit$modelInfo$reTrms[[part]]
    structures <- fit$modelInfo$reStruc[[paste0(part, "ReStruc")]]
    if (length(structures) == 0) next
    suffix <- c(cond = "", zi = "zi", disp = "disp")[[part]]
    label <- c(cond = "Conditional", zi = "ZeroInflation", disp = "Dispersion")[[part]]
    theta <- fit$obj$env$parList(fit$fit$par)[[paste0("theta", suffix)]]
    position <- which(b.names == paste0("b", suffix))
    reported <- report[[paste0("corr", suffix)]]
    reported.sd <- report[[paste0("sd", suffix)]]
    at.theta <- at.b <- 0
    for (i in seq_along(structures)) {
      s <- structures[[i]]
      effects <- info$cnms[[i]]
      group <- names(info$cnms)[i]
      levels <- levels(info$flist[[attr(info$flist, "assign")[i]]])
      code <- names(s$blockCode)
      own <- theta[at.theta + seq_len(s$blockNumTheta)]
      covariance <- c(covariance, structure.rows(label, group, code, effects, own, reported[[i]], reported.sd[[i]]))
      chosen.levels <- unique(round(seq(1, length(levels), length.out = min(6, length(levels)))))
      chosen.effects <- unique(round(seq(1, length(effects), length.out = min(if (length(levels) > 3) 4 else 12, length(effects)))))
      for (level in chosen.levels) for (effect in chosen.effects) {
        index <- position[at.b + (level - 1) * s$blockSize + effect]
        unit <- numeric(length(inner)); unit[index] <- 1
        modes[[length(modes) + 1]] <- list(part = label, group = group, level = levels[level], term = effects[effect],
          mode = unname(parameters[inner][index]), sd = sqrt(as.vector(Matrix::solve(factor, unit, system = "A"))[index]))
      }
      at.theta <- at.theta + s$blockNumTheta
      at.b <- at.b + s$blockSize * s$blockReps
    }
  }
  list(covariance = covariance, modes = modes)
}

# ---- predictions at new times and places ---------------------------------------------------------------------------------
#
# At the estimates of the covariance parameters: for a Gaussian with identity link by the conditional normal distribution (universal kriging),
# in plain R; for others by glmmTMB's predict(), whose random effects at new positions follow those at known ones, with standard errors that
# hold the uncertainty of all parameters.

distances <- function(a, b) sqrt(Reduce(`+`, lapply(seq_len(ncol(a)), function(k) outer(a[, k], b[, k], "-")^2)))

correlation.of <- function(code, theta) switch(code,
  exp = function(d) exp(-d * exp(-theta[2])), gau = function(d) exp(-d^2 * exp(-2 * theta[2])), ou = function(d) exp(-exp(theta[2]) * d),
  ar1 = function(d) (theta[2] / sqrt(1 + theta[2]^2))^d,
  mat = function(d) { u <- pmax(d, 1e-300) / exp(theta[2]); k <- exp(theta[3])
    r <- u^k * besselK(u, k) / (2^(k - 1) * gamma(k)); r[d == 0] <- 1; r })

# The coordinates of rows, from the columns that EcoGlmm's formula names.
positions.of <- function(new, table) vapply(new$coordinates, function(e) as.numeric(eval(parse(text = e), transform.factors(table))), numeric(nrow(table)))
transform.factors <- function(table) { for (n in names(table)) if (is.factor(table[[n]]) && !anyNA(suppressWarnings(as.numeric(levels(table[[n]])))))
  table[[n]] <- as.numeric(as.character(table[[n]])); table }

kriged <- function(case, fit, data) {
  new <- case$new
  table <- as.data.frame(new$data)
  structures <- fit$modelInfo$reStruc$condReStruc
  stopifnot(length(structures) == 1)
  theta <- fit$obj$env$parList(fit$fit$par)$theta
  trained <- delete.response(terms(nobars(case$formula.r), data = data))
  full <- model.frame(trained, data)
  x.new <- model.matrix(trained, model.frame(trained, table, xlev = lapply(Filter(is.factor, full), levels)))
  if (case$family == "gaussian") {
    correlation <- correlation.of(names(structures[[1]]$blockCode), theta)
    at <- matrix(positions.of(new, data), nrow(data)); at.new <- matrix(positions.of(new, table), nrow(table))
    group <- if (is.null(new$group)) rep("1", nrow(data)) else as.character(data[[new$group]])
    group.new <- if (is.null(new$group)) rep("1", nrow(table)) else as.character(table[[new$group]])
    variance <- exp(2 * theta[1]); residual <- if (identical(case$disp, "~ 0")) 0 else sigma(fit)^2
    V <- variance * correlation(distances(at, at)) * outer(group, group, "==") + diag(residual, nrow(data))
    c.new <- variance * correlation(distances(at, at.new)) * outer(group, group.new, "==")
    y <- model.response(fit$frame); x <- model.matrix(trained, full)
    vi.x <- solve(V, x); beta.covariance <- solve(crossprod(x, vi.x)); beta <- beta.covariance %*% crossprod(vi.x, y)
    vi.c <- solve(V, c.new)
    gap <- x.new - crossprod(vi.c, x)
    mean <- as.vector(x.new %*% beta + crossprod(vi.c, y - x %*% beta))
    return(list(data = data.columns(table), conditional = mean,
                errors = sqrt(variance - colSums(c.new * vi.c) + rowSums((gap %*% beta.covariance) * gap))))
  }
  if (!is.null(case$prepare)) table <- case$prepare(table)
  predicted <- predict(fit, newdata = table, type = "link", se.fit = TRUE, allow.new.levels = TRUE)
  list(data = data.columns(as.data.frame(new$data)), conditional = unname(predicted$fit), errors = unname(predicted$se.fit))
}

# Standard errors given the covariance parameters, which is what lme4 and EcoGlmm report for a Gaussian with identity link: from the
# block of the fixed effects in the Hessian of the likelihood itself, whatever criterion the estimates are of.
conditional.errors <- function(case, fit, data) {
  if (case$family != "gaussian" || !is.null(case$disp)) return(NULL)
  arguments <- list(case$formula.r, data = quote(data), doFit = FALSE)
  ml <- fitTMB(suppressWarnings(eval(as.call(c(quote(glmmTMB), arguments)))), doOptim = FALSE)
  par <- ml$par
  par[names(par) == "beta"] <- fixef(fit)$cond
  par[names(par) == "betadisp"] <- fit$fit$par[names(fit$fit$par) == "betadisp"]
  par[names(par) == "theta"] <- fit$fit$par[names(fit$fit$par) == "theta"]
  h <- optimHess(par, ml$fn, ml$gr)[names(par) == "beta", names(par) == "beta", drop = FALSE]
  list(names = I(names(fixef(fit)$cond)), values = I(unname(sqrt(diag(solve(h))))))
}

run.structured <- function(case) {
  data <- read.data(case$data, case$factors)
  if (!is.null(case$rows)) data <- data[case$rows(data), , drop = FALSE]
  if (!is.null(case$prepare)) data <- case$prepare(data)
  formula <- as.formula(case$r, globalenv())
  case$formula.r <- formula
  fit <- fit.glmmTMB(formula, data, family.of(case$family, case$link), case$reml, NULL,
                     as.formula(if (is.null(case$r.zi)) "~0" else case$r.zi, globalenv()),
                     as.formula(if (is.null(case$r.disp)) "~1" else case$r.disp, globalenv()), case$start)
  if (fit$fit$convergence != 0) cat("   did not converge:", fit$fit$message, "\n")
  likelihood <- logLik(fit)
  random <- structured.rows(fit)
  pick <- function(component) { b <- fixef(fit)[[component]]; if (length(b)) coefficient.rows(b, as.matrix(vcov(fit)[[component]]), names(b)) }
  rows <- unique(round(seq(1, nrow(data), length.out = 8)))
  list(name = case$name, dataset = case$data, formula = case$formula, family = sub("_family$", "", case$family),
       link = if (is.null(case$link)) family.of(case$family, NULL)$link else case$link, reml = case$reml,
       zeroInflationFormula = case$zi, dispersionFormula = case$disp, factors = if (length(case$factors)) lapply(case$factors, I),
       rows = if (!is.null(case$rows)) which(case$rows(read.data(case$data, case$factors))), relatedness = case$relatedness, only = if (is.null(case$only) && !isTRUE(fit$sdr$pdHess)) "likelihood" else case$only, package = "glmmTMB",
       logLik = -fit$fit$objective, positiveDefinite = isTRUE(fit$sdr$pdHess), observations = attr(likelihood, "nobs"), parameters = attr(likelihood, "df"),
       sigma = if (!identical(case$disp, "~ 0")) sigma(fit), gradient = max(abs(fit$obj$gr(fit$fit$par))), fixed = pick("cond"), zeroInflation = pick("zi"),
       dispersion = if (!is.null(case$disp) && case$disp != "~ 0") pick("disp"), covariance = random$covariance, modes = random$modes,
       fittedRows = rows, fitted = unname(fitted(fit))[rows], population = unname(predict(fit, type = "link", re.form = NA))[rows],
       conditionalErrors = conditional.errors(case, fit, data), newPlaces = if (!is.null(case$new)) kriged(case, fit, data))
}

# ---- the models -----------------------------------------------------------------------------------------------------------

sitka <- list(Time = c("152", "174", "201", "227", "258"), treat = c("control", "ozone"))
days <- c("1", "8", "15", "22", "29", "36", "43", "44", "50", "57", "64")
rats <- list(Time = days, Diet = c("1", "2", "3"))
ages <- list(age = c("8", "10", "12", "14"), Sex = c("Male", "Female"))
period <- list(period = c("1", "2", "3", "4"))
visits <- list(period = c("1", "2", "3", "4"), trt = c("placebo", "progabide"))
species <- list(spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"), mined = c("yes", "no"), sample = c("1", "2", "3", "4"))

# Gaussian, by occasions
case("sitka us", "sitka", "size ~ treat + us(0 + Time | tree)", factors = sitka)
case("sitka diag", "sitka", "size ~ Time + treat + diag(0 + Time | tree)", factors = sitka)
case("sitka homdiag", "sitka", "size ~ Time + treat + (1 | tree) + homdiag(0 + Time | treat)", factors = sitka, only = "likelihood")
case("sitka cs", "sitka", "size ~ Time + treat + cs(0 + Time | tree)", factors = sitka)
case("sitka cs reml", "sitka", "size ~ Time + treat + cs(0 + Time | tree)", factors = sitka, reml = TRUE)
case("sitka homcs without residual", "sitka", "size ~ Time + treat + homcs(0 + Time | tree)", disp = "~ 0", factors = sitka)
case("sitka toep", "sitka", "size ~ Time + treat + toep(0 + Time | tree)", disp = "~ 0", factors = sitka)
case("sitka homtoep", "sitka", "size ~ Time + treat + homtoep(0 + Time | tree)", disp = "~ 0", factors = sitka)
case("sitka ar1", "sitka", "size ~ Time + treat + ar1(0 + Time | tree)", factors = sitka)
case("sitka ar1 reml", "sitka", "size ~ Time + treat + ar1(0 + Time | tree)", factors = sitka, reml = TRUE)
case("sitka ar1 without residual", "sitka", "size ~ Time + treat + ar1(0 + Time | tree)", disp = "~ 0", factors = sitka)
case("sitka hetar1 without residual", "sitka", "size ~ Time + treat + hetar1(0 + Time | tree)", disp = "~ 0", factors = sitka)
case("orthodont us without residual", "orthodont", "distance ~ Sex * age + us(0 + age | Subject)", disp = "~ 0", factors = ages)
case("orthodont homcs", "orthodont", "distance ~ Sex * age + homcs(0 + age | Subject)", disp = "~ 0", factors = ages, reml = TRUE)
case("orthodont cs", "orthodont", "distance ~ Sex * age + cs(0 + age | Subject)", disp = "~ 0", factors = ages)
case("orthodont toep reml", "orthodont", "distance ~ Sex * age + toep(0 + age | Subject)", disp = "~ 0", factors = ages, reml = TRUE)
case("orthodont hetar1", "orthodont", "distance ~ Sex * age + hetar1(0 + age | Subject)", disp = "~ 0", factors = ages)
case("rats ar1", "bodyweight", "weight ~ Diet + ar1(0 + Time | Rat)", factors = rats)
case("rats ar1 and intercepts", "bodyweight", "weight ~ Diet * Time + (1 | Rat) + ar1(0 + Time | Rat)", disp = "~ 0", factors = rats, only = "likelihood")
case("oats homcs", "oats", "Y ~ N + homcs(0 + V | B)", reml = TRUE)
# From its own start glmmTMB's correlation runs to one, where the likelihood is lower; by lmer, of (1 | B) + (1 | B:V), it is -299.02159.
case("oats cs with plots", "oats", "Y ~ N + V + homcs(0 + V | B)",
     start = list(beta = c(79.9, 19.5, 34.8, 44, 5.3, -6.9), betadisp = 2.5, theta = c(2.8, 1.3)))
case("machines cs", "machines", "score ~ Machine + cs(0 + Machine | Worker)", reml = TRUE)
case("machines homcs", "machines", "score ~ Machine + homcs(0 + Machine | Worker)")
case("machines diag", "machines", "score ~ Machine + diag(0 + Machine | Worker)")
case("machines rr", "machines", "score ~ Machine + rr(0 + Machine | Worker, d = 1)")

# Time with its distances
times <- function(table, ...) { table$pos <- numFactor(table$Time); table }
case("ovary ou", "ovary", "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time) + ou(0 + Time | Mare)",
     r = "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time) + ou(0 + pos | Mare)", prepare = times,
     new = list(data = list(Mare = c("1", "4", "11"), Time = c(0.5003, 0.2012, 1.3)), coordinates = "Time", group = "Mare"))
case("sitka ou", "sitka", "size ~ treat + Time + ou(0 + Time | tree)", r = "size ~ treat + Time + ou(0 + pos | tree)", prepare = times,
     factors = list(treat = c("control", "ozone")), start = list(theta = log(c(0.6, 0.002))),
     only = "likelihood", new = list(data = list(tree = c("1", "50", "79"), treat = c("ozone", "ozone", "control"), Time = c(160, 215, 290)),
     coordinates = "Time", group = "tree"))
case("sitka ou without residual", "sitka", "size ~ treat + Time + ou(0 + Time | tree)", r = "size ~ treat + Time + ou(0 + pos | tree)", prepare = times,
     disp = "~ 0", factors = list(treat = c("control", "ozone")), start = list(theta = log(c(0.6, 0.002))))
case("rats ou reml", "bodyweight", "weight ~ Diet + Time + (1 | Rat) + ou(0 + Time | Rat)", r = "weight ~ Diet + Time + (1 | Rat) + ou(0 + pos | Rat)", prepare = times,
     factors = list(Diet = c("1", "2", "3")), reml = TRUE, only = "likelihood")   # no variance is left for the intercepts
case("chicks ou gamma", "chickweight", "weight ~ Time * Diet + ou(0 + Time | Chick)", "Gamma", link = "log",
     r = "weight ~ Time * Diet + ou(0 + pos | Chick)", prepare = times, factors = list(Diet = c("1", "2", "3", "4")), start = list(theta = log(c(0.2, 0.03))))

# Counts and proportions by occasions
case("epilepsy ar1 poisson", "epilepsy", "y ~ lbase * trt + lage + ar1(0 + period | subject)", "poisson", factors = visits)
case("epilepsy ar1 nbinom2", "epilepsy", "y ~ lbase * trt + lage + ar1(0 + period | subject)", "nbinom2", factors = visits, only = "likelihood")
case("epilepsy cs poisson", "epilepsy", "y ~ lbase * trt + lage + cs(0 + period | subject)", "poisson", factors = visits)
case("epilepsy homcs poisson", "epilepsy", "y ~ lbase * trt + lage + homcs(0 + period | subject)", "poisson", factors = visits)
case("epilepsy toep poisson", "epilepsy", "y ~ lbase * trt + lage + toep(0 + period | subject)", "poisson", factors = visits)
case("epilepsy homtoep poisson", "epilepsy", "y ~ lbase * trt + lage + homtoep(0 + period | subject)", "poisson", factors = visits)
case("epilepsy us poisson", "epilepsy", "y ~ lbase * trt + lage + us(0 + period | subject)", "poisson", factors = visits)
case("epilepsy hetar1 poisson", "epilepsy", "y ~ lbase * trt + lage + hetar1(0 + period | subject)", "poisson", factors = visits)
case("epilepsy homdiag poisson", "epilepsy", "y ~ lbase * trt + lage + (1 | subject) + homdiag(0 + period | subject)", "poisson", factors = visits)
case("epilepsy ou poisson", "epilepsy", "y ~ lbase * trt + lage + ou(0 + week | subject)", "poisson",
     r = "y ~ lbase * trt + lage + ou(0 + pos | subject)", prepare = function(t) { t$pos <- numFactor(t$period); t }, factors = list(trt = c("placebo", "progabide")))
cases[["epilepsy ou poisson"]]$formula <- "y ~ lbase * trt + lage + ou(0 + period | subject)"
case("cbpp ar1 binomial", "cbpp", "cbind(incidence, size - incidence) ~ period + ar1(0 + period | herd)", "binomial", factors = period)
case("cbpp homcs binomial", "cbpp", "cbind(incidence, size - incidence) ~ period + homcs(0 + period | herd)", "binomial", factors = period)
case("cbpp homtoep binomial", "cbpp", "cbind(incidence, size - incidence) ~ period + homtoep(0 + period | herd)", "binomial", factors = period)
case("bacteria ou binomial", "bacteria", "y ~ trt + ou(0 + week | ID)", "binomial", r = "y ~ trt + ou(0 + pos | ID)",
     prepare = function(t) { t$pos <- numFactor(t$week); t }, factors = list(trt = c("placebo", "drug", "drug+")),
     new = list(data = list(ID = c("X01", "Y03", "Z26"), trt = c("placebo", "drug", "drug+"), week = c(8, 3, 20)), coordinates = "week", group = "ID"))
case("salamanders ar1 nbinom2", "salamanders", "count ~ mined + cover + ar1(0 + sample | site)", "nbinom2", factors = species, only = "likelihood")
case("salamanders ar1 poisson with species", "salamanders", "count ~ mined + (1 | spp) + ar1(0 + sample | site)", "poisson", factors = species)
case("salamanders homcs species", "salamanders", "count ~ mined + homcs(0 + spp | site)", "nbinom2", factors = species)
case("salamanders diag species", "salamanders", "count ~ mined + diag(0 + spp | site)", "poisson", factors = species, only = "likelihood")
case("salamanders rr two", "salamanders", "count ~ spp + mined + rr(0 + spp | site, d = 2)", "poisson", factors = species, only = "likelihood")
case("salamanders rr one", "salamanders", "count ~ spp + mined + rr(0 + spp | site, d = 1)", "nbinom2", factors = species)
case("salamanders zero inflation homcs", "salamanders", "count ~ spp + mined", "poisson", zi = "~ 1 + homcs(0 + sample | site)", factors = species, only = "likelihood")
case("owls zero inflation homdiag", "owls", "SiblingNegotiation ~ FoodTreatment + offset(logBroodSize) + (1 | Nest)", "poisson",
     zi = "~ 1 + homdiag(1 + FoodTreatment | Nest)")
case("owls homcs nbinom2", "owls", "SiblingNegotiation ~ FoodTreatment * SexParent + offset(logBroodSize) + homcs(0 + FoodTreatment | Nest)", "nbinom2")
case("owls cs nbinom1", "owls", "SiblingNegotiation ~ FoodTreatment * SexParent + offset(logBroodSize) + cs(0 + FoodTreatment | Nest)", "nbinom1", only = "likelihood")
case("chicks dispersion homdiag", "chickweight", "weight ~ Time + (1 | Chick)", disp = "~ Time + homdiag(1 | Chick)")
case("oats dispersion diag", "oats", "Y ~ N + V + (1 | B)", disp = "~ 1 + diag(1 | B)", only = "likelihood")
case("beta homcs", "cake", "I(angle / 100) ~ recipe * temp + homcs(0 + recipe | replicate)", "beta_family")
case("gamma ar1", "bodyweight", "weight ~ Diet + Time2 + ar1(0 + Time | Rat)", "Gamma", link = "log", factors = rats)
cases[["gamma ar1"]]$formula <- cases[["gamma ar1"]]$r <- "weight ~ Diet + ar1(0 + Time | Rat)"

# Space
places <- function(x, y) function(table) { table$pos <- numFactor(table[[x]], table[[y]]); table$all <- factor(1); table }
mites <- list(substrate = c("inter", "litter", "peat", "sph1", "sph2", "sph3", "sph4"))
new.cores <- list(data = list(x = c(0.75, 5.2, 2.5), y = c(0.3, 1.4, 9.1), water = c(400, 350, 500)), coordinates = c("x", "y"))
for (structure in c("exp", "gau", "mat"))
  case(paste("mites", structure, "poisson"), "oribatid", sprintf("LCIL ~ water + %s(0 + x + y | 1)", structure), "poisson",
       r = sprintf("LCIL ~ water + %s(0 + pos | all)", structure), prepare = places("x", "y"), new = new.cores, only = if (structure == "mat") "likelihood")
case("mites exp nbinom2", "oribatid", "ONOV ~ water + exp(0 + x + y | 1)", "nbinom2", r = "ONOV ~ water + exp(0 + pos | all)", prepare = places("x", "y"), new = new.cores)
case("mites exp binomial", "oribatid", "I(MEGR > 0) ~ water + exp(0 + x + y | 1)", "binomial", r = "I(MEGR > 0) ~ water + exp(0 + pos | all)", prepare = places("x", "y"))
km <- function(table) { table$pos <- numFactor(table$x / 1000, table$y / 1000); table$all <- factor(1); table }
case("meuse exp", "meuse", "log(zinc) ~ sqrt(dist) + exp(0 + I(x / 1000) + I(y / 1000) | 1)", r = "log(zinc) ~ sqrt(dist) + exp(0 + pos | all)", prepare = km)
case("meuse exp reml", "meuse", "log(zinc) ~ sqrt(dist) + exp(0 + I(x / 1000) + I(y / 1000) | 1)", r = "log(zinc) ~ sqrt(dist) + exp(0 + pos | all)", prepare = km, reml = TRUE)
case("meuse exp without residual", "meuse", "log(lead) ~ sqrt(dist) + exp(0 + x + y | 1)", r = "log(lead) ~ sqrt(dist) + exp(0 + pos | all)",
     prepare = places("x", "y"), disp = "~ 0", start = list(theta = log(c(0.4, 200))), new = list(data = list(x = c(180000, 179500), y = c(331500, 330500), dist = c(0.1, 0.3)), coordinates = c("x", "y")))
case("meuse mat", "meuse", "log(zinc) ~ sqrt(dist) + mat(0 + I(x / 1000) + I(y / 1000) | 1)", r = "log(zinc) ~ sqrt(dist) + mat(0 + pos | all)", prepare = km, only = "likelihood")
case("meuse gau", "meuse", "log(zinc) ~ sqrt(dist) + gau(0 + x + y | 1)", r = "log(zinc) ~ sqrt(dist) + gau(0 + pos | all)", prepare = places("x", "y"),
     start = list(theta = log(c(0.4, 300))))
case("wheat exp in blocks", "wheat2", "yield ~ 1 + exp(0 + latitude + longitude | Block)", r = "yield ~ 1 + exp(0 + pos | Block)", prepare = places("latitude", "longitude"))

# Two maxima: with a residual and a long memory, and, lower, without one and a shorter memory
quarters <- function(t) { t$pos <- numFactor(t$quarter); t$all <- factor(1); t }
case("presidents ou", "presidents", "approval ~ 1 + ou(0 + quarter | 1)", r = "approval ~ 1 + ou(0 + pos | all)", prepare = quarters)

# Known covariances
tree.matrix <- function(file) { tree <- read.tree(file.path(data.folder, file)); vcv(tree) }
carnivores <- tree.matrix("carni70.tre")
one <- function(levels, column = "species") function(table) { table[[column]] <- factor(as.character(table[[column]]), levels); table$all <- factor(1); table }
tree.of <- function(file) list(kind = "tree", file = file)
V <- carnivores
case("carnivores propto", "carni70", "log(range) ~ log(size) + propto(0 + species | 1, tree)", r = "log(range) ~ log(size) + propto(0 + species | all, V)",
     prepare = one(rownames(carnivores)), relatedness = list(tree = tree.of("carni70.tre")))
case("carnivores propto reml", "carni70", "log(range) ~ log(size) + propto(0 + species | 1, tree)", r = "log(range) ~ log(size) + propto(0 + species | all, V)",
     prepare = one(rownames(carnivores)), relatedness = list(tree = tree.of("carni70.tre")), reml = TRUE)
case("carnivores phylo gamma", "carni70", "size ~ log(range) + phylo(1 | species)", "Gamma", link = "log", r = "size ~ log(range) + propto(0 + species | all, V)",
     prepare = one(rownames(carnivores)), relatedness = list(species = tree.of("carni70.tre")), only = "phylo")
W <- tree.matrix("mammals.tre")
case("mammals phylo", "mammals", "log(homeRange) ~ log(bodyMass) + phylo(1 | species)", r = "log(homeRange) ~ log(bodyMass) + propto(0 + species | all, W)",
     prepare = one(rownames(W)), relatedness = list(species = tree.of("mammals.tre")), only = "phylo")
amphibians <- matrix(0.3, 7, 7, dimnames = rep(list(species$spp), 2)); diag(amphibians) <- 1; amphibians["EC-A", "EC-L"] <- amphibians["EC-L", "EC-A"] <- 0.9
matrix.of <- function(m) list(kind = "matrix", names = rownames(m), values = unname(m))
case("salamanders propto over sites", "salamanders", "count ~ mined + propto(0 + spp | site, amphibians)", "nbinom2",
     factors = species, relatedness = list(amphibians = matrix.of(amphibians)), prepare = function(t) t)
# Named as model.matrix names the columns.
amphibian.columns <- amphibians; dimnames(amphibian.columns) <- rep(list(paste0("spp", species$spp)), 2)
case("salamanders kinship", "salamanders", "count ~ mined + kinship(1 | spp) + (1 | site)", "poisson",
     r = "count ~ mined + propto(0 + spp | all, amphibians) + (1 | site)", prepare = function(t) { t$all <- factor(1); t },
     factors = species, relatedness = list(spp = matrix.of(amphibians)), only = "phylo")
known <- 0.4 * amphibians
case("salamanders equalto", "salamanders", "count ~ mined + equalto(0 + spp | site, known)", "poisson", factors = species,
     relatedness = list(known = matrix.of(known)))
case("salamanders propto zero inflation", "salamanders", "count ~ mined + (1 | site)", "poisson", zi = "~ 1 + propto(0 + spp | 1, amphibians)",
     r.zi = "~ 1 + propto(0 + spp | all, amphibians)", prepare = function(t) { t$all <- factor(1); t }, factors = species,
     relatedness = list(amphibians = matrix.of(amphibians)))

# Residual and effects cannot be told apart, or no residual is left: flat in some direction.
for (name in c("sitka ar1", "sitka ar1 reml", "sitka cs", "sitka cs reml", "sitka us", "sitka diag", "rats ar1", "gamma ar1")) cases[[name]]$only <- "likelihood"

# ---- run --------------------------------------------------------------------------------------------------------------------

wanted <- commandArgs(TRUE)
file <- if (length(wanted)) "some-structures.json" else "structures.json"
if (length(wanted)) cases <- cases[names(cases) %in% wanted]
fits <- list()
for (case in cases) {
  seconds <- system.time(fit <- tryCatch(run.structured(case), error = function(e) { cat("FAILED", case$name, ":", conditionMessage(e), "\n"); NULL }))[["elapsed"]]
  if (is.null(fit)) next
  cat(sprintf("%-40s logLik %.8f  gradient %.0e  %s  %.1f s\n", case$name, fit$logLik, fit$gradient,
              paste(vapply(fit$covariance[seq_len(min(6, length(fit$covariance)))], function(r) sprintf("%s %.4g", r$name, r$estimate), ""), collapse = ", "), seconds))
  fits[[length(fits) + 1]] <- fit
  save.json(list(versions = package.versions(c("glmmTMB", "TMB", "Matrix", "nlme", "ape", "jsonlite")), fits = fits), file)
}
