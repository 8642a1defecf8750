# Predictions at times, places and relatives that the data do not have, by plain R: all covariance parameters are held, so that what
# is compared is the conditional Gaussian alone (for counts about the conditional modes, with the Laplace approximation's own Hessian for
# the fixed effects), and no search.
#   Rscript tests/reference/kriging.R  writes kriging.json.

suppressPackageStartupMessages({ library(jsonlite); library(ape) })
folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

set.seed(11)
n <- 72
data <- data.frame(g = paste0("g", rep(1:6, each = 12)), week = unlist(lapply(1:6, function(i) sort(sample(1:25, 12)))),
                   x = round(rnorm(n), 2), px = round(runif(n, 0, 10), 2), py = round(runif(n, 0, 8), 2))
data$time <- round(data$week * 0.37 + runif(n, 0, 0.2), 2)
id <- sprintf("a%02d", 1:40); sire <- dam <- integer(40)
for (i in 11:40) { sire[i] <- sample(1:(i - 6), 1); dam[i] <- sample(setdiff(1:(i - 5), sire[i]), 1) }
tabular <- function(sire, dam) {
  m <- length(sire); A <- matrix(0, m, m)
  for (i in seq_len(m)) {
    s <- sire[i]; d <- dam[i]
    for (j in seq_len(i - 1)) A[i, j] <- A[j, i] <- 0.5 * ((if (s) A[j, s] else 0) + (if (d) A[j, d] else 0))
    A[i, i] <- 1 + if (s && d) 0.5 * A[s, d] else 0
  }
  dimnames(A) <- list(id, id); A
}
A <- tabular(sire, dam)
data$animal <- sample(id[c(3:8, 11:34)], n, TRUE)
tree <- rcoal(12); tree$tip.label <- paste0("s", 1:12); tree$edge.length <- round(tree$edge.length * 3 + 0.05, 3)
V <- vcv(tree); data$species <- sample(paste0("s", 1:9), n, TRUE)
K <- crossprod(matrix(rnorm(49), 7)) / 7 + diag(0.4, 7); K <- round(K, 4); dimnames(K) <- rep(list(paste0("k", 1:7)), 2)
data$line <- sample(paste0("k", 1:5), n, TRUE)
data$y <- round(2 + 0.6 * data$x + rnorm(n) + as.vector(scale(sin(data$px) + cos(data$py))), 3)
data$count <- rpois(n, exp(0.6 + 0.3 * data$x + 0.5 * sin(data$px) + 0.3 * sin(data$time)))

distances <- function(a, b) sqrt(outer(a[, 1], b[, 1], "-")^2 + if (ncol(a) > 1) outer(a[, 2], b[, 2], "-")^2 else 0)
matern <- function(d, range, shape) ifelse(d == 0, 1, { u <- pmax(d, 1e-300) / range; 2^(1 - shape) / gamma(shape) * u^shape * besselK(u, shape) })
kernels <- list(ar1 = function(d, p) p$correlation^d, ou = function(d, p) exp(-p$decay * d), exp = function(d, p) exp(-d / p$range),
                gau = function(d, p) exp(-(d / p$range)^2), mat = function(d, p) matern(d, p$range, p$shape))

X <- function(table) cbind(1, table$x)

# What a Gaussian says of new linear predictors: C the covariances of all rows' effects, c those with the new ones, v theirs.
gaussian.case <- function(C, c.new, v.new, x.new, sigma) {
  W <- C + diag(sigma^2, n); x <- X(data)
  covariance <- solve(crossprod(x, solve(W, x))); beta <- covariance %*% crossprod(x, solve(W, data$y))
  gap <- x.new - crossprod(solve(W, c.new), x)
  list(link = as.vector(x.new %*% beta + crossprod(c.new, solve(W, data$y - x %*% beta))),
       error = sqrt(v.new - colSums(c.new * solve(W, c.new)) + rowSums((gap %*% covariance) * gap)))
}

# The same of counts: the rows' effects e have the mode where their posterior is highest; −log L by Laplace's method as a function of beta,
# its Hessian by differences, and the modes' slopes.
poisson.case <- function(C, c.new, v.new, x.new) {
  x <- X(data); y <- data$count
  C <- C + diag(1e-9, n)   # rows of one level share their effect
  mode.at <- function(beta) {
    e <- numeric(n)
    for (step in 1:40) {
      mu <- exp(as.vector(x %*% beta) + e)
      # e = C a with a = y − mu at the mode
      B <- diag(n) + C * rep(mu, each = n)
      next.e <- as.vector(solve(B, C %*% (mu * e + y - mu)))
      if (max(abs(next.e - e)) < 1e-11) break
      e <- next.e
    }
    e
  }
  value <- function(beta) {
    e <- mode.at(beta); eta <- as.vector(x %*% beta) + e; mu <- exp(eta)
    a <- y - mu
    -sum(dpois(y, mu, log = TRUE)) + 0.5 * sum(a * e) + 0.5 * as.numeric(determinant(diag(n) + C * rep(mu, each = n))$modulus)
  }
  best <- optim(coef(glm.fit(x, y, family = poisson())), value, method = "BFGS", control = list(reltol = 1e-9, maxit = 60))
  h <- 1e-3; hessian <- matrix(0, 2, 2); unit <- diag(2) * h
  at <- function(i, j) value(best$par + i * unit[, 1] + j * unit[, 2])
  for (again in 1:3) {
    g <- c(at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)) / (2 * h)
    hessian <- matrix(c(at(1, 0) - 2 * at(0, 0) + at(-1, 0), 0, 0, at(0, 1) - 2 * at(0, 0) + at(0, -1)), 2) / h^2
    hessian[1, 2] <- hessian[2, 1] <- (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h^2)
    best$par <- best$par - solve(hessian, g)
  }
  beta <- best$par; e <- mode.at(beta); mu <- exp(as.vector(x %*% beta) + e)
  new.at <- function(beta) { e <- mode.at(beta); as.vector(x.new %*% beta + crossprod(c.new, y - exp(as.vector(x %*% beta) + e))) }
  slope <- sapply(1:2, function(k) (new.at(beta + unit[, k]) - new.at(beta - unit[, k])) / (2 * h))
  slope <- matrix(slope, ncol = 2)
  given <- v.new - colSums(c.new * solve(C + diag(1 / mu), c.new))
  list(link = new.at(beta), error = sqrt(given + rowSums((slope %*% solve(hessian)) * slope)), beta = beta, logLik = -value(beta))
}

cases <- list()
add <- function(name, formula, group, parameters, C, c.new, v.new, new, sigma = 0.8) {
  x.new <- X(new)
  held <- lapply(names(parameters), function(p) list(group = group, name = p, value = parameters[[p]]))
  cases[[length(cases) + 1]] <<- c(list(name = paste(name, "gaussian"), formula = paste("y ~ x +", formula), family = "gaussian", sigma = sigma,
    held = held, new = as.list(new)), gaussian.case(C, c.new, v.new, x.new, sigma))
  cases[[length(cases) + 1]] <<- c(list(name = paste(name, "poisson"), formula = paste("count ~ x +", formula), family = "poisson", held = held,
    new = as.list(new)), poisson.case(C, c.new, v.new, x.new))
}
positions <- function(structure, columns, group, parameters, new, label = if (is.null(group)) "all" else group) {
  kernel <- function(d) parameters$sd^2 * kernels[[structure]](d, parameters)
  at <- as.matrix(data[columns]); at.new <- as.matrix(new[columns])
  same <- if (is.null(group)) matrix(1, n, n) else outer(data[[group]], data[[group]], "==")
  same.new <- if (is.null(group)) matrix(1, n, nrow(new)) else outer(data[[group]], new[[group]], "==")
  add(structure, sprintf("%s(0 + %s | %s)", structure, paste(columns, collapse = " + "), if (is.null(group)) "1" else group), label, parameters,
      kernel(distances(at, at)) * same, kernel(distances(at, at.new)) * same.new, rep(parameters$sd^2, nrow(new)), new)
}
relatives <- function(name, formula, column, matrix, parameters, new) {
  C <- parameters$sd^2 * matrix
  add(name, formula, column, parameters, C[data[[column]], data[[column]]], C[data[[column]], new[[column]]], diag(C)[new[[column]]], new)
}

# Between known times, at one, before the first, after the last, and in a group that is not in the data.
positions("ar1", "week", "g", list(sd = 0.7, correlation = 0.8), data.frame(g = c("g1", "g2", "g3", "g4", "new"), week = c(13, 26, -1, data$week[38], 5), x = c(0.2, -1, 0, 1, 0.5)))
positions("ou", "time", "g", list(sd = 0.7, decay = 0.6), data.frame(g = c("g1", "g2", "g3", "g4", "new"), time = c(3.333, 11, -0.5, data$time[40], 5), x = c(0.2, -1, 0, 1, 0.5)))
spots <- data.frame(px = c(5, 1.23, 14, data$px[7]), py = c(4, 7.77, 12, data$py[7]), x = c(0, 1, -0.4, 0.3))
positions("exp", c("px", "py"), NULL, list(sd = 0.7, range = 2.2), spots)
positions("gau", c("px", "py"), NULL, list(sd = 0.7, range = 1.3), spots)
positions("mat", c("px", "py"), NULL, list(sd = 0.7, range = 1.1, shape = 1.4), spots)
# Animals with records and without, a founder among them; tips and lines without data.
relatives("pedigree", "pedigree(1 | animal)", "animal", A, list(sd = 0.8), data.frame(animal = c("a40", "a37", "a01", "a12"), x = c(0, 1, -0.4, 0.3)))
relatives("phylo", "phylo(1 | species)", "species", V, list(sd = 0.5), data.frame(species = c("s10", "s11", "s12", "s3"), x = c(0, 1, -0.4, 0.3)))
relatives("kinship", "kinship(1 | line)", "line", K, list(sd = 0.6), data.frame(line = c("k6", "k7", "k2"), x = c(0, 1, -0.4)))
name.of <- function(parent) ifelse(parent == 0, NA, id[pmax(parent, 1)])
writeLines(toJSON(list(data = as.list(data), pedigree = list(id = id, sire = name.of(sire), dam = name.of(dam)), tree = write.tree(tree, digits = 15),
  kinship = list(names = rownames(K), values = unname(K)), cases = cases), digits = 12, auto_unbox = TRUE, na = "null"), file.path(folder, "kriging.json"))
for (case in cases) cat(sprintf("%-20s %s | %s\n", case$name, paste(round(case$link, 4), collapse = " "), paste(round(case$error, 4), collapse = " ")))
