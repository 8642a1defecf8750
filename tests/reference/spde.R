# Matérn fields on a mesh (nu = 1, alpha = 2), by code of its own in plain R: finite elements, likelihood of Gaussian models
# exactly and of Poisson models by the Laplace approximation, one field, independent replicates, and fields that follow each other by
# AR(1). The meshes are small, so that all matrices are kept dense.
#   F. Lindgren, H. Rue & J. Lindström (2011), J. R. Stat. Soc. B 73, 423-498.
#   Rscript tests/reference/spde.R  writes spde.json: the mesh, the data that were simulated, and the maximum likelihood estimates.
library(jsonlite)
set.seed(20261128)

# A lattice whose points are moved, each square cut into two triangles: any valid mesh will do for both programs.
lattice <- function(x, y, move) {
  nx <- length(x); ny <- length(y)
  g <- expand.grid(x = x, y = y)
  inner <- g$x > min(x) & g$x < max(x) & g$y > min(y) & g$y < max(y)
  g$x <- g$x + ifelse(inner, runif(nrow(g), -move, move) * diff(x[1:2]), 0)
  g$y <- g$y + ifelse(inner, runif(nrow(g), -move, move) * diff(y[1:2]), 0)
  at <- function(i, j) (j - 1) * nx + i
  tri <- do.call(rbind, lapply(seq_len(ny - 1), function(j) do.call(rbind, lapply(seq_len(nx - 1), function(i)
    rbind(c(at(i, j), at(i + 1, j), at(i + 1, j + 1)), c(at(i, j), at(i + 1, j + 1), at(i, j + 1)))))))
  list(nodes = as.matrix(round(g, 6)), triangles = tri)
}

elements <- function(mesh) {
  n <- nrow(mesh$nodes); C <- numeric(n); G <- matrix(0, n, n)
  for (t in seq_len(nrow(mesh$triangles))) {
    v <- mesh$triangles[t, ]; p <- mesh$nodes[v, ]
    e <- rbind(p[3, ] - p[2, ], p[1, ] - p[3, ], p[2, ] - p[1, ])
    area <- abs(e[1, 1] * e[2, 2] - e[1, 2] * e[2, 1]) / 2
    C[v] <- C[v] + area / 3
    G[v, v] <- G[v, v] + e %*% t(e) / (4 * area)
  }
  list(C = C, G = G, GCG = G %*% (G / C))
}

weights <- function(mesh, places) {
  A <- matrix(0, nrow(places), nrow(mesh$nodes))
  for (r in seq_len(nrow(places))) for (t in seq_len(nrow(mesh$triangles))) {
    v <- mesh$triangles[t, ]; p <- mesh$nodes[v, ]
    b <- solve(rbind(t(p), 1), c(places[r, ], 1))
    if (all(b > -1e-9)) { A[r, v] <- b; break }
  }
  A
}

precision <- function(fe, range, sd) {
  k2 <- 8 / range^2; tau2 <- 1 / (4 * pi * k2 * sd^2)
  tau2 * (diag(k2^2 * fe$C) + 2 * k2 * fe$G + fe$GCG)
}

ar1 <- function(times, rho) solve(rho^abs(outer(times, times, "-")))
logdet <- function(L) 2 * sum(log(diag(L)))

gaussian <- function(y, X, A, makeQ, start) {
  f <- function(p) {
    V <- A %*% chol2inv(chol(makeQ(p[-1]))) %*% t(A) + diag(exp(2 * p[1]), length(y))
    L <- chol(V); z <- backsolve(L, cbind(X, y), transpose = TRUE)
    zx <- z[, seq_len(ncol(X)), drop = FALSE]; zy <- z[, ncol(X) + 1]
    b <- qr.coef(qr(zx), zy)
    structure(0.5 * length(y) * log(2 * pi) + sum(log(diag(L))) + 0.5 * sum((zy - zx %*% b)^2), beta = b)
  }
  o <- nlminb(start, function(p) as.numeric(f(p)), control = list(rel.tol = 1e-13, x.tol = 1e-9))
  list(logLik = -o$objective, beta = as.numeric(attr(f(o$par), "beta")), sigma = exp(o$par[1]), par = o$par[-1])
}

poisson <- function(y, X, A, makeQ, start) {
  p <- ncol(X); mode <- numeric(ncol(A))
  f <- function(v) {
    off <- as.numeric(X %*% v[seq_len(p)]); Q <- makeQ(v[-seq_len(p)]); u <- mode
    value <- function(u) sum(dpois(y, exp(off + as.numeric(A %*% u)), log = TRUE)) - 0.5 * sum(u * as.numeric(Q %*% u))
    now <- value(u)
    for (it in 1:60) {
      mu <- exp(off + as.numeric(A %*% u))
      H <- chol(Q + crossprod(A * sqrt(mu)))
      step <- backsolve(H, backsolve(H, as.numeric(crossprod(A, y - mu)) - as.numeric(Q %*% u), transpose = TRUE))
      a <- 1; repeat { new <- value(u + a * step); if (is.finite(new) && new >= now - 1e-10) break; a <- a / 2; if (a < 1e-8) break }
      u <- u + a * step; now <- new
      if (max(abs(step)) < 1e-10) break
    }
    mode <<- u
    H <- chol(Q + crossprod(A * sqrt(exp(off + as.numeric(A %*% u)))))
    -(value(u) + 0.5 * logdet(chol(Q)) - 0.5 * logdet(H))
  }
  o <- nlminb(start, f, control = list(rel.tol = 1e-13, x.tol = 1e-9))
  o <- nlminb(o$par, f, control = list(rel.tol = 1e-13, x.tol = 1e-9))
  list(logLik = -o$objective, beta = o$par[seq_len(p)], par = o$par[-seq_len(p)])
}

mesh <- lattice(seq(-4, 14, length.out = 10), seq(-4, 12, length.out = 9), 0.25)
fe <- elements(mesh)
n <- 120
places <- round(cbind(x = runif(n, 0, 10), y = runif(n, 0, 8)), 4)
A <- weights(mesh, places)
z <- round(rnorm(n), 4)
draw <- function(Q) backsolve(chol(Q), rnorm(nrow(Q)))
field <- draw(precision(fe, 5, 1))
height <- round(2 + 0.5 * z + as.numeric(A %*% field) + rnorm(n, 0, 0.5), 4)
count <- rpois(n, exp(0.5 + 0.3 * z + 0.8 * as.numeric(A %*% field)))
year <- rep(c(2001, 2002, 2004), length.out = n); times <- sort(unique(year))
At <- do.call(cbind, lapply(times, function(t) A * (year == t)))
chain <- t(chol(0.7^abs(outer(times, times, "-"))))
fields <- sapply(times, function(t) draw(precision(fe, 5, 1))) %*% t(chain)
following <- rpois(n, exp(0.6 + 0.3 * z + 0.9 * as.numeric(At %*% as.vector(fields))))
steady <- round(1 + 0.4 * z + as.numeric(At %*% as.vector(fields)) + rnorm(n, 0, 0.4), 4)

X <- cbind(1, z)
one <- function(p) precision(fe, exp(p[1]), exp(p[2]))
each <- function(p) kronecker(diag(length(times)), one(p))
follow <- function(p) kronecker(ar1(times, p[3] / sqrt(1 + p[3]^2)), one(p))

report <- function(name, formula, family, fit) list(name = name, formula = formula, family = family, logLik = fit$logLik,
  fixed = fit$beta, sigma = fit$sigma, range = exp(fit$par[1]), sd = exp(fit$par[2]),
  correlation = if (length(fit$par) > 2) fit$par[3] / sqrt(1 + fit$par[3]^2))
fits <- list(
  report("one field, gaussian", "height ~ z + spde(0 + x + y | 1, lattice)", "gaussian", gaussian(height, X, A, one, c(-0.7, log(4), 0))),
  report("one field, poisson", "count ~ z + spde(0 + x + y | 1, lattice)", "poisson", poisson(count, X, A, one, c(0.5, 0.3, log(4), -0.2))),
  report("replicates, gaussian", "steady ~ z + spde(0 + x + y | year, lattice)", "gaussian", gaussian(steady, X, At, each, c(-0.7, log(4), 0))),
  report("replicates, poisson", "following ~ z + spde(0 + x + y | year, lattice)", "poisson", poisson(following, X, At, each, c(0.5, 0.3, log(4), -0.2))),
  report("following, gaussian", "steady ~ z + spde(0 + x + y | year, lattice, follow = ar1)", "gaussian", gaussian(steady, X, At, follow, c(-0.7, log(4), 0, 1))),
  report("following, poisson", "following ~ z + spde(0 + x + y | year, lattice, follow = ar1)", "poisson", poisson(following, X, At, follow, c(0.5, 0.3, log(4), -0.2, 1))))

write(toJSON(list(nodes = mesh$nodes, triangles = mesh$triangles - 1,
  data = list(x = places[, 1], y = places[, 2], z = z, year = year, height = height, count = count, following = following, steady = steady),
  fits = fits), digits = NA, auto_unbox = TRUE, null = "null"), file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "spde.json"))
for (f in fits) cat(sprintf("%-22s %.6f  range %.4f sd %.4f\n", f$name, f$logLik, f$range, f$sd))
