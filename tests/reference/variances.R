# R² and intraclass correlations of generalized models: the variances of Nakagawa, Johnson & Schielzeth (2017) written out from glmmTMB's
# fits with and without fixed effects, by three approximations, and performance's numbers with what they are made of.
# Rscript tests/reference/variances.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(performance)
  library(insight)
})

owls <- read.data("owls")
owls$rest <- 40 - owls$SiblingNegotiation
tribolium <- read.data("tribolium")
tribolium$Replicate <- factor(tribolium$Replicate)
salamanders <- read.data("salamanders")
sitka <- read.data("sitka")
sitka$year <- sitka$Time / 365
sitka$share <- sitka$size / 10

tight <- glmmTMBControl(optimizer = polished)

case <- function(name, dataset, response, fixed, random, family, offset = NULL, zi = ~0) {
  # performance fits the null model from the call, which has to stand where it can see it.
  assign("rows", get(dataset), globalenv())
  write <- function(fixed) as.formula(paste(response, "~", paste(c(fixed, offset, random), collapse = " + ")), globalenv())
  full <- eval(bquote(glmmTMB(.(write(fixed)), data = rows, family = .(family), ziformula = .(zi), control = tight)), envir = globalenv())
  null <- eval(bquote(glmmTMB(.(write("1")), data = rows, family = .(family), ziformula = .(zi), control = tight)), envir = globalenv())
  eta <- as.vector(model.matrix(full) %*% fixef(full)$cond)
  of.random <- function(fit) sum(sapply(VarCorr(fit)$cond, function(v) v[1, 1]))
  added <- if (is.null(offset)) rep(0, nrow(rows)) else eval(parse(text = sub("^offset\\((.*)\\)$", "\\1", offset)), rows)
  b <- unname(fixef(null)$cond[1])
  s <- sqrt(of.random(null))
  inverse <- family(full)$linkinv
  averaged <- function(at) integrate(function(z) inverse(at + b + s * z) * dnorm(z), -9, 9, rel.tol = 1e-10)$value
  mean <- base::mean(sapply(unique(added), averaged)[match(added, unique(added))])
  sigma <- sigma(full)
  power <- if (family(full)$family == "tweedie") unname(plogis(full$fit$par["thetaf"]) + 1) else NA
  if (family(full)$family == "tweedie" && is.na(power)) power <- unname(plogis(full$fit$par["psi"]) + 1)
  variance <- function(m) switch(family(full)$family,
    poisson = m, nbinom1 = m * (1 + sigma), nbinom2 = m + m^2 / sigma, genpois = m * sigma^2, tweedie = sigma * m^power,
    Gamma = sigma^2 * m^2, beta = m * (1 - m) / (1 + sigma), betabinomial = m * (1 - m))
  cv2 <- variance(mean) / mean^2
  is.log <- family(full)$link == "log"
  # Of a beta-binomial row's probability, beside that of its trials.
  is.proportion <- family(full)$family == "betabinomial"
  of.probability <- function(m) m * (1 - m) / (1 + sigma)
  slope <- family(full)$mu.eta(family(full)$linkfun(mean))
  quiet <- function(x) suppressMessages(suppressWarnings(x))
  theirs <- quiet(get_variance(full))
  r2 <- quiet(r2_nakagawa(full))
  icc <- quiet(icc(full))
  # What performance 0.10.2 takes: the exponential of the null model's intercept for the mean, whatever the link; the response's variance
  # with structural zeros over the square of the mean without them; for the Gamma the delta method.
  null.mean <- exp(unname(fixef(quiet(null_model(full)))$cond[1]))
  explained <- if (family(full)$family == "Gamma") sigma^2 else if (zi != ~0) {
    p <- predict(full, type = "zprob")
    mu <- predict(full, type = "conditional")
    log1p(base::mean(if (family(full)$family == "poisson") (1 - p) * (mu + p * mu^2) else (1 - p) * variance(mu) + mu^2 * (p^2 + p)) / null.mean^2)
  } else if (is.proportion) {
    # No case of its own: the negative binomial's variance, whose θ is taken for the first parameter of the random effects.
    log1p(null.mean * (1 + null.mean / getME(full, "theta")[[1]]) / null.mean^2)
  } else log1p(variance(null.mean) / null.mean^2)
  # The intraclass correlation of the binomial model with an effect for each row, which has the latent variance beside it.
  by.observation <- function(fixed) {
    assign("rows", transform(get(dataset), row = factor(seq_len(nrow(get(dataset))))), globalenv())
    formula <- as.formula(paste(response, "~", paste(c(fixed, random, "(1 | row)"), collapse = " + ")), globalenv())
    v <- VarCorr(eval(bquote(glmmTMB(.(formula), data = rows, family = binomial, control = tight)), envir = globalenv()))$cond
    of.rows <- v[["row"]][1, 1]
    others <- sum(sapply(v, function(m) m[1, 1])) - of.rows
    others / (others + of.rows + pi^2 / 3)
  }
  cat(sprintf("%-28s mean %.4f  null %.4f  distribution %.5f  performance %.5f  explained %.5f\n", name, mean, null.mean,
              if (is.log) log1p(cv2) else variance(mean) / slope^2, theirs$var.distribution, explained))
  list(name = name, dataset = dataset, formula = deparse(write(fixed), 500), family = family(full)$family, zi = if (zi == ~0) NULL else deparse(zi),
       fixed = var(eta), random = of.random(full), mean = mean,
       lognormal = if (is.log) log1p(cv2) else if (is.proportion) log1p(of.probability(mean) / mean^2),
       default = if (is.proportion) pi^2 / 3 + of.probability(mean) / slope^2,
       # What insight takes since 0.20: the probability's variance at the null model's intercept, log-normal.
       insight = if (is.proportion) log1p(of.probability(plogis(b)) / plogis(b)^2),
       observation = if (is.proportion) by.observation(fixed), delta = if (is.log) cv2 else variance(mean) / slope^2,
       trigamma = if (is.log) trigamma(1 / cv2), nullMean = null.mean, performance = list(distribution = theirs$var.distribution,
       marginal = unname(r2$R2_marginal), conditional = unname(r2$R2_conditional), icc = icc$ICC_adjusted), explained = explained)
}

cases <- list(
  case("poisson", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(poisson())),
  case("poisson with an offset", "owls", "SiblingNegotiation", "FoodTreatment", "(1 | Nest)", quote(poisson()), "offset(log(BroodSize))"),
  case("nbinom1", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(nbinom1())),
  case("nbinom2", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(nbinom2())),
  case("two factors", "salamanders", "count", c("mined", "cover"), c("(1 | site)", "(1 | spp)"), quote(nbinom2())),
  case("tweedie", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(tweedie())),
  case("Gamma", "sitka", "size", c("treat", "year"), "(1 | tree)", quote(Gamma(link = "log"))),
  case("beta", "sitka", "share", c("treat", "year"), "(1 | tree)", quote(beta_family())),
  case("beta-binomial", "tribolium", "cbind(Remaining, Total - Remaining)", "Species", "(1 | Replicate)", quote(betabinomial())),
  case("beta-binomial, wide", "owls", "cbind(SiblingNegotiation, rest)", c("FoodTreatment", "SexParent"), "(1 | Nest)",
       quote(betabinomial())),
  case("zero-inflated poisson", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(poisson()), zi = ~1),
  case("zero-inflated nbinom2", "owls", "SiblingNegotiation", c("FoodTreatment", "SexParent"), "(1 | Nest)", quote(nbinom2()), zi = ~1))
save.json(list(versions = package.versions(c("glmmTMB", "performance", "insight")), cases = cases), "variances.json")
