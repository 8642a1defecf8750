# The log-log link, eta = -log(-log(mu)): a binomial model by glm with a link of that definition, and an ordinal model by ordinal::clm.
# Run in this folder: Rscript loglog.R; writes loglog.json.
suppressPackageStartupMessages({ library(jsonlite); library(ordinal) })
loglog <- structure(list(
  linkfun = function(mu) -log(-log(mu)), linkinv = function(eta) exp(-exp(-eta)),
  mu.eta = function(eta) exp(-eta - exp(-eta)), valideta = function(eta) TRUE, name = "loglog"), class = "link-glm")
set.seed(3)
x <- round(seq(-1.5, 1.5, length.out = 80), 3)
n <- rep(c(1, 4, 10, 25), 20)
y <- rbinom(80, n, exp(-exp(-(0.2 + 0.8 * x))))
m <- glm(cbind(y, n - y) ~ x, binomial(link = loglog), control = glm.control(epsilon = 1e-14, maxit = 100))
# glm's standard errors are by the expected information; EcoGlmm's by the observed one.
observed <- optimHess(coef(m), function(b) -sum(dbinom(y, n, exp(-exp(-(b[1] + b[2] * x))), log = TRUE)), control = list(ndeps = c(1e-4, 1e-4)))
o <- clm(rating ~ temp + contact, link = "loglog", data = wine, control = clm.control(gradTol = 1e-10))
result <- list(
  binomial = list(x = x, n = n, y = y, estimates = unname(coef(m)), errors = sqrt(diag(solve(observed))), logLik = as.numeric(logLik(m))),
  ordinal = list(
    rating = as.integer(wine$rating), temp = as.character(wine$temp), contact = as.character(wine$contact),
    thresholds = unname(o$alpha), estimates = unname(o$beta), errors = unname(sqrt(diag(vcov(o)))), logLik = as.numeric(logLik(o))))
write_json(result, "loglog.json", digits = 15, auto_unbox = TRUE)
