# Simulates a herd of related animals in two populations (datasets/herd.bed, .bim, .fam and herd.csv) and scans it with GEMMA
# and PLINK; writes genomes.json. Needs Debian's gemma (0.98.5) and plink1.9.

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
data.folder <- normalizePath(file.path(this.folder, "..", "..", "datasets"))
work <- file.path(tempdir(), "herd")
dir.create(work)
set.seed(17)

# 240 animals: two populations, each of 12 families of full sibs with their parents
n.markers <- 600
chromosome <- rep(1:5, each = n.markers / 5)
position <- unlist(lapply(split(seq_len(n.markers), chromosome), function(i) sort(sample(5e6, length(i)))))
ancestral <- runif(n.markers, 0.05, 0.95)
gamete <- function(mother) {
  # one of each pair of haplotypes, with a switch between neighbours now and then
  start <- sample(2, 1)
  switches <- cumsum(runif(n.markers) < 0.02)
  which <- (start + switches) %% 2 + 1
  mother[cbind(which, seq_len(n.markers))]
}
genomes <- list()
family <- c()
for (population in 1:2) {
  frequency <- rbeta(n.markers, ancestral * 24, (1 - ancestral) * 24)
  haplotype <- function() {
    # neighbours are alike: copies from the last marker, or drawn anew
    h <- rbinom(n.markers, 1, frequency)
    for (j in 2:n.markers) if (chromosome[j] == chromosome[j - 1] && runif(1) < 0.6)
      h[j] <- as.integer(qbinom(pbinom(h[j - 1] - 1, 1, frequency[j - 1]) + runif(1) * dbinom(h[j - 1], 1, frequency[j - 1]), 1, frequency[j]))
    h
  }
  for (f in 1:12) {
    parents <- lapply(1:2, function(i) rbind(haplotype(), haplotype()))
    children <- lapply(1:8, function(i) rbind(gamete(parents[[1]]), gamete(parents[[2]])))
    genomes <- c(genomes, parents, children)
    family <- c(family, rep(paste0("p", population, "f", f), 10))
  }
}
counts <- t(sapply(genomes, colSums))                     # copies of allele 1
n <- nrow(counts)
name <- paste0("a", sprintf("%03d", seq_len(n)))
counts[, 7] <- 0                                          # nobody has it
counts[, 8] <- rbinom(n, 1, 0.02)                         # rare
missing <- matrix(runif(length(counts)) < rep(rbeta(n.markers, 0.5, 20), each = n), n)

sex <- sample(c("f", "m"), n, TRUE)
age <- sample(2:9, n, TRUE)
standard <- scale(counts[, apply(counts, 2, sd) > 0])
causal <- c(50, 290, 410)
g <- drop(standard %*% rnorm(ncol(standard), 0, sqrt(0.5 / ncol(standard))))
weight <- 30 + 1.5 * (sex == "m") + 0.3 * age + 1.1 * g + drop(scale(counts[, causal]) %*% c(0.7, -0.5, 0.4)) + rnorm(n)
eta <- -1.2 + 0.8 * g + drop(scale(counts[, causal]) %*% c(0.9, 0, 0))
ill <- rbinom(n, 1, plogis(eta))
ticks <- rpois(n, exp(0.6 + 0.5 * g + 0.3 * drop(scale(counts[, causal[2]]))))
weight[sample(n, 9)] <- NA
weight <- round(weight, 3)
counts[missing] <- NA

# PLINK's files, with the rarer allele first, as plink writes them
flip <- colMeans(counts, na.rm = TRUE) > 1
counts[, flip] <- 2 - counts[, flip]
code <- matrix(c(3L, 2L, 0L)[counts + 1], n)
code[is.na(code)] <- 1L
padded <- rbind(code, matrix(0L, (4 - n %% 4) %% 4, n.markers))
bytes <- as.raw(padded[c(TRUE, FALSE, FALSE, FALSE), ] + 4L * padded[c(FALSE, TRUE, FALSE, FALSE), ] +
                16L * padded[c(FALSE, FALSE, TRUE, FALSE), ] + 64L * padded[c(FALSE, FALSE, FALSE, TRUE), ])
writeBin(c(as.raw(c(0x6c, 0x1b, 0x01)), bytes), file.path(data.folder, "herd.bed"))
alleles <- t(replicate(n.markers, sample(c("A", "C", "G", "T"), 2)))
bim <- data.frame(chromosome, paste0("m", sprintf("%03d", seq_len(n.markers))), 0, position, alleles)
write.table(bim, file.path(data.folder, "herd.bim"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
write.table(data.frame(family, name, 0, 0, ifelse(sex == "m", 1, 2), -9), file.path(data.folder, "herd.fam"), sep = "\t", quote = FALSE,
            row.names = FALSE, col.names = FALSE)
herd <- data.frame(animal = name, family, sex, age, weight, ill, ticks)
herd <- herd[sample(n), ]                                 # in another order than the genotypes
write.csv(herd, file.path(data.folder, "herd.csv"), row.names = FALSE, quote = FALSE)

# GEMMA wants the trait in .fam
for (ending in c("bed", "bim")) file.copy(file.path(data.folder, paste0("herd.", ending)), file.path(work, paste0("herd.", ending)))
write.table(data.frame(family, name, 0, 0, ifelse(sex == "m", 1, 2), ifelse(is.na(weight), -9, weight)), file.path(work, "herd.fam"), sep = "\t",
            quote = FALSE, row.names = FALSE, col.names = FALSE)
write.table(cbind(1, as.integer(sex == "m"), age), file.path(work, "covariates.txt"), row.names = FALSE, col.names = FALSE)
setwd(work)
gemma <- function(...) {
  status <- system2("gemma", c("-bfile", "herd", "-maf", "0", "-miss", "1", ...), stdout = "gemma.out", stderr = "gemma.err")
  if (status) stop(paste(readLines("gemma.err"), collapse = "\n"))
}
gemma("-gk", "1", "-o", "centred")
gemma("-gk", "2", "-o", "standardised")
gemma("-lmm", "4", "-k", "output/centred.cXX.txt", "-o", "plain")
gemma("-lmm", "4", "-k", "output/centred.cXX.txt", "-c", "covariates.txt", "-o", "covariates")
system2("plink1.9", c("--bfile", "herd", "--freq", "--missing", "--hardy", "--allow-no-sex", "--out", "plink"), stdout = FALSE)
system2("plink1.9", c("--bfile", "herd", "--indep-pairwise", "50", "5", "0.2", "--allow-no-sex", "--out", "pruned"), stdout = FALSE)
system2("plink1.9", c("--bfile", "herd", "--linear", "--allow-no-sex", "--out", "linear"), stdout = FALSE)

association <- function(run) {
  table <- read.delim(file.path("output", paste0(run, ".assoc.txt")))
  log <- readLines(file.path("output", paste0(run, ".log.txt")))
  number <- function(what) as.numeric(sub(".*= *", "", grep(what, log, value = TRUE)[1]))
  list(marker = table$rs, allele = table$allele1, frequency = table$af, missing = table$n_miss, beta = table$beta, se = table$se,
       wald = table$p_wald, likelihoodRatio = table$p_lrt, score = table$p_score,
       remlLogLikelihood = number("REMLE log-likelihood in the null"), mlLogLikelihood = number("MLE log-likelihood in the null"),
       geneticVariance = number("vg estimate in the null"), residualVariance = number("ve estimate in the null"), pve = number("pve estimate in the null"))
}
matrix.of <- function(file) {
  k <- as.matrix(read.table(file.path("output", file)))
  list(first = k[1:20, 1:20][lower.tri(diag(20), TRUE)], diagonal = diag(k), rowSumsOfSquares = rowSums(k^2))
}
frequency <- read.table("plink.frq", header = TRUE)
lost <- read.table("plink.lmiss", header = TRUE)
hardy <- read.table("plink.hwe", header = TRUE)
hardy <- hardy[hardy$TEST %in% c("ALL", "ALL(QT)", "ALL(NP)"), ]
linear <- read.table("linear.assoc.linear", header = TRUE)
linear <- linear[linear$TEST == "ADD", ]
# Score tests of generalized linear mixed models, from their formulas: penalised quasi-likelihood by average information, and
# Barndorff-Nielsen's tail with a root found by uniroot
kinship <- as.matrix(read.table(file.path("output", "centred.cXX.txt")))
kinship <- kinship - outer(rowMeans(kinship), colMeans(kinship), "+") + mean(kinship)
score.scan <- function(y, x, family) {
  eta <- family$linkfun(if (family$family == "binomial") (y + 0.5) / 2 else y + 0.1)
  tau <- 0.1
  for (iteration in 1:500) {
    mu <- family$linkinv(eta)
    w <- family$variance(mu)
    working <- eta + (y - mu) / w
    inverse <- solve(diag(1 / w) + tau * kinship)
    bread <- solve(t(x) %*% inverse %*% x)
    p <- inverse - inverse %*% x %*% bread %*% t(x) %*% inverse
    py <- drop(p %*% working)
    kpy <- drop(kinship %*% py)
    slope <- 0.5 * (sum(py * kpy) - sum(p * kinship))
    information <- 0.5 * sum(kpy * (p %*% kpy))
    next.tau <- max(0, tau + slope / information)
    inverse <- solve(diag(1 / w) + next.tau * kinship)
    bread <- solve(t(x) %*% inverse %*% x)
    b <- bread %*% t(x) %*% inverse %*% working
    next.eta <- drop(x %*% b + next.tau * kinship %*% inverse %*% (working - x %*% b))
    change <- max(abs(next.eta - eta), abs(next.tau - tau))
    eta <- next.eta
    tau <- next.tau
    if (change < 1e-9) break
  }
  mu <- family$linkinv(eta)
  w <- family$variance(mu)
  inverse <- solve(diag(1 / w) + tau * kinship)
  p <- inverse - inverse %*% x %*% solve(t(x) %*% inverse %*% x) %*% t(x) %*% inverse
  cumulants <- function(g, t) if (family$family == "binomial") {
    tilted <- mu * exp(g * t) / (1 - mu + mu * exp(g * t))
    c(sum(log(1 - mu + mu * exp(g * t)) - t * g * mu), sum(g * (tilted - mu)), sum(g^2 * tilted * (1 - tilted)))
  } else c(sum(mu * (exp(g * t) - 1 - g * t)), sum(mu * g * (exp(g * t) - 1)), sum(mu * g^2 * exp(g * t)))
  tail.of <- function(g, s) {
    t <- tryCatch(uniroot(function(t) cumulants(g, t)[2] - s, sort(c(0, sign(s) * 20)), extendInt = "upX", tol = 1e-13)$root, error = function(e) NA)
    if (is.na(t)) return(NA)
    k <- cumulants(g, t)
    root <- sign(t) * sqrt(2 * (t * s - k[1]))
    v <- t * sqrt(k[3])
    pnorm(root + log(v / root) / root, lower.tail = s < 0)
  }
  tests <- sapply(seq_len(n.markers), function(j) {
    g <- counts[, j]
    g[is.na(g)] <- mean(g, na.rm = TRUE)
    if (sd(g) == 0) return(c(NA, NA, NA, NA))
    score <- sum(g * (y - mu))
    variance <- sum(g * (p %*% g))
    adjusted <- drop(g - x %*% solve(t(x) %*% (w * x), t(x) %*% (w * g)))
    s <- score * sqrt(sum(w * adjusted^2) / variance)
    normal <- pchisq(score^2 / variance, 1, lower.tail = FALSE)
    c(score / variance, 1 / sqrt(variance), normal,
      if (score^2 / variance > 4) tail.of(adjusted, s) + tail.of(adjusted, -s) else normal)
  })
  list(tau = tau, beta = tests[1, ], se = tests[2, ], normal = tests[3, ], saddlepoint = tests[4, ])
}
cat("pql\n"); ill.scan <- score.scan(ill, cbind(1, sex == "m"), binomial())
ticks.scan <- score.scan(ticks, cbind(1, sex == "m", age), poisson())

# Repeated records: three of each of the first 80 animals, with an effect of the animal beside its genes; the marker's effect with
# all variances held at their restricted maximum, by R's optimiser
some <- rep(which(!is.na(weight))[1:80], each = 3)
permanent <- rnorm(n, 0, 0.8)
records <- data.frame(animal = name[some], day = rep(1:3, 80), mass = round(weight[some] + permanent[some] + rnorm(240), 3))
write.csv(records, file.path(data.folder, "herd-records.csv"), row.names = FALSE, quote = FALSE)
record.kinship <- kinship[some, some]
record.kinship <- record.kinship - outer(rowMeans(record.kinship), colMeans(record.kinship), "+") + mean(record.kinship)
same <- outer(some, some, "==") * 1
design <- cbind(1, records$day)
minus.reml <- function(theta) {
  v <- exp(theta[1]) * record.kinship + exp(theta[2]) * same + exp(theta[3]) * diag(240)
  r <- chol(v)
  inverse <- chol2inv(r)
  cross <- t(design) %*% inverse %*% design
  rest <- records$mass - design %*% solve(cross, t(design) %*% inverse %*% records$mass)
  sum(log(diag(r))) + 0.5 * determinant(cross)$modulus + 0.5 * sum(rest * (inverse %*% rest))
}
best <- optim(c(0, 0, 0), minus.reml, method = "BFGS", control = list(reltol = 1e-14, maxit = 500))
v <- exp(best$par[1]) * record.kinship + exp(best$par[2]) * same + exp(best$par[3]) * diag(240)
inverse <- solve(v)
held <- sapply(1:100, function(j) {
  g <- counts[, j]
  g[is.na(g)] <- mean(g[unique(some)], na.rm = TRUE)
  z <- cbind(design, g[some])
  if (sd(g[some]) == 0) return(c(NA, NA))
  bread <- solve(t(z) %*% inverse %*% z)
  b <- bread %*% t(z) %*% inverse %*% records$mass
  rest <- records$mass - z %*% b
  c(b[3], sqrt(bread[3, 3] * sum(rest * (inverse %*% rest)) / (240 - 3)))
})

result <- list(versions = list(gemma = "0.98.5", plink = sub(" 64.*", "", system2("plink1.9", "--version", stdout = TRUE)[1]), R = R.version.string),
               centred = matrix.of("centred.cXX.txt"), standardised = matrix.of("standardised.sXX.txt"),
               plain = association("plain"), covariates = association("covariates"),
               plink = list(marker = frequency$SNP, frequency = frequency$MAF, missing = lost$F_MISS, hardy = hardy$P),
               linear = list(marker = linear$SNP, beta = linear$BETA, p = linear$P),
               ill = ill.scan, ticks = ticks.scan, records = list(variances = exp(best$par), beta = held[1, ], se = held[2, ]),
               pruned = readLines("pruned.prune.in"))
jsonlite::write_json(result, file.path(this.folder, "genomes.json"), auto_unbox = TRUE, digits = 15, na = "null", pretty = FALSE)
cat(readLines(file.path("output", "covariates.log.txt")), sep = "\n")
