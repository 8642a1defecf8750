# Corners of what is read from a fit, on one small unbalanced data set: three-way interactions, weights, aliased columns, polynomials and
# splines, offsets, trials, contrasts of contrasts, subjects with one record, ties in rankings. emmeans, lmerTest, pbkrtest and geepack;
# bias-reduced sandwiches and expected ranks by their formulas with whole matrices. Rscript tests/reference/corners.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(emmeans)
  library(lmerTest)
  library(pbkrtest)
  library(geepack)
})
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE, check.rankX = "silent.drop.cols")

set.seed(42)
sizes <- c(3, 14, 7, 9, 5, 12, 8, 6, 11, 4, 10, 13)
field <- data.frame(g = factor(rep(sprintf("g%02d", 1:12), sizes)))
n <- nrow(field)
field$a <- factor(sample(c("low", "high"), n, TRUE, c(0.65, 0.35)), c("high", "low"))
field$b <- factor(sample(c("dry", "mesic", "wet"), n, TRUE, c(0.5, 0.3, 0.2)))
field$c <- factor(ifelse(as.integer(field$g) %% 2 == 0, "new", "old"))
field$x <- round(rnorm(n), 2)
field$z <- 3 - 2 * field$x
field$w <- round(runif(n, 0.3, 3), 2)
field$year <- ave(seq_len(n), field$g, FUN = seq_along)
u <- rnorm(12, 0, 0.8)[field$g]
field$y <- round(10 + u + (field$a == "low") + 0.7 * (field$b == "wet") * (field$c == "old") + 0.5 * field$x - 0.3 * field$x^2 + rnorm(n) / sqrt(field$w), 3)
field$trials <- sample(1:12, n, TRUE)
field$caught <- rbinom(n, field$trials, plogis(-0.4 + 0.6 * u + 0.5 * (field$a == "low") + 0.4 * field$x))
field$effort <- round(exp(rnorm(n, 0, 0.6)), 2)
field$count <- rnbinom(n, mu = field$effort * exp(0.9 + 0.5 * u - 0.5 * (field$b == "wet")), size = 2)
# Some subjects with one record.
field$subject <- as.character(field$g)
field$subject[seq(2, n, 7)] <- paste0("single", seq(2, n, 7))
field <- field[order(field$subject), ]
write.csv(field, file.path(this.folder, "corners.csv"), row.names = FALSE, quote = FALSE)
field$subject <- factor(field$subject)

number <- function(v) if (is.na(v) || is.infinite(v)) NULL else v
means <- function(object, type = "link") {
  table <- as.data.frame(summary(object, infer = c(TRUE, FALSE), type = type))
  low <- grep("lower.CL|asymp.LCL", names(table))
  value <- intersect(c("emmean", "estimate", "response", "prob", "odds.ratio", "ratio", "x.trend", "rate"), names(table))[1]
  first <- seq_len(match(value, names(table)) - 1)
  lapply(seq_len(nrow(table)), function(i) list(name = paste(sapply(table[i, first, drop = FALSE], as.character), collapse = ", "),
    estimate = number(table[[value]][i]), se = number(table$SE[i]), df = number(table$df[i]), lower = number(table[i, low])))
}
coefficients.of <- function(fit, ddf) {
  table <- coef(summary(fit, ddf = ddf))
  lapply(rownames(table), function(name) list(name = name, estimate = table[name, 1], se = table[name, 2], df = table[name, 3]))
}
terms.of <- function(table, statistic, denominator) lapply(setdiff(rownames(table), c("Residuals", "(Intercept)")), function(term)
  list(name = term, statistic = table[term, statistic], df = if (denominator %in% names(table)) table[term, denominator]))

whole <- lmerTest::lmer(y ~ a * b * c + x + (1 | g), field, control = tight)
weighted <- lmerTest::lmer(y ~ a * x + (x | g), field, weights = w, control = tight)
aliased <- lmerTest::lmer(y ~ a + x + z + (1 | g), field, control = tight)
curved <- lmerTest::lmer(y ~ a * poly(x, 2) + b + (1 | g), field, control = tight)
spline <- lmerTest::lmer(y ~ ns(x, df = 3) + a + (1 | g), field, control = tight)
caught <- fit.glmmTMB(cbind(caught, trials - caught) ~ a * b + x + (1 | g), field, binomial())
count <- fit.glmmTMB(count ~ a * b + offset(log(effort)) + (1 | g), field, nbinom2())
sums <- field
contrasts(sums$a) <- contr.sum(2)
contrasts(sums$b) <- contr.sum(3)
of.sums <- fit.glmmTMB(cbind(caught, trials - caught) ~ a * b + x + (1 | g), sums, binomial())
assign <- attr(model.matrix(of.sums), "assign")
if (is.null(assign)) assign <- attr(model.matrix(~ a * b + x, sums), "assign")
# glmmTMB orders terms as R does: main effects before interactions.
labels <- attr(terms(~ a * b + x), "term.labels")
wald.three <- lapply(seq_along(labels), function(k) {
  own <- which(assign == k)
  beta <- fixef(of.sums)$cond[own]
  list(name = labels[k], statistic = as.numeric(beta %*% solve(vcov(of.sums)$cond[own, own], beta)))
})
cells <- emmeans(whole, ~ a * b | c, lmer.df = "kenward-roger")
hypothesis <- rbind(as.numeric(names(fixef(whole)) == "alow:bwet"), as.numeric(names(fixef(whole)) == "x"))
joint <- KRmodcomp(whole, hypothesis)$stats

gee <- function(formula, family, corstr, waves = NULL) {
  arguments <- list(formula, family = family, data = field, id = as.integer(field$subject), corstr = corstr, control = geese.control(epsilon = 1e-12, maxit = 2000))
  if (!is.null(waves)) arguments$waves <- field[[waves]]
  fit <- do.call(geeglm, arguments)
  alpha <- as.numeric(fit$geese$alpha)
  mu <- as.vector(fit$fitted.values)
  d <- as.vector(family$mu.eta(fit$linear.predictors)) * model.matrix(fit)
  power.of <- function(matrix, power) {
    parts <- eigen(matrix)
    Re(parts$vectors %*% diag(parts$values^power, nrow(matrix)) %*% solve(parts$vectors))
  }
  blocks <- lapply(split(seq_along(mu), field$subject), function(rows) {
    s <- sqrt(family$variance(mu[rows]) / fit$prior.weights[rows])
    r <- if (corstr == "ar1") alpha^abs(outer(field$year[rows], field$year[rows], "-")) else matrix(alpha, length(rows), length(rows))
    diag(r) <- 1
    list(d = d[rows, , drop = FALSE], v = as.numeric(fit$geese$gamma) * outer(s, s) * r, r = (fit$y - mu)[rows])
  })
  m <- solve(Reduce(`+`, lapply(blocks, function(b) t(b$d) %*% solve(b$v, b$d))))
  errors <- lapply(c(robust = 0, mancl = -1, kauermann = -0.5), function(power) {
    meat <- Reduce(`+`, lapply(blocks, function(b) {
      h <- b$d %*% m %*% t(b$d) %*% solve(b$v)
      s <- t(b$d) %*% solve(b$v, power.of(diag(nrow(h)) - h, power) %*% b$r)
      s %*% t(s)
    }))
    unname(sqrt(diag(m %*% meat %*% m)))
  })
  stopifnot(max(abs(errors$robust / sqrt(diag(fit$geese$vbeta)) - 1)) < 1e-5, min(table(field$subject)) == 1)
  c(list(estimate = unname(coef(fit)), model = unname(sqrt(diag(fit$geese$vbeta.naiv))), scale = as.numeric(fit$geese$gamma), alpha = alpha), errors)
}

# Expected ranks of a Gaussian model by REML: the joint distribution of the effects given the data, and pairs of normal variables. Two groups
# have the same records, so that they tie.
tied <- field[field$g %in% c("g01", "g02", "g03", "g04", "g05", "g06"), c("g", "x", "y")]
twin <- tied[tied$g == "g05", ]
twin$g <- "twin"
tied <- rbind(tied, twin)
tied$g <- factor(as.character(tied$g))
write.csv(tied, file.path(this.folder, "tied.csv"), row.names = FALSE, quote = FALSE)
plain <- lme4::lmer(y ~ x + (1 | g), tied, control = tight)
z <- t(as.matrix(getME(plain, "Zt")))
x <- getME(plain, "X")
s2 <- sigma(plain)^2
tau2 <- VarCorr(plain)$g[1, 1]
v <- diag(s2, nrow(z)) + tau2 * z %*% t(z)
vi <- solve(v)
vb <- solve(t(x) %*% vi %*% x)
p <- vi - vi %*% x %*% vb %*% t(x) %*% vi
b <- as.vector(tau2 * t(z) %*% p %*% tied$y)
posterior <- tau2 * diag(ncol(z)) - tau2^2 * t(z) %*% p %*% z
ranks <- sapply(seq_along(b), function(i) 1 + sum(sapply(setdiff(seq_along(b), i), function(j)
  pnorm((b[j] - b[i]) / sqrt(posterior[i, i] + posterior[j, j] - 2 * posterior[i, j])))))

# One subject and the population by integrals: a probit model has the population's coefficients in closed form.
probit <- fit.glmmTMB(cbind(caught, trials - caught) ~ a + x + (1 | g), field, binomial("probit"))
s <- sqrt(VarCorr(probit)$cond$g[1, 1])
logit <- fit.glmmTMB(cbind(caught, trials - caught) ~ a + x + (1 | g), field, binomial())
t <- sqrt(VarCorr(logit)$cond$g[1, 1])
risk <- function(level) {
  new <- field
  new$a <- factor(level, levels(field$a))
  eta <- as.vector(model.matrix(~ a + x, new) %*% fixef(logit)$cond)
  mean(sapply(eta, function(e) integrate(function(u) plogis(e + t * u) * dnorm(u), -9, 9, rel.tol = 1e-9)$value))
}
risks <- c(risk("high"), risk("low"))

save.json(list(versions = package.versions(c("emmeans", "lmerTest", "pbkrtest", "geepack", "glmmTMB")),
  threeWay = list(kenward = coefficients.of(whole, "Kenward-Roger"), two = terms.of(anova(whole, type = 2, ddf = "Satterthwaite"), "F value", "DenDF"),
    three = terms.of(anova(whole, type = 3, ddf = "Kenward-Roger"), "F value", "DenDF"), cells = means(cells),
    pairs = means(contrast(emmeans(whole, ~ a | b * c, lmer.df = "kenward-roger"), "revpairwise")),
    contrastsOfContrasts = means(contrast(emmeans(whole, ~ a * b, lmer.df = "kenward-roger"), interaction = c("revpairwise", "trt.vs.ctrl"))),
    joint = list(statistic = joint$Fstat, ddf = joint$ddf, scaling = joint$F.scaling)),
  weighted = list(coefficients = coefficients.of(weighted, "Satterthwaite"), trends = means(emtrends(weighted, "a", var = "x", lmer.df = "satterthwaite")),
    means = means(emmeans(weighted, "a", lmer.df = "satterthwaite", at = list(x = 1)))),
  aliased = coefficients.of(aliased, "Satterthwaite"),
  curved = list(means = means(emmeans(curved, ~ a, at = list(x = 1), lmer.df = "kenward-roger")), trends = means(emtrends(curved, "a", var = "x", at = list(x = 1), delta.var = 1e-6, lmer.df = "kenward-roger")),
    three = terms.of(anova(curved, type = 3, ddf = "Kenward-Roger"), "F value", "DenDF")),
  spline = list(three = terms.of(anova(spline, type = 3, ddf = "Kenward-Roger"), "F value", "DenDF"), means = means(emmeans(spline, "a", at = list(x = 0.5), lmer.df = "kenward-roger"))),
  caught = list(response = means(emmeans(caught, ~ b | a, df = Inf), "response"), ratios = means(contrast(emmeans(caught, ~ b | a, df = Inf), "revpairwise", adjust = "none"), "response"),
    proportional = means(emmeans(caught, ~ a, weights = "proportional", df = Inf)), three = wald.three),
  count = list(response = means(emmeans(count, ~ b | a, df = Inf), "response"), offset = means(emmeans(count, ~ b | a, df = Inf, offset = 0), "response"),
    ratios = means(contrast(emmeans(count, ~ b, df = Inf), "trt.vs.ctrl", adjust = "none"), "response"),
    contrastsOfContrasts = means(contrast(emmeans(count, ~ a * b, df = Inf), interaction = c("revpairwise", "trt.vs.ctrl")))),
  gee = list(trials = gee(cbind(caught, trials - caught) ~ a * b + x, binomial(), "exchangeable"), counts = gee(count ~ a + b + offset(log(effort)), poisson(), "exchangeable"),
    gaps = gee(y ~ a + x, gaussian(), "ar1", "year")),
  ranks = list(levels = colnames(z), estimate = b, sd = sqrt(diag(posterior)), rank = ranks),
  probit = list(subject = unname(fixef(probit)$cond), population = unname(fixef(probit)$cond / sqrt(1 + s^2))),
  standardised = list(risks = risks, difference = diff(risks), ratio = risks[2] / risks[1], odds = (risks[2] / (1 - risks[2])) / (risks[1] / (1 - risks[1])))), "corners.json")
