# Score tests of scans of the herd (datasets/herd.*), written out: of gene by environment at the maximum of the model that has the marker but
# not its product with the covariate, beside what GEMMA 0.98.5 prints; and of ordered categories, in a cumulative logit mixed model by
# penalised quasi-likelihood, as a linear mixed model of all working responses of all thresholds. Writes scores.json. Needs Debian's gemma and
# r-cran-jsonlite.

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
data.folder <- Sys.getenv("HERD", normalizePath(file.path(this.folder, "..", "..", "datasets")))
work <- file.path(tempdir(), "scores")
dir.create(work)
setwd(work)
herd <- read.csv(file.path(data.folder, "herd.csv"))
fam <- read.table(file.path(data.folder, "herd.fam"))
bim <- read.table(file.path(data.folder, "herd.bim"), colClasses = "character")
n <- nrow(fam)
m <- nrow(bim)
herd <- herd[match(fam$V2, herd$animal), ]
bytes <- matrix(readBin(file.path(data.folder, "herd.bed"), "raw", 3 + m * ceiling(n / 4))[-(1:3)], ncol = m)
codes <- sapply(seq_len(m), function(j) {
  b <- as.integer(bytes[, j])
  as.vector(rbind(b %% 4, b %/% 4 %% 4, b %/% 16 %% 4, b %/% 64))[seq_len(n)]
})
counts <- matrix(c(2, NA, 1, 0)[codes + 1], n)
for (e in c("bed", "bim")) file.copy(file.path(data.folder, paste0("herd.", e)), paste0("herd.", e))
write.table(data.frame(fam[, 1:5], ifelse(is.na(herd$weight), "NA", herd$weight)), "herd.fam", sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
write.table(cbind(1, as.integer(herd$sex == "m")), "sex.txt", row.names = FALSE, col.names = FALSE)
write.table(herd$age, "age.txt", row.names = FALSE, col.names = FALSE)
gemma <- function(...) if (system2("gemma", c("-maf", "0", "-miss", "1", ...), stdout = "gemma.out", stderr = "gemma.err")) stop("gemma")
gemma("-bfile", "herd", "-gk", "1", "-o", "all")
gemma("-bfile", "herd", "-lmm", "4", "-k", "output/all.cXX.txt", "-c", "sex.txt", "-gxe", "age.txt", "-o", "gxe")
printed <- read.delim("output/gxe.assoc.txt")
k.all <- as.matrix(read.table("output/all.cXX.txt"))

# ---- gene by environment
ok <- !is.na(herd$weight)
y <- herd$weight[ok]
size <- length(y)
centre <- diag(size) - 1 / size
decomposed <- eigen(centre %*% k.all[ok, ok] %*% centre, symmetric = TRUE)
u <- decomposed$vectors
d <- pmax(decomposed$values, 0)
uy <- drop(crossprod(u, y))
male <- as.integer(herd$sex[ok] == "m")
age <- herd$age[ok]
ml <- function(x) {
  ux <- crossprod(u, x)
  value <- function(l) {
    w <- 1 / (exp(l) * d + 1)
    r <- uy - ux %*% solve(crossprod(ux, w * ux), crossprod(ux, w * uy))
    -0.5 * (size * log(sum(w * r^2)) - sum(log(w)))
  }
  grid <- seq(log(1e-5), log(1e5), length = 61)
  best <- which.max(sapply(grid, value))
  optimize(value, grid[pmin(61, pmax(1, best + c(-1, 1)))], maximum = TRUE, tol = 1e-9)$maximum
}
score <- function(x, g, l) {
  w <- 1 / (exp(l) * d + 1)
  ux <- crossprod(u, x)
  p <- function(v) { v <- drop(crossprod(u, v)); w * (v - drop(ux %*% solve(crossprod(ux, w * ux), crossprod(ux, w * v)))) }
  py <- p(y)
  ug <- drop(crossprod(u, g))
  pf(size * sum(ug * py)^2 / (sum(uy * py) * sum(ug * p(g))), 1, size - ncol(x) - 1, lower.tail = FALSE)
}
without.both <- ml(cbind(1, male))
tested <- seq(3, m, by = 5)
own <- held <- rep(NA_real_, length(tested))
for (t in seq_along(tested)) {
  g <- counts[ok, tested[t]]
  g[is.na(g)] <- mean(g, na.rm = TRUE)
  x <- cbind(1, male, age, g)
  if (qr(cbind(x, g * age))$rank < 5) next
  own[t] <- score(x, g * age, ml(x))
  held[t] <- score(x, g * age, without.both)
}
interaction <- list(marker = bim$V2[tested], score = own, atVariancesWithoutBoth = held, gemma = printed$p_score[match(bim$V2[tested], printed$rs)])
cat("GEMMA's against the variances without marker and covariate:", max(abs(log(interaction$gemma / held)), na.rm = TRUE), "and against the model's own:",
    max(abs(log(interaction$gemma / own)), na.rm = TRUE), "\n")

# ---- ordered categories
imputed <- apply(counts, 2, function(g) ifelse(is.na(g), mean(g, na.rm = TRUE), g))
set.seed(11)
tendency <- drop(scale(imputed[, c(60, 200, 350)]) %*% c(0.5, 0.5, 0.5)) + 0.6 * (herd$sex == "m") + 2 * imputed[, 8] + rlogis(n)
category <- as.integer(cut(tendency, quantile(tendency, c(0, 0.55, 0.9, 0.97, 1)), include.lowest = TRUE))
levels <- max(category)
thresholds <- levels - 1
x <- cbind(as.integer(herd$sex == "m"))
kc <- (diag(n) - 1 / n) %*% k.all %*% (diag(n) - 1 / n)
alpha <- qlogis(cumsum(table(category))[1:thresholds] / n)
eta <- rep(0, n)
tau <- 0.1
row <- rep(seq_len(n), each = thresholds)
stacked.k <- kc[row, row]
design <- cbind(diag(thresholds)[rep(seq_len(thresholds), n), ], -x[row, , drop = FALSE])
for (iteration in 1:200) {
  # working responses of the cumulative probabilities: z = alpha - eta + (dF)^-1 (indicator - F), covariance (dF)^-1 V (dF)^-1
  f <- plogis(outer(-eta, alpha, "+"))
  slope <- f * (1 - f)
  z <- rep(alpha, n) - eta[row] + as.vector(t((outer(category, seq_len(thresholds), "<=") - f) / slope))
  omega <- matrix(0, n * thresholds, n * thresholds)
  for (i in seq_len(n)) {
    v <- outer(f[i, ], f[i, ], pmin) - outer(f[i, ], f[i, ])
    at <- (i - 1) * thresholds + seq_len(thresholds)
    omega[at, at] <- v / outer(slope[i, ], slope[i, ])
  }
  reml <- function(t) {
    r <- chol(omega + t * stacked.k)
    rx <- backsolve(r, design, transpose = TRUE)
    rz <- backsolve(r, z, transpose = TRUE)
    cross <- crossprod(rx)
    -sum(log(diag(r))) - 0.5 * determinant(cross)$modulus - 0.5 * (sum(rz^2) - sum(crossprod(rx, rz) * solve(cross, crossprod(rx, rz))))
  }
  width <- if (iteration < 8) tau + 1 else max(50 * change, 1e-6)
  tau.next <- max(0, optimize(reml, pmax(0, tau + c(-width, width)), maximum = TRUE, tol = 1e-9)$maximum)
  vi <- chol2inv(chol(omega + tau.next * stacked.k))
  vix <- vi %*% design
  b <- drop(solve(crossprod(design, vix), crossprod(vix, z)))
  residual <- drop(vi %*% (z - design %*% b))
  effects <- -tau.next * drop(kc %*% rowsum(residual, row))
  eta.next <- drop(x %*% b[-seq_len(thresholds)]) + effects
  change <- max(abs(eta.next - eta), abs(tau.next - tau), abs(b[seq_len(thresholds)] - alpha))
  eta <- eta.next
  alpha <- b[seq_len(thresholds)]
  tau <- tau.next
  if (change < 1e-8) break
}
cat("ordered:", iteration, change, "tau", tau, "alpha", alpha, "\n")
p <- vi - vix %*% solve(crossprod(design, vix), t(vix))
py <- drop(p %*% z)
tests <- sapply(seq_len(m), function(j) {
  g <- imputed[, j]
  s <- -sum(g[row] * py)
  variance <- sum(g[row] * (p %*% g[row]))
  if (variance < 1e-6) c(NA, NA) else c(s / variance, 1 / sqrt(variance))
})
# Saddlepoint tails of what thresholds and sex leave of the scores: derivatives of log-probabilities by the thresholds and by eta, by category.
f <- cbind(0, plogis(outer(-eta, alpha, "+")), 1)
density <- cbind(0, f[, 2:levels] * (1 - f[, 2:levels]), 0)
probability <- f[, -1] - f[, -(levels + 1)]
by.eta <- -(density[, -1] - density[, -(levels + 1)]) / probability
by.threshold <- lapply(seq_len(thresholds), function(k) {
  d <- matrix(0, n, levels)
  d[, k] <- density[, k + 1] / probability[, k]
  d[, k + 1] <- -density[, k + 1] / probability[, k + 1]
  d
})
nuisance <- c(by.threshold, list(x[, 1] * by.eta))
product <- function(a, b) sum(probability * a * b)
information <- sapply(nuisance, function(a) sapply(nuisance, function(b) product(a, b)))
tails <- sapply(seq_len(m), function(j) {
  z <- tests[1, j] / tests[2, j]
  if (is.na(z) || abs(z) < 2) return(NA)
  own <- imputed[, j] * by.eta
  along <- solve(information, sapply(nuisance, function(a) product(a, own)))
  for (k in seq_along(nuisance)) own <- own - along[k] * nuisance[[k]]
  q <- z * sqrt(product(own, own))
  cgf <- function(t) sum(log(rowSums(probability * exp(own * t))))
  slope <- function(t) sum(rowSums(probability * own * exp(own * t)) / rowSums(probability * exp(own * t)))
  curvature <- function(t) { e <- probability * exp(own * t); e <- e / rowSums(e); sum(rowSums(e * own^2) - rowSums(e * own)^2) }
  tail <- function(q) {
    t <- uniroot(function(t) slope(t) - q, if (q > 0) c(0, 200) else c(-200, 0), tol = 1e-13)$root
    r <- sign(t) * sqrt(2 * (t * q - cgf(t)))
    pnorm(sign(q) * (r + log(t * sqrt(curvature(t)) / r) / r), lower.tail = FALSE)
  }
  tryCatch(tail(q) + tail(-q), error = function(e) NA)
})
ordered <- list(animal = herd$animal, category = category, tau = tau, thresholds = thresholds, marker = bim$V2, beta = tests[1, ], se = tests[2, ], p = tails)
jsonlite::write_json(list(versions = list(gemma = "0.98.5", R = R.version.string), interaction = interaction, ordered = ordered),
  file.path(this.folder, "scores.json"), auto_unbox = TRUE, digits = 14, na = "null")
print(cbind(t(tests), 2 * pnorm(-abs(tests[1, ] / tests[2, ])), tails)[!is.na(tails), ])
