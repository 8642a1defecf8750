# What follows a fit: marginal means, contrasts and slopes (emmeans), averaged predictions and standardisation (integrate() and
# numDeriv on glmmTMB's joint covariance), R2 and ICC (performance), likelihood-ratio tests, Satterthwaite's degrees of freedom
# (lmerTest) and profile intervals (lme4, glmmTMB). Rscript tests/reference/inference.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(emmeans)
  library(lmerTest)
  library(performance)
})
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE)
tight.glmer <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE, tolPwrss = 1e-10)

owls <- read.data("owls")
salamanders <- read.data("salamanders")
oats <- read.data("oats")
sleep <- read.data("sleepstudy", list(Subject = as.character(c(308:310, 330:335, 337, 349:352, 369:372))))
cbpp <- read.data("cbpp", list(period = as.character(1:4), herd = as.character(1:15)))
ticks <- read.data("grouseticks", list(BROOD = as.character(sort(unique(read.data("grouseticks")$BROOD)))))
gapped <- subset(salamanders, !(mined == "yes" & spp %in% c("PR")))

fits <- list(
  owls = glmmTMB(SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest), owls, nbinom2,
                 control = glmmTMBControl(optimizer = polished)),
  salamanders = glmmTMB(count ~ mined * spp + poly(DOY, 2) + (1 | site), salamanders, poisson, ziformula = ~mined + (1 | site),
                        control = glmmTMBControl(optimizer = polished)),
  cbpp = glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, control = glmmTMBControl(optimizer = polished)),
  slopes = glmmTMB(count ~ mined + DOY + (DOY | spp), salamanders, poisson, control = glmmTMBControl(optimizer = polished)),
  oats = lmerTest::lmer(Y ~ V * N + (1 | B/V), oats, control = tight),
  sleep = lmerTest::lmer(Reaction ~ Days + (Days | Subject), sleep, control = tight),
  gapped = glmmTMB(count ~ mined * spp + (1 | site), gapped, poisson,
                   control = glmmTMBControl(optimizer = polished, rank_check = "adjust")))
# Likelihood-based models get the normal distribution, Gaussian ones by REML Satterthwaite's degrees of freedom.
degrees <- function(fit) if (inherits(fits[[fit]], "lmerMod")) list() else list(df = Inf)

rows.of <- function(grid, variables) {
  table <- as.data.frame(grid)
  number <- intersect(c("emmean", "rate", "response", "prob", "DOY.trend", "ArrivalTime.trend", "estimate", "ratio", "odds.ratio"), names(table))[1]
  ends <- intersect(c("asymp.LCL", "lower.CL"), names(table))
  lapply(seq_len(nrow(table)), function(i) list(
    levels = if (length(variables)) as.list(sapply(variables, function(v) as.character(table[i, v]), simplify = FALSE)) else NULL,
    estimate = table[i, number], se = table$SE[i], df = if (is.finite(table$df[i])) table$df[i] else NULL,
    lower = if (length(ends)) table[i, ends] else NULL,
    upper = if (length(ends)) table[i, sub("LCL", "UCL", sub("lower.CL", "upper.CL", ends))] else NULL,
    p = table$p.value[i]))
}
means <- function(fit, specs, type = "link", ...) {
  grid <- do.call(emmeans, c(list(fits[[fit]], as.formula(paste("~", specs)), type = type, ...), degrees(fit)))
  list(fit = fit, specs = specs, type = type, rows = rows.of(grid, c(grid@misc$pri.vars, grid@misc$by.vars)))
}
contrasts.of <- function(fit, specs, adjust, ...) {
  grid <- do.call(emmeans, c(list(fits[[fit]], as.formula(paste("~", specs)), ...), degrees(fit)))
  list(fit = fit, specs = specs, adjust = adjust, rows = rows.of(summary(pairs(grid), adjust = adjust, infer = TRUE), character()))
}
trends <- function(fit, specs, variable, ...) {
  grid <- do.call(emtrends, c(list(fits[[fit]], as.formula(paste("~", specs)), var = variable, ...), degrees(fit)))
  list(fit = fit, specs = specs, variable = variable, rows = rows.of(grid, c(grid@misc$pri.vars, grid@misc$by.vars)))
}
emm_options(lmer.df = "satterthwaite")

marginal <- list(
  means("owls", "FoodTreatment"), means("owls", "FoodTreatment", "response"), means("owls", "FoodTreatment | SexParent"),
  means("owls", "SexParent", weights = "proportional"), means("salamanders", "spp", "response"),
  means("salamanders", "mined | spp", at = list(DOY = 0.5)), means("cbpp", "period", "response"),
  means("oats", "V"), means("oats", "N"), means("gapped", "mined | spp"))
# emmeans does not know of columns that glmmTMB dropped; from glmer it knows which means the data do not determine.
known <- as.data.frame(emmeans(glmer(count ~ mined * spp + (1 | site), gapped, poisson, control = tight.glmer), ~mined | spp))
for (i in seq_along(marginal[[10]]$rows)) if (is.na(known$emmean[i])) marginal[[10]]$rows[[i]]$se <- NA
marginal[[4]]$weights <- "proportional"
marginal[[6]]$at <- list(DOY = 0.5)
contrast <- list(
  contrasts.of("owls", "FoodTreatment | SexParent", "none"), contrasts.of("salamanders", "spp", "tukey"),
  contrasts.of("salamanders", "spp", "holm"), contrasts.of("salamanders", "spp | mined", "bonferroni"),
  contrasts.of("cbpp", "period", "tukey"), contrasts.of("oats", "N", "tukey"), contrasts.of("oats", "V", "tukey"))
slopes <- list(trends("owls", "FoodTreatment", "ArrivalTime"), trends("salamanders", "mined", "DOY", at = list(DOY = 0.5)))
slopes[[2]]$at <- list(DOY = 0.5)

# ---- averages over the random effects: brute-force integration, gradients by numDeriv ----------------------------------------

# log sd and Cholesky parameters of glmmTMB's us() to a covariance matrix
covariance <- function(theta, size) {
  sd <- exp(theta[1:size])
  if (size == 1) return(matrix(sd^2))
  l <- diag(size)
  l[lower.tri(l)] <- theta[-(1:size)]
  r <- cov2cor(l %*% t(l))
  diag(sd) %*% r %*% diag(sd)
}
average <- function(eta, v, inverse) sapply(seq_along(eta), function(i)
  integrate(function(t) inverse(eta[i] + sqrt(v[i]) * t) * dnorm(t), -12, 12, rel.tol = 1e-12, subdivisions = 2000)$value)
pieces <- function(fit) {
  full <- vcov(fit, full = TRUE)
  par <- fit$fit$par
  beta <- which(names(par) == "beta"); zi <- which(names(par) == "betazi")
  list(par = par, vcov = full, beta = beta, zi = zi, theta = which(names(par) %in% c("theta", "thetazi")))
}
averaged <- function(fit, mean.of) {
  p <- pieces(fit)
  estimate <- mean.of(p$par)
  jacobian <- numDeriv::jacobian(mean.of, p$par)
  list(estimate = estimate, se = sqrt(rowSums((jacobian %*% p$vcov) * jacobian)))
}
design <- function(fit, data, part = "cond") {
  f <- formula(fit, fixed.only = TRUE, component = part)
  model.matrix(delete.response(terms(f)), data)
}
at.rows <- c(1, 90, 181, 270, 333, 402, 500, 611)
cbpp.new <- data.frame(period = factor(levels(cbpp$period)))
predicted <- list(
  cbpp = averaged(fits$cbpp, function(par) {
    p <- pieces(fits$cbpp)
    average(drop(model.matrix(~period, cbpp.new) %*% par[p$beta]), rep(exp(2 * par[p$theta]), 4), plogis)
  }),
  slopes = averaged(fits$slopes, function(par) {
    p <- pieces(fits$slopes)
    x <- model.matrix(~mined + DOY, salamanders)[at.rows, ]
    z <- cbind(1, salamanders$DOY[at.rows])
    v <- rowSums((z %*% covariance(par[p$theta], 2)) * z)
    average(drop(x %*% par[p$beta]), v, exp)
  }),
  salamanders = averaged(fits$salamanders, function(par) {
    p <- pieces(fits$salamanders)
    x <- model.matrix(~mined * spp + poly(DOY, 2), salamanders)[at.rows, ]
    w <- model.matrix(~mined, salamanders)[at.rows, ]
    average(drop(x %*% par[p$beta]), rep(exp(2 * par[p$theta[1]]), length(at.rows)), exp) *
      average(drop(w %*% par[p$zi]), rep(exp(2 * par[p$theta[2]]), length(at.rows)), function(x) plogis(-x))
  }))
standardised <- function(use) averaged(fits$salamanders, function(par) {
  p <- pieces(fits$salamanders)
  one <- function(level) {
    data <- salamanders
    data$mined <- factor(level, levels = levels(data$mined))
    x <- model.matrix(~mined * spp, data)
    basis <- poly(salamanders$DOY, 2)
    x <- cbind(x, basis)[, c(1:8, ncol(x) + 1:2, 9:ncol(x))]   # poly(DOY, 2) stands before the interaction
    eta <- drop(x %*% par[p$beta])
    zeta <- drop(model.matrix(~mined, data) %*% par[p$zi])
    if (use == "population") return(mean(exp(eta) * plogis(-zeta)))
    mean(exp(eta + exp(2 * par[p$theta[1]]) / 2) * average(zeta[1], exp(2 * par[p$theta[2]]), function(x) plogis(-x)))
  }
  c(one("no"), one("yes"), one("yes") - one("no"))
})
stopifnot(identical(names(fixef(fits$salamanders)$cond)[9:10], c("poly(DOY, 2)1", "poly(DOY, 2)2")))
standard <- list(population = standardised("population"), averaged = standardised("averaged"))

# ---- R2 and ICC --------------------------------------------------------------------------------------------------------------

quiet <- function(x) suppressMessages(suppressWarnings(x))
r2.fits <- list(
  sleep = lme4::lmer(Reaction ~ Days + (Days | Subject), sleep, control = tight),
  oats = lme4::lmer(Y ~ V + N + (1 | B/V), oats, control = tight),
  cbpp = glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, control = tight.glmer),
  ticks = glmer(TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | INDEX), transform(ticks, YEAR = factor(YEAR), INDEX = factor(INDEX)),
                poisson, control = tight.glmer))
r2 <- lapply(r2.fits, function(fit) {
  value <- quiet(performance::r2_nakagawa(fit))
  icc <- quiet(performance::icc(fit))
  base <- quiet(insight::null_model(fit))
  v <- quiet(insight::get_variance(fit))
  list(marginal = unname(value$R2_marginal), conditional = unname(value$R2_conditional), icc = icc$ICC_adjusted,
       mean = if (isTRUE(family(fit)$link == "log")) unname(exp(fixef(base))) else NULL, fixed = unname(v$var.fixed),
       random = unname(v$var.random), residual = unname(v$var.residual))
})

# ---- tests -------------------------------------------------------------------------------------------------------------------

coefficients.of <- function(fit) {
  table <- coef(summary(fit))
  lapply(rownames(table), function(n) list(name = n, df = table[n, "df"], t = table[n, "t value"], p = table[n, "Pr(>|t|)"]))
}
satterthwaite <- list(sleep = coefficients.of(fits$sleep), oats = coefficients.of(fits$oats))
drop <- function(fit) {
  table <- drop1(fit, test = "Chisq")
  lapply(rownames(table)[-1], function(n) list(name = n, df = table[n, "Df"], statistic = table[n, "LRT"], p = table[n, "Pr(>Chi)"]))
}
sleep.ml <- lme4::lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE, control = tight)
likelihood.ratio <- list(cbpp = drop(fits$cbpp), owls = drop(fits$owls),
                         random = lapply(list(list("Days in (Days | Subject)", ~ . - (Days | Subject) + (1 | Subject))), function(t) {
                           reduced <- update(sleep.ml, t[[2]])
                           list(name = t[[1]], df = 2, statistic = 2 * as.numeric(logLik(sleep.ml) - logLik(reduced)))
                         }))

# ---- profile intervals -------------------------------------------------------------------------------------------------------

intervals <- function(fit, ...) {
  table <- suppressWarnings(confint(fit, method = "profile", oldNames = FALSE, quiet = TRUE, ...))
  lapply(rownames(table), function(n) list(name = n, lower = if (is.na(table[n, 1])) NULL else table[n, 1], upper = table[n, 2]))
}
tmb.intervals <- function(fit) {
  table <- suppressWarnings(confint(fit, method = "profile", component = "cond", parm = seq_along(fixef(fit)$cond), estimate = FALSE))
  lapply(seq_len(nrow(table)), function(i) list(name = names(fixef(fit)$cond)[i], lower = table[i, 1], upper = table[i, 2]))
}
profile <- list(
  sleep = intervals(sleep.ml),
  cbpp = intervals(glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, control = tight.glmer)),
  owls = tmb.intervals(glmmTMB(SiblingNegotiation ~ FoodTreatment + offset(log(BroodSize)) + (1 | Nest), owls, nbinom2,
                               control = glmmTMBControl(optimizer = polished))))

save.json(list(versions = package.versions(c("emmeans", "lme4", "glmmTMB", "lmerTest", "performance", "insight")),
               marginal = marginal, contrasts = contrast, slopes = slopes, averaged = predicted, averagedRows = at.rows,
               standardised = standard, r2 = r2, satterthwaite = satterthwaite, likelihoodRatio = likelihood.ratio,
               profile = profile), "inference.json")
