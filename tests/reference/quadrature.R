# Mixed models with several random effects in a group, or zero inflation, by brute force: Rscript tests/reference/quadrature.R  writes
# quadrature.json.
#
# glmer's quadrature takes one effect in a group and no zero inflation, so that the truth is found here without any package: the
# marginal likelihood by the trapezoidal rule on a fixed, fine grid of spherical effects, maximised by nlminb and Newton steps with
# numerical derivatives. With smooth integrands the rule's error falls exponentially; halving its step is printed as a check.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

# log of the sum of exp over columns.
log.sum <- function(m) {
  top <- m[cbind(seq_len(nrow(m)), max.col(m))]
  top + log(rowSums(exp(m - top)))
}

grid.of <- function(width, step, limit = 7) {
  points <- seq(-limit, limit, by = step)
  nodes <- as.matrix(expand.grid(rep(list(points), width)))
  list(nodes = nodes, log.weights = rowSums(dnorm(nodes, log = TRUE)) + width * log(step))
}

# z: random-effects columns; pattern: "us" (correlated) or "diag"; density(eta, extra) works on a matrix, rows by nodes.
maximise <- function(x, z, pattern, group, offset, density, start, extra, step) {
  p <- ncol(x)
  r <- ncol(z)
  groups <- as.integer(group)
  lambda.of <- function(theta) {
    lambda <- diag(0, r)
    if (pattern == "us") lambda[lower.tri(lambda, TRUE)] <- theta else diag(lambda) <- theta
    lambda
  }
  count <- if (pattern == "us") r * (r + 1) / 2 else r
  objective <- function(par, width = step) {
    grid <- grid.of(r, width)
    eta <- as.vector(x %*% par[1:p]) + offset + z %*% lambda.of(par[p + 1:count]) %*% t(grid$nodes)
    inside <- rowsum(density(eta, par[-(1:(p + count))]), groups)
    -sum(log.sum(sweep(inside, 2, grid$log.weights, "+")))
  }
  result <- nlminb(start, objective, control = list(iter.max = 500, eval.max = 5000, rel.tol = 1e-13, x.tol = 1e-10))
  par <- result$par
  hessian <- optimHess(par, objective, control = list(ndeps = rep(1e-3, length(par))))
  for (again in 1:2) par <- par - solve(hessian, numDeriv::grad(objective, par))
  hessian <- optimHess(par, objective, control = list(ndeps = rep(1e-3, length(par))))
  cat(sprintf("  gradient %.1e, half the step changes %.1e\n", max(abs(numDeriv::grad(objective, par))), objective(par, step / 2) - objective(par)))
  lambda <- lambda.of(par[p + 1:count])
  list(par = par, logLik = -objective(par), covariance = solve(hessian), sigma = lambda %*% t(lambda))
}

run <- function(name, data, formula, family, bars, pattern, group, density, extra = numeric(), zi = NULL, step, points, spread) {
  cat(name, "\n")
  table <- read.data(data)
  fixed <- lme4::nobars(as.formula(formula))
  frame <- model.frame(fixed, table)
  x <- model.matrix(fixed, frame)
  z <- model.matrix(bars, table)
  offset <- model.offset(frame)
  if (is.null(offset)) offset <- rep(0, nrow(x))
  y <- model.response(frame)
  if (is.factor(y)) y <- as.numeric(y) - 1
  start <- coef(glm.fit(x, y, offset = offset, family = if (family == "binomial") binomial() else poisson()))
  r <- ncol(z)
  theta <- if (pattern == "us") diag(spread, r)[lower.tri(diag(r), TRUE)] else rep(spread, r)
  # Rows of a group that are the same in everything count as one with a weight.
  all <- cbind(as.integer(table[[group]]), y, x, z, offset)
  key <- apply(signif(all, 12), 1, paste, collapse = " ")
  one <- !duplicated(key)
  weights <- as.vector(base::table(factor(key, unique(key))))
  fit <- maximise(x[one, , drop = FALSE], z[one, , drop = FALSE], pattern, table[[group]][one], offset[one],
                  function(eta, extra) weights * density(y[one])(eta, extra), c(start, theta, extra), extra, step)
  p <- ncol(x)
  sd <- sqrt(diag(fit$sigma))
  variances <- lapply(seq_len(r), function(i) list(part = "Conditional", group = group, term1 = colnames(z)[i], term2 = NULL, sd = sd[i], correlation = NULL))
  if (pattern == "us" && r == 2) variances[[3]] <- list(part = "Conditional", group = group, term1 = colnames(z)[1], term2 = colnames(z)[2], sd = NULL,
                                                         correlation = fit$sigma[1, 2] / prod(sd))
  errors <- sqrt(diag(fit$covariance))
  rows <- function(index, names) lapply(seq_along(index), function(i) list(name = names[i], estimate = fit$par[[index[i]]], standardError = errors[index[i]]))
  last <- length(fit$par) - length(extra)
  list(name = name, dataset = data, formula = formula, family = family, link = if (family == "binomial") "logit" else "log", points = points,
       factors = setNames(list(), character()), package = "brute force", zeroInflationFormula = zi, logLik = fit$logLik, observations = nrow(x),
       parameters = length(fit$par), fixed = rows(1:p, colnames(x)),
       zeroInflation = if (!is.null(zi)) rows(last + 2, "(Intercept)"), sigma = if (!is.null(zi)) exp(fit$par[[last + 1]]),
       variances = variances, modes = list())
}

bernoulli <- function(y) function(eta, extra) plogis((2 * y - 1) * eta, log.p = TRUE)
counts <- function(y) function(eta, extra) y * eta - exp(eta) - lgamma(y + 1)
zero.inflated <- function(y) function(eta, extra) {
  zero <- plogis(extra[2])
  density <- dnbinom(y, mu = exp(eta), size = exp(extra[1]), log = TRUE)
  result <- log1p(-zero) + density
  result[y == 0, ] <- log(zero + (1 - zero) * exp(density[y == 0, ]))
  result
}

owls <- "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + "
fits <- list(
  run("contraception slopes", "contraception", "use ~ urban + (1 + urban | district)", "binomial", ~urban, "us", "district", bernoulli,
      step = 0.2, points = 15, spread = 0.6),
  run("bacteria slopes", "bacteria", "y ~ trt + (week || ID)", "binomial", ~week, "diag", "ID", bernoulli, step = 0.25, points = 40, spread = 0.5),
  run("owls zero-inflated nbinom2", "owls", paste0(owls, "(1 | Nest)"), "nbinom2", ~1, "us", "Nest", zero.inflated, extra = c(1.5, -1), zi = "~ 1",
      step = 0.02, points = 25, spread = 0.4))
save.json(list(versions = package.versions(c("numDeriv")), fits = fits), "quadrature.json")
