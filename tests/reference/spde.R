# Matérn fields on a mesh (nu = 1, alpha = 2), by code of its own with the Matrix package: finite elements, likelihood of Gaussian
# models exactly and of Poisson models by the Laplace approximation, one field, independent replicates, and fields that follow each
# other by AR(1).
#   F. Lindgren, H. Rue & J. Lindström (2011), J. R. Stat. Soc. B 73, 423-498.
# Writes spde.json: the mesh, the data that were simulated, and the maximum likelihood estimates.
suppressMessages({library(Matrix); library(jsonlite)})
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
  n <- nrow(mesh$nodes); C <- numeric(n); G <- Matrix(0, n, n, sparse = TRUE)
  ii <- jj <- vv <- NULL
  for (t in seq_len(nrow(mesh$triangles))) {
    v <- mesh$triangles[t, ]; p <- mesh$nodes[v, ]
    e <- rbind(p[3, ] - p[2, ], p[1, ] - p[3, ], p[2, ] - p[1, ])
    area <- abs(e[1, 1] * e[2, 2] - e[1, 2] * e[2, 1]) / 2
    C[v] <- C[v] + area / 3
    k <- e %*% t(e) / (4 * area)
    ii <- c(ii, rep(v, 3)); jj <- c(jj, rep(v, each = 3)); vv <- c(vv, as.vector(k))
  }
  list(C = Diagonal(x = C), Ci = Diagonal(x = 1 / C), G = sparseMatrix(ii, jj, x = vv, dims = c(n, n)))
}

weights <- function(mesh, places) {
  ii <- jj <- vv <- NULL
  for (r in seq_len(nrow(places))) for (t in seq_len(nrow(mesh$triangles))) {
    v <- mesh$triangles[t, ]; p <- mesh$nodes[v, ]
    b <- solve(rbind(t(p), 1), c(places[r, ], 1))
    if (all(b > -1e-9)) { ii <- c(ii, rep(r, 3)); jj <- c(jj, v); vv <- c(vv, b); break }
  }
  sparseMatrix(ii, jj, x = vv, dims = c(nrow(places), nrow(mesh$nodes)))
}

precision <- function(fe, range, sd) {
  k2 <- 8 / range^2; tau2 <- 1 / (4 * pi * k2 * sd^2)
  forceSymmetric(tau2 * (k2^2 * fe$C + 2 * k2 * fe$G + fe$G %*% fe$Ci %*% fe$G))
}

ar1 <- function(times, rho) solve(rho^abs(outer(times, times, "-")))
logdet <- function(Q) 2 * as.numeric(determinant(Cholesky(Q, LDL = FALSE), sqrt = TRUE)$modulus)

gaussian <- function(y, X, A, makeQ, start) {
  f <- function(p) {
    Q <- makeQ(p[-1]); s2 <- exp(2 * p[1])
    V <- as.matrix(A %*% solve(Q, t(A))) + diag(s2, length(y))
    L <- chol(V); z <- backsolve(L, cbind(X, y), transpose = TRUE)
    zx <- z[, seq_len(ncol(X)), drop = FALSE]; zy <- z[, ncol(X) + 1]
    b <- qr.coef(qr(zx), zy)
    ll <- -0.5 * length(y) * log(2 * pi) - sum(log(diag(L))) - 0.5 * sum((zy - zx %*% b)^2)
    structure(-ll, beta = b)
  }
  o <- nlminb(start, function(p) as.numeric(f(p)), control = list(rel.tol = 1e-14, x.tol = 1e-10, eval.max = 2000, iter.max = 1000))
  list(logLik = -o$objective, beta = as.numeric(attr(f(o$par), "beta")), sigma = exp(o$par[1]), par = o$par[-1])
}

poisson <- function(y, X, A, makeQ, start) {
  p <- ncol(X); mode <- numeric(ncol(A))
  f <- function(v) {
    b <- v[seq_len(p)]; Q <- makeQ(v[-seq_len(p)]); u <- mode; off <- as.numeric(X %*% b)
    value <- function(u) { e <- off + as.numeric(A %*% u); sum(dpois(y, exp(e), log = TRUE)) - 0.5 * sum(u * as.numeric(Q %*% u)) }
    now <- value(u); if (!is.finite(now)) { u <- 0 * u; now <- value(u) }
    for (it in 1:100) {
      mu <- exp(off + as.numeric(A %*% u))
      H <- forceSymmetric(Q + t(A) %*% Diagonal(x = mu) %*% A)
      step <- as.numeric(solve(H, as.numeric(t(A) %*% (y - mu)) - as.numeric(Q %*% u)))
      a <- 1; repeat { new <- value(u + a * step); if (is.finite(new) && new >= now - 1e-12) break; a <- a / 2; if (a < 1e-8) break }
      u <- u + a * step; done <- max(abs(step)) < 1e-11; now <- new; if (done) break
    }
    mode <<- u; mu <- exp(off + as.numeric(A %*% u))
    H <- forceSymmetric(Q + t(A) %*% Diagonal(x = mu) %*% A)
    -(value(u) + 0.5 * logdet(Q) - 0.5 * logdet(H))
  }
  o <- nlminb(start, f, control = list(rel.tol = 1e-14, x.tol = 1e-9, eval.max = 3000, iter.max = 1500))
  o <- nlminb(o$par, f, control = list(rel.tol = 1e-15, x.tol = 1e-10, eval.max = 3000, iter.max = 1500))
  list(logLik = -o$objective, beta = o$par[seq_len(p)], par = o$par[-seq_len(p)])
}

mesh <- lattice(seq(-4, 14, length.out = 13), seq(-4, 12, length.out = 12), 0.25)
fe <- elements(mesh)
n <- 140
places <- round(cbind(x = runif(n, 0, 10), y = runif(n, 0, 8)), 4)
A <- weights(mesh, places)
z <- round(rnorm(n), 4)
draw <- function(Q) as.numeric(solve(chol(as.matrix(Q)), rnorm(nrow(Q))))
field <- draw(precision(fe, 5, 1))
height <- round(2 + 0.5 * z + as.numeric(A %*% field) + rnorm(n, 0, 0.5), 4)
count <- rpois(n, exp(0.5 + 0.3 * z + 0.8 * as.numeric(A %*% field)))
year <- rep(c(2001, 2002, 2004, 2005), length.out = n); times <- sort(unique(year))
At <- do.call(cbind, lapply(times, function(t) Diagonal(x = as.numeric(year == t)) %*% A))
chain <- t(chol(rho <- 0.7^abs(outer(times, times, "-"))))
fields <- sapply(times, function(t) draw(precision(fe, 5, 1))) %*% t(chain)
following <- rpois(n, exp(0.6 + 0.3 * z + 0.9 * as.numeric(At %*% as.vector(fields))))
steady <- round(1 + 0.4 * z + as.numeric(At %*% as.vector(fields)) + rnorm(n, 0, 0.4), 4)

X <- cbind(1, z)
one <- function(p) precision(fe, exp(p[1]), exp(p[2]))
each <- function(p) kronecker(Diagonal(length(times)), one(p))
follow <- function(p) forceSymmetric(kronecker(Matrix(ar1(times, p[3] / sqrt(1 + p[3]^2)), sparse = TRUE), one(p)))

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
  fits = fits), digits = NA, auto_unbox = TRUE, null = "null"), "spde.json")
for (f in fits) cat(sprintf("%-22s %.6f  range %.4f sd %.4f\n", f$name, f$logLik, f$range, f$sd))
