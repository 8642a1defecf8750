# Cluster-robust standard errors by clubSandwich, covariances of the effects of one level and predictions with chosen random terms by
# lme4, intraclass correlations by performance, kinds of predictions and Wald intervals of standard deviations by glmmTMB.
# Rscript tests/reference/reading.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(clubSandwich))
sleep <- read.data("sleepstudy", list(Subject = as.character(c(308:310, 330:335, 337, 349:352, 369:372))))
oats <- read.data("oats")
pups <- read.data("ratpupweight", list(Litter = as.character(1:27)))
cbpp <- read.data("cbpp", list(period = as.character(1:4), herd = as.character(1:15)))
salamanders <- read.data("salamanders")

robust <- function(name, fit, cluster) {
  kind <- function(type) {
    table <- coef_test(fit, vcov = type, cluster = cluster, test = "Satterthwaite")
    list(covariance = unname(as.matrix(vcovCR(fit, cluster = cluster, type = type))), df = table$df)
  }
  list(name = name, CR0 = kind("CR0"), CR1 = kind("CR1"), CR2 = kind("CR2"))
}
slopes <- fit.lmer(Reaction ~ Days + (Days | Subject), sleep, TRUE)
split <- fit.lmer(Y ~ V * N + (1 | B/V), oats, TRUE)
litters <- fit.lmer(weight ~ sex * Treatment + Lsize + (1 | Litter), pups, TRUE)
incidence <- glm(cbind(incidence, size - incidence) ~ period, binomial, cbpp)
# (B | .): terms of a nested grouping, one of them left out.
re <- list(block = unname(predict(split, re.form = ~ (1 | B))), all = unname(predict(split)))
variances <- attr(ranef(slopes, condVar = TRUE)$Subject, "postVar")[, , 3]
zero <- fit.glmmTMB(count ~ mined + (1 | site), salamanders, poisson(), zi = ~ mined)
frogs <- salamanders[c(1, 50, 200, 400, 600), ]
prediction <- function(type) {
  p <- predict(zero, frogs, type = type, se.fit = TRUE)
  list(fit = unname(p$fit), se = unname(p$se.fit))
}
disease <- fit.glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial())
gaussian <- fit.glmmTMB(Reaction ~ Days + (1 | Subject), sleep, gaussian())
icc <- function(fit) {
  r <- performance::icc(fit)
  list(adjusted = r$ICC_adjusted, unadjusted = if (is.null(r$ICC_unadjusted)) r$ICC_conditional else r$ICC_unadjusted)
}
wald <- function(fit, sigma = FALSE) {
  theta <- suppressMessages(confint(fit, method = "wald"))
  row <- grep("Std.Dev", rownames(theta))
  s <- if (sigma) { d <- fit$sdr; i <- grep("beta(d|disp)$", names(d$par.fixed)); e <- sqrt(diag(d$cov.fixed))[i]; exp((d$par.fixed[i] + c(-1, 1) * qnorm(0.975) * e) / 2) }
  list(lower = unname(theta[row[1], 1]), upper = unname(theta[row[1], 2]), sigma = unname(s))
}
save.json(list(versions = package.versions(c("lme4", "glmmTMB", "clubSandwich", "performance")),
  robust = list(robust("slopes", slopes, sleep$Subject), robust("split", split, oats$B), robust("litters", litters, pups$Litter)),
  binomial = list(CR0 = unname(as.matrix(vcovCR(incidence, cluster = cbpp$herd, type = "CR0"))), CR1 = unname(as.matrix(vcovCR(incidence, cluster = cbpp$herd, type = "CR1")))),
  re = re, variances = variances, rows = c(1, 50, 200, 400, 600) - 1,
  predictions = list(conditional = prediction("conditional"), zprob = prediction("zprob"), response = prediction("response")),
  icc = list(disease = icc(disease), split = icc(split), slopes = icc(slopes)), wald = list(disease = wald(disease), gaussian = wald(gaussian, TRUE))), "reading.json")
