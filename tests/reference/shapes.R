# Fits of families with estimated shapes and thresholds, by ordinal, glmmTMB, sn and, where no package has the family, direct
# maximisation of the likelihood.
# Run from the repository root: Rscript tests/reference/shapes.R
# On Debian 12: apt-get install r-cran-ordinal r-cran-glmmtmb r-cran-sn r-cran-jsonlite
suppressMessages({library(ordinal); library(glmmTMB); library(sn); library(jsonlite)})

wine <- read.csv("datasets/wine.csv", stringsAsFactors = TRUE)
wine$rating <- factor(wine$rating)
wine$judge <- factor(wine$judge)
wine$bottle <- factor(wine$bottle)
verbagg <- read.csv(gzfile("datasets/verbagg.csv.gz"), stringsAsFactors = TRUE)
verbagg$resp <- factor(verbagg$resp, levels = c("no", "perhaps", "yes"))

fits <- list()
table.of <- function(names, estimate, error) data.frame(name = names, estimate = unname(estimate), error = unname(error))
ordered <- function(name, fit, data, levels, formula, link) {
  s <- coef(summary(fit))
  thresholds <- grepl("|", rownames(s), fixed = TRUE)
  variances <- if (inherits(fit, "clmm")) sapply(VarCorr(fit), function(v) sqrt(v[1, 1])) else NULL
  fits[[name]] <<- list(
    data = data, levels = levels, formula = formula, family = "cumulative", link = link,
    logLik = as.numeric(logLik(fit)), parameters = fit$edf,
    fixed = table.of(rownames(s)[!thresholds], s[!thresholds, 1], s[!thresholds, 2]),
    shapes = table.of(rownames(s)[thresholds], s[thresholds, 1], s[thresholds, 2]),
    variances = as.list(variances))
}
for (link in c("logit", "probit", "cloglog", "cauchit")) {
  ordered(paste0("wine clm ", link), clm(rating ~ temp * contact, data = wine, link = link), "wine.csv", NULL, "rating ~ temp * contact", link)
}
for (link in c("logit", "probit", "cauchit")) {
  ordered(paste0("wine clmm ", link), clmm(rating ~ temp + contact + (1 | judge), data = wine, link = link), "wine.csv", NULL,
          "rating ~ temp + contact + (1 | judge)", link)
}

# The log-likelihoods that clm and clmm report for the cauchit are not those of their own estimates, by 3e-4; and clmm's fits
# with the cloglog and without covariates fall short of the Laplace likelihood, by 1.2 and 1e-3. So these by hand.
distributions <- list(logit = plogis, cloglog = function(x) -expm1(-exp(x)), cauchit = pcauchy)
rating <- as.integer(wine$rating)
m <- clm(rating ~ temp * contact, data = wine, link = "cauchit")
ends <- c(-Inf, m$alpha, Inf)
eta <- drop(model.matrix(~ temp * contact, wine)[, -1] %*% m$beta)
fits[["wine clm cauchit"]]$logLik <- sum(log(pcauchy(ends[rating + 1] - eta) - pcauchy(ends[rating] - eta)))

laplace.of <- function(X, link) {
  function(p) {
    ends <- c(-Inf, p[1:4], Inf)
    eta <- drop(X %*% p[4 + seq_len(ncol(X))])
    if (!ncol(X)) eta <- 0 * rating
    P <- distributions[[link]]
    sum(sapply(levels(wine$judge), function(judge) {
      i <- wine$judge == judge
      f <- function(u) -sum(log(P(ends[rating[i] + 1] - eta[i] - p[length(p)] * u) - P(ends[rating[i]] - eta[i] - p[length(p)] * u))) + u^2 / 2
      o <- optimize(f, c(-6, 6), tol = 1e-9)
      u <- o$minimum
      o$objective + 0.5 * log((f(u + 1e-3) - 2 * f(u) + f(u - 1e-3)) / 1e-6)
    }))
  }
}
by.hand <- function(name, formula, X, link, start) {
  laplace <- laplace.of(X, link)
  o <- nlminb(start, laplace, control = list(rel.tol = 1e-12))
  e <- sqrt(diag(solve(optimHess(o$par, laplace, control = list(ndeps = rep(1e-3, length(start)))))))
  x <- 4 + seq_len(ncol(X))
  fits[[name]] <<- list(data = "wine.csv", levels = NULL, formula = formula, family = "cumulative", link = link, logLik = -o$objective,
    parameters = length(start), fixed = table.of(as.character(colnames(X)), o$par[x], e[x]),
    shapes = table.of(c("1|2", "2|3", "3|4", "4|5"), o$par[1:4], e[1:4]), variances = list(judge = abs(o$par[length(start)])))
}
X <- model.matrix(~ temp + contact, wine)[, -1]
by.hand("wine by hand cloglog", "rating ~ temp + contact + (1 | judge)", X, "cloglog", c(-1.8, 0.5, 2.3, 3.5, 2, 1.2, 0.8))
cauchit <- fits[["wine clmm cauchit"]]
fits[["wine clmm cauchit"]]$logLik <-
  -laplace.of(X, "cauchit")(c(cauchit$shapes$estimate, cauchit$fixed$estimate, cauchit$variances[[1]]))
by.hand("wine by hand thresholds only", "rating ~ 1 + (1 | judge)", X[, 0], "logit", c(-2.7, -0.5, 1.1, 2.3, 0.6))
ordered("wine crossed", clmm(rating ~ temp + contact + (1 | judge) + (1 | bottle), data = wine), "wine.csv", NULL,
        "rating ~ temp + contact + (1 | judge) + (1 | bottle)", "logit")
ordered("wine uncentred covariate", clm(rating ~ temp + I(2000 + bottle), data = transform(wine, bottle = as.integer(bottle))),
        "wine.csv", NULL, "rating ~ temp + I(2000 + bottle)", "logit")
ordered("verbagg", clmm(resp ~ Anger + Gender + btype + situ + (1 | id) + (1 | item), data = verbagg), "verbagg.csv.gz",
        levels(verbagg$resp), "resp ~ Anger + Gender + btype + situ + (1 | id) + (1 | item)", "logit")

# Data that the other families are fitted to, kept in the JSON.
set.seed(20240801)
n <- 400
d <- data.frame(x = round(rnorm(n), 3), g = sprintf("g%02d", rep(1:20, each = n / 20)))
effect <- rnorm(20, 0, 0.5)[as.integer(factor(d$g))]
eta <- -0.3 + 0.8 * d$x + effect
u <- runif(n)
beta <- round(rbeta(n, plogis(eta) * 6, (1 - plogis(eta)) * 6), 6)
d$cover <- ifelse(u < plogis(-2 - eta), 0, ifelse(u > 1 - plogis(eta - 1.8), 1, pmin(pmax(beta, 1e-6), 1 - 1e-6)))
d$count <- rnbinom(n, size = 1 / (0.8 / exp(1 + 0.5 * d$x) + 1 / 3), mu = exp(1 + 0.5 * d$x))
d$mass <- round(2 + 0.5 * d$x + sn::rsn(n, 0, 1.5, 5), 4)

# Its own start has no finite likelihood.
b <- glmmTMB(cover ~ x + (1 | g), data = d, family = ordbeta(), start = list(psi = c(-1, 1)))
s <- summary(b)$coefficients$cond
psi <- b$fit$parfull[names(b$fit$parfull) == "psi"]
fits[["ordbeta"]] <- list(formula = "cover ~ x + (1 | g)", family = "ordbeta", link = "logit", logLik = as.numeric(logLik(b)),
  parameters = attr(logLik(b), "df"), fixed = table.of(rownames(s), s[, 1], s[, 2]), sigma = sigma(b),
  shapes = data.frame(name = c("lower cutpoint", "upper cutpoint"), estimate = unname(psi)),
  variances = list(g = unname(sqrt(VarCorr(b)$cond$g[1, 1]))))

k <- selm(mass ~ x, family = "SN", data = d)
cp <- coef(k, param.type = "CP")
dp <- coef(k, param.type = "DP")
v <- vcov(k, param.type = "CP")
fits[["skewnormal"]] <- list(formula = "mass ~ x", family = "skewnormal", link = "identity", logLik = as.numeric(logLik(k)),
  parameters = 4, fixed = table.of(c("(Intercept)", "x"), cp[1:2], sqrt(diag(v))[1:2]), sigma = unname(cp[["s.d."]]),
  shapes = data.frame(name = "shape", estimate = unname(dp[["alpha"]])))

X <- cbind(1, d$x)
deviance12 <- function(p) {
  mu <- exp(X %*% p[1:2])
  -sum(dnbinom(d$count, size = 1 / (exp(p[3]) / mu + exp(-p[4])), mu = mu, log = TRUE))
}
o <- nlminb(c(1, 0.5, 0, 1), deviance12, control = list(rel.tol = 1e-14))
h <- solve(optimHess(o$par, deviance12, control = list(ndeps = rep(1e-4, 4))))
e <- sqrt(diag(h))
fits[["nbinom12"]] <- list(formula = "count ~ x", family = "nbinom12", link = "log", logLik = -o$objective, parameters = 4,
  fixed = table.of(c("(Intercept)", "x"), o$par[1:2], e[1:2]), sigma = exp(o$par[3]),
  shapes = table.of("psi", exp(o$par[4]), exp(o$par[4]) * e[4]))

software <- paste(R.version.string, "ordinal", packageVersion("ordinal"), "glmmTMB", packageVersion("glmmTMB"), "sn", packageVersion("sn"))
write_json(list(software = software, columns = d, fits = fits), "tests/reference/shapes.json", digits = NA, auto_unbox = TRUE,
           null = "null", dataframe = "columns", pretty = FALSE)
